// A JSON object a line from standard input, which asks, and one a line to standard output.
import { createInterface } from "node:readline";
import { answer } from "./answers.js";

for await (const line of createInterface({ input: process.stdin, terminal: false })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
