import assert from "node:assert/strict";
import { TreeWalker } from "./tree_walker.ts";
import {
  makeModel,
  packTrees,
  randomNumbers,
  randomTree,
  randomValue,
  type Tree,
} from "./testdata/forest_fixture.ts";
import { linkTrees } from "./forest_blob.ts";

const SMALL: Tree = {
  feature: 1,
  threshold: 2.5,
  missing: "right",
  value: 30000,
  left: 0,
  right: {
    feature: 0,
    threshold: -1,
    missing: "left",
    value: 40000,
    left: 65535,
    right: 13107,
  },
};

function score(row: number[]): number {
  const model = makeModel([SMALL], ["a", "b"]);
  return new TreeWalker(model, [0, 1]).score(Float32Array.from(row));
}

Deno.test("TreeWalker goes left below a threshold and right at or above it", () => {
  assert.equal(score([0, 2.4]), 0);
  assert.equal(score([0, 2.5]), Math.fround(0.2));
  assert.equal(score([-1, 2.6]), Math.fround(0.2));
  assert.equal(score([-1.5, 2.6]), 1);
});

Deno.test("TreeWalker sends NaN where each split says, and infinities by their sign", () => {
  assert.equal(score([-5, NaN]), 1);
  assert.equal(score([NaN, NaN]), 1);
  assert.equal(score([NaN, 3]), 1);
  assert.equal(score([Infinity, Infinity]), Math.fround(0.2));
  assert.equal(score([-Infinity, Infinity]), 1);
  assert.equal(score([0, -Infinity]), 0);
});

Deno.test("TreeWalker gives the mean of its trees", () => {
  const model = makeModel([65535, 0, SMALL, 0], ["a", "b"]);
  const walker = new TreeWalker(model, [0, 1]);
  assert.equal(walker.score(Float32Array.of(-5, 9)), 0.5);
  assert.equal(
    walker.score(Float32Array.of(0, 9)),
    Math.fround((65535 + 13107) / (4 * 65535)),
  );
});

Deno.test("TreeWalker equals a recursion over the nested trees on random forests", () => {
  const walk = (tree: Tree, row: Float32Array): number => {
    if (typeof tree === "number") return tree;
    const x = row[tree.feature]!;
    if (Number.isNaN(x)) {
      return walk(tree.missing === "right" ? tree.right : tree.left, row);
    }
    return walk(x < tree.threshold ? tree.left : tree.right, row);
  };
  const random = randomNumbers(11);
  let different = 0;
  for (let forest = 0; forest < 20; forest++) {
    const features = 1 + random(32);
    const trees = Array.from(
      { length: 1 + random(20) },
      () => randomTree(random, features, random(9)),
    );
    const names = Array.from({ length: features }, (_, i) => `f${i}`);
    const model = makeModel(trees, names);
    const walker = new TreeWalker(model, names.map((_, i) => i));
    const seen = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const row = Float32Array.from(names, () => randomValue(random));
      const sum = trees.reduce<number>((n, tree) => n + walk(tree, row), 0);
      assert.equal(
        walker.score(row),
        Math.fround(sum / (65535 * trees.length)),
      );
      seen.add(walker.score(row));
    }
    different += seen.size;
  }
  assert.ok(different > 500, `${different} different scores`);
});

Deno.test("TreeWalker.predict reads rows in place by offset, stride and feature positions", () => {
  const walker = new TreeWalker(makeModel([SMALL], ["a", "b"]), [3, 1]);
  const values = Float32Array.of(9, 9, 0, 2, 0, 7, 0, 3, 0, -4, 7);
  const out = new Float32Array(3).fill(-1);
  walker.predict({ length: 2, values, offset: 2, stride: 4 }, out);
  assert.deepEqual([...out], [0, 1, -1]);
  values.set([3, 0, -7], 3);
  values[9] = -0.5;
  walker.predict({ length: 2, values, offset: 2, stride: 4 }, out);
  assert.deepEqual([...out], [1, Math.fround(0.2), -1]);
});

Deno.test("TreeWalker.predict refuses rows beyond the values, narrow rows and too few scores", () => {
  const walker = new TreeWalker(makeModel([SMALL], ["a", "b"]), [0, 1]);
  const rows = { length: 2, values: new Float32Array(4), offset: 0, stride: 2 };
  const out = new Float32Array(2);
  walker.predict(rows, out);
  const bad = [{ length: 3 }, { offset: 1 }, { offset: -1 }, { stride: 1 }];
  for (const change of bad) {
    assert.throws(
      () => walker.predict({ ...rows, ...change }, new Float32Array(9)),
      RangeError,
    );
  }
  assert.throws(() => walker.predict(rows, new Float32Array(1)), RangeError);
  walker.predict({ ...rows, length: 0 }, new Float32Array(0));
});

Deno.test("TreeWalker wants one position for each feature", () => {
  const model = makeModel([SMALL], ["a", "b"]);
  for (const index of [[], [0], [0, 1, 2], [0, -1], [0, 0.5]]) {
    assert.throws(() => new TreeWalker(model, index), RangeError);
  }
});

Deno.test("linkTrees finds children that come after their parent, each of one parent", () => {
  const random = randomNumbers(5);
  const trees = packTrees([
    randomTree(random, 4, 8),
    SMALL,
    randomTree(random, 4, 8),
  ]);
  const left = linkTrees(trees, 4);
  const children = new Set<number>();
  left.forEach((child, node) => {
    if (child === 0) return;
    assert.ok(child > node);
    children.add(child).add(child + 1);
  });
  assert.equal(children.size, left.length - 3);
});
