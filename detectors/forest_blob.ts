/** Number of features that a forest may have. */
export const MAX_FOREST_FEATURES = 32;
/** Number of trees that a forest may have. */
export const MAX_FOREST_TREES = 1024;
/** The node value that means a share of 1. */
export const NODE_VALUE_ONE = 65535;

const MAX_TREE_NODES = 65535;
const MAX_NODES = 2 ** 22;
const MAX_DEPTH = 32;
const MAGIC = 0x46444c4d;
const VERSION = 1;
const HEADER_BYTES = 32;
const LEAF = 0x80;
const MISSING_RIGHT = 0x40;
const FEATURE_MASK = 0x1f;

/**
 * The trees of a forest, one array per column over all nodes of all trees. The nodes of a tree are in breadth-first
 * order: the k-th inner node of a tree, from 0, has its children at 2k + 1 and 2k + 2 of that tree.
 */
export interface ForestTrees {
  /** Edges on the longest path of any tree. */
  readonly depth: number;
  /** Number of nodes of each tree. */
  readonly sizes: Uint32Array<ArrayBuffer>;
  /** A value below it goes left, one at or above it right; 0 at a leaf. */
  readonly threshold: Float32Array<ArrayBuffer>;
  /** Share of positives in units of 1/65535. */
  readonly value: Uint16Array<ArrayBuffer>;
  /** Bits 0-4 feature, bit 6 "missing goes right", bit 7 leaf (a leaf is exactly 0x80). */
  readonly split: Uint8Array<ArrayBuffer>;
}

/** Whether a node's split byte says leaf. */
export function isLeaf(split: number): boolean {
  return split === LEAF;
}

/** The feature that a node's split byte names. */
export function splitFeature(split: number): number {
  return split & FEATURE_MASK;
}

/** Whether a node's split byte sends NaN to the right. */
export function isMissingRight(split: number): boolean {
  return (split & MISSING_RIGHT) !== 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
  return c >>> 0;
});

