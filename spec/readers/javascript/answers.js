// What glassine.js says to what `glassine conform` and ../judge.py ask, wherever it runs.
import * as glassine from "./glassine.js";

const encoder = new TextEncoder();
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error(`not lower-case hexadecimal: ${text}`);
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

const flagsHex = (flags) => (flags === null ? null : toHex([flags]));

function contextJson({ traceId, spanId, traceFlags }) {
  return { trace_id: traceId, span_id: spanId, trace_flags: flagsHex(traceFlags) };
}

function readingJson(reading) {
  return {
    verdict: reading.verdict,
    version: reading.version,
    fault: reading.fault,
    sampled: reading.claimedSampled,
    decision: reading.decision,
    trace_flags: flagsHex(reading.traceFlags),
    trace_id: reading.context?.traceId ?? null,
    span_id: reading.context?.spanId ?? null,
    tracestate: reading.tracestate,
    baggage: reading.baggage,
    text_map: reading.textMap,
    fan_out_weight: reading.weight,
    thinning: reading.thinning,
    further_contexts: reading.furtherContexts.map(contextJson),
    fields: reading.fields.map(({ type, offset, value }) => ({
      type,
      offset,
      value: toHex(value),
    })),
    carrier_faults: reading.carrierFaults,
    payload_offset: reading.payloadOffset,
    payload_len: reading.payload.length,
  };
}

function answerRead({ form, message, cap }) {
  const bytes = fromHex(message);
  const read = form === "text" ? glassine.readText : glassine.read;
  const options = cap === undefined ? {} : { cap };
  const mixed = read(bytes, options);
  if (toHex(mixed.payload) !== toHex(bytes.subarray(mixed.payloadOffset))) {
    throw new Error("the payload is not the rest of the message");
  }
  const reading = readingJson(mixed);
  const answer = { ...reading, payload: toHex(mixed.payload) };
  for (const mode of ["closed", "always"]) {
    const strict = read(bytes, { ...options, mode });
    const same = JSON.stringify(readingJson(strict)) === JSON.stringify(reading);
    answer[mode] = strict.verdict === "refused" ? strict.fault : same ? "as mixed" : "otherwise";
  }
  if (form === "text") compareWithString(bytes, options, reading);
  return answer;
}

// A text that is a string is read as its bytes are.
function compareWithString(bytes, options, reading) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return;
  }
  const other = readingJson(glassine.readText(text, options));
  other.payload_len = bytes.length - other.payload_offset;
  if (JSON.stringify(other) !== JSON.stringify(reading)) {
    throw new Error(`a string is read otherwise: ${JSON.stringify(other)}`);
  }
}

function answerStream({ message, arrived: counts }) {
  const bytes = fromHex(message);
  const answer = (arrived) => {
    if (arrived > bytes.length) throw new Error("more arrived than the message has");
    const reading = glassine.readArrived(bytes.subarray(0, arrived));
    if (reading.verdict === "incomplete") return { incomplete: reading.needs };
    const { verdict, fault, payloadOffset: payload_offset } = reading;
    return { verdict, fault, payload_offset };
  };
  return { answers: counts.map(answer) };
}

function answerReparent(reparent, { message, span_id: spanId }) {
  const result = reparent(fromHex(message), spanId);
  return { result: result && toHex(result) };
}

function contextOf(context) {
  if (context === null || typeof context === "string") return context;
  const { trace_id: traceId, span_id: spanId, trace_flags: flags } = context;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) };
}

const fieldOf = ({ type, value }) => ({ type, value: fromHex(value) });

// Null where the writer refuses.
function unlessRefused(write) {
  try {
    return toHex(write());
  } catch (error) {
    if (error instanceof glassine.EncodeError) return null;
    throw error;
  }
}

function answerSend({ channel = "binary", sending = "on", write }) {
  const payload = fromHex(write.payload);
  if (sending !== "on") return { result: toHex(payload) };
  const envelope = { context: contextOf(write.context), fields: write.fields.map(fieldOf) };
  const wrap = channel === "text" ? glassine.wrapText : glassine.wrap;
  const result = unlessRefused(() => wrap(payload, envelope));
  if (channel === "text") compareWithWritten(write, envelope, result);
  return { result };
}

