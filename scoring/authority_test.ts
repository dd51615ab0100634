import assert from "node:assert/strict";
import type { AuthoritativeSource } from "@ml-defender/events";
import {
  authoritativeSource,
  confidenceOf,
  modelThreshold,
  severityOf,
} from "./authority.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const { thresholds } = DEFAULT_POLICY;

// fast, model, the model's threshold, who decides: the table in the doc comment, row by row.
const TABLE: [number | null, number | null, number, AuthoritativeSource][] = [
  [null, null, 0.65, "CONSENSUS"],
  [0.9, null, 0.65, "FAST_ONLY"],
  [0.1, null, 0.65, "FAST_ONLY"],
  [null, 0.9, 0.65, "ML_ONLY"],
  [0.95, 0.6, 0.65, "DIVERGENCE"],
  [0.1, 0.9, 0.65, "DIVERGENCE"],
  [0.9, 0.8, 0.65, "CONSENSUS"],
  [0.2, 0.3, 0.65, "CONSENSUS"],
  [0.8, 0.6, 0.65, "FAST_PRIORITY"],
  [0.72, 0.74, 0.75, "FAST_PRIORITY"],
  [0.69, 0.9, 0.65, "ML_PRIORITY"],
];

for (const [fast, ml, mlThreshold, source] of TABLE) {
  Deno.test(`authoritativeSource of rule ${fast} and model ${ml} (from ${mlThreshold}) is ${source}`, () => {
    assert.equal(
      authoritativeSource({ fast, ml, mlThreshold }, thresholds),
      source,
    );
  });
}

Deno.test("authoritativeSource says DIVERGENCE above the number, not at it", () => {
  const at = { ...thresholds, divergence: 0.25 };
  const scores = { fast: 1, ml: 0.75, mlThreshold: 0.65 };
  assert.equal(authoritativeSource(scores, at), "CONSENSUS");
  const below = { ...scores, ml: 0.74 };
  assert.equal(authoritativeSource(below, at), "DIVERGENCE");
});

Deno.test("severityOf follows 0.70, 0.75 and 0.95", () => {
  const scores = [0.69, 0.7, 0.7499, 0.75, 0.9499, 0.95, 1];
  assert.deepEqual(scores.map((score) => severityOf(score, thresholds)), [
    null,
    "suspicious",
    "suspicious",
    "alert",
    "alert",
    "high",
    "high",
  ]);
});

Deno.test("modelThreshold is the model's, and at least level1", () => {
  assert.equal(modelThreshold("ransomware", thresholds), 0.75);
  assert.equal(modelThreshold("c2", thresholds), 0.65);
  assert.equal(modelThreshold("ddos", thresholds), 0.7);
});

Deno.test("confidenceOf falls with everything that makes a verdict doubtful", () => {
  const sure = { bothEngines: true, divergence: 0, directionConfidence: 100 };
  assert.equal(confidenceOf(sure), 1);
  const doubts = [
    { bothEngines: false },
    { divergence: 0.4 },
    { directionConfidence: 50 },
    { lossRatio: 0.1 },
    { oneWay: true },
  ];
  for (const doubt of doubts) {
    const confidence = confidenceOf({ ...sure, ...doubt });
    assert.ok(confidence < 1 && confidence > 0.5, JSON.stringify(doubt));
  }
  assert.ok(Math.abs(confidenceOf({ ...sure, divergence: 0.4 }) - 0.8) < 1e-12);
});
