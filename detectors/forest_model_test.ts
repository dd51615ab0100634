import assert from "node:assert/strict";
import {
  encodeForestBlob,
  formatForestModel,
  makeForestModel,
  parseForestModel,
} from "./forest_model.ts";
import { encodeTrees } from "./forest_blob.ts";
import { makeModel, packTrees } from "./testdata/forest_fixture.ts";

const MODEL = {
  ...makeModel([
    {
      feature: 1,
      threshold: 0.25,
      missing: "left",
      value: 30000,
      left: 5,
      right: 60000,
    },
    100,
  ], ["packet_rate", "syn_ack_ratio"]),
  calibration: { kind: "platt", a: 7.5, b: -3 } as const,
};

// deno-lint-ignore no-explicit-any -- each case changes another part of a document of unknown shape
type Document = any;

function document(): Document {
  return JSON.parse(JSON.stringify(formatForestModel(MODEL)));
}

Deno.test("parseForestModel gives back the model that formatForestModel wrote", () => {
  assert.deepEqual(parseForestModel(document()), MODEL);
});

Deno.test("formatForestModel gives the same text for the same model", () => {
  const text = JSON.stringify(formatForestModel(MODEL));
  const again = formatForestModel(parseForestModel(JSON.parse(text)));
  assert.equal(JSON.stringify(again), text);
});

Deno.test("parseForestModel keeps nothing of the document", () => {
  const json = document();
  const model = parseForestModel(json);
  json.features[0] = "changed";
  json.thresholds.alert = 0;
  json.provenance.captures[0].name = "changed";
  json.provenance.parameters.depth = 99;
  assert.deepEqual(model, MODEL);
});

Deno.test("encodeForestBlob packs the model's trees for its number of features", () => {
  assert.deepEqual(encodeForestBlob(MODEL), encodeTrees(2, MODEL.trees));
});

Deno.test("makeForestModel joins a packed forest and its description, and checks both", () => {
  const { trees: _, ...description } = MODEL;
  const blob = encodeForestBlob(MODEL);
  assert.deepEqual(makeForestModel(blob, description), MODEL);
  assert.throws(
    () => makeForestModel(blob, { ...description, features: ["one"] }),
    /'features' must be 2 names/,
  );
  assert.throws(
    () => makeForestModel(blob, { ...description, name: "" }),
    SyntaxError,
  );
  assert.throws(
    () => makeForestModel(blob.subarray(1), description),
    SyntaxError,
  );
});

Deno.test("parseForestModel takes provenance without a generator and calibration none", () => {
  const json = document();
  delete json.provenance.captures[0].generator;
  json.calibration = { kind: "none" };
  const model = parseForestModel(json);
  assert.equal("generator" in model.provenance.captures[0]!, false);
  assert.deepEqual(model.calibration, { kind: "none" });
});

Deno.test("parseForestModel refuses what is no object", () => {
  for (const json of [null, undefined, 3, "mld-forest", [], true]) {
    assert.throws(() => parseForestModel(json), SyntaxError);
  }
});