function crc32(data: Uint8Array, before = 0): number {
  let c = ~before;
  for (const byte of data) c = CRC_TABLE[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** What the checksum field of a packed forest must hold: CRC-32 of all other bytes. */
export function blobChecksum(blob: Uint8Array): number {
  return crc32(blob.subarray(28), crc32(blob.subarray(0, 24)));
}

/** A SyntaxError about a forest. */
export function refuse(reason: string): never {
  throw new SyntaxError(`Cannot read forest as ${reason}`);
}

function requireInteger(
  what: string,
  value: number,
  low: number,
  high: number,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  refuse(
    `${what} must be an integer from ${low} to ${high}: current value is ${value}`,
  );
}

/**
 * Number of each node's left child among all nodes; 0 at a leaf. The right child follows the left one.
 *
 * @throws {SyntaxError} If the nodes of a tree are not one tree, or a node is not well formed.
 */
export function linkTrees(
  trees: ForestTrees,
  featureCount: number,
): Uint32Array<ArrayBuffer> {
  const { sizes, threshold, split } = trees;
  const left = new Uint32Array(split.length);
  let depth = 0;
  let first = 0;
  sizes.forEach((size, tree) => {
    const end = first + size;
    let nextChild = first + 1;
    let level = 0;
    let levelEnd = nextChild;
    for (let node = first; node < end; node++) {
      if (node === levelEnd) {
        level++;
        levelEnd = nextChild;
      }
      const where = `node ${node - first} of tree ${tree}`;
      if (node >= nextChild) refuse(`${where} is no node's child`);
      const kind = split[node]!;
      if (kind & LEAF) {
        if (kind !== LEAF) refuse(`the leaf ${where} has a split: ${kind}`);
        if (!Object.is(threshold[node], 0)) {
          refuse(`the leaf ${where} has a threshold: ${threshold[node]}`);
        }
        continue;
      }
      if (kind & 0x20) refuse(`bit 5 of the split of ${where} must be 0`);
      if (splitFeature(kind) >= featureCount) {
        refuse(
          `${where} splits on feature ${
            splitFeature(kind)
          }: there are ${featureCount}`,
        );
      }
      if (
        !Number.isFinite(threshold[node]) || Object.is(threshold[node], -0)
      ) {
        refuse(
          `the threshold of ${where} must be finite and not -0: current value is ${
            threshold[node]
          }`,
        );
      }
      if (end - nextChild < 2) refuse(`${where} lacks its children`);
      left[node] = nextChild;
      nextChild += 2;
    }
    if (nextChild !== end) refuse(`tree ${tree} has nodes too many`);
    depth = Math.max(depth, level);
    first = end;
  });
  if (depth !== trees.depth) {
    refuse(
      `the depth must be that of the trees, ${depth}: it is ${trees.depth}`,
    );
  }
  return left;
}

/** What the header of a packed forest says. */
export interface ForestCounts {
  /** Number of features. */
  readonly features: number;
  /** Number of trees. */
  readonly trees: number;
  /** Number of nodes of all trees. */
  readonly nodes: number;
  /** Edges on the longest path. */
  readonly depth: number;
}

/**
 * Read the arrays that follow a packed forest's header.
 *
 * @param body Bytes from offset 32 of the packed form on.
 * @param counts What the header says.
 * @returns Owned arrays.
 * @throws {SyntaxError} If a count is out of range, the length does not match, or the nodes are not trees.
 */
export function decodeTrees(
  body: Uint8Array,
  counts: ForestCounts,
): ForestTrees {
  const { features, trees, nodes, depth } = counts;
  requireInteger("the number of features", features, 1, MAX_FOREST_FEATURES);
  requireInteger("the number of trees", trees, 1, MAX_FOREST_TREES);
  requireInteger("the number of nodes", nodes, trees, MAX_NODES);
  requireInteger("the depth", depth, 0, MAX_DEPTH);
  const length = 4 * trees + 7 * nodes;
  if (body.length !== length) {
    refuse(
      `${trees} trees of ${nodes} nodes in all must be ${length} bytes: there are ${body.length}`,
    );
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const sizes = Uint32Array.from(
    { length: trees },
    (_, i) => view.getUint32(4 * i, true),
  );
  let sum = 0;
  sizes.forEach((size, tree) => {
    requireInteger(`the size of tree ${tree}`, size, 1, MAX_TREE_NODES);
    if (size % 2 === 0) refuse(`the size of tree ${tree} must be odd: ${size}`);
    sum += size;
  });
  if (sum !== nodes) {
    refuse(`the trees' sizes must sum to ${nodes}: they sum to ${sum}`);
  }
  const at = 4 * trees;
  const decoded: ForestTrees = {
    depth,
    sizes,
    threshold: Float32Array.from(
      { length: nodes },
      (_, i) => view.getFloat32(at + 4 * i, true),
    ),
    value: Uint16Array.from(
      { length: nodes },
      (_, i) => view.getUint16(at + 4 * nodes + 2 * i, true),
    ),
    split: body.slice(at + 6 * nodes) as Uint8Array<ArrayBuffer>,
  };
  linkTrees(decoded, features);
  return decoded;
}

/**
 * Read a packed forest, such as a trainer gives.
 *
 * @param blob The packed form.
 * @returns Its number of features and its trees.
 * @throws {SyntaxError} If it is not a well-formed packed forest.
 */
export function decodeForestBlob(
  blob: Uint8Array,
): { featureCount: number; trees: ForestTrees } {
  if (blob.length < HEADER_BYTES) {
    refuse(`a header is ${HEADER_BYTES} bytes: there are ${blob.length}`);
  }
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (view.getUint32(0, true) !== MAGIC) refuse("it does not start with MLDF");
  const version = view.getUint16(4, true);
  if (version !== VERSION) refuse(`its version must be 1: it is ${version}`);
  if (view.getUint32(20, true) !== blob.length) {
    refuse(
      `its length must be ${
        view.getUint32(20, true)
      } bytes: it is ${blob.length}`,
    );
  }
  if (view.getUint32(28, true) !== 0) refuse("a reserved field is not 0");
  if (view.getUint32(24, true) !== blobChecksum(blob)) {
    refuse("its checksum does not match its content");
  }
  const featureCount = view.getUint16(6, true);
  const trees = decodeTrees(blob.subarray(HEADER_BYTES), {
    features: featureCount,
    trees: view.getUint32(8, true),
    nodes: view.getUint32(12, true),
    depth: view.getUint32(16, true),
  });
  return { featureCount, trees };
}

/**
 * The packed form of a forest that the core opens. Little-endian, no padding:
 *
 * ```text
 * offset  type  meaning
 *      0  u32   magic 0x46444c4d, the bytes "MLDF"
 *      4  u16   version, 1
 *      6  u16   F, number of features, 1..32
 *      8  u32   T, number of trees, 1..1024
 *     12  u32   N, number of nodes of all trees, T..4194304
 *     16  u32   edges on the longest path of any tree, 0..32
 *     20  u32   length of the whole in bytes: 32 + 4 T + 7 N
 *     24  u32   CRC-32 (IEEE 802.3, reflected) of all other bytes: 0-23, then 28 to the end
 *     28  u32   0
 *     32  u32[T]  nodes of each tree, odd, 1..65535; their sum is N
 * 32 + 4T  f32[N]  threshold of each node, finite, not -0; +0 at a leaf
 *   + 4N  u16[N]  value of each node: share of positives in units of 1/65535
 *   + 6N  u8[N]   split of each node: bits 0-4 feature, bit 6 "missing goes right", bit 7 leaf
 * ```
 *
 * @param featureCount Number of features.
 * @param trees The trees.
 * @returns Owned bytes.
 */
export function encodeTrees(
  featureCount: number,
  trees: ForestTrees,
): Uint8Array<ArrayBuffer> {
  const { depth, sizes, threshold, value, split } = trees;
  const nodes = split.length;
  const body = HEADER_BYTES + 4 * sizes.length;
  const blob = new Uint8Array(body + 7 * nodes);
  const view = new DataView(blob.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, featureCount, true);
  view.setUint32(8, sizes.length, true);
  view.setUint32(12, nodes, true);
  view.setUint32(16, depth, true);
  view.setUint32(20, blob.length, true);
  sizes.forEach((size, i) => view.setUint32(HEADER_BYTES + 4 * i, size, true));
  threshold.forEach((x, i) => view.setFloat32(body + 4 * i, x, true));
  value.forEach((x, i) => view.setUint16(body + 4 * nodes + 2 * i, x, true));
  blob.set(split, body + 6 * nodes);
  view.setUint32(24, blobChecksum(blob), true);
  return blob;
}
