// Glassine, version 1: reads and writes messages that carry a trace context.
//
// One file without dependencies, for browsers, workers, Node and others. Bytes are `Uint8Array`,
// ids are hexadecimal strings as OpenTelemetry and W3C write them. What each function promises is in
// glassine.d.ts. Names in brackets, such as [R-READ-1], are requirements of spec/glassine.md.

export const MAGIC = 0x9e;
export const VERSION = 1;
export const HEADER_LEN = 8;
export const IDS_LEN = 24;
export const DEFAULT_CAP = 16_384;
export const MAX_CARRIER = 65_535;
export const MAX_FIELDS = 128;
export const TEXT_PREFIX = "~glassine;";
export const MAX_BASE64 = 87_391;

export const FieldType = Object.freeze({
  TRACESTATE: 1,
  BAGGAGE: 2,
  TEXT_MAP: 3,
  WEIGHT: 4,
  FURTHER_CONTEXT: 5,
  THINNING: 6,
});

export const DEFAULT_POINTS = Object.freeze([
  Object.freeze([1, 1]),
  Object.freeze([100, 10]),
  Object.freeze([10_000, 1_000]),
]);

const DECIDED = 1;
const IDS = 2;
const SAMPLED = 1;
const RANDOM = 2;
const FIELD_HEADER_LEN = 3;
const GUARD = [0xc1, 0xde];
const SEMICOLON = 0x3b;
const W3C_KEYS = ["traceparent", "tracestate", "baggage"];
const { TRACESTATE, BAGGAGE, TEXT_MAP, WEIGHT, FURTHER_CONTEXT, THINNING } = FieldType;

const encoder = new TextEncoder();
// A byte order mark is part of the text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// What a message says. Everything but the header is looked at when it is asked for [R-READ-9].
export class Reading {
  #head = null;
  #hasIds = false;
  #flags = null;
  #fields = null;

  constructor(verdict, payload, fault = null) {
    this.verdict = verdict;
    this.payload = payload;
    this.payloadOffset = 0;
    this.fault = fault;
    this.version = null;
    this.claimedSampled = false;
    this.needs = 0;
  }

  // Rows 3 to 5 of section 6: a header without a fault.
  static framed(head, payload, payloadOffset, cap, lengthOffset) {
    const reading = new Reading("enveloped", payload);
    reading.payloadOffset = payloadOffset;
    reading.version = head[1];
    if (head[5] & DECIDED) reading.#flags = head[4];
    reading.claimedSampled = (reading.#flags & SAMPLED) !== 0; // [R-READ-7]
    if (head[1] !== VERSION) {
      reading.verdict = "unknown_version"; // [R-READ-4], [R-VER-2]
    } else if (u16(head, 6) > cap) {
      reading.fault = fault("carrier_above_cap", lengthOffset); // [R-READ-5]
    } else {
      reading.#hasIds = (head[5] & IDS) !== 0;
      reading.#head = head;
    }
    return reading;
  }

  get context() {
    if (!this.#hasIds || this.#zeroIds().length > 0) return null; // [R-CARRIER-1]
    return contextOf(this.#head, HEADER_LEN, this.#flags);
  }

  get traceFlags() {
    return this.#zeroIds().length > 0 ? null : this.#flags; // [R-READ-8]
  }

  get decision() {
    const flags = this.traceFlags;
    if (flags === null) return null;
    return flags & SAMPLED ? "sampled" : "unsampled";
  }

  get fields() {
    return this.#carrier().fields;
  }

  get carrierFaults() {
    const { fields, end } = this.#carrier();
    const ofFields = fields.filter((field) => field.fault !== null);
    return [
      ...this.#zeroIds(),
      ...ofFields.map((field) => fault(field.fault, field.offset)),
      ...(end === null ? [] : [end]),
    ];
  }

  get tracestate() {
    return this.#text(TRACESTATE);
  }

  get baggage() {
    return this.#text(BAGGAGE);
  }

  get textMap() {
    return this.#counting(TEXT_MAP).map((field) => splitTextMap(field.value));
  }

  get weight() {
    return this.#number(WEIGHT);
  }

  get thinning() {
    return this.#number(THINNING);
  }

  get furtherContexts() {
    return this.#counting(FURTHER_CONTEXT).map(({ value }) => contextOf(value, 0, value[24]));
  }

  #zeroIds() {
    if (!this.#hasIds) return [];
    const zero = (from, to) => this.#head.subarray(from, to).every((byte) => byte === 0);
    return [
      ...(zero(8, 24) ? [fault("zero_trace_id", 8)] : []),
      ...(zero(24, 32) ? [fault("zero_span_id", 24)] : []),
    ];
  }

  #carrier() {
    if (this.#head === null) return { fields: [], end: null };
    this.#fields ??= readFields(this.#head, this.#hasIds, this.context);
    return this.#fields;
  }

  #counting(type) {
    return this.fields.filter((field) => field.type === type && field.fault === null);
  }

  #text(type) {
    const [field] = this.#counting(type);
    return field === undefined ? null : decoder.decode(field.value);
  }

  #number(type) {
    const [field] = this.#counting(type);
    return field === undefined ? null : u32(field.value, 0);
  }
}

