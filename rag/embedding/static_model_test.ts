import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { decodeModel, encodeModel, type StaticModel } from "./static_model.ts";
import { StaticEmbedder } from "./static_embedder.ts";

const MODEL: StaticModel = {
  rows: 4,
  dimensions: 3,
  parts: [3],
  unknownWeight: 0.5,
  skipped: ["the", "él"],
  weakBelow: 0.25,
  scales: Float32Array.of(0, 0.5, 1, 2),
  table: Int8Array.of(1, -2, 3, 4, 5, -6, 7, 8, 9, -127, 0, 127),
  words: ["flood", "scan"],
};

Deno.test("decodeModel reads what encodeModel writes, and the same model is the same bytes", () => {
  const bytes = encodeModel(MODEL);
  deepStrictEqual(decodeModel(bytes), MODEL);
  deepStrictEqual(encodeModel(decodeModel(bytes)), bytes);
});

Deno.test("decodeModel refuses what is no model, in every place", () => {
  const bytes = encodeModel(MODEL);
  throws(() => decodeModel(new Uint8Array()), SyntaxError);
  throws(() => decodeModel(new Uint8Array(64)), SyntaxError);
  const other = bytes.slice();
  other[4] = 9;
  throws(() => decodeModel(other), /version must be 1/);
  const header = bytes.slice();
  header[13] = 0;
  throws(() => decodeModel(header), /damaged header/);
  const words = MODEL.words.join("\n").length + 1;
  for (let length = 0; length < bytes.length - words; length++) {
    throws(() => decodeModel(bytes.slice(0, length)), SyntaxError, `${length}`);
  }
  const three = {
    ...MODEL,
    rows: 3,
    scales: MODEL.scales.slice(0, 3),
    table: MODEL.table.slice(0, 9),
  };
  throws(() => decodeModel(encodeModel(three)), /damaged header/);
});

Deno.test("StaticEmbedder.from names a model by its bytes", async () => {
  const one = await StaticEmbedder.from(encodeModel(MODEL));
  const two = await StaticEmbedder.from(
    encodeModel({ ...MODEL, skipped: ["the"] }),
  );
  strictEqual(one.model.length, 64);
  strictEqual(one.model === two.model, false);
  await rejects(() => StaticEmbedder.from(new Uint8Array(3)), SyntaxError);
});
