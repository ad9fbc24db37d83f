// OpenTelemetry's own packages, over a UDP socket: what one span injects is the parent of another.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import { B3Propagator } from "@opentelemetry/propagator-b3";
import { furtherContext, read, readText, thinning, wrap } from "glassine";
import { getter, Incoming, Outgoing, setter } from "glassine/opentelemetry";
// sdk-2.js or sdk-3.js
import { exporter, register } from "./sdk.js";

// W3C's comes last: each makes a span context of its own, and B3's has no tracestate.
const propagators = [
  new B3Propagator(),
  new W3CTraceContextPropagator(),
  new W3CBaggagePropagator(),
];
const payload = new TextEncoder().encode('{"id":7}');
const tracer = trace.getTracer("test");
let socket;

before(async () => {
  register(new CompositePropagator({ propagators }));
  socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
});
beforeEach(() => exporter.reset());
after(() => socket.close());

// The message as it comes out of a socket.
async function sent(message) {
  const arrived = once(socket, "message");
  socket.send(message, socket.address().port, "127.0.0.1");
  return (await arrived)[0];
}

function injected() {
  const outgoing = new Outgoing();
  propagation.inject(context.active(), outgoing, setter);
  return outgoing;
}

function handle(reading, options) {
  const incoming = new Incoming(reading, options);
  const parent = propagation.extract(ROOT_CONTEXT, incoming, getter);
  tracer.startActiveSpan("receive", {}, parent, (span) => span.end());
  return parent;
}

test("one trace over a socket, with tracestate, baggage and B3", async () => {
  const bags = propagation.createBaggage({ tenant: { value: "7" } });
  const remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const carrier = { traceparent: remote, tracestate: "congo=t61r" };
  const above = propagation.setBaggage(propagation.extract(ROOT_CONTEXT, carrier), bags);
  const message = await context.with(above, () =>
    tracer.startActiveSpan("send", async (span) => {
      const wrapped = injected().wrap(payload);
      span.end();
      return sent(wrapped);
    }),
  );
  const reading = read(message);
  assert.equal(reading.verdict, "enveloped");
  assert.equal(reading.tracestate, "congo=t61r");
  assert.deepEqual(
    reading.textMap.map(({ key }) => key),
    ["b3"],
  );
  assert.equal(new TextDecoder().decode(reading.payload), '{"id":7}');

  const parent = handle(reading);
  assert.equal(propagation.getBaggage(parent).getEntry("tenant").value, "7");
  const [send, receive] = exporter.getFinishedSpans();
  assert.equal(send.spanContext().traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
  assert.equal(receive.spanContext().traceId, send.spanContext().traceId);
  assert.equal(receive.parentSpanContext.spanId, send.spanContext().spanId);
  assert.equal(receive.parentSpanContext.isRemote, true);
  assert.equal(receive.parentSpanContext.traceState.get("congo"), "t61r");
});

test("the same in a text channel", () => {
  const text = tracer.startActiveSpan("send", (span) => {
    const wrapped = injected().wrapText("grün");
    span.end();
    return wrapped;
  });
  const reading = readText(text);
  assert.equal(reading.payload, "grün");
  handle(reading);
  const [send, receive] = exporter.getFinishedSpans();
  assert.equal(receive.parentSpanContext.spanId, send.spanContext().spanId);
});

test("a trace that is not sampled: nothing, a marker, or its context", async () => {
  const parent = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
  const above = trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: 0 });
  const outgoing = context.with(above, injected);
  assert.equal(outgoing.wrap(payload), payload);

  const marker = read(await sent(outgoing.wrap(payload, { unsampled: "marker" })));
  assert.equal(marker.decision, "unsampled");
  assert.equal(marker.payloadOffset, 8);
  handle(marker);
  assert.deepEqual(exporter.getFinishedSpans(), [], "a marker starts no trace");

  const whole = read(await sent(outgoing.wrap(payload, { unsampled: "context" })));
  assert.deepEqual(whole.context, { ...parent, traceFlags: 0 });
  handle(whole);
  assert.deepEqual(exporter.getFinishedSpans(), []);

  handle(read(await sent(payload)));
  assert.equal(exporter.getFinishedSpans().length, 1, "the control: a bare message may start one");
  assert.throws(() => outgoing.wrap(payload, { unsampled: "maybe" }), RangeError);
});

test("what is not believed becomes a link", async () => {
  const [trace1, trace2] = ["1".repeat(32), "2".repeat(32)];
  const sampled = { traceId: trace1, spanId: "1".repeat(16), traceFlags: 1 };
  const further = { traceId: trace2, spanId: "2".repeat(16), traceFlags: 0 };
  const fields = [furtherContext(further)];
  const { links } = new Incoming(read(await sent(wrap(payload, { context: sampled, fields }))));
  tracer.startSpan("receive", { links }, ROOT_CONTEXT).end();
  const [span] = exporter.getFinishedSpans();
  assert.equal(span.parentSpanContext, undefined);
  assert.notEqual(span.spanContext().traceId, trace1);
  assert.deepEqual(
    span.links.map(({ context }) => [context.traceId, context.spanId, context.isRemote]),
    [
      [trace1, sampled.spanId, true],
      [trace2, further.spanId, true],
    ],
  );
  assert.deepEqual(new Incoming(read(wrap(payload, { context: "unsampled" }))).links, []);
});

test("a receiver that thins a copy out records nothing of what it does not keep", () => {
  const sampled = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceFlags: 1,
  };
  const copy = read(wrap(payload, { context: sampled, fields: [thinning(10)] }));
  let kept = 0;
  for (let receiver = 0; receiver < 1000; receiver++) {
    const { weight } = new Incoming(copy, { name: `receiver ${receiver}` });
    assert.ok(weight === 0 || weight === 10);
    handle(copy, { name: `receiver ${receiver}` });
    kept += weight > 0 ? 1 : 0;
  }
  // 100 expected; five standard deviations are 47.
  assert.ok(kept >= 53 && kept <= 147, `${kept} kept it`);
  assert.equal(exporter.getFinishedSpans().length, kept);
});

test("what cannot be carried is left out, and nothing throws", () => {
  const outgoing = new Outgoing();
  outgoing.set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  outgoing.set("tracestate", "");
  outgoing.set("baggage", "a=\n");
  outgoing.set("with space", "1");
  outgoing.set("k".repeat(256), "1");
  outgoing.set("half", "\ud800");
  outgoing.set("B3", "0");
  outgoing.set("b3", "1");
  const reading = read(outgoing.wrap(payload));
  assert.deepEqual(reading.carrierFaults, []);
  assert.deepEqual([reading.tracestate, reading.baggage], [null, null]);
  assert.deepEqual(reading.textMap, [{ key: "b3", value: "1" }]);

  outgoing.set("baggage", Array.from({ length: 9000 }, (_, i) => `k${i}=v`).join(","));
  for (let i = 0; i < 200; i++) outgoing.set(`x${i}`, "v");
  const long = read(outgoing.wrap(payload));
  assert.ok(long.context !== null && long.baggage.startsWith("k0=v,k1=v,"));
  assert.equal(long.fault, null);

  outgoing.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more");
  assert.equal(outgoing.wrap(payload), payload);
});
