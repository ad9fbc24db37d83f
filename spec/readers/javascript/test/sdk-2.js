// OpenTelemetry's SDK of release 2: all that differs between the two.
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

export const exporter = new InMemorySpanExporter();

// With the SDK's default sampler.
export function register(propagator) {
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register({ propagator });
}
