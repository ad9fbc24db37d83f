// A hop with OpenTelemetry's SDK: continues a sampled context in a span, and passes everything on.
import { createConnection, createServer } from "node:net";
import { context, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { read, reparent } from "glassine";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer("chain");

function handle(message) {
  const reading = read(message);
  if (reading.decision !== "sampled" || !reading.context) return message;
  const parent = trace.setSpanContext(context.active(), { ...reading.context, isRemote: true });
  const span = tracer.startSpan("javascript", {}, parent);
  const passedOn = reparent(message, span.spanContext().spanId);
  span.end();
  return passedOn;
}

const server = createServer((before) => {
  server.close();
  const after = createConnection(Number(process.argv[2]), "127.0.0.1");
  let arrived = Buffer.alloc(0);
  before.on("data", (bytes) => {
    arrived = Buffer.concat([arrived, bytes]);
    while (arrived.length >= 4 && arrived.length >= 4 + arrived.readUInt32BE(0)) {
      const end = 4 + arrived.readUInt32BE(0);
      const message = handle(new Uint8Array(arrived.subarray(4, end)));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      after.write(Buffer.concat([length, message]));
      arrived = arrived.subarray(end);
    }
  });
  before.on("end", () => {
    after.end();
    for (const span of exporter.getFinishedSpans()) {
      const { traceId, spanId } = span.spanContext();
      const parent = span.parentSpanContext?.spanId ?? "0".repeat(16);
      console.log(JSON.stringify({ name: span.name, trace: traceId, span: spanId, parent }));
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
