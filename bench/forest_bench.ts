/**
 * Forests of 100 trees on 24 features: one record at a time and in batches, in both builds, by depth; and the tree
 * walker in TypeScript. The floor is one call into the core with the same arguments that scores a single leaf.
 *
 * Needs `ffi` for the native build. Each record of a run is another one, a tenth of the values are missing.
 */
import {
  encodeForestBlob,
  type ForestModel,
  makeForestModel,
  TreeWalker,
} from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";

const FEATURES = 24;
const ROWS = 4096;
const INDEX = Array.from({ length: FEATURES }, (_, i) => i);

/** Rows whose label is a noisy sum over a quarter of the features. */
function makeRows(length: number, seed: number) {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const values = new Float32Array(length * FEATURES);
  const labels = new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    let sum = (random() - 0.5) * 20;
    for (let f = 0; f < FEATURES; f++) {
      const x = random() * 10 - 5;
      if (f < 6) sum += (f % 2 ? -x : x) * (f + 1);
      values[row * FEATURES + f] = random() < 0.1 ? NaN : x;
    }
    labels[row] = sum > 4 ? 1 : 0;
  }
  const rows = { length, values, offset: 0, stride: FEATURES };
  return { rows, labels };
}

async function train(
  core: Core,
  depth: number,
  trees: number,
): Promise<ForestModel> {
  const { rows, labels } = makeRows(20_000, 1);
  using trainer = await core.openTrainer({
    ...{ rows, labels, featureIndex: INDEX, depth },
    // more than all rows: a tree of one leaf
    minLeafWeight: depth === 1 ? 1e6 : 2,
  });
  return makeForestModel(await trainer.train(0, trees), {
    ...{ name: "any", category: "scan" },
    features: INDEX.map((i) => `f${i}`),
    calibration: { kind: "none" },
    thresholds: { alert: 0.5 },
    provenance: {
      ...{ createdBy: "forest_bench", seed: 1, rows: 20_000 },
      ...{ captures: [], parameters: { depth } },
    },
  });
}

const { rows: FRESH } = makeRows(ROWS, 2);
const one = { ...FRESH, length: 1 };
const out = new Float32Array(ROWS);
let next = 0;

/** Another record each time. */
function turn(): typeof one {
  next = (next + 1) % ROWS;
  one.offset = next * FEATURES;
  return one;
}

const cores = [await openCore({ build: "auto" })];
if (cores[0]!.build === "native") cores.push(await openCore({ build: "wasm" }));
const leaf = await train(cores[0]!, 1, 1);

for (const core of cores) {
  const floor = core.openForest(encodeForestBlob(leaf), INDEX);
  Deno.bench({
    name: `floor: a call that scores a single leaf, ${core.build}`,
    group: "one record",
    baseline: core === cores[0],
    fn: () => floor.predict(turn(), out),
  });
}
for (const depth of [8, 10, 12]) {
  const model = await train(cores[0]!, depth, 100);
  const blob = encodeForestBlob(model);
  for (const core of cores) {
    const forest = core.openForest(blob, INDEX);
    const what = `depth ${depth}, ${core.build}, ${forest.kernel}`;
    Deno.bench({
      name: `one record: ${what}`,
      group: "one record",
      fn: () => forest.predict(turn(), out),
    });
    Deno.bench({
      name: `${ROWS} records: ${what}`,
      group: "batch",
      fn: () => forest.predict(FRESH, out),
    });
  }
  if (depth !== 10) continue;
  const walker = new TreeWalker(model, INDEX);
  Deno.bench({
    name: `one record: depth ${depth}, TreeWalker`,
    group: "one record",
    fn: () => walker.predict(turn(), out),
  });
}
