import {
  blobChecksum,
  decodeForestBlob,
  decodeTrees,
  encodeTrees,
  type ForestTrees,
  MAX_FOREST_FEATURES,
} from "./forest_blob.ts";

/** How a forest's score becomes a probability: not at all, or `1 / (1 + exp(-(a * score + b)))`. */
export type Calibration =
  | {
    /** The score is used as it is. */
    readonly kind: "none";
  }
  | {
    /** Platt's logistic curve. */
    readonly kind: "platt";
    /** Slope, above 0: a higher score is never a lower probability. */
    readonly a: number;
    /** Offset. */
    readonly b: number;
  };

/** A capture that a model was trained on. */
export interface TrainingCapture {
  /** What it is called. */
  readonly name: string;
  /** SHA-256 of the file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** How many training rows came from it. */
  readonly rows: number;
  /** The scenario and seed that generated it, where it was generated. */
  readonly generator?: string;
}

/** Where a model comes from. Nothing in it depends on when or where it was made: the same seed gives the same bytes. */
export interface Provenance {
  /** Program and version that trained it. */
  readonly createdBy: string;
  /** Seed of the training. */
  readonly seed: number;
  /** Number of training rows. */
  readonly rows: number;
  /** Every capture used. */
  readonly captures: readonly TrainingCapture[];
  /** Parameters of the training, by name. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** A forest with everything needed to use it, as {@linkcode parseForestModel} gives it. */
export interface ForestModel {
  /** Its name, such as `ddos`. */
  readonly name: string;
  /** What its positives are. */
  readonly category: string;
  /** Names of its inputs; the trees name them by their position here. */
  readonly features: readonly string[];
  /** The trees. */
  readonly trees: ForestTrees;
  /** How its score becomes a probability. */
  readonly calibration: Calibration;
  /** Limits of the calibrated score by name; `alert` is always there. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Where it comes from. */
  readonly provenance: Provenance;
}

/** A model file: one JSON document for one model. */
export interface ForestModelFile {
  /** Always `mld-forest`. */
  readonly format: "mld-forest";
  /** Version of the format. */
  readonly version: 1;
  /** See {@linkcode ForestModel.name}. */
  readonly name: string;
  /** See {@linkcode ForestModel.category}. */
  readonly category: string;
  /** See {@linkcode ForestModel.features}; 1 to 32. */
  readonly features: readonly string[];
  /** The trees, packed. */
  readonly trees: {
    /** Number of trees. */
    readonly count: number;
    /** Number of nodes of all trees. */
    readonly nodes: number;
    /** Edges on the longest path. */
    readonly depth: number;
    /** CRC-32 of the packed form, which is what its header's checksum field holds. */
    readonly crc32: number;
    /** Base64 of the packed form from offset 32 on: see {@linkcode encodeTrees} for the layout. */
    readonly data: string;
  };
  /** See {@linkcode ForestModel.calibration}. */
  readonly calibration: Calibration;
  /** See {@linkcode ForestModel.thresholds}. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** See {@linkcode ForestModel.provenance}. */
  readonly provenance: Provenance;
}

const MAX_CAPTURES = 100_000;
const MAX_ENTRIES = 100;
const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;

function fail(path: string, wanted: string, value: unknown): never {
  const shown = typeof value === "string"
    ? JSON.stringify(value.slice(0, 60))
    : typeof value === "object" && value !== null
    ? Array.isArray(value) ? "an array" : "an object"
    : String(value);
  throw new SyntaxError(
    `Cannot read forest model as '${path}' must be ${wanted}: current value is ${shown}`,
  );
}

type Json = Record<string, unknown>;

/** An object with exactly these keys; those ending in `?` may be missing. */
function readObject(path: string, value: unknown, keys: string[]): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(path, "an object", value);
  }
  for (const key of keys) {
    if (!key.endsWith("?") && !Object.hasOwn(value, key)) {
      fail(`${path}.${key}`, "present", undefined);
    }
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key) && !keys.includes(`${key}?`)) {
      fail(`${path}.${key}`, "absent, as there is no such field", "present");
    }
  }
  return value as Json;
}

