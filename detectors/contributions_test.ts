import assert from "node:assert/strict";
import { TreeWalker } from "./tree_walker.ts";
import {
  makeModel,
  randomNumbers,
  randomTree,
  randomValue,
  type Tree,
} from "./testdata/forest_fixture.ts";

function stump(feature: number, threshold: number, high: number): Tree {
  const value = Math.round(high / 2);
  return { feature, threshold, missing: "left", value, left: 0, right: high };
}

function randomWalker(seed: number, features: number): TreeWalker {
  const random = randomNumbers(seed);
  const names = Array.from({ length: features }, (_, i) => `f${i}`);
  const trees = Array.from(
    { length: 30 },
    () => randomTree(random, features, 7),
  );
  return new TreeWalker(makeModel(trees, names), names.map((_, i) => i));
}

Deno.test("contributions credit each step to the feature that was split on", () => {
  const tree: Tree = {
    feature: 1,
    threshold: 5,
    missing: "left",
    value: 20000,
    left: 1000,
    right: {
      feature: 0,
      threshold: 1,
      missing: "left",
      value: 50000,
      left: 65535,
      right: 10000,
    },
  };
  const walker = new TreeWalker(makeModel([tree], ["a", "b", "c"]), [0, 1, 2]);
  const right = walker.contributions(Float32Array.of(3, 7, 0));
  assert.equal(right.bias, 20000 / 65535);
  assert.deepEqual([...right.values], [-40000 / 65535, 30000 / 65535, 0]);
  assert.equal(right.score, Math.fround(10000 / 65535));
  const left = walker.contributions(Float32Array.of(3, 4, 0));
  assert.deepEqual([...left.values], [0, -19000 / 65535, 0]);
});

Deno.test("contributions and the bias sum to the score on random forests and rows", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const walker = randomWalker(seed, 12);
    const random = randomNumbers(seed + 100);
    for (let i = 0; i < 100; i++) {
      const row = Float32Array.from({ length: 12 }, () => randomValue(random));
      const { values, bias, score } = walker.contributions(row);
      assert.equal(score, walker.score(row));
      const sum = values.reduce((a, b) => a + b, bias);
      assert.ok(Math.abs(sum - score) < 1e-6, `${sum} is not ${score}`);
    }
  }
});

Deno.test("nearestFlips finds the closest value of each feature, nearest first by the thresholds' span", () => {
  // raw score: a >= 10 adds 0.5, a >= 40 adds 0.25, b >= 2 adds 0.25
  const trees = [
    stump(0, 10, 65535),
    stump(0, 10, 65535),
    stump(0, 40, 65535),
    stump(1, 2, 65535),
  ];
  const walker = new TreeWalker(makeModel(trees, ["a", "b"]), [0, 1]);
  const below = walker.nearestFlips(Float32Array.of(4, 0), 0.5);
  assert.deepEqual(below, [
    { feature: 0, value: 10, score: 0.5, change: 6, relative: 6 / 30 },
  ]);
  const above = walker.nearestFlips(Float32Array.of(12, 3), 0.75);
  const under = (x: number) => Math.fround(x - x * 2 ** -24);
  assert.deepEqual(
    above.map((flip) => [flip.feature, flip.value, flip.score]),
    [
      [0, under(10), 0.25],
      [1, under(2), 0.5],
    ],
  );
  assert.equal(above[0]!.change, under(10) - 12);
  assert.deepEqual(walker.nearestFlips(Float32Array.of(4, 0), 0.9), []);
});

Deno.test("nearestFlips leaves out features that are missing in the row", () => {
  const walker = new TreeWalker(
    makeModel([stump(0, 1, 65535), stump(1, 1, 65535)], ["a", "b"]),
    [0, 1],
  );
  const flips = walker.nearestFlips(Float32Array.of(NaN, 0), 0.4);
  assert.deepEqual(flips.map((flip) => flip.feature), [1]);
});

Deno.test("nearestFlips: with the value the score crosses, half way there it does not", () => {
  let found = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const walker = randomWalker(seed, 8);
    const random = randomNumbers(seed + 200);
    for (let i = 0; i < 10; i++) {
      const row = Float32Array.from({ length: 8 }, () => randomValue(random));
      const before = row.slice();
      const limit = 0.45 + random(10) / 100;
      const above = walker.score(row) >= Math.fround(limit);
      const flips = walker.nearestFlips(row, limit);
      assert.deepEqual(row, before);
      flips.forEach(({ feature, value, score, change, relative }, at) => {
        const moved = row.slice();
        moved[feature] = value;
        assert.equal(walker.score(moved), score);
        assert.notEqual(score >= Math.fround(limit), above);
        moved[feature] = row[feature]! + change / 2;
        if (moved[feature] !== value) {
          assert.equal(walker.score(moved) >= Math.fround(limit), above);
        }
        assert.ok(at === 0 || flips[at - 1]!.relative <= relative);
        found++;
      });
    }
  }
  assert.ok(found > 50, `${found} flips`);
});

Deno.test("TreeWalker.contributions and nearestFlips refuse a short row", () => {
  const walker = randomWalker(1, 8);
  assert.throws(() => walker.contributions(new Float32Array(7)), RangeError);
  assert.throws(
    () => walker.nearestFlips(new Float32Array(7), 0.5),
    RangeError,
  );
});
