import assert from "node:assert/strict";
import { type Core, openHandles } from "./mod.ts";
import { openBuilds } from "./_test_builds.ts";

const STRIDE = 5;
const FEATURES = [3, 1, 4];

/** Rows whose label is whether column 3 is above one half; one value in sixteen is missing. */
function makeRows(
  length: number,
): { values: Float32Array<ArrayBuffer>; labels: Uint8Array<ArrayBuffer> } {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const values = new Float32Array(length * STRIDE);
  for (let i = 0; i < values.length; i++) {
    values[i] = random() < 1 / 16 ? NaN : random();
  }
  const labels = Uint8Array.from(
    { length },
    (_, row) => values[row * STRIDE + 3]! > 0.5 ? 1 : 0,
  );
  return { values, labels };
}

const { values, labels } = makeRows(500);
const ROWS = { length: 500, values, offset: 0, stride: STRIDE };

async function train(core: Core, trees = 12): Promise<Uint8Array<ArrayBuffer>> {
  using trainer = await core.openTrainer({
    rows: ROWS,
    featureIndex: FEATURES,
    labels,
    depth: 6,
  });
  return await trainer.train(0, trees);
}

Deno.test("Trainer gives the same bytes in both builds, and in ranges as in one piece", async () => {
  const digests = new Set<string>();
  for (const core of await openBuilds()) {
    using trainer = await core.openTrainer({
      rows: ROWS,
      featureIndex: FEATURES,
      labels,
      depth: 6,
    });
    const parts = [await trainer.train(0, 5), await trainer.train(5, 7)];
    const whole = await trainer.train(0, 12);
    assert.deepEqual(core.mergeForests(parts), whole);
    digests.add(core.sha256(whole).toHex());
  }
  assert.equal(digests.size, 1);
  assert.equal(openHandles(), 0);
});

Deno.test("Forest.predict gives the same scores in both builds and in every kernel, and they are right", async () => {
  const digests = new Set<string>();
  for (const core of await openBuilds()) {
    using forest = core.openForest(await train(core), FEATURES);
    assert.deepEqual([forest.featureCount, forest.treeCount], [3, 12]);
    for (const kernel of [forest.kernel, "floats", "binned"]) {
      assert.ok(forest.useKernel(kernel), kernel);
      const scores = new Float32Array(500);
      forest.predict(ROWS, scores);
      digests.add(core.sha256(new Uint8Array(scores.buffer)).toHex());
      const right = scores.reduce(
        (n, score, i) => n + Number((score > 0.5) === (labels[i] === 1)),
        0,
      );
      assert.ok(right >= 490, `${right} of 500`);
    }
    assert.equal(forest.useKernel("no such kernel"), false);
  }
  assert.equal(digests.size, 1);
});

Deno.test("Forest.predict reads rows in place by offset and stride", async () => {
  for (const core of await openBuilds()) {
    using forest = core.openForest(await train(core), FEATURES);
    const all = new Float32Array(500);
    forest.predict(ROWS, all);
    const some = new Float32Array(3).fill(-1);
    forest.predict({
      length: 2,
      values,
      offset: 7 * STRIDE,
      stride: 2 * STRIDE,
    }, some);
    assert.deepEqual([...some], [all[7], all[9], -1]);
  }
});

Deno.test("Forest.predict refuses rows beyond the values and too few scores", async () => {
  for (const core of await openBuilds()) {
    using forest = core.openForest(await train(core), FEATURES);
    assert.throws(
      () => forest.predict({ ...ROWS, length: 501 }, new Float32Array(501)),
      RangeError,
    );
    assert.throws(
      () => forest.predict({ ...ROWS, offset: 1 }, new Float32Array(500)),
      RangeError,
    );
    assert.throws(
      () => forest.predict(ROWS, new Float32Array(499)),
      RangeError,
    );
    assert.throws(
      () => forest.predict({ ...ROWS, stride: 4 }, new Float32Array(500)),
      RangeError,
    );
    forest.predict({ ...ROWS, length: 0 }, new Float32Array(0));
  }
});

