// Words for what is in a message.

// Each fault with a sentence, and the requirement that it breaks or that says what it costs.
export const FAULTS = {
  truncated_header: { sentence: "the header is cut off", requirement: "R-READ-3" },
  reserved_bits: { sentence: "reserved bits of the shape are set", requirement: "R-INV-4" },
  flags_without_decision: {
    sentence: "trace flags are set without a decision",
    requirement: "R-INV-3",
  },
  unknown_shape: { sentence: "the shape is not one of version 1", requirement: "R-FRAME-1" },
  ids_without_decision: {
    sentence: "the shape has ids without a decision",
    requirement: "R-FRAME-2",
  },
  sampled_without_ids: { sentence: "sampled is set without ids", requirement: "R-FRAME-3" },
  carrier_too_short: { sentence: "the carrier is too short for its ids", requirement: "R-FRAME-4" },
  carrier_past_end: {
    sentence: "the carrier runs past the end of the message",
    requirement: "R-INV-5",
  },
  carrier_above_cap: {
    sentence: "the carrier is longer than this reader’s cap",
    requirement: "R-READ-5",
  },
  text_unterminated: { sentence: "the text form’s header does not end", requirement: "R-TEXT-5" },
  text_alphabet: { sentence: "a character is not base64url", requirement: "R-TEXT-2" },
  text_length: { sentence: "the base64url has an impossible length", requirement: "R-TEXT-2" },
  text_unused_bits: { sentence: "unused bits of the base64url are set", requirement: "R-TEXT-2" },
  text_not_a_frame: { sentence: "the base64url does not hold a frame", requirement: "R-TEXT-5" },
  text_carrier_length: {
    sentence: "the base64url goes on after the carrier",
    requirement: "R-TEXT-1",
  },
  not_enveloped: {
    sentence: "the message is bare in a channel that is always enveloped",
    requirement: "R-CHAN-2",
  },
  impossible_version: {
    sentence: "the magic byte is followed by an impossible version",
    requirement: "R-INV-2",
  },
  wrong_guard: { sentence: "the guard is wrong", requirement: "R-INV-1" },
  zero_trace_id: { sentence: "the trace id is all zero", requirement: "R-CARRIER-1" },
  zero_span_id: { sentence: "the span id is all zero", requirement: "R-CARRIER-1" },
  too_many_fields: {
    sentence: "the carrier has more fields than are read",
    requirement: "R-CARRIER-4",
  },
  field_past_end: {
    sentence: "a field runs past the end of the carrier",
    requirement: "R-CARRIER-3",
  },
  malformed_field: { sentence: "a field is malformed", requirement: "R-FIELD-1" },
  misplaced_field: {
    sentence: "a field needs a context that is not there",
    requirement: "R-FIELD-5",
  },
  repeated_field: { sentence: "a field that counts once is repeated", requirement: "R-FIELD-2" },
};

const FIELDS = [
  "never used",
  "tracestate",
  "baggage",
  "text-map entry",
  "fan-out weight",
  "further context",
  "thinning",
];
const GREASE = [0x2a, 0x4a, 0xaa, 0xca];

export function fieldName(type) {
  const isPrivate = (type >= 0x60 && type <= 0x7f) || type >= 0xe0;
  const kind = GREASE.includes(type) ? "grease" : isPrivate ? "private" : "unassigned";
  return FIELDS[type] ?? `type ${type.toString(16).padStart(2, "0")}, ${kind}`;
}

export function flagWords(flags) {
  const known = ["sampled", "random"].filter((_, bit) => flags & (1 << bit));
  if (flags & 0xfc) known.push("others");
  return known.length > 0 ? known.join(", ") : "none";
}

export function shapeWords(shape, version) {
  const words = [];
  if (shape & 1) words.push("DECIDED");
  if (shape & 2) words.push(version === 1 ? "IDS" : "bit 1");
  if (shape & 0xfc) words.push(`other bits ${(shape & 0xfc).toString(16)}`);
  return words.length > 0 ? words.join(", ") : "nothing known";
}
