/**
 * The four forests that are shipped, each at its own depth: one record through the core, the call included, on rows of the
 * shape of flow records with random values around the models' thresholds, a tenth missing. The floor is a call with the
 * same arguments that scores a single leaf. Bound: 1.06 us on the native build.
 *
 * Needs `ffi` for the native build.
 */
import {
  encodeForestBlob,
  type ForestModel,
  makeForestModel,
} from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { isLeaf, splitFeature } from "../detectors/forest_blob.ts";

const ROWS = 4096;

const auto = await openCore();
const cores = auto.build === "wasm"
  ? [auto]
  : [auto, await openCore({ build: "wasm" })];
const names = auto.layout.flow.features;
const stride = names.length;

/** Rows around the thresholds of the models, so that walks take both sides. */
function makeValues(models: readonly ForestModel[]): Float32Array {
  const thresholds = new Map<string, number[]>();
  for (const { features, trees } of models) {
    trees.split.forEach((split, node) => {
      if (isLeaf(split)) return;
      const feature = features[splitFeature(split)]!;
      const list = thresholds.get(feature) ?? [];
      list.push(trees.threshold[node]!);
      thresholds.set(feature, list);
    });
  }
  const values = new Float32Array(ROWS * stride);
  let state = 7;
  for (let at = 0; at < values.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const list = thresholds.get(names[at % stride]!) ?? [1];
    values[at] = state % 10 === 0
      ? NaN
      : list[(state >>> 8) % list.length]! * (0.8 + (state >>> 24) / 640);
  }
  return values;
}

const models = await loadModels();
const rows = {
  length: 1,
  values: makeValues(models),
  offset: 0,
  stride,
};
const out = new Float32Array(1);
let next = 0;

/** Another row each time. */
function turn(): typeof rows {
  next = (next + 1) % ROWS;
  rows.offset = next * stride;
  return rows;
}

/** A forest of one tree of one leaf. */
async function leaf(core: Core): Promise<ForestModel> {
  const values = new Float32Array(64).map((_, row) => row);
  using trainer = await core.openTrainer({
    rows: { length: 64, values, offset: 0, stride: 1 },
    labels: new Uint8Array(64).map((_, row) => row & 1),
    ...{ featureIndex: [0], depth: 1, minLeafWeight: 1e6 },
  });
  return makeForestModel(await trainer.train(0, 1), {
    ...{ name: "leaf", category: "scan", features: [names[0]!] },
    ...{ calibration: { kind: "none" }, thresholds: { alert: 0.5 } },
    provenance: {
      ...{ createdBy: "models_bench", seed: 1, rows: 64 },
      ...{ captures: [], parameters: {} },
    },
  });
}

const floorModel = await leaf(cores[0]!);
for (const core of cores) {
  const floor = core.openForest(encodeForestBlob(floorModel), [0]);
  Deno.bench({
    name: `floor: a call that scores a single leaf, ${core.build}`,
    group: core.build,
    baseline: true,
    fn: () => floor.predict(turn(), out),
  });
  for (const model of models) {
    const index = model.features.map((feature) => names.indexOf(feature));
    const forest = core.openForest(encodeForestBlob(model), index);
    const { depth, sizes } = model.trees;
    Deno.bench({
      name:
        `${model.name}: ${sizes.length} trees, depth ${depth}, ${index.length} features, ${core.build}`,
      group: core.build,
      fn: () => forest.predict(turn(), out),
    });
  }
}
