import assert from "node:assert/strict";
import type { FeatureRows } from "@ml-defender/events";
import {
  calibrate,
  featureIndex,
  fitPlatt,
  ForestPredictor,
  uncalibrate,
} from "./forest.ts";
import { TreeWalker } from "./tree_walker.ts";
import {
  makeModel,
  randomNumbers,
  type Tree,
} from "./testdata/forest_fixture.ts";

const TREE: Tree = {
  feature: 0,
  threshold: 10,
  missing: "left",
  value: 32768,
  left: {
    feature: 1,
    threshold: 0,
    missing: "right",
    value: 10000,
    left: 0,
    right: 20000,
  },
  right: 65535,
};
const PLATT = { kind: "platt", a: 6, b: -3 } as const;
const MODEL = { ...makeModel([TREE], ["rate", "ratio"]), calibration: PLATT };
const NAMES = ["other", "ratio", "rate"];

function rows(...values: number[]): FeatureRows {
  const length = values.length / 3;
  return {
    ...{ length, names: NAMES, offset: 1, stride: 3 },
    values: Float32Array.of(99, ...values),
  };
}

Deno.test("featureIndex finds features by name and names the one that lacks", () => {
  assert.deepEqual(featureIndex(MODEL, NAMES), [2, 1]);
  assert.throws(() => featureIndex(MODEL, ["rate"]), /'ratio'/);
});

Deno.test("calibrate is the logistic curve, and uncalibrate its inverse", () => {
  assert.equal(calibrate({ kind: "none" }, 0.3), 0.3);
  assert.equal(uncalibrate({ kind: "none" }, 0.3), 0.3);
  assert.equal(calibrate(PLATT, 0.5), 0.5);
  assert.ok(Math.abs(calibrate(PLATT, 1) - 0.9525741268) < 1e-9);
  for (const score of [0, 0.1, 0.5, 0.77, 1]) {
    const back = uncalibrate(PLATT, calibrate(PLATT, score));
    assert.ok(Math.abs(back - score) < 1e-12);
  }
});

Deno.test("fitPlatt finds the curve that made the labels", () => {
  const random = randomNumbers(17);
  const scores = Array.from({ length: 20_000 }, () => random(10_000) / 10_000);
  const labels = scores.map((score) =>
    Number(random(1e6) / 1e6 < calibrate({ kind: "platt", a: 9, b: -4 }, score))
  );
  const fit = fitPlatt(scores, labels);
  assert.ok(fit.kind === "platt");
  assert.ok(
    Math.abs(fit.a - 9) < 0.4 && Math.abs(fit.b + 4) < 0.2,
    `${fit.a} ${fit.b}`,
  );
});

Deno.test("fitPlatt stays finite on separable scores, and is none where scores do not rise", () => {
  const fit = fitPlatt([0, 0.1, 0.2, 0.8, 0.9, 1], [0, 0, 0, 1, 1, 1]);
  assert.ok(fit.kind === "platt" && Number.isFinite(fit.a) && fit.a > 1);
  assert.ok(calibrate(fit, 1) > 0.7 && calibrate(fit, 0) < 0.3);
  assert.deepEqual(fitPlatt([0, 1, 0, 1], [1, 0, 1, 0]), { kind: "none" });
  assert.deepEqual(fitPlatt([0.5, 0.5], [1, 0]), { kind: "none" });
});

Deno.test("fitPlatt wants both labels and one for each score", () => {
  assert.throws(() => fitPlatt([0, 1], [1, 1]), RangeError);
  assert.throws(() => fitPlatt([0, 1], [0, 0]), RangeError);
  assert.throws(() => fitPlatt([0, 1, 2], [0, 1]), RangeError);
});

Deno.test("ForestPredictor.predict gives calibrated scores of features found by name", () => {
  const predictor = new ForestPredictor(MODEL, NAMES);
  assert.equal(predictor.name, "any");
  const out = new Float32Array(3);
  predictor.predict(rows(0, -1, 12, 0, -1, 5, 0, 1, 5), out);
  assert.deepEqual(
    [...out],
    [1, 0, Math.fround(20000 / 65535)].map((raw) =>
      Math.fround(calibrate(PLATT, raw))
    ),
  );
});

Deno.test("ForestPredictor runs the engine that it is given, with the features' positions", () => {
  let opened: readonly number[] = [];
  const predictor = new ForestPredictor(
    { ...MODEL, calibration: { kind: "none" } },
    NAMES,
    {
      open: (model, index) => {
        opened = index;
        return new TreeWalker(model, index);
      },
    },
  );
  assert.deepEqual(opened, [2, 1]);
  const out = new Float32Array(1);
  predictor.predict(rows(0, 0, 11), out);
  assert.equal(out[0], 1);
});

Deno.test("ForestPredictor explains one row of a batch", () => {
  const predictor = new ForestPredictor(MODEL, NAMES);
  const batch = rows(0, 1, 50, 0, 1, 5);
  const { values, bias, score } = predictor.contributions(batch, 1);
  assert.equal(bias, 32768 / 65535);
  assert.deepEqual([...values], [-22768 / 65535, 10000 / 65535]);
  assert.equal(score, Math.fround(20000 / 65535));
  // the limit is a probability: 0.9 is only reached by a rate of 10
  const [flip] = predictor.nearestFlips(batch, 1, 0.9);
  assert.deepEqual([flip?.feature, flip?.value, flip?.change], [0, 10, 5]);
  assert.deepEqual(predictor.nearestFlips(batch, 1), [flip]);
});

Deno.test("ForestPredictor refuses columns other than those it was made for, and rows that are not there", () => {
  assert.throws(() => new ForestPredictor(MODEL, ["rate"]), TypeError);
  const predictor = new ForestPredictor(MODEL, NAMES);
  const good = rows(0, 1, 50);
  const out = new Float32Array(1);
  predictor.predict({ ...good, names: [...NAMES] }, out);
  assert.throws(
    () => predictor.predict({ ...good, names: ["rate", "ratio", "x"] }, out),
    TypeError,
  );
  for (const row of [-1, 1, 0.5]) {
    assert.throws(() => predictor.contributions(good, row), RangeError);
  }
});
