import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { openStaticEmbedder, StaticEmbedder } from "./static_embedder.ts";
import { pairRow, partRows, wordHash, wordRow } from "./_features.ts";
import type { StaticModel } from "./static_model.ts";

const embedder = await openStaticEmbedder();

function cosine(a: string, b: string): number {
  const one = new Float32Array(embedder.dimensions);
  const other = new Float32Array(embedder.dimensions);
  embedder.embedInto(a, one);
  embedder.embedInto(b, other);
  return one.reduce((sum, value, i) => sum + value * other[i]!, 0);
}

/** A model whose table is all different, to recompute vectors of. */
function model(): StaticModel {
  const rows = 64;
  const dimensions = 4;
  return {
    rows,
    dimensions,
    parts: [3, 4],
    unknownWeight: 0.25,
    skipped: ["the"],
    weakBelow: 0,
    scales: Float32Array.from({ length: rows }, (_, row) => (row % 7) / 8),
    table: Int8Array.from(
      { length: rows * dimensions },
      (_, i) => (i * 37 % 255) - 127,
    ),
    words: ["port", "scan"],
  };
}

Deno.test("StaticEmbedder adds words, their parts and pairs of known words, and makes the sum 1 long", () => {
  const made = model();
  const { rows, dimensions, table, scales } = made;
  const sum = new Float64Array(dimensions);
  const add = (row: number, weight: number) => {
    for (let i = 0; i < dimensions; i++) {
      sum[i]! += table[row * dimensions + i]! * scales[row]! * weight;
    }
  };
  const addParts = (word: string, weight: number) => {
    const parts = partRows(word, made);
    for (const row of parts) add(row, weight / Math.sqrt(parts.length));
  };
  const [port, scan] = [wordHash("port"), wordHash("scan")];
  add(wordRow(port, rows), 1);
  addParts("port", 1);
  add(wordRow(scan, rows), 1);
  addParts("scan", 1);
  add(pairRow(port, scan, rows), 1);
  addParts("tomato", 0.25);
  const length = Math.sqrt(sum.reduce((all, x) => all + x * x, 0));
  const out = new Float32Array(dimensions);
  const known = new StaticEmbedder(made, "x")
    .embedInto("the PORTS scan, tomato 10.0.0.1 443", out);
  strictEqual(known, 2 / 3);
  out.forEach((value, i) => ok(Math.abs(value - sum[i]! / length) < 1e-6));
});

Deno.test("StaticEmbedder gives zeros for a text without content, and refuses a vector of another length", () => {
  for (const text of ["", "the of de la", "10.0.0.1 443", "!?"]) {
    const out = new Float32Array(embedder.dimensions).fill(9);
    strictEqual(embedder.embedInto(text, out), 0);
    ok(out.every((value) => value === 0), text);
  }
  throws(() => embedder.embedInto("scan", new Float32Array(3)), RangeError);
});

Deno.test("StaticEmbedder.embed gives one row a text, the same as embedInto", async () => {
  const texts = ["port scan", "", "adivinar contraseñas"];
  const all = await embedder.embed(texts);
  const { dimensions } = embedder;
  strictEqual(all.length, texts.length * dimensions);
  texts.forEach((text, row) => {
    const out = new Float32Array(dimensions);
    embedder.embedInto(text, out);
    deepStrictEqual(all.slice(row * dimensions, (row + 1) * dimensions), out);
  });
  await embedder.close();
});

Deno.test("StaticEmbedder gives the same vector however many words it has seen", () => {
  const out = () => {
    const vector = new Float32Array(embedder.dimensions);
    embedder.embedInto("someone guesses passwords of the file server", vector);
    return vector;
  };
  const before = out();
  const scratch = new Float32Array(embedder.dimensions);
  for (let i = 0; i < 20_000; i++) {
    const letters = String.fromCharCode(
      ...[0, 1, 2, 3].map((k) => 97 + (i >> 4 * k) % 16),
    );
    embedder.embedInto(`zq${letters}`, scratch);
  }
  deepStrictEqual(out(), before);
});

Deno.test("StaticEmbedder puts what means the same nearer than what does not, across languages", () => {
  const groups = [
    ["password guessing", "brute force logins", "adivinar contraseñas"],
    ["mass encryption of a share", "ransomware", "secuestro de archivos"],
    ["ping sweep", "barrido de ping", "icmp echo to every address"],
    ["cryptocurrency miner", "minería de criptomonedas", "mining pool"],
  ];
  groups.forEach((group, i) =>
    groups.forEach((other, j) => {
      if (i === j) return;
      for (const text of group.slice(1)) {
        ok(cosine(group[0]!, text) > cosine(other[0]!, text), `${text}`);
      }
    })
  );
});

Deno.test("StaticEmbedder.knows says whether a word is in the thesaurus, inflected or mistyped", () => {
  for (
    const word of ["beacon", "beacons", "escaneando", "Contraseña", "ransomwre"]
  ) {
    ok(embedder.knows(word), word);
  }
  for (const word of ["tomato", "the", "de", "", "two words", "10.0.0.1"]) {
    ok(!embedder.knows(word), word);
  }
});

Deno.test({
  name: "openStaticEmbedder opens the packed model without a permission",
  permissions: "none",
  fn: async () => {
    const { model, dimensions, weakBelow } = await openStaticEmbedder();
    strictEqual(model, embedder.model);
    strictEqual(dimensions, 128);
    ok(weakBelow > 0 && weakBelow < 1);
  },
});
