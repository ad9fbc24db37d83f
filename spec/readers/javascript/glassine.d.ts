/**
 * Glassine, version 1: reads and writes messages that carry a trace context.
 *
 * The bytes are those of the specification, spec/glassine.md; identifiers such as R-READ-1 are its
 * requirements.
 */

/** The first byte of every frame. A payload that begins with it is escaped. */
export declare const MAGIC: 0x9e;
export declare const VERSION: 1;
export declare const HEADER_LEN: 8;
export declare const IDS_LEN: 24;
/** The longest carrier that a reader looks into, unless it is told otherwise. */
export declare const DEFAULT_CAP: 16384;
export declare const MAX_CARRIER: 65535;
export declare const MAX_FIELDS: 128;
/** How a frame of a text channel begins. */
export declare const TEXT_PREFIX: "~glassine;";
export declare const MAX_BASE64: 87391;

/** The types of fields that version 1 names (section 5.2). */
export declare const FieldType: Readonly<{
  TRACESTATE: 1;
  BAGGAGE: 2;
  TEXT_MAP: 3;
  WEIGHT: 4;
  FURTHER_CONTEXT: 5;
  THINNING: 6;
}>;

/** A trace id, a span id and trace flags. OpenTelemetry's `SpanContext` is one. */
export interface Context {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** 0 to 255. Bit 0 is sampled, bit 1 is random. */
  readonly traceFlags: number;
}

export type Decision = "sampled" | "unsampled";

/**
 * What kind of message it is (section 6). `refused` is an error on its channel, which is closed or
 * always; `incomplete` comes from {@link readArrived} alone.
 */
export type Verdict =
  "bare" | "enveloped" | "unknown_version" | "damaged" | "refused" | "incomplete";

/** What a channel takes (section 9). */
export type Mode = "mixed" | "closed" | "always";

export type MessageFaultKind =
  | "truncated_header"
  | "reserved_bits"
  | "flags_without_decision"
  | "unknown_shape"
  | "ids_without_decision"
  | "sampled_without_ids"
  | "carrier_too_short"
  | "carrier_past_end"
  | "carrier_above_cap"
  | "text_unterminated"
  | "text_alphabet"
  | "text_length"
  | "text_unused_bits"
  | "text_not_a_frame"
  | "text_carrier_length"
  | "not_enveloped"
  | "impossible_version"
  | "wrong_guard";

export type FieldFaultKind = "malformed_field" | "misplaced_field" | "repeated_field";

export type CarrierFaultKind =
  FieldFaultKind | "zero_trace_id" | "zero_span_id" | "too_many_fields" | "field_past_end";

export type TraceparentFaultKind =
  "length" | "version" | "separator" | "digit" | "zero_trace_id" | "zero_span_id";

/** What is wrong, and at which byte it shows. */
export interface Fault<Kind extends string = string> {
  readonly kind: Kind;
  readonly offset: number;
}

/** A field to be written. */
export interface Field {
  /** 0 to 255. */
  readonly type: number;
  readonly value: Uint8Array;
}

/** A field as it stands in a carrier. */
export interface ReadField extends Field {
  /** Where its type stands in the binary message, or in what a text was decoded to. */
  readonly offset: number;
  /** Why it does not count; `null` if it does. */
  readonly fault: FieldFaultKind | null;
}

export interface TextMapEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * What a message says. Nothing but the header is looked at before it is asked for. What is bytes
 * points into the message: copy what you keep of a buffer that is used again.
 */
