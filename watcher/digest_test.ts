import assert from "node:assert/strict";
import { digestOfAll, digestsOf, strangers } from "./_digest.ts";

Deno.test("digests tell each value of a section from each other one, whatever the order of names", () => {
  const stored = (alert: number) =>
    new Map([["scoring", { alert, models: { a: 1, b: 2 } }]]);
  const [first] = Object.values(digestsOf(stored(0)));
  assert.match(first!, /^[0-9a-f]{32}$/);
  const all = new Set<string>();
  for (let alert = 1; alert <= 200; alert++) {
    const digests = digestsOf(stored(0));
    const mark = { revision: 1, digests };
    assert.equal(strangers(stored(alert), mark).size, 1, `${alert}`);
    all.add(digestOfAll(digestsOf(stored(alert))));
  }
  assert.equal(all.size, 200);
  for (const digest of all) assert.match(digest, /^[0-9a-f]{16}$/);
  const turned = new Map([["scoring", { models: { b: 2, a: 1 }, alert: 0 }]]);
  const mark = { revision: 1, digests: digestsOf(turned) };
  assert.equal(strangers(stored(0), mark).size, 0);
});
