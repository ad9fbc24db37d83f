// What no vector asks of the package: what it throws, and what it makes without bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import * as glassine from "glassine";

const context = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  traceFlags: 1,
};
const payload = new TextEncoder().encode('{"id":7}');

test("a bare payload is itself, uncopied, and one that begins with 9E is escaped", () => {
  assert.equal(glassine.wrap(payload), payload);
  const magic = new Uint8Array([0x9e]);
  assert.deepEqual([...glassine.wrap(magic)], [0x9e, 1, 0xc1, 0xde, 0, 0, 0, 0, 0x9e]);
  assert.equal(glassine.wrapText("hi"), "hi");
  assert.equal(glassine.wrapText("~glassine;x"), "~glassine;ngHB3gAAAAA;~glassine;x");
});

test("the text form of the specification's example", () => {
  const text = glassine.wrapText('{"id":7}', { context: { ...context, traceFlags: 3 } });
  const expected = "~glassine;ngHB3gMDABhL-S81d7NNpqPOkp0ODkc2APBnqgupArc;";
  assert.equal(text, `${expected}{"id":7}`);
  assert.equal(glassine.readText(text).payload, '{"id":7}');
  const moved = glassine.reparentText(text, "1111111111111111");
  assert.equal(glassine.readText(moved).context.spanId, "1111111111111111");
  assert.equal(glassine.readText(moved).payload, '{"id":7}');
  const bytes = glassine.reparentText(new TextEncoder().encode(text), "1111111111111111");
  assert.equal(new TextDecoder().decode(bytes), moved);
  assert.equal(glassine.reparentText("bare", "1111111111111111"), null);
});

test("a payload points into the message", () => {
  const message = glassine.wrap(payload, { context });
  const reading = glassine.read(message);
  message[message.length - 2] = 0x38;
  assert.equal(new TextDecoder().decode(reading.payload), '{"id":8}');
});

test("bytes of another realm, and of a buffer of Node", () => {
  const other = vm.runInNewContext("new Uint8Array([0x9e, 1, 0xc1, 0xde, 0, 1, 0, 0])");
  assert.equal(glassine.read(other).decision, "unsampled");
  const buffer = Buffer.from(glassine.wrap(payload, { context }));
  assert.ok(Buffer.isBuffer(glassine.read(buffer).payload));
  assert.deepEqual(glassine.read(buffer).context, context);
});

test("what is not bytes, and options that do not exist, are named", () => {
  assert.throws(() => glassine.read("text"), /^TypeError: a message is a Uint8Array$/);
  assert.throws(() => glassine.read([0x9e]), TypeError);
  assert.throws(() => glassine.wrap("text"), /^TypeError: a payload is a Uint8Array$/);
  assert.throws(
    () => glassine.wrapText(7),
    /^TypeError: a payload of a text channel is a Uint8Array$/,
  );
  assert.throws(() => glassine.read(payload, { mode: "open" }), /^RangeError: no such mode: open$/);
  const upper = { ...context, traceId: context.traceId.toUpperCase() };
  assert.throws(() => glassine.encode({ context: upper }), /a trace id has 32 lower-case/);
  assert.throws(() => glassine.encode({ context: { ...context, traceFlags: 256 } }), /trace flags/);
  assert.throws(() => glassine.weight(0), /^RangeError: 0 is not from 1 to 4294967295$/);
  assert.throws(() => glassine.thinning(2 ** 32), RangeError);
  assert.throws(() => glassine.textMap("k".repeat(256), ""), /a key of 256 bytes/);
  assert.throws(() => glassine.oneIn(5, []), /a table without points/);
  assert.throws(
    () =>
      glassine.oneIn(5, [
        [2, 1],
        [2, 3],
      ]),
    /point 1 of the table: \[2, 3\]/,
  );
});

test("what a writer refuses has a kind and a place", () => {
  const refused = (envelope) => {
    try {
      glassine.encode(envelope);
    } catch (error) {
      assert.ok(error instanceof glassine.EncodeError);
      assert.equal(error.message, `${error.kind} at byte ${error.offset}`);
      return [error.kind, error.offset];
    }
    return null;
  };
  const zero = { ...context, traceId: "0".repeat(32) };
  const zeroSpan = { ...context, spanId: "0".repeat(16) };
  const [state, bags] = [glassine.tracestate("a=1"), glassine.baggage("a=1")];
  assert.deepEqual(refused({ context: zero }), ["zero_trace_id", 8]);
  assert.deepEqual(refused({ context: zeroSpan }), ["zero_span_id", 24]);
  assert.deepEqual(refused({ fields: [state] }), ["misplaced_field", 8]);
  assert.deepEqual(refused({ context, fields: [bags, state, bags] }), ["repeated_field", 44]);
  assert.deepEqual(refused({ context, fields: [glassine.baggage("")] }), ["malformed_field", 32]);
  const many = Array.from({ length: 129 }, () => ({ type: 0xe0, value: payload }));
  assert.deepEqual(refused({ fields: many }), ["too_many_fields", 8]);
  const long = { type: 0xe0, value: new Uint8Array(65_536) };
  assert.deepEqual(refused({ fields: [long] }), ["field_too_long", 8]);
  const [half, rest] = [32_764, 32_765].map((length) => ({
    type: 0xe0,
    value: new Uint8Array(length),
  }));
  assert.equal(refused({ fields: [half, half] }), null);
  assert.equal(refused({ fields: [half, rest] }), null);
  assert.deepEqual(refused({ fields: [rest, rest] }), ["carrier_too_long", 65_543]);
  assert.throws(() => glassine.wrapText("\ud800", { context }), { kind: "payload_not_text" });
  assert.equal(glassine.wrapText("\ud800"), "\ud800", "what goes bare is not judged");
});

test("an envelope is shortened to a number of bytes of carrier", () => {
  const fields = [glassine.baggage("a=1,b=2,c=3"), glassine.tracestate("a=1")];
  const { fields: left } = glassine.shorten({ context, fields }, 24 + 10 + 6);
  assert.deepEqual(
    left.map(({ value }) => new TextDecoder().decode(value)),
    ["a=1,b=2", "a=1"],
  );
  assert.equal(fields[0].value.length, 11, "what was given is as it was");
});

test("one receiver in 100 keeps a copy that went to many, and counts 100 times its weight", () => {
  // 20,000 names for each of 10 traces: 200 are expected, with a standard deviation of 14.1; the
  // bound is five of them.
  for (let trace = 1; trace <= 10; trace++) {
    const traceId = trace.toString(16).padStart(32, "0");
    const fields = [glassine.thinning(100), ...(trace > 5 ? [glassine.weight(7)] : [])];
    const reading = glassine.read(
      glassine.wrap(payload, { context: { ...context, traceId }, fields }),
    );
    const own = trace > 5 ? 7 : 1;
    let kept = 0;
    for (let receiver = 0; receiver < 20_000; receiver++) {
      const weight = glassine.keptWeight(reading, `receiver ${receiver}`);
      assert.ok(weight === 0 || weight === 100 * own);
      kept += weight > 0 ? 1 : 0;
    }
    assert.ok(kept >= 129 && kept <= 271, `${kept} kept it`);
    assert.equal(glassine.keptWeight(reading), own);
  }
});
