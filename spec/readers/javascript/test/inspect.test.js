// The page in a browser without a window: used as a person would, and compared with the vectors.
// INSPECT is the page, SPEC the folder of the specification, CHROMIUM the browser.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const { INSPECT, SPEC, CHROMIUM, SCREENSHOTS } = process.env;
let browser;
let page;
const complaints = [];
const requests = [];

before(async () => {
  browser = await puppeteer.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (said) => complaints.push(said.text()));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(INSPECT).href);
});
after(() => browser?.close());

// Types as a person does, and gives what the page shows.
async function shown(
  text,
  { encoding = "auto", mode = "mixed", cap = 16_384, baggage = false } = {},
) {
  return page.evaluate(
    (values) => {
      for (const [id, value] of Object.entries(values)) {
        const input = document.getElementById(id);
        if (input.type === "checkbox") input.checked = value;
        else input.value = value;
      }
      document.getElementById("message").dispatchEvent(new Event("input"));
      const rows = [...document.querySelectorAll("#bytes .scroll")].map((table) =>
        [...table.querySelectorAll("tr")].map((row) => {
          const [at, hex, chars, what] = [...row.cells].map((cell) => cell.textContent);
          return { at: Number(at), hex, chars, what };
        }),
      );
      const says = {};
      for (const name of document.querySelectorAll("#says dt")) {
        (says[name.textContent] ??= []).push(name.nextElementSibling.textContent);
      }
      const verdict = document.getElementById("verdict");
      return {
        verdict: verdict.className,
        words: verdict.textContent,
        rows,
        says,
        faults: [...document.querySelectorAll("#wrong li")].map((item) => item.textContent),
        strict: [...document.querySelectorAll("#wrong p")].map((item) => item.textContent),
        links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href")),
      };
    },
    { message: text, encoding, mode, cap, baggage },
  );
}

function vectors() {
  const files = readdirSync(`${SPEC}/vectors`).filter((name) => name !== "schema.json");
  const documents = files
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(`${SPEC}/vectors/${name}`, "utf8")));
  return documents.filter(({ kind }) => kind === "read").flatMap((document) => document.vectors);
}

test("every vector is shown as it is read", async () => {
  let count = 0;
  let whole = 0;
  for (const vector of vectors()) {
    const { form, message, reading, cap = 16_384 } = vector;
    let text = message;
    let encoding = "hex";
    if (form === "text") {
      text = Buffer.from(message, "hex").toString("utf8");
      encoding = "text";
      // A text field holds text, and no carriage return; pasting trims what stands before it.
      if (
        Buffer.from(text).toString("hex") !== message ||
        /\r/.test(text) ||
        text !== text.trimStart()
      )
        continue;
    }
    const page = await shown(text, { encoding, cap, baggage: true });
    const found = (name) => page.says[name] ?? [];
    const context = `${vector.name}: ${JSON.stringify(page).slice(0, 1500)}`;
    assert.equal(page.verdict, reading.verdict, context);
    assert.equal(found("decision")[0] ?? "none", reading.decision ?? "none", context);
    assert.equal(found("trace id")[0] ?? null, reading.trace_id, context);
    assert.equal(found("span id")[0] ?? null, reading.span_id, context);
    assert.equal(found("trace flags")[0]?.slice(0, 2) ?? null, reading.trace_flags, context);
    assert.equal(found("tracestate")[0] ?? null, reading.tracestate, context);
    assert.equal(found("baggage")[0] ?? null, reading.baggage, context);
    assert.equal(parseInt(found("fan-out weight")[0] ?? "0"), reading.fan_out_weight ?? 0, context);
    assert.equal(found("further context").length, reading.further_contexts.length, context);
    for (const { key } of reading.text_map) assert.ok(found(key).length > 0, context);
    const start = `${reading.payload_len} bytes from byte ${reading.payload_offset}: `;
    assert.ok(found("payload")[0].startsWith(start), context);
    const faults = [...(reading.fault ? [reading.fault] : []), ...reading.carrier_faults];
    assert.deepEqual(
      page.faults.map((item) => item.split(":")[0]),
      faults.map(({ kind, offset }) => `${kind} at ${offset}`),
      context,
    );
    const marks = page.rows
      .flat()
      .flatMap(({ what }) => [...what.matchAll(/← (\w+)/g)].map((match) => match[1]));
    assert.deepEqual(marks.sort(), faults.map(({ kind }) => kind).sort(), context);
    if (!page.rows[0].some(({ what }) => what.includes("bytes more"))) {
      assert.equal(
        page.rows[0].map(({ hex }) => hex.replaceAll(" ", "")).join(""),
        message,
        context,
      );
      whole++;
    }
    count++;
  }
  assert.ok(count > 400 && whole > 400, `${count} vectors, ${whole} to the last byte`);
});