// A text that is a string is written as its bytes are.
function compareWithWritten(write, envelope, result) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(fromHex(write.payload));
  if (toHex(encoder.encode(text)) !== write.payload) return;
  const other = unlessRefused(() => encoder.encode(glassine.wrapText(text, envelope)));
  if (other !== result) throw new Error(`a string is written otherwise: ${other}`);
}

function answerShorten({ shorten }) {
  const context = shorten.has_ids ? contextOf(CONTEXT) : null;
  const { fields } = glassine.shorten(
    { context, fields: shorten.fields.map(fieldOf) },
    shorten.carrier_bytes,
  );
  return { result: fields.map(({ type, value }) => ({ type, value: toHex(value) })) };
}

const CONTEXT = { trace_id: "1".repeat(32), span_id: "1".repeat(16), trace_flags: "01" };

function answerMask({ context }) {
  const given = contextOf(context);
  const masked = glassine.writeTraceparent({ ...given, traceFlags: given.traceFlags & 1 });
  return { written: glassine.writeTraceparent(given), masked };
}

// Bytes as characters: what is not ASCII is none of the grammar's.
function answerMembers({ list, text }) {
  const split = { tracestate: glassine.tracestateMembers, baggage: glassine.baggageMembers }[list];
  return { members: split(latin1(fromHex(text))) };
}

function answerTable({ points, recipients }) {
  try {
    return {
      one_in: glassine.oneIn(
        recipients,
        points.map((point) => [point.recipients, point.one_in]),
      ),
    };
  } catch (error) {
    if (error instanceof RangeError) return { one_in: null };
    throw error;
  }
}

function answerThinned({ message, receiver }) {
  const reading = glassine.read(fromHex(message));
  const weight = glassine.keptWeight(reading, receiver === null ? null : fromHex(receiver));
  const decision = reading.decision === "sampled" && weight === 0 ? "unsampled" : reading.decision;
  return { decision, weight: weight > 1 ? weight : null };
}

function answerThin({ context, weight, recipients, payload }) {
  const oneIn = glassine.oneIn(recipients);
  const fields = [
    ...(weight === null ? [] : [glassine.weight(weight)]),
    ...(oneIn === 1 ? [] : [glassine.thinning(oneIn)]),
  ];
  return {
    result: toHex(glassine.wrap(fromHex(payload), { context: contextOf(context), fields })),
  };
}

function answerTraceparent({ text }) {
  const { context, fault } = glassine.readTraceparent(text);
  if (fault !== null) return { fault };
  return { reading: contextJson(context), written: glassine.writeTraceparent(context) };
}

const hash = (number) => number.toString(16).padStart(16, "0");

const ANSWERS = {
  read: answerRead,
  stream: answerStream,
  reparent: (vector) => answerReparent(glassine.reparent, vector),
  reparent_text: (vector) => answerReparent(glassine.reparentText, vector),
  write: answerSend,
  send: answerSend,
  shorten: answerShorten,
  mask: answerMask,
  members: answerMembers,
  traceparent: answerTraceparent,
  share: ({ trace_id: traceId, millionths }) => ({
    hash: hash(glassine.traceHash(traceId)),
    within: glassine.isInShare(traceId, millionths),
  }),
  fan_out: ({ trace_id: traceId, weight, recipient, one_in: oneIn }) => ({
    hash: hash(glassine.recipientHash(traceId, weight, fromHex(recipient))),
    selected: glassine.isChosen(traceId, weight, fromHex(recipient), oneIn),
  }),
  rate: ({ recipients }) => ({ one_in: glassine.oneIn(recipients) }),
  table: answerTable,
  weight: ({ weight, one_in: oneIn }) => ({ result: glassine.nestedWeight(weight, oneIn) }),
  thinned: answerThinned,
  thin: answerThin,
};

export function answer(asked) {
  return ANSWERS[asked.ask]?.(asked) ?? { unsupported: true };
}