// ------------------------------------------------------------------------------ reading messages

export function read(message, { mode = "mixed", cap = DEFAULT_CAP } = {}) {
  requireBytes(message, "a message");
  const strict = strictFault(message, requireMode(mode));
  if (strict !== null) return new Reading("refused", message, strict);
  if (!hasPrefix(message)) return new Reading("bare", message); // [R-READ-2]
  const found = headerFault(message);
  if (found !== null) return faulty(message, mode, found);
  const end = HEADER_LEN + u16(message, 6);
  if (end > message.length) return faulty(message, mode, fault("carrier_past_end", 6));
  return Reading.framed(message.subarray(0, end), message.subarray(end), end, cap, 6);
}

export function readArrived(arrived, { cap = DEFAULT_CAP } = {}) {
  requireBytes(arrived, "what has arrived");
  const could = [
    (byte) => byte === MAGIC,
    isVersion,
    (byte) => byte === GUARD[0],
    (byte) => byte === GUARD[1],
  ];
  if (arrived.subarray(0, 4).every((byte, at) => could[at](byte))) {
    const needs = neededBytes(arrived);
    if (arrived.length < needs) {
      const reading = new Reading("incomplete", arrived); // [R-STREAM-1]
      reading.needs = needs; // [R-STREAM-5]
      return reading;
    }
  }
  return read(arrived, { cap }); // [R-STREAM-2], [R-STREAM-3]
}

export function readText(message, { mode = "mixed", cap = DEFAULT_CAP } = {}) {
  requireMode(mode);
  if (typeof message !== "string") requireBytes(message, "a text message");
  const bytes = typeof message === "string" ? beginningOf(message) : message;
  if (!startsWithTextPrefix(bytes)) {
    if (mode !== "always") return new Reading("bare", message); // [R-TEXT-5]
    return new Reading("refused", message, fault("not_enveloped", 0));
  }
  const { head, stop, found } = decodeHead(bytes);
  if (found !== null) return faulty(message, mode, found);
  // All before `stop` is ASCII, so that bytes and characters count alike.
  return Reading.framed(head, slice(message, stop + 1), stop + 1, cap, 18);
}

function faulty(message, mode, found) {
  return new Reading(mode === "mixed" ? "damaged" : "refused", message, found); // [R-READ-3]
}

function isVersion(byte) {
  return byte >= 1 && byte <= 8 && byte !== 5; // [R-INV-2]
}

function hasPrefix(m) {
  return (
    m.length >= 4 && m[0] === MAGIC && isVersion(m[1]) && m[2] === GUARD[0] && m[3] === GUARD[1]
  );
}