const MANY = Array.from({ length: 33 }, (_, i) => `f${i}`);
const CORRUPT: readonly [string, RegExp, (json: Document) => void][] = [
  ["another format", /'format'/, (j) => j.format = "onnx"],
  ["another version", /'version' must be 1/, (j) => j.version = 2],
  ["an unknown field", /'model.extra'/, (j) => j.extra = 1],
  ["no name", /'model.name'/, (j) => delete j.name],
  ["a name with spaces", /'name'/, (j) => j.name = "a b"],
  ["a name that is a number", /'name'/, (j) => j.name = 5],
  ["no category", /'model.category'/, (j) => delete j.category],
  ["an empty category", /'category'/, (j) => j.category = ""],
  ["features that are no array", /'features'/, (j) => j.features = "a"],
  ["no feature", /'features'/, (j) => j.features = []],
  ["33 features", /at most 32/, (j) => j.features = MANY],
  ["a feature twice", /different/, (j) => j.features = ["a", "a"]],
  ["a feature without a name", /features\[1\]/, (j) => j.features[1] = null],
  ["fewer features than used", /feature 1/, (j) => j.features = ["a"]],
  ["a feature too many", /crc32/, (j) => j.features.push("c")],
  ["trees that are no object", /'trees'/, (j) => j.trees = []],
  ["no tree data", /'trees.data'/, (j) => delete j.trees.data],
  ["tree data that is no text", /'trees.data'/, (j) => j.trees.data = 1],
  ["broken base64", /base64/, (j) => j.trees.data = "!!!!"],
  ["unpadded base64", /base64/, (j) => j.trees.data += "A"],
  ["longer tree data", /bytes/, (j) => j.trees.data = "AAAA" + j.trees.data],
  [
    "shorter tree data",
    /bytes|base64/,
    (j) => j.trees.data = j.trees.data.slice(4),
  ],
  [
    "a changed node value",
    /crc32/,
    (j) => {
      const body = Uint8Array.fromBase64(j.trees.data);
      body[24]! ^= 1;
      j.trees.data = body.toBase64();
    },
  ],
  [
    "a NaN threshold",
    /finite/,
    (j) => {
      const body = Uint8Array.fromBase64(j.trees.data);
      body.set([0, 0, 0xc0, 0x7f], 8);
      j.trees.data = body.toBase64();
    },
  ],
  ["no tree", /number of trees/, (j) => j.trees.count = 0],
  ["another number of trees", /bytes/, (j) => j.trees.count = 3],
  ["a fractional number of trees", /'trees.count'/, (j) => j.trees.count = 1.5],
  ["another number of nodes", /bytes/, (j) => j.trees.nodes = 5],
  ["too many nodes", /number of nodes/, (j) => j.trees.nodes = 2 ** 30],
  ["another depth", /depth/, (j) => j.trees.depth = 3],
  ["another checksum", /'trees.crc32'/, (j) => j.trees.crc32 ^= 1],
  ["an unknown tree field", /'trees.x'/, (j) => j.trees.x = 1],
  ["no calibration", /calibration/, (j) => delete j.calibration],
  ["calibration null", /calibration.kind/, (j) => j.calibration = null],
  [
    "an unknown calibration",
    /calibration.kind/,
    (j) => j.calibration = { kind: "isotonic" },
  ],
  ["a falling calibration", /calibration.a/, (j) => j.calibration.a = -1],
  ["a flat calibration", /calibration.a/, (j) => j.calibration.a = 0],
  ["an endless offset", /calibration.b/, (j) => j.calibration.b = null],
  [
    "parameters on no calibration",
    /calibration.a/,
    (j) => j.calibration = { kind: "none", a: 1 },
  ],
  ["no alert threshold", /thresholds.alert/, (j) => j.thresholds = {}],
  ["a threshold above 1", /thresholds.alert/, (j) => j.thresholds.alert = 2],
  ["a threshold null", /thresholds.high/, (j) => j.thresholds.high = null],
  ["no provenance", /provenance/, (j) => delete j.provenance],
  ["no creator", /createdBy/, (j) => delete j.provenance.createdBy],
  ["a negative seed", /seed/, (j) => j.provenance.seed = -1],
  ["a seed that is no integer", /seed/, (j) => j.provenance.seed = 1e300],
  ["no row count", /rows/, (j) => delete j.provenance.rows],
  ["no captures", /captures/, (j) => delete j.provenance.captures],
  [
    "a short SHA-256",
    /captures\[0\].sha256/,
    (j) => j.provenance.captures[0].sha256 = "abc",
  ],
  [
    "an upper-case SHA-256",
    /sha256/,
    (j) => j.provenance.captures[0].sha256 = "A".repeat(64),
  ],
  [
    "a capture without rows",
    /captures\[0\].rows/,
    (j) => delete j.provenance.captures[0].rows,
  ],
  [
    "a capture without a name",
    /captures\[0\].name/,
    (j) => j.provenance.captures[0].name = "",
  ],
  [
    "an unknown field of a capture",
    /captures\[0\].path/,
    (j) => j.provenance.captures[0].path = "x",
  ],
  [
    "a nested parameter",
    /parameters.depth/,
    (j) => j.provenance.parameters.depth = {},
  ],
  [
    "a parameter with a strange key",
    /parameters/,
    (j) => j.provenance.parameters["a b"] = 1,
  ],
  ["a time of making", /madeAt/, (j) => j.provenance.madeAt = "2026"],
];

for (const [what, reason, change] of CORRUPT) {
  Deno.test(`parseForestModel refuses ${what} and says where`, () => {
    const json = document();
    change(json);
    assert.throws(
      () => parseForestModel(json),
      (error) => {
        assert.ok(error instanceof SyntaxError, String(error));
        assert.match(error.message, reason);
        return true;
      },
    );
  });
}

Deno.test("parseForestModel: changed trees with a fitting checksum are still checked", () => {
  const json = document();
  const trees = packTrees([100, 100]);
  const split = Uint8Array.of(0x80, 0x20);
  const body = encodeTrees(2, { ...trees, split });
  json.trees = {
    ...{ count: 2, nodes: 2, depth: 0 },
    crc32: new DataView(body.buffer).getUint32(24, true),
    data: body.subarray(32).toBase64(),
  };
  assert.throws(() => parseForestModel(json), /bit 5/);
});
