// OpenTelemetry's propagators write into messages and read from them. Does without its packages: a
// getter and a setter are plain objects. What each promises is in opentelemetry.d.ts.
import {
  baggage,
  DEFAULT_CAP,
  FieldType,
  keptWeight,
  MAX_FIELDS,
  readTraceparent,
  shorten,
  textMap,
  tracestate,
  wrap,
  wrapText,
  writeTraceparent,
} from "./glassine.js";

const SAMPLED = 1;

export class Outgoing {
  #traceparent = null;
  #fields = new Map();

  set(key, value) {
    const name = key.toLowerCase();
    if (name === "traceparent") {
      this.#traceparent = readTraceparent(value).context;
      return;
    }
    // What cannot be carried is left out: tracing is no reason to fail.
    if (name === "tracestate" || name === "baggage") {
      this.#put(
        name,
        /^[\t\x20-\x7e]+$/.test(value),
        name === "baggage" ? baggage : tracestate,
        value,
      );
    } else {
      const fits = /^[\x21-\x7e]{1,255}$/.test(key) && !/\p{Surrogate}/u.test(value);
      this.#put(name, fits, (text) => textMap(key, text), value);
    }
  }

  envelope({ unsampled = "nothing" } = {}) {
    if (!["nothing", "marker", "context"].includes(unsampled)) {
      throw new RangeError(`no such thing to send for what is not sampled: ${unsampled}`);
    }
    const context = this.#traceparent;
    const isSampled = context !== null && (context.traceFlags & SAMPLED) !== 0;
    if (!isSampled && unsampled !== "context") {
      return {
        context: context !== null && unsampled === "marker" ? "unsampled" : null,
        fields: [],
      };
    }
    const fields = [...this.#fields.values()].filter(
      (field) => context !== null || field.type !== FieldType.TRACESTATE,
    );
    return shorten({ context, fields: fields.slice(0, MAX_FIELDS) }, DEFAULT_CAP);
  }

  wrap(payload, options) {
    return wrap(payload, this.envelope(options));
  }

  wrapText(payload, options) {
    return wrapText(payload, this.envelope(options));
  }

  #put(name, fits, make, value) {
    if (fits) {
      this.#fields.set(name, make(value));
    } else {
      this.#fields.delete(name);
    }
  }
}

export class Incoming {
  #values = new Map();

  constructor(reading, { name = null } = {}) {
    const { context, decision } = reading;
    this.weight = keptWeight(reading, name);
    this.links = [context, ...reading.furtherContexts]
      .filter((each) => each !== null)
      .map((each) => ({ context: { ...each, isRemote: true } }));
    if (context !== null) {
      const traceFlags = this.weight > 0 ? context.traceFlags : context.traceFlags & ~SAMPLED;
      this.#values.set("traceparent", writeTraceparent({ ...context, traceFlags }));
    } else if (decision === "unsampled") {
      // No parent at all would mean that a trace may start here.
      this.#values.set("traceparent", `00-${randomId(16)}-${randomId(8)}-00`);
    }
    const { tracestate, baggage, textMap } = reading;
    if (tracestate !== null) this.#values.set("tracestate", tracestate);
    if (baggage !== null) this.#values.set("baggage", baggage);
    for (const { key, value } of textMap) this.#values.set(key.toLowerCase(), value);
  }

  get(key) {
    return this.#values.get(key.toLowerCase());
  }

  keys() {
    return [...this.#values.keys()];
  }
}

export const setter = Object.freeze({ set: (outgoing, key, value) => outgoing.set(key, value) });

export const getter = Object.freeze({
  get: (incoming, key) => incoming.get(key),
  keys: (incoming) => incoming.keys(),
});

function randomId(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  bytes[0] |= 1; // never all zero
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