// Faults 1 to 7 of section 6, of bytes that have the prefix.
function headerFault(m) {
  if (m.length < HEADER_LEN) return fault("truncated_header", m.length);
  const [version, flags, shape] = [m[1], m[4], m[5]];
  const decided = shape & DECIDED;
  const ids = shape & IDS;
  if (shape & 0xf0) return fault("reserved_bits", 5);
  if (flags !== 0 && !decided) return fault("flags_without_decision", 4);
  if (version !== VERSION) return null;
  if (shape & 0x0c) return fault("unknown_shape", 5);
  if (ids && !decided) return fault("ids_without_decision", 5);
  if (flags & SAMPLED && !ids) return fault("sampled_without_ids", 4);
  if (ids && u16(m, 6) < IDS_LEN) return fault("carrier_too_short", 6);
  return null;
}

// The faults of section 9, byte by byte, before those of section 6.
function strictFault(m, mode) {
  if (mode === "mixed") return null;
  if (m.length === 0 || m[0] !== MAGIC) {
    return mode === "always" ? fault("not_enveloped", 0) : null;
  }
  if (m.length > 1 && !isVersion(m[1])) return fault("impossible_version", 1);
  if (m.length > 2 && m[2] !== GUARD[0]) return fault("wrong_guard", 2);
  if (m.length > 3 && m[3] !== GUARD[1]) return fault("wrong_guard", 3);
  return m.length < HEADER_LEN ? fault("truncated_header", m.length) : null;
}

function neededBytes(arrived) {
  if (arrived.length < 4) return 4;
  if (arrived.length < HEADER_LEN) return HEADER_LEN;
  return headerFault(arrived) === null ? HEADER_LEN + u16(arrived, 6) : 0;
}

// The bytes of a text as far as its envelope can reach.
function beginningOf(text) {
  const stop = text.indexOf(";", TEXT_PREFIX.length);
  const limit = TEXT_PREFIX.length + MAX_BASE64 + 1;
  return encoder.encode(text.slice(0, stop < 0 ? limit : Math.min(stop + 1, limit)));
}

function slice(message, from) {
  return typeof message === "string" ? message.slice(from) : message.subarray(from);
}

function startsWithTextPrefix(bytes) {
  if (bytes.length < TEXT_PREFIX.length) return false;
  for (let at = 0; at < TEXT_PREFIX.length; at++) {
    if (bytes[at] !== TEXT_PREFIX.charCodeAt(at)) return false;
  }
  return true;
}

// The table of section 10, in its order.
function decodeHead(m) {
  const start = TEXT_PREFIX.length;
  const wrong = (kind, offset) => ({ head: null, stop: 0, found: fault(kind, offset) });
  const stop = m.subarray(0, start + MAX_BASE64 + 1).indexOf(SEMICOLON, start);
  if (stop < 0) return wrong("text_unterminated", Math.min(m.length, start + MAX_BASE64));
  const foreign = m.subarray(start, stop).findIndex((character) => SEXTETS[character] > 63);
  if (foreign >= 0) return wrong("text_alphabet", start + foreign);
  const count = stop - start;
  if (count % 4 === 1) return wrong("text_length", stop);
  const unused = [0, 0, 0b1111, 0b11][count % 4]; // 12 bits hold 1 byte, 18 bits hold 2
  if (SEXTETS[m[stop - 1]] & unused) return wrong("text_unused_bits", stop - 1);
  const head = decodeBase64url(m.subarray(start, stop));
  if (!hasPrefix(head)) return wrong("text_not_a_frame", start);
  const found = headerFault(head);
  if (found !== null) return wrong(found.kind, start + Math.floor((4 * found.offset) / 3));
  const end = HEADER_LEN + u16(head, 6);
  if (end > head.length) return wrong("carrier_past_end", 18);
  if (end < head.length) return wrong("text_carrier_length", 18);
  return { head, stop, found: null };
}

// --------------------------------------------------------------------------------------- carrier

// Goes through the fields of a version 1 carrier, those that do not count as well.
function readFields(head, hasIds, context) {
  const fields = [];
  const seen = new Set();
  let at = HEADER_LEN + (hasIds ? IDS_LEN : 0);
  while (at < head.length) {
    if (fields.length === MAX_FIELDS) {
      return { fields, end: fault("too_many_fields", at) }; // [R-CARRIER-4]
    }
    const value = at + FIELD_HEADER_LEN;
    const after = value > head.length ? Infinity : value + u16(head, at + 1);
    if (after > head.length) return { fields, end: fault("field_past_end", at) }; // [R-CARRIER-3]
    const field = { type: head[at], offset: at, value: head.subarray(value, after), fault: null };
    field.fault = fieldFault(field, context, seen);
    fields.push(field);
    at = after;
  }
  return { fields, end: null };
}

