import assert from "node:assert/strict";
import { EventStreamParser } from "./server_sent_events.ts";

const STREAM =
  ": a comment\r\nevent: message\r\ndata: one\r\n\r\ndata:two\r\ndata: three\n\n\rid: 7\rdata\rdata: ñ🙂\r\r\ndata: last";
const EVENTS = ["one", "two\nthree", "\nñ🙂", "last"];

Deno.test("EventStreamParser gives the same events wherever the stream is cut", () => {
  for (let a = 0; a <= STREAM.length; a++) {
    for (let b = a; b <= STREAM.length; b += 7) {
      const parser = new EventStreamParser(1000);
      const events = [
        ...parser.push(STREAM.slice(0, a)),
        ...parser.push(STREAM.slice(a, b)),
        ...parser.push(STREAM.slice(b)),
        ...parser.end(),
      ];
      assert.deepEqual(events, EVENTS, `cut at ${a} and ${b}`);
    }
  }
});

Deno.test("EventStreamParser takes single characters", () => {
  const parser = new EventStreamParser(1000);
  const events = STREAM.split("").flatMap((c) => parser.push(c));
  assert.deepEqual([...events, ...parser.end()], EVENTS);
});

Deno.test("EventStreamParser refuses an event that never ends", () => {
  const parser = new EventStreamParser(100);
  parser.push("data: ");
  assert.throws(() => parser.push("x".repeat(100)), RangeError);
  const lines = new EventStreamParser(100);
  assert.throws(() => {
    for (let i = 0; i < 50; i++) lines.push("data: x\n");
  }, RangeError);
});
