import assert from "node:assert/strict";
import { hash128 } from "./_hash.ts";
import { thresholdForBudget } from "./budget.ts";
import { ROLE_RELAXES } from "./roles.ts";

Deno.test("hash128 gives the published value of MurmurHash3", () => {
  assert.equal(
    hash128("The quick brown fox jumps over the lazy dog"),
    "2f1583c3ecee2c675d7bf66ce5e91d2c",
  );
  assert.equal(hash128(""), "0".repeat(32));
});

Deno.test("hash128 does not collide on near inputs of any length", () => {
  const seen = new Set<string>();
  for (let length = 0; length < 40; length++) {
    for (let index = 0; index < 250; index++) {
      seen.add(hash128(`${"x".repeat(length)}${index}`));
    }
  }
  // "x" repeated and a number never spell the same text twice.
  assert.equal(seen.size, 40 * 250);
});

Deno.test("thresholdForBudget is the lowest that keeps to the budget", () => {
  const scores = Array.from({ length: 100 }, (_, index) => index / 100);
  const found = thresholdForBudget(scores, 50, 0.1);
  assert.equal(found.alerts, 5);
  assert.equal(found.alertsPerHostDay, 0.1);
  assert.ok(found.resolved);
  assert.equal(scores.filter((score) => score >= found.threshold).length, 5);
  assert.ok(found.threshold > 0.94 && found.threshold < 0.9401);
});

Deno.test("thresholdForBudget leaves out all of equal scores that would pass it", () => {
  const { alerts, threshold } = thresholdForBudget(
    [0.9, 0.9, 0.9, 0.2, NaN],
    10,
    0.2,
  );
  assert.equal(alerts, 0);
  assert.ok(threshold > 0.9);
});

Deno.test("thresholdForBudget says when the data cannot show the budget", () => {
  assert.equal(thresholdForBudget([0.3], 4, 0.1).resolved, false);
  assert.throws(() => thresholdForBudget([], 0, 0.1), RangeError);
  assert.throws(() => thresholdForBudget([], 1, -1), RangeError);
});

Deno.test("every role relaxes something", () => {
  for (const [role, { categories, rules }] of Object.entries(ROLE_RELAXES)) {
    assert.ok(categories.length + rules.length > 0, role);
  }
});