// The first fault of section 5.3 that fits; what counts is noted in `seen`.
function fieldFault({ type, value }, context, seen) {
  if (isMalformed(type, value)) return "malformed_field"; // [R-FIELD-1]
  const sampled = context !== null && (context.traceFlags & SAMPLED) !== 0;
  if (type === TRACESTATE && context === null) return "misplaced_field"; // [R-FIELD-5]
  if ((type === WEIGHT || type === THINNING) && !sampled) return "misplaced_field"; // [R-FIELD-6]
  let once = null;
  if (type === TEXT_MAP) once = splitTextMap(value).key.toLowerCase(); // [R-FIELD-3]
  if ([TRACESTATE, BAGGAGE, WEIGHT, THINNING].includes(type)) once = type; // [R-FIELD-2]
  if (once === null) return null;
  if (seen.has(once)) return "repeated_field";
  seen.add(once);
  return null;
}

function isMalformed(type, value) {
  switch (type) {
    case 0:
      return true;
    case TRACESTATE:
    case BAGGAGE:
      return value.length === 0 || !value.every((b) => b === 0x09 || (b >= 0x20 && b <= 0x7e));
    case TEXT_MAP:
      return splitTextMap(value) === null;
    case WEIGHT:
    case THINNING:
      return value.length !== 4 || u32(value, 0) === 0;
    case FURTHER_CONTEXT:
      return (
        value.length !== 25 ||
        value.subarray(0, 16).every((byte) => byte === 0) ||
        value.subarray(16, 24).every((byte) => byte === 0)
      );
    default:
      return false; // [R-CARRIER-5]
  }
}

function splitTextMap(value) {
  if (value.length < 2 || value[0] === 0 || 1 + value[0] > value.length) return null;
  const bytes = value.subarray(1, 1 + value[0]);
  if (!bytes.every((byte) => byte >= 0x21 && byte <= 0x7e)) return null;
  const key = decoder.decode(bytes);
  if (W3C_KEYS.includes(key.toLowerCase())) return null; // [R-FIELD-4]
  try {
    return { key, value: decoder.decode(value.subarray(1 + value[0])) };
  } catch {
    return null;
  }
}

function contextOf(bytes, at, traceFlags) {
  const traceId = hex(bytes.subarray(at, at + 16));
  return { traceId, spanId: hex(bytes.subarray(at + 16, at + 24)), traceFlags };
}

// ------------------------------------------------------------------------------ writing messages

export class EncodeError extends Error {
  constructor(kind, offset) {
    super(`${kind} at byte ${offset}`);
    this.name = "EncodeError";
    this.kind = kind;
    this.offset = offset;
  }
}

export const tracestate = (text) => ({ type: TRACESTATE, value: encoder.encode(text) });
export const baggage = (text) => ({ type: BAGGAGE, value: encoder.encode(text) });
export const weight = (messages) => ({ type: WEIGHT, value: u32Bytes(messages) });
export const thinning = (oneIn) => ({ type: THINNING, value: u32Bytes(oneIn) });

export function textMap(key, text) {
  const name = encoder.encode(key);
  if (name.length > 255) throw new RangeError(`a key of ${name.length} bytes; 255 are the most`);
  return {
    type: TEXT_MAP,
    value: concat([new Uint8Array([name.length]), name, encoder.encode(text)]),
  };
}

export function furtherContext(context) {
  return { type: FURTHER_CONTEXT, value: concat([ids(context), flagsOf(context)]) };
}

export function needsEscape(payload) {
  return payload[0] === MAGIC; // [R-WRITE-2]
}

export function needsEscapeText(payload) {
  if (typeof payload === "string") return payload.startsWith(TEXT_PREFIX); // [R-TEXT-4]
  return startsWithTextPrefix(payload);
}

