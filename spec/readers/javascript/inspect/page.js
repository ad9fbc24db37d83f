// The page: reads what is pasted, and shows which bytes are what. `build.js` puts it, the reader and
// the links into one file.
import * as glassine from "../glassine.js";
import { LINKS } from "./links.js";
import { bytesOf, encodingOf } from "./input.js";
import { layout, textLayout } from "./layout.js";
import { FAULTS, flagWords, fieldName } from "./words.js";

const ROW = 16;
const MOST_ROWS = 32;
const EXAMPLES = [
  [
    "context",
    "9E 01 C1 DE 03 03 00 18\n4B F9 2F 35 77 B3 4D A6 A3 CE 92 9D 0E 0E 47 36\n00 F0 67 AA 0B A9 02 B7\n7B 22 69 64 22 3A 37 7D",
  ],
  [
    "fields",
    "9e01c1de0103003f 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7\n01000a 636f6e676f3d74363172\n020009 7573657249643d3238\n030004 02623330\n040004 000003e8\n6869",
  ],
  ["marker", "9E 01 C1 DE 00 01 00 00\n7B 22 69 64 22 3A 37 7D"],
  ["text form", '~glassine;ngHB3gMDABhL-S81d7NNpqPOkp0ODkc2APBnqgupArc;{"id":7}'],
  ["bare", "7B 22 69 64 22 3A 37 7D"],
  ["damaged", "9E 01 C1 DE 01 01 00 00\n7B 22 69 64 22 3A 37 7D"],
  ["version 7", "9E 07 C1 DE 01 01 00 02 AA BB\n68 69"],
];

const byId = (id) => document.getElementById(id);
const [message, encoding, mode, cap, baggage] = [
  "message",
  "encoding",
  "mode",
  "cap",
  "baggage",
].map(byId);

for (const [name, text] of EXAMPLES) {
  const button = make("button", { type: "button" }, name);
  button.addEventListener("click", () => {
    message.value = text;
    encoding.value = "auto";
    show();
  });
  byId("examples").append(" ", button);
}
byId("specification").href = LINKS.specification;
byId("reader").href = LINKS.reader;
for (const input of [message, encoding, mode, cap, baggage]) input.addEventListener("input", show);
show();

function show() {
  for (const id of ["bytes", "wrong", "says"]) byId(id).replaceChildren();
  const verdict = byId("verdict");
  const how = encoding.value === "auto" ? encodingOf(message.value) : encoding.value;
  let bytes;
  try {
    bytes = bytesOf(message.value, how);
  } catch (error) {
    verdict.className = "unreadable";
    verdict.replaceChildren(error.message);
    return;
  }
  const isText = how === "text";
  const options = { mode: mode.value, cap: Number(cap.value) };
  const reading = isText ? glassine.readText(bytes, options) : glassine.read(bytes, options);
  verdict.className = reading.verdict;
  verdict.replaceChildren(...summary(reading, bytes, how));
  showBytes(reading, bytes, isText);
  showFaults(reading, bytes, isText);
  showSays(reading);
}

function summary(reading, bytes, how) {
  const words = {
    bare: "bare",
    enveloped: `enveloped, version ${reading.version}`,
    unknown_version: `version ${reading.version}, which is not known here`,
    damaged: "damaged",
    refused: "an error on this channel",
  };
  const read = { hex: "hexadecimal", base64: "base64", text: "a text channel", bytes: "text" }[how];
  const payload = `payload: ${reading.payload.length} of ${bytes.length} bytes`;
  return [
    make("strong", {}, words[reading.verdict]),
    ` · ${payload} · read as ${read} · `,
    link("R-READ-1", "how it is read"),
  ];
}

function showBytes(reading, bytes, isText) {
  const parts = isText ? textLayout(reading, bytes) : layout(reading, bytes);
  const faults = reading.fault === null ? [] : [reading.fault];
  byId("bytes").append(
    make("h2", {}, "Bytes"),
    dump(parts, isText ? faults : [...faults, ...reading.carrierFaults]),
  );
  if (isText && reading.version !== null) {
    const decoded = bytesOf(decodedHead(bytes), "base64");
    const heading = make("h2", {}, "Header and carrier, decoded");
    byId("bytes").append(heading, dump(layout(reading, decoded), reading.carrierFaults));
  }
}

function decodedHead(bytes) {
  const start = glassine.TEXT_PREFIX.length;
  const end = bytes.indexOf(0x3b, start);
  return new TextDecoder().decode(bytes.subarray(start, end));
}

function dump(parts, faults) {
  const table = make("table", { className: "dump" });
  for (const part of parts) {
    const hidden = part.isBaggage && !baggage.checked;
    const most = Math.min(part.bytes.length, MOST_ROWS * ROW);
    for (let at = 0; at < most; at += ROW) {
      const bytes = part.bytes.subarray(at, at + ROW);
      const from = part.offset + at;
      const here = faults.filter(({ offset }) => offset >= from && offset < from + bytes.length);
      table.append(row(part, from, bytes, at === 0 ? part.meaning : "", here, hidden));
    }
    const left = part.bytes.length - most;
    if (left > 0)
      table.append(row(part, part.offset + most, [], `… and ${left} bytes more`, [], hidden));
  }
  const end = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  for (const fault of faults.filter(({ offset }) => offset >= end)) {
    table.append(row({ style: "prefix" }, end, [], "the end", [fault], false));
  }
  return make("div", { className: "scroll" }, table);
}

