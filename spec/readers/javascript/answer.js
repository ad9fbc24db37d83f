// Answers for glassine.js: reads vectors from standard input, one JSON object a line with the `kind`
// of its file, and writes for each what the reader makes of it. ../judge.py asks and compares.
import { createInterface } from "node:readline";
import * as glassine from "./glassine.js";

const toHex = (bytes) => Buffer.from(bytes).toString("hex");

function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error(`not lower-case hexadecimal: ${text}`);
  return new Uint8Array(Buffer.from(text, "hex"));
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
    fields: reading.fields.map(({ type, offset, value }) => ({ type, offset, value: toHex(value) })),
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
  const answer = { reading };
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

function answerStream({ message, answers }) {
  const bytes = fromHex(message);
  const answer = ({ arrived }) => {
    if (arrived > bytes.length) throw new Error("more arrived than the message has");
    const reading = glassine.readArrived(bytes.subarray(0, arrived));
    if (reading.verdict === "incomplete") return { arrived, answer: { incomplete: reading.needs } };
    const { verdict, fault, payloadOffset: payload_offset } = reading;
    return { arrived, answer: { verdict, fault, payload_offset } };
  };
  return { answers: answers.map(answer) };
}

function answerReparent({ message, span_id: spanId }) {
  const result = glassine.reparent(fromHex(message), spanId);
  return { result: result && toHex(result) };
}

function answerWrite({ write }, wrap, decode, encode) {
  const { context } = write;
  const isContext = context !== null && typeof context === "object";
  const given = isContext && {
    traceId: context.trace_id,
    spanId: context.span_id,
    traceFlags: parseInt(context.trace_flags, 16),
  };
  const fields = write.fields.map(({ type, value }) => ({ type, value: fromHex(value) }));
  try {
    const payload = decode(fromHex(write.payload));
    return { result: toHex(encode(wrap(payload, { context: isContext ? given : context, fields }))) };
  } catch (error) {
    if (error instanceof glassine.EncodeError || error.code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return { result: null };
    }
    throw error;
  }
}

const asIs = (bytes) => bytes;
const strictly = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

function answerTraceparent({ text }) {
  const { context, fault } = glassine.readTraceparent(text);
  if (fault !== null) return { fault };
  return { reading: contextJson(context), written: glassine.writeTraceparent(context) };
}

const hash = (number) => number.toString(16).padStart(16, "0");

const ANSWERS = {
  read: answerRead,
  stream: answerStream,
  reparent: answerReparent,
  write: (vector) => answerWrite(vector, glassine.wrap, asIs, asIs),
  write_text: (vector) => answerWrite(vector, glassine.wrapText, strictly, (text) => Buffer.from(text)),
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
};

for await (const line of createInterface({ input: process.stdin, terminal: false })) {
  const vector = JSON.parse(line);
  const answer = ANSWERS[vector.kind];
  if (answer === undefined) throw new Error(`an unknown kind: ${vector.kind}`);
  process.stdout.write(`${JSON.stringify(answer(vector))}\n`);
}
