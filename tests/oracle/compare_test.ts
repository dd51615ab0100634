import assert from "node:assert/strict";
import { agree, compareRecords, FeatureSummary } from "./compare.ts";

Deno.test("agree takes float32 rounding, and NaN for NaN alone", () => {
  assert.equal(agree(0.1, Math.fround(0.1)), true);
  assert.equal(agree(NaN, NaN), true);
  assert.equal(agree(NaN, 0), false);
  assert.equal(agree(0, NaN), false);
  assert.equal(agree(1, 1.001), false);
  assert.equal(agree(1e9, 1e9 + 5e3), true);
  assert.equal(agree(Infinity, 1), false);
});

Deno.test("compareRecords notices missing, extra, twice given and wrong records", () => {
  const record = (key: string, ...features: number[]) => ({
    key,
    features,
    facts: "",
  });
  const summaries = [new FeatureSummary(), new FeatureSummary()];
  const difference = compareRecords(
    [record("a", 1, NaN), record("b", 2, 3), record("c", 0, 0)],
    [
      record("a", 1, 0),
      record("b", 2, 3),
      record("b", 2, 3),
      record("d", 1, 1),
    ],
    summaries,
  );
  assert.deepEqual(difference.missing, ["c"]);
  assert.deepEqual(difference.extra, ["b", "d"]);
  assert.equal(difference.wrong, 1);
  assert.equal(summaries[1]?.wrong, 1);
  assert.match(summaries[1]?.examples[0] ?? "", /^0 instead of NaN in a/);
});
