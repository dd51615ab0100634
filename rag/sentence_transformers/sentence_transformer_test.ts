import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { cached, optional } from "../../tests/_optional.ts";
import {
  DIMENSIONS,
  tableValue,
  type TinyModel,
  writeTinyModel,
} from "./testdata/tiny_model.ts";

const available = await cached(
  "npm:@huggingface/tokenizers@0.2.0",
  "npm:onnxruntime-node@1.30.0",
);

function test(name: string, fn: () => Promise<void>): void {
  optional({
    name,
    available,
    reason:
      "@huggingface/tokenizers and onnxruntime-node are not in the cache: deno task optional",
    fn,
  });
}

type Module = typeof import("./mod.ts");
const { openSentenceTransformer, SentenceTransformerError }: Module = available
  ? await import("./mod.ts")
  : {} as Module;

async function withModel(
  model: TinyModel,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await writeTinyModel(directory, model);
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** What the model must give for token ids: the mean of the tangents, 1 long. */
function oracle(ids: readonly number[]): number[] {
  const mean = Array.from(
    { length: DIMENSIONS },
    (_, place) =>
      ids.reduce((sum, id) => sum + Math.tanh(tableValue(id, place)), 0) /
      ids.length,
  );
  const length = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0));
  return mean.map((x) => x / length);
}

function near(found: Float32Array, expected: readonly number[]): void {
  strictEqual(found.length, expected.length);
  expected.forEach((value, i) =>
    ok(Math.abs(found[i]! - value) < 1e-6, `${found[i]} is not ${value}`)
  );
}

function rejectsWith(
  action: () => Promise<unknown>,
  code: string,
): Promise<void> {
  return rejects(action, (error: unknown) => {
    ok(error instanceof SentenceTransformerError, String(error));
    strictEqual(error.code, code, error.message);
    return true;
  });
}

test("SentenceTransformer gives the mean over each text's own tokens, whatever is padded beside it", () =>
  withModel({}, async (directory) => {
    await using embedder = await openSentenceTransformer(directory, {
      batch: 2,
    });
    strictEqual(embedder.dimensions, DIMENSIONS);
    const texts = [
      "port",
      "Guessing PASSWORDS of the",
      "",
      "scan zebra",
      "port",
    ];
    const vectors = await embedder.embed(texts);
    const row = (i: number) =>
      vectors.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
    near(row(0), oracle([2, 4, 3]));
    near(row(1), oracle([2, 6, 7, 8, 9, 11, 10, 3]));
    near(row(2), [0, 0, 0, 0, 0]);
    near(row(3), oracle([2, 5, 1, 3]));
    deepStrictEqual(row(4), row(0));
    deepStrictEqual(await embedder.embed([]), new Float32Array());
  }));

test("SentenceTransformer cuts long texts and keeps the token that ends them", () =>
  withModel({}, async (directory) => {
    await using embedder = await openSentenceTransformer(directory, {
      maxTokens: 4,
    });
    near(
      await embedder.embed(["port scan beacon flood flood flood"]),
      oracle([2, 4, 5, 3]),
    );
  }));

test("SentenceTransformer answers requests that overlap, and close waits for them", () =>
  withModel({}, async (directory) => {
    const embedder = await openSentenceTransformer(directory);
    const many = ["port", "scan", "flood"].map((text) =>
      embedder.embed([text])
    );
    await Promise.all([embedder.close(), embedder.close()]);
    const vectors = await Promise.all(many);
    near(vectors[0]!, oracle([2, 4, 3]));
    near(vectors[2]!, oracle([2, 13, 3]));
    await rejectsWith(() => embedder.embed(["port"]), "closed");
  }));

test("SentenceTransformer.model names tokenizer, model and length of texts as one", () =>
  withModel({}, async (directory) => {
    const name = async (maxTokens = 16) => {
      await using one = await openSentenceTransformer(directory, { maxTokens });
      return one.model;
    };
    const first = await name();
    ok(/^[0-9a-f]{64}$/.test(first));
    strictEqual(await name(), first);
    const names = new Set([first, await name(17)]);
    await writeTinyModel(directory, { shift: 0.5 });
    names.add(await name());
    await writeTinyModel(directory);
    const tokenizer = `${directory}/tokenizer.json`;
    const text = await Deno.readTextFile(tokenizer);
    await Deno.writeTextFile(tokenizer, text.replace('"beacon"', '"bacon"'));
    names.add(await name());
    strictEqual(names.size, 4);
  }));

test("SentenceTransformer passes token types to a model that takes them", () =>
  withModel(
    { inputs: ["input_ids", "attention_mask", "token_type_ids"] },
    async (directory) => {
      await using embedder = await openSentenceTransformer(directory);
      near(await embedder.embed(["port"]), oracle([2, 4, 3]));
    },
  ));

test("openSentenceTransformer says which file is missing or damaged", () =>
  withModel({}, async (directory) => {
    const open = () => openSentenceTransformer(directory);
    await rejectsWith(
      () => openSentenceTransformer(`${directory}/none`),
      "missing_file",
    );
    const model = await Deno.readFile(`${directory}/model.onnx`);
    await Deno.remove(`${directory}/model.onnx`);
    await rejectsWith(open, "missing_file");
    await Deno.mkdir(`${directory}/onnx`);
    await Deno.writeFile(`${directory}/onnx/model.onnx`, model);
    await (await open()).close();
    await Deno.writeFile(`${directory}/onnx/model.onnx`, model.slice(0, 90));
    await rejectsWith(open, "model");
    await Deno.writeTextFile(`${directory}/tokenizer.json`, "{");
    await rejectsWith(open, "tokenizer");
    await Deno.writeTextFile(`${directory}/tokenizer.json`, "{}");
    await rejectsWith(open, "tokenizer");
  }));

test("openSentenceTransformer refuses other inputs, shapes and pooling than it can use", async () => {
  await withModel(
    { inputs: ["ids", "attention_mask"] },
    (directory) =>
      rejectsWith(() => openSentenceTransformer(directory), "inputs"),
  );
  await withModel(
    { flat: true },
    (directory) =>
      rejectsWith(() => openSentenceTransformer(directory), "output"),
  );
  await withModel({}, async (directory) => {
    await Deno.mkdir(`${directory}/1_Pooling`);
    await Deno.writeTextFile(
      `${directory}/1_Pooling/config.json`,
      JSON.stringify({
        pooling_mode_cls_token: true,
        pooling_mode_mean_tokens: false,
      }),
    );
    await rejectsWith(() => openSentenceTransformer(directory), "pooling");
  });
  for (const options of [{ batch: 0 }, { maxTokens: 1 }, { threads: 1.5 }]) {
    await rejects(
      () => openSentenceTransformer("anywhere", options),
      RangeError,
    );
  }
});
