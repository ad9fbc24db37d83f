/** OpenTelemetry's propagators write into messages and read from them. */
import type { Link, TextMapGetter, TextMapSetter } from "@opentelemetry/api";
import type { Envelope, Reading } from "./glassine.js";

/** What is sent for a context that is not sampled. */
export interface SendOptions {
  /**
   * `nothing`, unless it is said: zero bytes, and no baggage. `marker`: a receiver starts no trace
   * of its own. `context`: ids and fields as if it were sampled.
   */
  unsampled?: "nothing" | "marker" | "context";
}

/**
 * What a propagator injects into: `propagation.inject(context.active(), outgoing, setter)`.
 *
 * What cannot be carried is left out: a `traceparent` that is not strictly W3C's, a `tracestate` or
 * `baggage` that is empty or no header text, and other keys that are not 1 to 255 visible ASCII
 * characters. What is too long for a receiver's usual cap is shortened.
 */
export declare class Outgoing {
  set(key: string, value: string): void;
  envelope(options?: SendOptions): Envelope;
  /** A message of a binary channel. */
  wrap(payload: Uint8Array, options?: SendOptions): Uint8Array;
  /** A message of a text channel. */
  wrapText(payload: string, options?: SendOptions): string;
}

/**
 * What a propagator extracts from: `propagation.extract(ROOT_CONTEXT, incoming, getter)`. All of it
 * is what the message claims: extract only where you believe the sender.
 *
 * The unsampled marker has no ids; it is extracted as an unsampled parent with random ones, since
 * without a parent a sampler may start a trace.
 */
export declare class Incoming {
  /** With a `name`, the receiver thins a copy out that went to many (section 17). */
  constructor(
    reading: Reading<Uint8Array | string>,
    options?: { name?: Uint8Array | string | null },
  );
  /** How many messages this one stands for; 0 if it is not sampled for this receiver. */
  readonly weight: number;
  /**
   * The context and the further contexts of the message, for a span with another parent or none;
   * nothing for what has no ids.
   */
  readonly links: Link[];
  get(key: string): string | undefined;
  keys(): string[];
}

export declare const setter: TextMapSetter<Outgoing>;
export declare const getter: TextMapGetter<Incoming>;