export function wrap(payload, envelope = {}) {
  requireBytes(payload, "a payload");
  if (saysNothing(envelope) && !needsEscape(payload)) return payload;
  return concat([encode(envelope), payload]); // [R-WRITE-1], [R-WRITE-8]
}

export function wrapText(payload, envelope = {}) {
  if (typeof payload !== "string") requireBytes(payload, "a payload of a text channel");
  if (saysNothing(envelope) && !needsEscapeText(payload)) return payload;
  if (!isText(payload)) throw new EncodeError("payload_not_text", 0); // [R-TEXT-3]
  return withText(textHead(encode(envelope)), payload);
}

export function encode({ context = null, fields = [] } = {}) {
  const isContext = context !== null && context !== "unsampled";
  const idBytes = isContext ? ids(context) : new Uint8Array(0);
  const usable = isContext ? { traceFlags: flagsOf(context)[0] } : null;
  if (isContext) {
    if (idBytes.subarray(0, 16).every((byte) => byte === 0)) {
      throw new EncodeError("zero_trace_id", 8); // [R-WRITE-3]
    }
    if (idBytes.subarray(16).every((byte) => byte === 0)) throw new EncodeError("zero_span_id", 24);
  }
  let end = HEADER_LEN + idBytes.length;
  if (fields.length > MAX_FIELDS) throw new EncodeError("too_many_fields", end);
  const ordered = [...fields].sort((a, b) => a.type - b.type); // [R-WRITE-6] it is stable
  const seen = new Set();
  for (const field of ordered) {
    requireBytes(field.value, "a field's value");
    if (!Number.isInteger(field.type) || field.type < 0 || field.type > 255) {
      throw new RangeError(`a field of type ${field.type}`);
    }
    if (field.value.length > MAX_CARRIER) throw new EncodeError("field_too_long", end);
    const found = fieldFault(field, usable, seen); // [R-WRITE-7]
    if (found !== null) throw new EncodeError(found, end);
    end += FIELD_HEADER_LEN + field.value.length;
    if (end > HEADER_LEN + MAX_CARRIER) {
      throw new EncodeError("carrier_too_long", HEADER_LEN + MAX_CARRIER); // [R-WRITE-5]
    }
  }
  // [R-WRITE-4] a marker's flags are 00
  const shape = isContext ? DECIDED | IDS : context === "unsampled" ? DECIDED : 0;
  return assemble(isContext ? usable.traceFlags : 0, shape, idBytes, ordered, end);
}

export function reparent(message, spanId, options = {}) {
  requireBytes(message, "a message");
  const reading = read(message, { ...options, mode: "mixed" });
  const head = reparented(reading, spanId);
  return head === null ? null : concat([head, reading.payload]);
}

export function reparentText(message, spanId, options = {}) {
  const reading = readText(message, { ...options, mode: "mixed" });
  const head = reparented(reading, spanId);
  return head === null ? null : withText(textHead(head), reading.payload);
}

export function shorten({ context = null, fields = [] }, carrierBytes) {
  const kept = [...fields];
  const length = (field) => FIELD_HEADER_LEN + field.value.length;
  const hasIds = context !== null && context !== "unsampled";
  const room = Math.max(carrierBytes - (hasIds ? IDS_LEN : 0), 0); // [R-SHORT-1]
  let excess = kept.reduce((sum, field) => sum + length(field), 0) - room;
  for (let goes = 0; goes < 5; goes++) {
    for (let at = kept.length - 1; at >= 0 && excess > 0; at--) {
      const field = kept[at];
      if (goesAs(field.type) !== goes) continue;
      const isList = field.type === BAGGAGE || field.type === TRACESTATE;
      const value = isList ? firstMembers(field.value, excess) : new Uint8Array(0);
      if (value.length > 0) {
        kept[at] = { type: field.type, value };
        excess -= field.value.length - value.length;
      } else {
        kept.splice(at, 1);
        excess -= length(field);
      }
    }
  }
  return { context, fields: kept };
}

function saysNothing({ context = null, fields = [] }) {
  return context === null && fields.length === 0;
}

