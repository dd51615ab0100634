import { deepEqual, equal, ok } from "node:assert/strict";
import { fuse, weightsFor } from "./fuse.ts";

Deno.test("weightsFor() lets meaning decide where the words are not in any text", () => {
  deepEqual(weightsFor(0, 1), { words: 0, meaning: 1 });
});

Deno.test("weightsFor() lets words decide where the embedder knows none of them", () => {
  deepEqual(weightsFor(0.5, 0), { words: 1, meaning: 0 });
});

Deno.test("weightsFor() lets words weigh more where the question quotes", () => {
  ok(weightsFor(1, 1).words > 0.5);
  ok(weightsFor(0.5, 1).words < 0.5);
});

Deno.test("fuse() is 1 for a candidate that is best in both", () => {
  equal(fuse({ words: 7, meaning: 1 }, weightsFor(1, 1), 7), 1);
});

Deno.test("fuse() takes no cosine below 0 and no words without a match", () => {
  equal(fuse({ words: 0, meaning: -0.5 }, weightsFor(0.5, 1), 0), 0);
});