export declare class Reading<Payload extends Uint8Array | string = Uint8Array> {
  private constructor();
  readonly verdict: Verdict;
  /** What the application sent, always: all of the message if that is bare, damaged or refused. */
  readonly payload: Payload;
  readonly payloadOffset: number;
  /** Of what is damaged or refused, and of a carrier above the cap. */
  readonly fault: Fault<MessageFaultKind> | null;
  /** `null` for bare and damaged messages. */
  readonly version: number | null;
  /** What the header claims (R-READ-7): a hint that saves work. */
  readonly claimedSampled: boolean;
  /** How many bytes of the message the next part needs, if it is incomplete. Otherwise 0. */
  readonly needs: number;
  /** The usable context, or `null`. It is a claim: a policy of yours decides what is done with it. */
  readonly context: Context | null;
  /** `null` where there is no decision. */
  readonly traceFlags: number | null;
  /** What the sender decided (R-READ-8). */
  readonly decision: Decision | null;
  readonly tracestate: string | null;
  readonly baggage: string | null;
  /** The entries that count, in the carrier's order, keys as they were sent. */
  readonly textMap: TextMapEntry[];
  /** How many messages this one stands for. */
  readonly weight: number | null;
  /** One receiver in how many keeps the sampled context of this copy. See {@link keptWeight}. */
  readonly thinning: number | null;
  readonly furtherContexts: Context[];
  /** Every field that was read, at most 128, whether it counts or not. */
  readonly fields: ReadField[];
  /** What is wrong inside the carrier, in ascending order of offset. */
  readonly carrierFaults: Fault<CarrierFaultKind>[];
}

export interface ReadOptions {
  /** `mixed` unless it is said. */
  mode?: Mode;
  /** The longest carrier that may be looked into; {@link DEFAULT_CAP} unless it is said. */
  cap?: number;
}

/**
 * Reads a message of a binary channel (section 6). Always gives a payload, and never throws for what
 * a message holds. Looks at 8 bytes.
 *
 * @throws TypeError if it is no `Uint8Array`.
 */
export declare function read(message: Uint8Array, options?: ReadOptions): Reading;

/**
 * Reads the beginning of a message of a mixed binary channel, of which more may arrive (section 9).
 * When the message has ended, use {@link read}.
 */
export declare function readArrived(arrived: Uint8Array, options?: { cap?: number }): Reading;

/**
 * Reads a message of a text channel (section 10): a string, or its bytes. Offsets count in UTF-8
 * bytes; those of fields and of faults in the carrier count in what is decoded. O(characters in
 * front of the payload).
 */
export declare function readText(message: string, options?: ReadOptions): Reading<string>;
export declare function readText(message: Uint8Array, options?: ReadOptions): Reading<Uint8Array>;

/** Why an envelope cannot be written. Nothing has been written. */
export declare class EncodeError extends Error {
  constructor(kind: string, offset: number);
  /** A fault of section 5.3, or `field_too_long`, `carrier_too_long`, `payload_not_text`. */
  readonly kind: string;
  /** Where in the frame it would show. */
  readonly offset: number;
}

/** What goes in front of a payload. */
export interface Envelope {
  /** A context; `"unsampled"` for the marker, "do not start a trace here"; or nothing known. */
  context?: Context | "unsampled" | null;
  /** In any order: they are written in the canonical one. */
  fields?: readonly Field[];
}

/** Fields. They check numbers and lengths; the rest is checked when they are written. */
export declare function tracestate(text: string): Field;
export declare function baggage(text: string): Field;
export declare function textMap(key: string, text: string): Field;
export declare function weight(messages: number): Field;
export declare function thinning(oneIn: number): Field;
export declare function furtherContext(context: Context): Field;

/**
 * Writes a message of a binary channel on which sending is on. Where there is nothing to say and
 * nothing to escape this is the payload itself, uncopied (R-WRITE-2).
 *
 * @throws EncodeError for what a writer refuses (R-WRITE-3, R-WRITE-5, R-WRITE-7). Send
 * `wrap(payload)` then: tracing is no reason to lose a message.
 */
export declare function wrap(payload: Uint8Array, envelope?: Envelope): Uint8Array;

/**
 * Writes a message of a text channel on which sending is on (section 10): a string, or its bytes.
 * A payload that is not text is refused unless it goes bare (R-TEXT-3). Otherwise as `wrap`.
 */
