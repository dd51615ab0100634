import assert from "node:assert/strict";
import type { FeatureRows } from "@ml-defender/events";
import { ForestPredictor } from "./forest.ts";
import { forestReasons } from "./model_reasons.ts";
import { makeModel, type Tree } from "./testdata/forest_fixture.ts";

const leafy = (feature: number, threshold: number): Tree => ({
  feature,
  threshold,
  missing: "left",
  value: 20_000,
  left: 0,
  right: 60_000,
});
const FEATURES = ["src_unique_ports_30s", "answered", "duration_s"];
const MODEL = makeModel([leafy(0, 10), leafy(0, 14), leafy(1, 0.5)], FEATURES);

function rows(...values: number[]): FeatureRows {
  return {
    length: 1,
    names: FEATURES,
    values: Float32Array.from(values),
    offset: 0,
    stride: 3,
  };
}

Deno.test("forestReasons names the features that raised the score, strongest first, in words", () => {
  const predictor = new ForestPredictor(MODEL, FEATURES);
  const reasons = forestReasons([predictor]);
  const found = reasons(MODEL.name, rows(13, 1, 9), 0);
  assert.deepEqual(
    found.map((one) => [one.feature, one.value, one.threshold]),
    [
      ["answered", 1, 0.5],
      ["src_unique_ports_30s", 13, 14],
    ],
  );
  assert.equal(found[0]!.code, `${MODEL.name}.answered`);
  assert.equal(found[1]!.text, "ports it contacted in 30 s");
  const { score, bias } = predictor.contributions(rows(13, 1, 9), 0);
  const shares = found.reduce((sum, one) => sum + one.weight, 0);
  assert.ok(Math.abs(shares - (score - bias) / score) < 1e-6, `${shares}`);
});

Deno.test("forestReasons leaves out what is unavailable, and unknown models", () => {
  const predictor = new ForestPredictor(MODEL, FEATURES);
  const reasons = forestReasons([predictor], { top: 1 });
  assert.equal(reasons(MODEL.name, rows(100, 1, 0), 0).length, 1);
  assert.deepEqual(reasons(MODEL.name, rows(NaN, NaN, 0), 0), []);
  assert.deepEqual(reasons("other", rows(1, 1, 1), 0), []);
});
