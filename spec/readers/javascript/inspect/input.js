// What is pasted, as bytes.
import { TEXT_PREFIX } from "../glassine.js";

// What it looks like. Hexadecimal wins where both it and base64 fit.
export function encodingOf(text) {
  if (text.trimStart().startsWith(TEXT_PREFIX)) return "text";
  if (/^([0-9a-f]{2})*$/i.test(hexDigits(text))) return "hex";
  const characters = text.replace(/\s/g, "");
  if (
    characters.length > 0 &&
    characters.length % 4 !== 1 &&
    /^[A-Za-z0-9+/_-]+={0,2}$/.test(characters)
  ) {
    return "base64";
  }
  return "bytes";
}

export function bytesOf(text, encoding) {
  if (encoding === "hex") {
    const digits = hexDigits(text);
    const foreign = /[^0-9a-f]/i.exec(digits);
    if (foreign !== null) throw new Error(`“${foreign[0]}” is no hexadecimal digit`);
    if (digits.length % 2 !== 0)
      throw new Error(`${digits.length} hexadecimal digits: two make a byte`);
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
      parseInt(digits.slice(2 * i, 2 * i + 2), 16),
    );
  }
  if (encoding === "base64") {
    const characters = text
      .replace(/\s/g, "")
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .replace(/=+$/, "");
    try {
      return Uint8Array.from(atob(characters), (character) => character.charCodeAt(0));
    } catch {
      throw new Error("this is no base64");
    }
  }
  return new TextEncoder().encode(encoding === "text" ? text.trimStart() : text);
}

// Without white space, what stands between bytes in programs, and comments as in the specification.
function hexDigits(text) {
  return text.replace(/;.*$/gm, "").replace(/0x|\\x|[\s,:]/gi, "");
}
