import assert from "node:assert/strict";
import {
  blobChecksum,
  decodeForestBlob,
  decodeTrees,
  encodeTrees,
  type ForestTrees,
} from "./forest_blob.ts";
import {
  packTrees,
  randomNumbers,
  randomTree,
} from "./testdata/forest_fixture.ts";

const TREES = packTrees([
  {
    feature: 2,
    threshold: 1.5,
    missing: "right",
    value: 0x1234,
    left: 1,
    right: 65535,
  },
  7,
]);

Deno.test("encodeTrees writes the documented layout, byte for byte", () => {
  assert.equal(
    encodeTrees(3, TREES).toHex(),
    [
      ...["4d4c4446", "0100", "0300", "02000000", "04000000", "01000000"],
      ...["44000000", "959693eb", "00000000"],
      ...["03000000", "01000000"],
      ...["0000c03f", "00000000", "00000000", "00000000"],
      ...["3412", "0100", "ffff", "0700"],
      ...["42", "80", "80", "80"],
    ].join(""),
  );
});

Deno.test("blobChecksum is the CRC-32 of zip over everything but itself", () => {
  // "123456789" has the CRC-32 cbf43926; the 4 bytes at 24 are left out
  const blob = new Uint8Array(37);
  blob.set(new TextEncoder().encode("0123456789"), 0);
  const without = [...blob.subarray(0, 24), ...blob.subarray(28)];
  let crc = 0xffffffff;
  for (const byte of without) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  assert.equal(blobChecksum(blob), ~crc >>> 0);
  blob[25] = 99;
  assert.equal(blobChecksum(blob), ~crc >>> 0);
});

Deno.test("decodeForestBlob gives back what encodeTrees packed", () => {
  const random = randomNumbers(3);
  for (let i = 0; i < 20; i++) {
    const trees = packTrees(
      Array.from({ length: 1 + random(9) }, () => randomTree(random, 5, 6)),
    );
    // at an odd offset of a larger buffer, as it may lie in a message
    const blob = encodeTrees(5, trees);
    const larger = new Uint8Array(blob.length + 3);
    larger.set(blob, 3);
    assert.deepEqual(decodeForestBlob(larger.subarray(3)), {
      featureCount: 5,
      trees,
    });
  }
});

Deno.test("decodeForestBlob refuses a blob with any byte changed or cut", () => {
  const good = encodeTrees(3, TREES);
  for (let i = 0; i < good.length; i++) {
    const bad = good.slice();
    bad[i]! ^= 0x11;
    assert.throws(() => decodeForestBlob(bad), SyntaxError, `byte ${i}`);
    assert.throws(() => decodeForestBlob(good.subarray(0, i)), SyntaxError);
  }
});

function decode(change: Partial<ForestTrees>, features = 3): ForestTrees {
  const trees = { ...TREES, ...change };
  return decodeTrees(encodeTrees(features, trees).subarray(32), {
    features,
    trees: trees.sizes.length,
    nodes: trees.split.length,
    depth: trees.depth,
  });
}

const WITH = {
  threshold: (node: number, x: number) => ({
    threshold: TREES.threshold.with(node, x) as Float32Array<ArrayBuffer>,
  }),
  split: (node: number, x: number) => ({
    split: TREES.split.with(node, x) as Uint8Array<ArrayBuffer>,
  }),
};

const BAD: readonly [string, Partial<ForestTrees>, RegExp][] = [
  ["a NaN threshold", WITH.threshold(0, NaN), /finite/],
  ["an infinite threshold", WITH.threshold(0, -Infinity), /finite/],
  ["a threshold of -0", WITH.threshold(0, -0), /-0/],
  ["a leaf with a threshold", WITH.threshold(2, 1), /leaf.*threshold/],
  ["a leaf with a feature", WITH.split(1, 0x81), /leaf.*split/],
  ["a reserved bit", WITH.split(0, 0x22), /bit 5/],
  ["a feature that is not there", WITH.split(0, 3), /feature 3/],
  ["an inner node without children", WITH.split(1, 0), /lacks its children/],
  [
    "a node that is no one's child",
    { ...WITH.threshold(0, 0), ...WITH.split(0, 0x80), depth: 0 },
    /no node's child/,
  ],
  ["an even tree size", { sizes: Uint32Array.of(2, 2) }, /odd/],
  ["sizes with another sum", { sizes: Uint32Array.of(3, 3) }, /sum to 4/],
  ["a tree of no nodes", { sizes: Uint32Array.of(4, 0) }, /odd|from 1/],
  ["nodes in the wrong tree", { sizes: Uint32Array.of(1, 3) }, /no node|lacks/],
  ["a depth that is too large", { depth: 2 }, /depth/],
  ["a depth that is too small", { depth: 0 }, /depth/],
  ["a depth beyond the limit", { depth: 33 }, /from 0 to 32/],
];

for (const [what, change, reason] of BAD) {
  Deno.test(`decodeTrees refuses ${what}`, () => {
    decode({});
    assert.throws(
      () => decode(change),
      (error) => error instanceof SyntaxError && reason.test(error.message),
    );
  });
}

Deno.test("decodeTrees refuses counts that are out of range or do not match the bytes", () => {
  const body = encodeTrees(3, TREES).subarray(32);
  const good = { features: 3, trees: 2, nodes: 4, depth: 1 };
  decodeTrees(body, good);
  const bad = [
    ...[{ features: 0 }, { features: 33 }, { features: 1.5 }],
    ...[{ trees: 0 }, { trees: 1025 }, { trees: 3 }, { trees: NaN }],
    ...[{ nodes: 1 }, { nodes: 5 }, { nodes: 2 ** 22 + 1 }],
  ];
  for (const change of bad) {
    assert.throws(() => decodeTrees(body, { ...good, ...change }), SyntaxError);
  }
  assert.throws(() => decodeTrees(body.subarray(1), good), SyntaxError);
});