function assemble(flags, shape, idBytes, fields, end) {
  const out = new Uint8Array(end);
  const n = end - HEADER_LEN;
  out.set([MAGIC, VERSION, ...GUARD, flags, shape, n >> 8, n & 0xff]);
  out.set(idBytes, HEADER_LEN);
  let at = HEADER_LEN + idBytes.length;
  for (const { type, value } of fields) {
    out.set([type, value.length >> 8, value.length & 0xff], at);
    out.set(value, at + FIELD_HEADER_LEN);
    at += FIELD_HEADER_LEN + value.length;
  }
  return out;
}

// Header and carrier with another span id, or null where the frame is left as it is [R-COPY-5].
function reparented(reading, spanId) {
  const { context } = reading;
  const span = unhex(spanId, 8, "a span id");
  if (context === null || span.every((byte) => byte === 0)) return null;
  // [R-COPY-1], [R-COPY-3] what counts; [R-COPY-2] of what is not known, what has bit 7
  const kept = reading.fields.filter(
    (field) => field.fault === null && (field.type <= THINNING || field.type & 0x80),
  );
  const end = kept.reduce(
    (sum, field) => sum + FIELD_HEADER_LEN + field.value.length,
    HEADER_LEN + IDS_LEN,
  );
  return assemble(context.traceFlags, DECIDED | IDS, ids({ ...context, spanId }), kept, end);
}

// In which order fields may go [R-LIMIT-2]; 5 stays.
function goesAs(type) {
  switch (type) {
    case BAGGAGE:
      return 0;
    case TEXT_MAP:
      return 1;
    case FURTHER_CONTEXT:
      return 3;
    case TRACESTATE:
      return 4;
    case WEIGHT:
    case THINNING:
      return 5;
    default:
      return 2;
  }
}

// As many members of a list as fit into what is left without `excess` bytes [R-SHORT-5].
function firstMembers(list, excess) {
  const isGap = (byte) => byte === 0x2c || byte === 0x20 || byte === 0x09;
  const room = list.length - excess;
  let end = list.length;
  while (end > 0 && isGap(list[end - 1])) end--;
  while (end > room && end > 0) {
    end = Math.max(list.lastIndexOf(0x2c, end - 1), 0);
    while (end > 0 && isGap(list[end - 1])) end--;
  }
  return list.subarray(0, end);
}

// Half of a surrogate pair is no text, and neither are bytes that are no UTF-8.
function isText(payload) {
  if (typeof payload === "string") return !/\p{Surrogate}/u.test(payload);
  try {
    decoder.decode(payload);
    return true;
  } catch {
    return false;
  }
}

function withText(head, payload) {
  return typeof payload === "string" ? head + payload : concat([encoder.encode(head), payload]);
}

function textHead(head) {
  return `${TEXT_PREFIX}${encodeBase64url(head)};`;
}

// ---------------------------------------------------------------------- W3C Trace Context

export function tracestateMembers(text) {
  return partsOf(text, 32).flatMap((part) => {
    const member = STATE_MEMBER.exec(part); // [R-LIST-4]
    return member === null ? [] : [{ key: member[1], value: member[2] }];
  });
}

export function baggageMembers(text) {
  return partsOf(text, 180).flatMap((part) => {
    const [first, ...properties] = part.split(";").map(trimmed);
    const member = BAGGAGE_MEMBER.exec(first); // [R-LIST-5]
    if (member === null || !properties.every((property) => BAGGAGE_PROPERTY.test(property))) {
      return [];
    }
    const at = part.indexOf(";");
    const written = at < 0 ? "" : trimmed(part.slice(at + 1));
    return [{ key: member[1], value: member[2], properties: written }];
  });
}

const STATE_MEMBER = /^([a-z0-9][a-z0-9_\-*/@]{0,255})=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256})$/;
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const GAP = "[\\t ]*";
const VALUE = "[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*";
const BAGGAGE_MEMBER = new RegExp(`^(${TOKEN})${GAP}=${GAP}(${VALUE})$`);
const BAGGAGE_PROPERTY = new RegExp(`^${TOKEN}(?:${GAP}=${GAP}${VALUE})?$`);