function row(part, offset, bytes, meaning, faults, isHidden) {
  const hex = isHidden ? "··" : null;
  const all = Array.from(bytes, (byte) => hex ?? byte.toString(16).padStart(2, "0"));
  const chars =
    part.hasText && !isHidden
      ? Array.from(bytes, (byte) =>
          byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·",
        ).join("")
      : "";
  const marks = faults.flatMap(({ kind }) => [
    make("span", { className: "fault" }, " ← ", faultLink(kind, kind)),
  ]);
  const what = part.requirement && meaning ? [link(part.requirement, meaning)] : [meaning];
  return make(
    "tr",
    { className: faults.length > 0 ? "wrong" : "" },
    make("td", { className: "at" }, String(offset)),
    make("td", { className: part.style }, all.join(" ")),
    make("td", { className: "chars" }, chars),
    make("td", { className: "what" }, ...what, ...marks),
  );
}

function showFaults(reading, bytes, isText) {
  const faults = [...(reading.fault === null ? [] : [reading.fault]), ...reading.carrierFaults];
  const items = faults.map(({ kind, offset }) =>
    make(
      "li",
      {},
      make("code", {}, kind),
      ` at ${offset}: ${FAULTS[kind].sentence}. `,
      faultLink(kind, `${FAULTS[kind].requirement}`),
    ),
  );
  if (items.length > 0)
    byId("wrong").append(
      make("h2", {}, "What is wrong"),
      make("ul", { className: "faults" }, ...items),
    );
  if (mode.value === "mixed") byId("wrong").append(...stricter(bytes, isText));
}

// What the message would be on stricter channels.
function stricter(bytes, isText) {
  const read = isText ? glassine.readText : glassine.read;
  const [closed, always] = ["closed", "always"].map((way) => read(bytes, { mode: way }).fault);
  const error = (channels, { kind, offset }) =>
    make("p", {}, `On ${channels} this is the error `, faultLink(kind, kind), ` at ${offset}.`);
  if (closed?.kind === "carrier_above_cap" || always === null) return [];
  if (closed === null) return [error("an always channel", always)];
  return [error("closed and always channels", always)];
}

function showSays(reading) {
  const says = [];
  const say = (name, value) => says.push(make("dt", {}, name), make("dd", {}, value));
  const flags = reading.traceFlags;
  if (reading.version !== null) {
    say("claimed sampled", reading.claimedSampled ? "yes" : "no");
    say("decision", reading.decision ?? "none");
  }
  if (flags !== null)
    say("trace flags", `${flags.toString(16).padStart(2, "0")} (${flagWords(flags)})`);
  if (reading.context !== null) {
    say("trace id", reading.context.traceId);
    say("span id", reading.context.spanId);
    say("traceparent", glassine.writeTraceparent(reading.context));
  }
  if (reading.tracestate !== null) say("tracestate", reading.tracestate);
  if (reading.baggage !== null)
    say("baggage", baggage.checked ? reading.baggage : hiddenBaggage(reading.baggage));
  for (const { key, value } of reading.textMap) say(key, printable(value));
  if (reading.weight !== null)
    say("fan-out weight", `${reading.weight}: it stands for so many messages`);
  if (reading.thinning !== null)
    say("thinning", `one receiver in ${reading.thinning} keeps the sampled context`);
  for (const further of reading.furtherContexts)
    say("further context", glassine.writeTraceparent(further));
  for (const field of reading.fields.filter(({ type }) => type > 6))
    say("not known here", fieldName(field.type));
  say(
    "payload",
    `${reading.payload.length} bytes from byte ${reading.payloadOffset}: ${preview(reading.payload)}`,
  );
  byId("says").append(make("h2", {}, "What it says"), make("dl", {}, ...says));
}

const hiddenBaggage = (text) => text.replace(/=[^,;]*/g, "=···");

function preview(payload) {
  const text = new TextDecoder().decode(payload.subarray(0, 400));
  return printable(text) + (payload.length > 400 ? " …" : "");
}

// Control characters, and those that turn the direction of text, as escapes.
function printable(text) {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu,
    (character) => `\\u{${character.codePointAt(0).toString(16)}}`,
  );
}

function link(requirement, ...content) {
  return make("a", { href: LINKS.requirements[requirement], title: requirement }, ...content);
}

function faultLink(kind, ...content) {
  return make(
    "a",
    { href: LINKS.requirements[FAULTS[kind].requirement], title: FAULTS[kind].sentence },
    ...content,
  );
}

function make(name, properties, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}