/** An object with names as keys. */
function readEntries(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(path, "an object", value);
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES) {
    fail(path, `at most ${MAX_ENTRIES} entries`, entries.length);
  }
  for (const [key] of entries) {
    if (!KEY.test(key)) fail(path, "an object with plain names as keys", key);
  }
  return entries;
}

function readArray(path: string, value: unknown, max: number): unknown[] {
  if (!Array.isArray(value)) fail(path, "an array", value);
  if (value.length > max) fail(path, `at most ${max} long`, value.length);
  return value;
}

function readText(path: string, value: unknown, max = 1000): string {
  if (typeof value !== "string" || value === "" || value.length > max) {
    fail(path, `a text of 1 to ${max} characters`, value);
  }
  return value;
}

function readName(path: string, value: unknown): string {
  if (typeof value !== "string" || !NAME.test(value)) {
    fail(path, "a name of lower-case letters, digits, '_', '.', '-'", value);
  }
  return value;
}

function readNumber(
  path: string,
  value: unknown,
  low: number,
  high: number,
): number {
  if (typeof value !== "number" || !(value >= low && value <= high)) {
    fail(path, `a number from ${low} to ${high}`, value);
  }
  return value;
}

function readCount(path: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    fail(path, "an integer of at least 0", value);
  }
  return value as number;
}

function readCalibration(path: string, value: unknown): Calibration {
  const kind = (value as Json | null)?.["kind"];
  if (kind === "none") {
    readObject(path, value, ["kind"]);
    return { kind };
  }
  if (kind !== "platt") fail(`${path}.kind`, "'none' or 'platt'", kind);
  const { a, b } = readObject(path, value, ["kind", "a", "b"]);
  return {
    kind,
    a: readNumber(`${path}.a`, a, Number.MIN_VALUE, 1e6),
    b: readNumber(`${path}.b`, b, -1e6, 1e6),
  };
}

function readThresholds(path: string, value: unknown): Record<string, number> {
  const thresholds: Record<string, number> = {};
  for (const [key, limit] of readEntries(path, value)) {
    const name = readName(path, key);
    thresholds[name] = readNumber(`${path}.${key}`, limit, 0, 1);
  }
  if (!Object.hasOwn(thresholds, "alert")) {
    fail(`${path}.alert`, "present", undefined);
  }
  return thresholds;
}

function readProvenance(path: string, value: unknown): Provenance {
  const object = readObject(path, value, [
    "createdBy",
    "seed",
    "rows",
    "captures",
    "parameters",
  ]);
  const captures = readArray(
    `${path}.captures`,
    object["captures"],
    MAX_CAPTURES,
  ).map((one, i): TrainingCapture => {
    const at = `${path}.captures[${i}]`;
    const { name, sha256, rows, generator } = readObject(at, one, [
      "name",
      "sha256",
      "rows",
      "generator?",
    ]);
    if (typeof sha256 !== "string" || !SHA256.test(sha256)) {
      fail(`${at}.sha256`, "64 lower-case hexadecimal digits", sha256);
    }
    return {
      name: readText(`${at}.name`, name),
      sha256,
      rows: readCount(`${at}.rows`, rows),
      ...(generator === undefined
        ? {}
        : { generator: readText(`${at}.generator`, generator) }),
    };
  });
  const parameters: Record<string, string | number | boolean> = {};
  for (
    const [key, one] of readEntries(`${path}.parameters`, object["parameters"])
  ) {
    const simple = typeof one === "string" || typeof one === "boolean" ||
      (typeof one === "number" && Number.isFinite(one));
    if (!simple) {
      fail(`${path}.parameters.${key}`, "a text, number or boolean", one);
    }
    parameters[key] = one;
  }
  return {
    createdBy: readText(`${path}.createdBy`, object["createdBy"]),
    seed: readCount(`${path}.seed`, object["seed"]),
    rows: readCount(`${path}.rows`, object["rows"]),
    captures,
    parameters,
  };
}