// The first parts of a list that are not empty [R-LIST-1], [R-LIST-3].
function partsOf(text, most) {
  return text
    .split(",")
    .map(trimmed)
    .filter((part) => part !== "")
    .slice(0, most);
}

// Without blanks and tabs at its ends.
function trimmed(text) {
  const isGap = (at) => text[at] === " " || text[at] === "\t";
  let [start, end] = [0, text.length];
  while (start < end && isGap(start)) start++;
  while (end > start && isGap(end - 1)) end--;
  return text.slice(start, end);
}

export function readTraceparent(text) {
  const bytes = encoder.encode(text);
  const found = traceparentFault(bytes); // [R-W3C-3]
  if (found !== null) return { context: null, fault: found };
  const flags = parseInt(text.slice(53, 55), 16);
  const traceFlags = text.startsWith("00") ? flags : flags & SAMPLED;
  return {
    context: { traceId: text.slice(3, 35), spanId: text.slice(36, 52), traceFlags },
    fault: null,
  };
}

export function writeTraceparent({ traceId, spanId, traceFlags }) {
  return `00-${traceId}-${spanId}-${hex([traceFlags & (SAMPLED | RANDOM)])}`; // [R-W3C-2]
}

function traceparentFault(bytes) {
  if (bytes.length < 55) return fault("length", bytes.length);
  const isZero = (from, to) => bytes.subarray(from, to).every((character) => character === 0x30);
  for (let at = 0; at < 55; at++) {
    if (at === 2 || at === 35 || at === 52) {
      if (bytes[at] !== 0x2d) return fault("separator", at);
    } else if (!isLowerHex(bytes[at])) {
      return fault("digit", at);
    }
    if (at === 1 && bytes[0] === 0x66 && bytes[1] === 0x66) return fault("version", 0);
    if (at === 34 && isZero(3, 35)) return fault("zero_trace_id", 3);
    if (at === 51 && isZero(36, 52)) return fault("zero_span_id", 36);
  }
  const goesOn = bytes.length > 55 && (isZero(0, 2) || bytes[55] !== 0x2d);
  return goesOn ? fault("length", 55) : null;
}

// --------------------------------------------------------------------------- shares and fan-out

export function traceHash(traceId) {
  return xxh64(unhex(traceId, 16, "a trace id"), 0n); // [R-SHARE-1]
}

export function isInShare(traceId, millionths) {
  const limit = (BigInt(millionths) << 32n) / 1_000_000n;
  return traceHash(traceId) >> 32n < limit; // [R-SHARE-2]
}

export function oneIn(recipients, points = DEFAULT_POINTS) {
  points.forEach(([r, n], at) => {
    const ascends = at === 0 || r > points[at - 1][0];
    if (!(isCount(r) && isCount(n) && ascends)) {
      throw new RangeError(`point ${at} of the table: [${r}, ${n}]`);
    }
  });
  if (points.length === 0) throw new RangeError("a table without points");
  if (recipients <= points[0][0]) return points[0][1];
  for (let at = 1; at < points.length; at++) {
    const [[r1, n1], [r2, n2]] = [points[at - 1], points[at]];
    if (recipients < r2) {
      const way = Math.log(recipients / r1) / Math.log(r2 / r1);
      return Math.floor(n1 * (n2 / n1) ** way + 0.5 + 1e-9); // [R-FAN-1], [R-FAN-4]
    }
  }
  return points[points.length - 1][1];
}

export function recipientHash(traceId, weight, name) {
  const inherited = weight === null || weight === 1 ? 0n : BigInt(weight);
  const seed = xxh64(unhex(traceId, 16, "a trace id"), inherited);
  return xxh64(typeof name === "string" ? encoder.encode(name) : name, seed); // [R-FAN-2]
}

export function isChosen(traceId, weight, name, oneIn) {
  return recipientHash(traceId, weight, name) * BigInt(oneIn) < 1n << 64n; // [R-FAN-2]
}

export function nestedWeight(weight, oneIn) {
  return Math.min((weight ?? 1) * oneIn, 0xffff_ffff); // [R-FAN-3]
}

