import assert from "node:assert/strict";
import { hash128 } from "./_hash.ts";
import { thresholdForBudget } from "./budget.ts";
import { addressOf, contains, parseNetwork } from "./network.ts";
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

Deno.test("parseNetwork reads both families and refuses the rest", () => {
  for (
    const text of [
      "10.0.0.0/8",
      "0.0.0.0/0",
      "::/0",
      "fd00::1",
      "::ffff:10.0.0.1",
      "2001:db8:0:0:1:2:3:4/64",
    ]
  ) assert.ok(parseNetwork(text), text);
  for (
    const text of [
      "",
      "10.0.0",
      "10.0.0.256",
      "010.0.0.1",
      "10.0.0.0/33",
      "10.0.0.0/",
      "::1::",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7::8",
      "g::",
      "1.2.3.4::",
      ":::",
      "10.0.0.1 ",
    ]
  ) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});

Deno.test("contains compares the prefix only, within one family", () => {
  const holds = (block: string, address: string) =>
    contains(parseNetwork(block)!, parseNetwork(address)!);
  assert.ok(holds("10.128.0.0/9", "10.200.1.1"));
  assert.ok(!holds("10.128.0.0/9", "10.127.1.1"));
  assert.ok(holds("0.0.0.0/0", "255.1.2.3"));
  assert.ok(!holds("0.0.0.0/0", "::1"));
  assert.ok(holds("2001:db8::/33", "2001:db8:7fff::1"));
  assert.ok(!holds("2001:db8::/33", "2001:db8:8000::1"));
  assert.ok(holds("10.0.0.1", "10.0.0.1"));
});

Deno.test("addressOf leaves VLAN and tunnel ids out", () => {
  assert.deepEqual(addressOf("10.0.0.1@4096%7"), parseNetwork("10.0.0.1"));
  assert.deepEqual(addressOf("fe80::1%7"), parseNetwork("fe80::1"));
  assert.equal(addressOf("host"), undefined);
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
