// Which bytes of a message are what.
import { HEADER_LEN, TEXT_PREFIX } from "../glassine.js";
import { fieldName, flagWords, shapeWords } from "./words.js";

// The parts of a binary message, or of what a text was decoded to, in order and without a gap.
export function layout(reading, bytes) {
  const parts = new Parts(bytes);
  const isRead = reading.version !== null;
  const hasPrefix =
    isRead ||
    (reading.fault !== null &&
      bytes.length >= 4 &&
      bytes[0] === 0x9e &&
      bytes[2] === 0xc1 &&
      bytes[3] === 0xde);
  if (hasPrefix) header(parts, bytes);
  if (isRead) {
    const end = HEADER_LEN + bytes[6] * 256 + bytes[7];
    const isOpen = reading.version === 1 && reading.fault?.kind !== "carrier_above_cap";
    if (isOpen) carrier(parts, reading, bytes);
    parts.until(end, isOpen ? "not a field" : "carrier, not read", {
      style: "field",
      hasText: true,
      isBaggage: !isOpen,
    });
  }
  parts.until(bytes.length, isRead || reading.verdict === "bare" ? "payload" : "not read", {
    style: "payload",
    hasText: true,
    requirement: isRead ? "R-INV-6" : "R-READ-3",
  });
  return parts.all;
}

// The parts of a message in text form.
export function textLayout(reading, bytes) {
  const parts = new Parts(bytes);
  if (reading.version !== null) {
    parts.take(TEXT_PREFIX.length, "prefix", {
      style: "prefix",
      hasText: true,
      requirement: "R-TEXT-1",
    });
    parts.until(reading.payloadOffset - 1, "header and carrier in base64url", {
      style: "field",
      hasText: true,
      isBaggage: reading.baggage !== null,
      requirement: "R-TEXT-2",
    });
    parts.take(1, "the end of it", { style: "prefix", hasText: true });
  } else if (reading.fault !== null && reading.fault.kind !== "not_enveloped") {
    parts.take(TEXT_PREFIX.length, "prefix", {
      style: "prefix",
      hasText: true,
      requirement: "R-TEXT-1",
    });
    parts.until(reading.fault.offset, "not read", { style: "payload", hasText: true });
  }
  const isPayload = reading.version !== null || reading.verdict === "bare";
  parts.until(bytes.length, isPayload ? "payload" : "not read", {
    style: "payload",
    hasText: true,
  });
  return parts.all;
}

class Parts {
  all = [];
  #at = 0;
  #bytes;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  take(length, meaning, options) {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length > 0) this.all.push({ offset: this.#at, bytes, meaning, ...options });
    this.#at += bytes.length;
  }

  until(end, meaning, options) {
    const length = Math.max(end - this.#at, 0);
    this.take(length, `${meaning}: ${length} ${length === 1 ? "byte" : "bytes"}`, options);
  }
}

// The header, as far as there is one.
function header(parts, bytes) {
  const [, version, , , flags, shape] = bytes;
  parts.take(1, "magic", { style: "prefix", requirement: "R-INV-1" });
  parts.take(1, `version ${version}`, { style: "prefix", requirement: "R-INV-2" });
  parts.take(2, "guard", { style: "prefix", requirement: "R-INV-1" });
  parts.take(1, `trace flags: ${flagWords(flags ?? 0)}`, {
    style: "flags",
    requirement: "R-INV-3",
  });
  parts.take(1, `shape: ${shapeWords(shape ?? 0, version)}`, {
    style: "shape",
    requirement: "R-FRAME-1",
  });
  const isWhole = bytes.length >= HEADER_LEN;
  const length = isWhole
    ? `carrier length: ${bytes[6] * 256 + bytes[7]}`
    : "carrier length, cut off";
  parts.take(2, length, { style: "length", requirement: "R-INV-5" });
}

function carrier(parts, reading, bytes) {
  if (bytes[5] & 2) {
    parts.take(16, "trace id", { style: "ids", requirement: "R-CARRIER-1" });
    parts.take(8, "span id", { style: "ids", requirement: "R-CARRIER-1" });
  }
  for (const { type, value } of reading.fields) {
    parts.take(3, `${fieldName(type)}: ${value.length} bytes`, {
      style: "field",
      requirement: type > 6 ? "R-CARRIER-5" : REQUIREMENTS[type],
    });
    parts.take(value.length, "value", { style: "field", hasText: true, isBaggage: type === 2 });
  }
}

const REQUIREMENTS = [
  "R-FIELD-1",
  "R-FIELD-5",
  "R-FIELD-7",
  "R-FIELD-3",
  "R-FIELD-6",
  "R-FIELD-7",
  "R-FIELD-8",
];