export function keptWeight(reading, name = null) {
  const { context, weight } = reading;
  if (!reading.claimedSampled || context === null) return 0;
  const oneIn = name === null ? 1 : (reading.thinning ?? 1); // [R-THIN-3]
  const kept = oneIn === 1 || isChosen(context.traceId, weight, name, oneIn); // [R-THIN-1]
  return kept ? nestedWeight(weight, oneIn) : 0; // [R-THIN-2]
}

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

// XXH64, of the xxHash specification.
function xxh64(data, seed) {
  const u64 = (number) => BigInt.asUintN(64, number);
  const rotated = (word, bits) => u64((word << bits) | (word >> (64n - bits)));
  const round = (lane, word) => u64(rotated(u64(lane + word * P2), 31n) * P1);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = 0;
  let hash = u64(seed + P5);
  if (data.length >= 32) {
    const lanes = [u64(seed + P1 + P2), u64(seed + P2), seed, u64(seed - P1)];
    for (; at + 32 <= data.length; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], view.getBigUint64(at + 8 * i, true));
    }
    const turns = [1n, 7n, 12n, 18n];
    hash = u64(lanes.reduce((sum, lane, i) => sum + rotated(lane, turns[i]), 0n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  }
  hash = u64(hash + BigInt(data.length));
  for (; at + 8 <= data.length; at += 8) {
    hash = u64(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= data.length) {
    const word = u64(BigInt(view.getUint32(at, true)) * P1);
    hash = u64(rotated(hash ^ word, 23n) * P2 + P3);
    at += 4;
  }
  for (; at < data.length; at++) hash = u64(rotated(hash ^ u64(BigInt(data[at]) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

// ---------------------------------------------------------------------------------- small things

function fault(kind, offset) {
  return { kind, offset };
}

function requireBytes(bytes, what) {
  // By its name, since each frame of a browser has a Uint8Array of its own.
  if (bytes?.[Symbol.toStringTag] !== "Uint8Array") throw new TypeError(`${what} is a Uint8Array`);
}

function requireMode(mode) {
  if (!["mixed", "closed", "always"].includes(mode)) throw new RangeError(`no such mode: ${mode}`);
  return mode;
}

function u16(bytes, at) {
  return (bytes[at] << 8) | bytes[at + 1];
}

function u32(bytes, at) {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}

function isCount(number) {
  return Number.isInteger(number) && number >= 1 && number <= 0xffff_ffff;
}

function u32Bytes(number) {
  if (!isCount(number)) {
    throw new RangeError(`${number} is not from 1 to 4294967295`);
  }
  return new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number]);
}

function concat(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function isLowerHex(character) {
  return (character >= 0x30 && character <= 0x39) || (character >= 0x61 && character <= 0x66);
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unhex(text, length, what) {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new TypeError(`${what} has ${2 * length} lower-case hexadecimal digits`);
  }
  return Uint8Array.from({ length }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function ids({ traceId, spanId }) {
  return concat([unhex(traceId, 16, "a trace id"), unhex(spanId, 8, "a span id")]);
}

function flagsOf({ traceFlags }) {
  if (!Number.isInteger(traceFlags) || traceFlags < 0 || traceFlags > 255) {
    throw new TypeError("trace flags are a number from 0 to 255");
  }
  return new Uint8Array([traceFlags]);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SEXTETS = Uint8Array.from({ length: 256 }, (_, character) => {
  const value = ALPHABET.indexOf(String.fromCharCode(character));
  return value < 0 ? 0xff : value;
});

// Of characters of the alphabet whose number and last bits are right.
function decodeBase64url(characters) {
  const out = new Uint8Array(Math.floor((characters.length * 3) / 4));
  for (let i = 0; i < out.length; i++) {
    const at = Math.floor(i / 3) * 4 + (i % 3);
    const both = (SEXTETS[characters[at]] << 6) | SEXTETS[characters[at + 1]];
    out[i] = both >> (4 - (i % 3) * 2);
  }
  return out;
}

function encodeBase64url(bytes) {
  const characters = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(bytes.length - at, 3);
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let i = 0; i <= left; i++) characters.push(ALPHABET[(group >> (18 - 6 * i)) & 63]);
  }
  return characters.join("");
}
