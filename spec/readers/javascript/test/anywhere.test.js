// The same modules in a page, in a worker of a browser and in one of Node: all vectors are answered
// as here, where `glassine conform` has judged the answers. SPEC is the folder of the specification,
// CHROMIUM the browser.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import puppeteer from "puppeteer-core";
import { answer } from "../answers.js";

const { SPEC, CHROMIUM } = process.env;
const SERVED = ["/test/worker.js", "/answers.js", "/glassine.js", "/opentelemetry.js"];
const questions = readdirSync(`${SPEC}/vectors`)
  .filter((name) => name.endsWith(".json") && name !== "schema.json")
  .map((name) => JSON.parse(readFileSync(`${SPEC}/vectors/${name}`, "utf8")))
  .flatMap(({ kind, vectors }) =>
    vectors.map((vector) => ({
      ...vector,
      ask: kind,
      ...(kind === "stream" && { arrived: vector.answers.map(({ arrived }) => arrived) }),
    })),
  );
const expected = JSON.stringify(questions.map(answer));
let server, browser, page;

before(async () => {
  server = createServer(({ url }, response) => {
    const isServed = SERVED.includes(url);
    const type = isServed ? "text/javascript" : "text/html";
    response.writeHead(200, { "content-type": type });
    response.end(isServed ? readFileSync(new URL(`..${url}`, import.meta.url)) : "<!doctype html>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  browser = await puppeteer.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
});
after(async () => {
  await browser?.close();
  server.close();
});

function isAnswered({ answers, traceparent }) {
  assert.ok(answers.length > 1000);
  assert.ok(JSON.stringify(answers) === expected, "another answer than here");
  assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  const wrong = answers.map((given, at) => (at === 7 ? { ...given, result: "00" } : given));
  assert.ok(JSON.stringify(wrong) !== expected, "the control");
}

test("in a page", async () => {
  isAnswered(
    await page.evaluate(
      async (asked) => (await import("/test/worker.js")).answerAll(asked),
      questions,
    ),
  );
});

test("in a worker of a browser", async () => {
  isAnswered(
    await page.evaluate(async (asked) => {
      const worker = new Worker("/test/worker.js", { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(asked);
      });
    }, questions),
  );
});

test("in a worker of Node", async () => {
  const worker = new Worker(new URL("worker.js", import.meta.url));
  worker.postMessage(questions);
  const [answered] = await once(worker, "message");
  await worker.terminate();
  isAnswered(answered);
});
