// Compiled and never run: the types say what users rely on.
import { context, propagation, type SpanContext } from "@opentelemetry/api";
import {
  type Context,
  encode,
  type Fault,
  read,
  readText,
  readTraceparent,
  reparentText,
  wrap,
} from "glassine";
import { getter, Incoming, Outgoing, setter } from "glassine/opentelemetry";

export function typed(bytes: Uint8Array, span: SpanContext): void {
  const payload: Uint8Array = read(bytes, { mode: "closed", cap: 8734 }).payload;
  const text: string = readText("~glassine;").payload;
  const both: Uint8Array = readText(bytes).payload;
  const wrapped: Uint8Array = wrap(payload, { context: span });
  const moved: string | null = reparentText(text, span.spanId);
  const parsed = readTraceparent(text);
  const found: Context | Fault = parsed.fault === null ? parsed.context : parsed.fault;
  const outgoing = new Outgoing();
  propagation.inject(context.active(), outgoing, setter);
  propagation.extract(context.active(), new Incoming(readText("")), getter);
  // @ts-expect-error a message is bytes
  read("text");
  // @ts-expect-error no such mode
  read(bytes, { mode: "open" });
  // @ts-expect-error a context has flags
  encode({ context: { traceId: "", spanId: "" } });
  // @ts-expect-error a reading is made by reading
  new (read(bytes).constructor as typeof import("glassine").Reading)();
  void [both, wrapped, moved, found];
}