export declare function wrapText<Payload extends Uint8Array | string>(
  payload: Payload,
  envelope?: Envelope,
): Payload extends string ? string : Uint8Array;

/** Writes header and carrier, for who sends them and the payload after one another. */
export declare function encode(envelope?: Envelope): Uint8Array;

/** Whether a payload needs an envelope, whatever there is to say. */
export declare function needsEscape(payload: Uint8Array): boolean;
export declare function needsEscapeText(payload: Uint8Array | string): boolean;

/**
 * Gives a frame the span id of the hop that it passes through (section 8). `null` where it is left
 * as it is.
 */
export declare function reparent(
  message: Uint8Array,
  spanId: string,
  options?: { cap?: number },
): Uint8Array | null;
export declare function reparentText<Message extends Uint8Array | string>(
  message: Message,
  spanId: string,
  options?: { cap?: number },
): (Message extends string ? string : Uint8Array) | null;

/**
 * Drops fields, and members of lists, until they take at most so many bytes of carrier, of which
 * ids are 24 (R-LIMIT-2, R-SHORT). A weight and a thinning stay, so that more may be left.
 */
export declare function shorten(
  envelope: Envelope,
  carrierBytes: number,
): { context: Context | "unsampled" | null; fields: Field[] };

/** A member of a list, as it is written: nothing is percent-decoded. */
export interface Member {
  readonly key: string;
  readonly value: string;
}

/** The members of a `tracestate` (R-LIST). One that breaks W3C's grammar is left out. */
export declare function tracestateMembers(text: string): Member[];

/** The members of a `baggage` (R-LIST), with what stands behind the first `;` of each, or `""`. */
export declare function baggageMembers(text: string): (Member & { readonly properties: string })[];

/** Reads a `traceparent` strictly (R-W3C-3): a context, or what is wrong. */
export declare function readTraceparent(
  text: string,
):
  | { readonly context: Context; readonly fault: null }
  | { readonly context: null; readonly fault: Fault<TraceparentFaultKind> };

/**
 * Writes a `traceparent` of version 00, with the two flags that level 2 defines. For a peer that
 * refuses the second, give it `traceFlags & 1`.
 */
export declare function writeTraceparent(context: Context): string;

/** XXH64 of a trace id, with seed 0 (R-SHARE-1). */
export declare function traceHash(traceId: string): bigint;

/** Whether a trace is in a share of so many millionths of all traces (R-SHARE-2). */
export declare function isInShare(traceId: string, millionths: number): boolean;

/** A row of a table for fan-outs: a number of recipients, and one in how many gets the context. */
export type Point = readonly [recipients: number, oneIn: number];
export declare const DEFAULT_POINTS: readonly Point[];

/**
 * One in how many of so many recipients gets the sampled context (R-FAN-1).
 *
 * @throws RangeError for a table that is empty or does not ascend.
 */
export declare function oneIn(recipients: number, points?: readonly Point[]): number;

/** The hash that chooses recipients (R-FAN-2). */
export declare function recipientHash(
  traceId: string,
  weight: number | null,
  name: Uint8Array | string,
): bigint;

/**
 * Whether the recipient of this name gets the sampled context, if one in so many does (R-FAN-2).
 * `weight` is that of the message that this one comes from.
 */
export declare function isChosen(
  traceId: string,
  weight: number | null,
  name: Uint8Array | string,
  oneIn: number,
): boolean;

/** The weight of a message that was chosen, of one that has a weight or none (R-FAN-3). */
export declare function nestedWeight(weight: number | null, oneIn: number): number;

/**
 * How many messages this one stands for, for a receiver of this name that goes on with it as
 * sampled; 0 if the receiver is to take it for unsampled (R-THIN). Without a name everyone keeps
 * what it was sent. Ask your trust policy first: what is not believed decides nothing.
 */
export declare function keptWeight(
  reading: Reading<Uint8Array | string>,
  name?: Uint8Array | string | null,
): number;