Deno.test("Forest.contributions and the bias sum to the score, alike in both builds", async () => {
  const seen = new Set<string>();
  for (const core of await openBuilds()) {
    using forest = core.openForest(await train(core), FEATURES);
    const scores = new Float32Array(500);
    forest.predict(ROWS, scores);
    const { values: parts, bias, score } = forest.contributions(
      values.subarray(0, STRIDE),
    );
    assert.equal(score, scores[0]);
    assert.ok(Math.abs(parts.reduce((a, b) => a + b, bias) - score) < 1e-6);
    seen.add(JSON.stringify([...parts, bias]));
    assert.throws(
      () => forest.contributions(values.subarray(0, 4)),
      RangeError,
    );
  }
  assert.equal(seen.size, 1);
});

Deno.test("Forest.nearestFlips gives values that carry the score across the limit", async () => {
  for (const core of await openBuilds()) {
    using forest = core.openForest(await train(core), FEATURES);
    const row = Float32Array.from([0.5, 0.5, 0.5, 0.9, 0.5]);
    const [first] = forest.nearestFlips(row, 0.5);
    assert.equal(first?.feature, 0);
    row[FEATURES[first.feature]!] = first.value;
    const score = new Float32Array(1);
    forest.predict(
      { length: 1, values: row, offset: 0, stride: STRIDE },
      score,
    );
    assert.ok(score[0]! < 0.5);
    assert.equal(score[0], first.score);
  }
});

Deno.test("Core.openForest refuses a damaged blob and a map of another length", async () => {
  for (const core of await openBuilds()) {
    const blob = await train(core);
    assert.throws(() => core.openForest(blob, [0, 1]), { code: "refused" });
    assert.throws(() => core.openForest(blob, [0, 1, -1]), RangeError);
    assert.throws(() => core.openForest(new Uint8Array(0), FEATURES), {
      code: "refused",
    });
    blob[blob.length >> 1]! ^= 1;
    assert.throws(
      () => core.openForest(blob, FEATURES),
      /Cannot open forest as .+/,
    );
    assert.throws(() => core.mergeForests([blob]), { code: "refused" });
    assert.throws(() => core.mergeForests([]), { code: "refused" });
  }
  assert.equal(openHandles(), 0);
});

Deno.test("Core.openTrainer refuses labels of another length, one class and bad options", async () => {
  for (const core of await openBuilds()) {
    const options = { rows: ROWS, featureIndex: FEATURES, labels };
    for (
      const change of [
        { labels: labels.subarray(1) },
        { labels: new Uint8Array(500) },
        { weights: new Float32Array(1) },
        { depth: 99 },
        { featureIndex: [] },
        { featureIndex: [5] },
        { maxBytes: 1000 },
      ]
    ) {
      await assert.rejects(core.openTrainer({ ...options, ...change }), {
        code: "refused",
      }, JSON.stringify(change));
    }
    using trainer = await core.openTrainer(options);
    await assert.rejects(trainer.train(1024, 1), { code: "refused" });
  }
  assert.equal(openHandles(), 0);
});

Deno.test("a closed Forest or Trainer throws TypeError, and closing again does nothing", async () => {
  for (const core of await openBuilds()) {
    const forest = core.openForest(await train(core), FEATURES);
    assert.equal(openHandles(), 1);
    forest.close();
    forest.close();
    assert.equal(openHandles(), 0);
    assert.throws(() => forest.predict(ROWS, new Float32Array(500)), TypeError);
    assert.throws(() => forest.kernel, /Cannot use forest as it is closed/);
    const trainer = await core.openTrainer({
      rows: ROWS,
      featureIndex: FEATURES,
      labels,
    });
    trainer.close();
    await assert.rejects(trainer.train(0, 1), TypeError);
  }
});

Deno.test("a Trainer closed while it trains is freed when it is done, and takes no second call", async () => {
  for (const core of await openBuilds()) {
    const trainer = await core.openTrainer({
      rows: ROWS,
      featureIndex: FEATURES,
      labels,
    });
    const first = trainer.train(0, 4);
    const second = assert.rejects(trainer.train(4, 4), /a call is in flight/);
    trainer.close();
    assert.equal(openHandles(), 1);
    assert.ok((await first).length > 0);
    await second;
    assert.equal(openHandles(), 0);
  }
});
