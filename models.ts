import { type ForestModel, parseForestModel } from "@ml-defender/detectors";

let loaded: Promise<readonly ForestModel[]> | undefined;

/**
 * The four forests that come with the package: ddos, ransomware, traffic, internal. Read once, from the package itself.
 *
 * @returns The models, with their provenance.
 */
export function loadModels(): Promise<readonly ForestModel[]> {
  return loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
}

async function load(): Promise<readonly ForestModel[]> {
  const json = { with: { type: "json" } } as const;
  const files = await Promise.all([
    import("./models/ddos.json", json),
    import("./models/ransomware.json", json),
    import("./models/traffic.json", json),
    import("./models/internal.json", json),
  ]);
  return files.map((file) => parseForestModel(file.default));
}

/** How much of a model is in use. */
export interface ModelLimits {
  /** Trees at most, from the first; at least 1. @default {all} */
  readonly trees?: number;
  /** Edges from a tree's root at most, at least 1; a node there answers with its own share. @default {all} */
  readonly depth?: number;
}

/**
 * A part of a model, which costs less time and finds less. Its calibration stays that of the whole.
 *
 * @param model The model.
 * @param limits How much of it.
 * @returns The model itself where that is all of it, else another one.
 */
export function limitModel(
  model: ForestModel,
  limits: ModelLimits,
): ForestModel {
  const { trees } = model;
  const count = Math.min(limits.trees ?? Infinity, trees.sizes.length);
  const depth = Math.min(limits.depth ?? Infinity, trees.depth);
  if (count === trees.sizes.length && depth === trees.depth) return model;
  const nodes: number[] = [];
  const ends: boolean[] = [];
  const sizes: number[] = [];
  let reached = 0;
  let first = 0;
  for (let tree = 0; tree < count; tree++) {
    const before = nodes.length;
    // Nodes stand level by level: each inner one of a level adds two to the next.
    let start = first;
    let width = 1;
    for (let level = 0; width > 0; level++) {
      reached = Math.max(reached, level);
      let inner = 0;
      for (let node = start; node < start + width; node++) {
        const leaf = isLeaf(trees.split[node]!);
        if (!leaf) inner++;
        nodes.push(node);
        ends.push(leaf || level === depth);
      }
      start += width;
      width = level === depth ? 0 : 2 * inner;
    }
    sizes.push(nodes.length - before);
    first += trees.sizes[tree]!;
  }
  return {
    ...model,
    trees: {
      depth: reached,
      sizes: Uint32Array.from(sizes),
      threshold: Float32Array.from(
        nodes,
        (node, i) => ends[i] ? 0 : trees.threshold[node]!,
      ),
      value: Uint16Array.from(nodes, (node) => trees.value[node]!),
      split: Uint8Array.from(
        nodes,
        (node, i) => ends[i] ? LEAF : trees.split[node]!,
      ),
    },
  };
}

/** What a leaf's split is. */
const LEAF = 0x80;

function isLeaf(split: number): boolean {
  return split === LEAF;
}