test("what is pasted is recognised", async () => {
  const frame = "9e01c1de0001000068690a";
  const hex = [
    "9E 01 C1 DE 00 01 00 00 68 69 0a",
    "0x9e, 0x01, 0xc1, 0xde, 0x00, 0x01, 0x00, 0x00, 0x68, 0x69, 0x0a",
    String.raw`\x9e\x01\xc1\xde\x00\x01\x00\x00\x68\x69\x0a`,
    "9E 01 C1 DE 00 01 00 00  ; marker\n68 69 0A ; payload",
  ];
  const base64 = [
    Buffer.from(frame, "hex").toString("base64"),
    Buffer.from(frame, "hex").toString("base64url"),
  ];
  for (const text of [...hex, ...base64]) {
    const page = await shown(text);
    assert.equal(page.verdict, "enveloped", text);
    assert.equal(page.rows[0].map((row) => row.hex.replaceAll(" ", "")).join(""), frame, text);
  }
  assert.equal((await shown("  ~glassine;ngHB3gABAAA;hi")).verdict, "enveloped");
  assert.equal((await shown('{"id":7}')).verdict, "bare");
  assert.equal((await shown("")).verdict, "bare");
  const wrong = await shown("9E 0", { encoding: "hex" });
  assert.equal(wrong.verdict, "unreadable");
  assert.match(wrong.words, /3 hexadecimal digits: two make a byte/);
  assert.match((await shown("9E xx", { encoding: "hex" })).words, /“x” is no hexadecimal digit/);
  assert.match((await shown("~~~", { encoding: "base64" })).words, /this is no base64/);
});

test("baggage is hidden until it is asked for, in the bytes as well", async () => {
  const text =
    "9e01c1de01030024 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 020009 7573657249643d3238 6869";
  const hidden = await shown(text);
  assert.equal(JSON.stringify(hidden).includes("28"), false, JSON.stringify(hidden));
  assert.deepEqual(hidden.says.baggage, ["userId=···"]);
  const open = await shown(text, { baggage: true });
  assert.deepEqual(open.says.baggage, ["userId=28"]);
  const inText = Buffer.from(text.replaceAll(" ", "").slice(0, -4), "hex").toString("base64url");
  const hiddenText = await shown(`~glassine;${inText};hi`);
  assert.equal(
    JSON.stringify(hiddenText.rows).includes(inText.slice(-16)),
    false,
    "nor in base64url",
  );
  assert.equal(JSON.stringify(hiddenText.rows).includes("32 38"), false);
});

test("stricter channels", async () => {
  assert.deepEqual((await shown("9e050000")).strict, [
    "On closed and always channels this is the error impossible_version at 1.",
  ]);
  const bare = ["On an always channel this is the error not_enveloped at 0."];
  assert.deepEqual((await shown("6869")).strict, bare);
  assert.deepEqual((await shown("hi", { encoding: "text" })).strict, bare);
  assert.deepEqual((await shown("9e01c1de00000000")).strict, []);
  const closed = await shown("9e050000", { mode: "closed" });
  assert.equal(closed.verdict, "refused");
  assert.match(closed.faults[0], /^impossible_version at 1: /);
});

test("control characters of a message are shown as escapes", async () => {
  const { says } = await shown("9e01c1de00000009 030006 03 61 62 63 1b 0a 68 1b e2 80 ae");
  assert.deepEqual(says.abc, ["\\u{1b}\\u{a}"]);
  assert.match(says.payload[0], /: h\\u\{1b\}\\u\{202e\}$/);
});

test("every example button works, and its links lead to a heading of the specification", async () => {
  const names = await page.$$eval("#examples button", (buttons) =>
    buttons.map((b) => b.textContent),
  );
  const seen = {};
  const links = new Set();
  for (const [at, name] of names.entries()) {
    await page.evaluate((n) => document.querySelectorAll("#examples button")[n].click(), at);
    seen[name] = await page.$eval("#verdict", (element) => element.className);
    for (const href of await page.$$eval("a", (all) => all.map((a) => a.getAttribute("href"))))
      links.add(href);
    if (SCREENSHOTS)
      await page.screenshot({
        path: `${SCREENSHOTS}/${name.replace(" ", "-")}.png`,
        fullPage: true,
      });
  }
  assert.deepEqual(seen, {
    context: "enveloped",
    fields: "enveloped",
    marker: "enveloped",
    "text form": "enveloped",
    bare: "bare",
    damaged: "damaged",
    "version 7": "unknown_version",
  });
  for (const { form, message } of vectors()) {
    const text = form === "text" ? Buffer.from(message, "hex").toString() : message;
    const { links: more } = await shown(text, { encoding: form === "text" ? "text" : "hex" });
    for (const href of more) links.add(href);
  }
  assert.ok(links.size > 8, `${links.size} links`);
  const folder = new URL(".", pathToFileURL(`${SPEC}/readers/javascript/inspect.html`));
  for (const href of links) {
    const url = new URL(href, folder);
    const path = fileURLToPath(new URL(url.pathname, "file:"));
    assert.ok(existsSync(path), href);
    if (url.hash === "") continue;
    const headings = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("#"));
    const slugs = headings.map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-"),
    );
    assert.ok(slugs.includes(decodeURIComponent(url.hash.slice(1))), href);
  }
});

test("the page loads nothing, and complains of nothing", () => {
  assert.deepEqual(complaints, []);
  assert.deepEqual(
    requests.filter((url) => !url.startsWith("data:")),
    [pathToFileURL(INSPECT).href],
  );
});
