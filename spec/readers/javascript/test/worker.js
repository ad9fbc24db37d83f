// In a worker of a browser or of Node: answers a list of questions, and says what an unsampled
// marker is to OpenTelemetry's propagators, for which ids are made at random.
import { answer } from "../answers.js";
import { read, wrap } from "../glassine.js";
import { Incoming } from "../opentelemetry.js";

export function answerAll(questions) {
  const marker = read(wrap(new Uint8Array(1), { context: "unsampled" }));
  return { answers: questions.map(answer), traceparent: new Incoming(marker).get("traceparent") };
}

if (globalThis.WorkerGlobalScope !== undefined) {
  addEventListener("message", ({ data }) => postMessage(answerAll(data)));
} else if (globalThis.process !== undefined) {
  const { parentPort } = await import("node:worker_threads");
  parentPort?.on("message", (data) => parentPort.postMessage(answerAll(data)));
}
