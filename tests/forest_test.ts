/** The core's forests against the tree walker, in both builds. */
import assert from "node:assert/strict";
import {
  encodeForestBlob,
  featureIndex,
  fitPlatt,
  type ForestModel,
  ForestPredictor,
  formatForestModel,
  makeForestModel,
  parseForestModel,
  TreeWalker,
} from "@ml-defender/detectors";
import { openBuilds } from "../native/_test_builds.ts";
import type { Core } from "@ml-defender/native";

const NAMES = ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"];
const FEATURES = ["x7", "x0", "x3", "x4", "x8", "x1"];
const ROWS = 3000;

/** Rows whose label is a noisy sum; one value in ten is missing, some are repeated, some infinite. */
function makeRows(seed: number) {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const values = new Float32Array(ROWS * NAMES.length);
  const labels = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    let sum = (random() - 0.5) * 4;
    for (let column = 0; column < NAMES.length; column++) {
      const kind = random();
      const x = (random() - 0.5) * 10;
      const shown = kind < 0.1 ? NaN : kind < 0.2 ? Math.round(x) : x;
      values[row * NAMES.length + column] = kind > 0.995 ? Infinity : shown;
      sum += column % 2 === 0 ? x : x * x / 4;
    }
    labels[row] = sum > 10 ? 1 : 0;
  }
  const rows = {
    ...{ length: ROWS, names: NAMES, values, offset: 0 },
    stride: NAMES.length,
  };
  return { rows, labels };
}

const TRAINING = makeRows(1);
const FRESH = makeRows(2);

async function train(core: Core): Promise<ForestModel> {
  using trainer = await core.openTrainer({
    rows: TRAINING.rows,
    featureIndex: featureIndex({ name: "any", features: FEATURES }, NAMES),
    labels: TRAINING.labels,
    depth: 9,
    seed: 5n,
  });
  const blob = await trainer.train(0, 40);
  return makeForestModel(blob, {
    ...{ name: "any", category: "scan", features: FEATURES },
    calibration: { kind: "none" },
    thresholds: { alert: 0.5 },
    provenance: {
      ...{ createdBy: "forest_test", seed: 5, rows: ROWS },
      ...{ captures: [], parameters: { depth: 9 } },
    },
  });
}

Deno.test("The core's forest and TreeWalker give the same scores, contributions and flips on every row", async () => {
  const texts = new Set<string>();
  for (const core of await openBuilds()) {
    const model = await train(core);
    const text = JSON.stringify(formatForestModel(model));
    texts.add(text);
    const index = featureIndex(model, NAMES);
    using forest = core.openForest(encodeForestBlob(model), index);
    const walker = new TreeWalker(parseForestModel(JSON.parse(text)), index);
    const want = new Float32Array(ROWS);
    walker.predict(FRESH.rows, want);
    assert.ok(new Set(want).size > 1000);
    for (const kernel of [forest.kernel, "floats", "binned", "avx2"]) {
      if (!forest.useKernel(kernel)) continue;
      const got = new Float32Array(ROWS);
      forest.predict(FRESH.rows, got);
      assert.deepEqual(got, want, `${core.build} ${kernel}`);
    }
    let flips = 0;
    for (let i = 0; i < ROWS; i += 60) {
      const start = i * NAMES.length;
      const row = FRESH.rows.values.slice(start, start + NAMES.length);
      assert.deepEqual(walker.contributions(row), forest.contributions(row));
      const found = walker.nearestFlips(row, 0.5);
      assert.deepEqual(found, forest.nearestFlips(row, 0.5));
      flips += found.length;
    }
    assert.ok(flips > 20, `${flips} flips`);
  }
  assert.equal(texts.size, 1, "both builds train the same model file");
});

Deno.test("ForestPredictor on the core learns to tell unseen rows apart, and its calibration is close to the truth", async () => {
  const [core] = await openBuilds();
  const trained = await train(core!);
  const scored = makeRows(3);
  const raw = new Float32Array(ROWS);
  new ForestPredictor(trained, NAMES).predict(scored.rows, raw);
  const model = { ...trained, calibration: fitPlatt(raw, scored.labels) };
  using forest = core!.openForest(
    encodeForestBlob(model),
    featureIndex(model, NAMES),
  );
  const predictor = new ForestPredictor(model, NAMES, { open: () => forest });
  const out = new Float32Array(ROWS);
  predictor.predict(FRESH.rows, out);
  let right = 0;
  const bins = Array.from({ length: 5 }, () => ({ rows: 0, p: 0, labels: 0 }));
  out.forEach((p, row) => {
    const label = FRESH.labels[row]!;
    right += Number((p >= 0.5) === (label === 1));
    const bin = bins[Math.min(4, Math.floor(p * 5))]!;
    bin.rows++;
    bin.p += p;
    bin.labels += label;
  });
  const positives = FRESH.labels.reduce((a, b) => a + b, 0);
  const majority = Math.max(positives, ROWS - positives) / ROWS;
  assert.ok(right / ROWS > majority + 0.1, `${right / ROWS} over ${majority}`);
  for (const { rows, p, labels } of bins) {
    if (rows > 100) assert.ok(Math.abs(p - labels) / rows < 0.12);
  }
});

Deno.test("The core refuses what TreeWalker's reader refuses: any changed byte of a packed forest", async () => {
  const [core] = await openBuilds();
  const blob = encodeForestBlob(await train(core!));
  const index = FEATURES.map((_, i) => i);
  for (let i = 0; i < blob.length; i += 997) {
    const bad = blob.slice();
    bad[i]! ^= 1;
    assert.throws(() => core!.openForest(bad, index), /forest/);
  }
});
