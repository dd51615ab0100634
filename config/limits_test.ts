import assert from "node:assert/strict";
import {
  encodeForestBlob,
  FastRules,
  type ForestModel,
  TreeWalker,
} from "@ml-defender/detectors";
import { openCore, openHandles } from "@ml-defender/native";
import { DEFAULT_POLICY } from "@ml-defender/scoring";
import { limitModel, loadModels, Pipeline } from "../mod.ts";
import { settingsDigest } from "../settings.ts";

const core = await openCore();
const models = await loadModels();

/** Scores of a model's own trees, one row at a time, without the core. */
function scores(model: ForestModel, rows: number): number[] {
  const width = model.features.length;
  const walker = new TreeWalker(model, model.features.map((_, i) => i));
  const values = Float32Array.from(
    { length: rows * width },
    (_, i) => (i * 2654435761 % 1000) ** 2 / 100,
  );
  const out = new Float32Array(rows);
  walker.predict({
    values,
    offset: 0,
    stride: width,
    length: rows,
  }, out);
  return [...out];
}

/** Share that a tree's prefix gives, walked by hand: the oracle of `limitModel`. */
function shareAt(model: ForestModel, row: Float32Array, limits: {
  readonly trees: number;
  readonly depth: number;
}): number {
  const { sizes, split, threshold, value } = model.trees;
  let sum = 0;
  let first = 0;
  for (let tree = 0; tree < limits.trees; tree++) {
    // Children of the k-th inner node stand at 2k + 1 and 2k + 2.
    const inner = new Map<number, number>();
    for (let node = 0; node < sizes[tree]!; node++) {
      if (split[first + node] !== 0x80) inner.set(node, inner.size);
    }
    let node = 0;
    for (let depth = 0; depth < limits.depth && inner.has(node); depth++) {
      const at = first + node;
      const right = row[split[at]! & 0x1f]! >= threshold[at]!;
      node = 2 * inner.get(node)! + (right ? 2 : 1);
    }
    sum += value[first + node]! / 65535;
    first += sizes[tree]!;
  }
  return sum / limits.trees;
}

Deno.test("limitModel gives the model itself where nothing is cut off", () => {
  for (const model of models) {
    assert.equal(limitModel(model, {}), model);
    assert.equal(limitModel(model, { trees: 1024, depth: 32 }), model);
  }
});

Deno.test("limitModel answers with the share of the node that it stops at, over the first trees", () => {
  const width = models[0]!.features.length;
  const row = Float32Array.from(
    { length: width },
    (_, i) => (i * 2654435761 % 1000) ** 2 / 100,
  );
  for (const model of models) {
    for (
      const limits of [
        { trees: 1, depth: 1 },
        { trees: 7, depth: 3 },
        { trees: 100, depth: 5 },
        { trees: 33, depth: 10 },
      ]
    ) {
      const limited = limitModel(model, limits);
      encodeForestBlob(limited);
      assert.equal(limited.trees.sizes.length, limits.trees);
      assert.ok(limited.trees.depth <= limits.depth);
      const [score] = scores({ ...limited, calibration: { kind: "none" } }, 1);
      const wanted = shareAt(
        model,
        row.subarray(0, model.features.length),
        limits,
      );
      assert.ok(Math.abs(score! - wanted) < 1e-5, `${score} is not ${wanted}`);
    }
  }
});

Deno.test("Pipeline.prepare opens what is new, keeps what is there, and closes what is no more used", () => {
  const handles = openHandles();
  const [ddos, ransomware, traffic] = models;
  {
    const rules = new FastRules();
    using pipeline = new Pipeline(core, {
      rules,
      models: [ddos!, ransomware!],
    });
    assert.equal(openHandles(), handles + 2);
    const next = {
      rules,
      models: [ransomware!, traffic!],
      policy: DEFAULT_POLICY,
    };
    const refused = pipeline.prepare(next);
    assert.equal(openHandles(), handles + 3);
    refused.abort();
    assert.equal(openHandles(), handles + 2);
    pipeline.prepare(next).commit();
    assert.equal(openHandles(), handles + 2);
    assert.throws(
      () => pipeline.prepare({ ...next, models: [ddos!, ddos!] }),
      TypeError,
    );
    const wrong = { ...ddos!, features: ["no_such_feature"] };
    assert.throws(
      () => pipeline.prepare({ ...next, models: [traffic!, wrong] }),
      TypeError,
    );
    assert.throws(
      () => pipeline.prepare({ ...next, models: [{ ...ddos! }, ddos!] }),
      TypeError,
    );
    assert.equal(openHandles(), handles + 2);
    const late = pipeline.prepare({ ...next, models: [ddos!] });
    pipeline.close();
    late.commit();
  }
  assert.equal(openHandles(), handles);
});

Deno.test("settingsDigest does not depend on the order in which a policy was written, and sees every setting", () => {
  const base = {
    homeNets: undefined,
    prefixBytes: 512,
    rules: undefined,
    models,
  };
  const { thresholds, ...rest } = DEFAULT_POLICY;
  const digest = settingsDigest({ ...base, policy: DEFAULT_POLICY });
  assert.equal(
    settingsDigest({ ...base, policy: { thresholds, ...rest } }),
    digest,
  );
  assert.equal(
    settingsDigest({ ...base, policy: undefined, tables: {} }),
    digest,
  );
  const others = [
    settingsDigest({ ...base, policy: { ...DEFAULT_POLICY, roleFactor: 0.5 } }),
    settingsDigest({ ...base, policy: undefined, tables: { maxFlows: 7 } }),
    settingsDigest({ ...base, policy: undefined, prefixBytes: 0 }),
    settingsDigest({
      ...base,
      policy: undefined,
      models: [limitModel(models[0]!, { depth: 3 }), ...models.slice(1)],
    }),
  ];
  assert.equal(new Set([digest, ...others]).size, 5);
});
