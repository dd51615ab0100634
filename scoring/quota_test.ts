import assert from "node:assert/strict";
import { Quota } from "./_quota.ts";

const SECOND = 1_000_000;

Deno.test("Quota.take judges so many rows of a key in five seconds, and tells how many it skipped", () => {
  const quota = new Quota(2);
  const taken = Array.from({ length: 4 }, () => quota.take("a", 0));
  assert.deepEqual(taken, [0, 0, -1, -1]);
  assert.equal(quota.take("a", 5 * SECOND), 2);
});

Deno.test("Quota.take forgets the oldest key only when there are too many", () => {
  const quota = new Quota(1);
  quota.take("oldest", 0);
  for (let key = 1; key < 65_536; key++) quota.take(`${key}`, 0);
  assert.equal(quota.take("65535", 0), -1);
  quota.take("one more", 0);
  assert.equal(quota.take("65535", 0), -1);
  assert.equal(quota.take("1", 0), -1);
  assert.equal(quota.take("oldest", 0), 0);
});

Deno.test("Quota.take keeps a key that goes on, however long it has been there", () => {
  const quota = new Quota(1);
  quota.take("goes on", 0);
  quota.take("goes on", 0);
  for (let key = 1; key < 65_536; key++) quota.take(`${key}`, 0);
  assert.equal(quota.take("goes on", 5 * SECOND), 1);
  quota.take("one more", 5 * SECOND);
  assert.equal(quota.take("goes on", 5 * SECOND), -1);
});