function readTrees(value: unknown, features: number): ForestTrees {
  const object = readObject("trees", value, [
    "count",
    "nodes",
    "depth",
    "crc32",
    "data",
  ]);
  if (typeof object["data"] !== "string") {
    fail("trees.data", "base64", object["data"]);
  }
  let body: Uint8Array;
  try {
    body = Uint8Array.fromBase64(object["data"], {
      lastChunkHandling: "strict",
    });
  } catch (cause) {
    throw new SyntaxError(
      "Cannot read forest model as 'trees.data' must be base64",
      { cause },
    );
  }
  const trees = decodeTrees(body, {
    features,
    trees: readCount("trees.count", object["count"]),
    nodes: readCount("trees.nodes", object["nodes"]),
    depth: readCount("trees.depth", object["depth"]),
  });
  const crc32 = blobChecksum(encodeTrees(features, trees));
  if (object["crc32"] !== crc32) {
    fail("trees.crc32", `${crc32}, that of the trees`, object["crc32"]);
  }
  return trees;
}

/**
 * Check a model file and unpack its trees.
 *
 * @param json The parsed JSON document, from wherever it came.
 * @returns An owned model; nothing of `json` is kept.
 * @throws {SyntaxError} If any part is not as it must be; the message names the part, what is wanted, and what is there.
 *
 * @example
 * ```ts
 * import { parseForestModel } from "@ml-defender/detectors";
 *
 * try {
 *   parseForestModel({ format: "mld-forest", version: 2 });
 *   throw new Error("not reached");
 * } catch (error) {
 *   if (!(error instanceof SyntaxError)) throw error;
 * }
 * ```
 */
export function parseForestModel(json: unknown): ForestModel {
  const { format, version } = (json ?? {}) as Json;
  if (format !== "mld-forest") fail("format", "'mld-forest'", format);
  if (version !== 1) fail("version", "1", version);
  const file = readObject("model", json, [
    "format",
    "version",
    "name",
    "category",
    "features",
    "trees",
    "calibration",
    "thresholds",
    "provenance",
  ]);
  const features = readArray("features", file["features"], MAX_FOREST_FEATURES)
    .map((feature, i) => readName(`features[${i}]`, feature));
  if (features.length === 0) fail("features", "not empty", file["features"]);
  const twice = features.find((name, i) => features.indexOf(name) !== i);
  if (twice) fail("features", "different names", twice);
  return {
    name: readName("name", file["name"]),
    category: readName("category", file["category"]),
    features,
    trees: readTrees(file["trees"], features.length),
    calibration: readCalibration("calibration", file["calibration"]),
    thresholds: readThresholds("thresholds", file["thresholds"]),
    provenance: readProvenance("provenance", file["provenance"]),
  };
}

/**
 * The document to write to a model file. The same model gives the same text by `JSON.stringify`.
 *
 * @param model The model.
 * @returns What {@linkcode parseForestModel} reads.
 */
export function formatForestModel(model: ForestModel): ForestModelFile {
  const blob = encodeForestBlob(model);
  return {
    format: "mld-forest",
    version: 1,
    name: model.name,
    category: model.category,
    features: model.features,
    trees: {
      count: model.trees.sizes.length,
      nodes: model.trees.split.length,
      depth: model.trees.depth,
      crc32: blobChecksum(blob),
      data: blob.subarray(32).toBase64(),
    },
    calibration: model.calibration,
    thresholds: model.thresholds,
    provenance: model.provenance,
  };
}

/**
 * The packed form of a model's trees, which the core opens. {@linkcode encodeTrees} documents its layout.
 *
 * @param model The model.
 * @returns Owned bytes.
 */
export function encodeForestBlob(model: ForestModel): Uint8Array<ArrayBuffer> {
  return encodeTrees(model.features.length, model.trees);
}

/**
 * Make a model of a packed forest, such as a trainer gives.
 *
 * @param blob The packed form.
 * @param description Everything but the trees.
 * @returns The model, checked like one read from a file.
 * @throws {SyntaxError} If the packed form or the description is not as it must be.
 */
export function makeForestModel(
  blob: Uint8Array,
  description: Omit<ForestModel, "trees">,
): ForestModel {
  const { featureCount, trees } = decodeForestBlob(blob);
  if (featureCount !== description.features.length) {
    fail("features", `${featureCount} names`, description.features.length);
  }
  return parseForestModel(formatForestModel({ ...description, trees }));
}
