import assert from "node:assert/strict";
import { Quota } from "./_quota.ts";

const SECOND = 1_000_000;
const GENERATION = 8_192;

Deno.test("Quota.take judges so many rows of a key in five seconds, and tells how many it skipped", () => {
  const quota = new Quota(2);
  const taken = Array.from({ length: 4 }, () => quota.take("a", 0));
  assert.deepEqual(taken, [0, 0, -1, -1]);
  assert.equal(quota.take("a", 5 * SECOND), 2);
});

Deno.test("Quota.take forgets a key only when a whole generation came after its last use", () => {
  const quota = new Quota(1);
  const others = (from: number) => {
    for (let key = from; key < from + GENERATION; key++) {
      quota.take(`${key}`, 0);
    }
  };
  quota.take("oldest", 0);
  quota.take("used again", 0);
  others(0);
  assert.equal(quota.take("oldest", 0), -1);
  assert.equal(quota.take("used again", 0), -1);
  others(GENERATION);
  assert.equal(quota.take("used again", 0), -1);
  others(2 * GENERATION);
  assert.equal(quota.take("used again", 0), -1);
  assert.equal(quota.take("oldest", 0), 0);
});

Deno.test("Quota.take keeps a key that goes on, however long it has been there", () => {
  const quota = new Quota(1);
  quota.take("goes on", 0);
  quota.take("goes on", 0);
  for (let key = 1; key < GENERATION; key++) quota.take(`${key}`, 0);
  assert.equal(quota.take("goes on", 5 * SECOND), 1);
  quota.take("one more", 5 * SECOND);
  assert.equal(quota.take("goes on", 5 * SECOND), -1);
});
