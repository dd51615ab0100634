import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { SentenceTransformerError } from "./sentence_transformer_error.ts";

/** The files of a model. */
export interface ModelFiles {
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: Record<string, unknown>;
  /** `tokenizer_config.json`, parsed; empty where it is not there. */
  readonly tokenizerConfig: Record<string, unknown>;
  /** Path of the model. */
  readonly modelPath: string;
  /** Tokens of a text at most, as the files say; undefined where they do not. */
  readonly maxTokens: number | undefined;
  /** SHA-256 over tokenizer and model. */
  readonly sha256: string;
}

const MODELS = ["model.onnx", "onnx/model.onnx"];

/** Read the files of a model's directory. */
export async function readModelFiles(directory: string): Promise<ModelFiles> {
  const text = await read(`${directory}/tokenizer.json`);
  if (text === undefined) {
    throw new SentenceTransformerError(
      "missing_file",
      `Cannot open sentence transformer as tokenizer.json must be in its directory: ${directory}`,
    );
  }
  const tokenizer = parse(text, "tokenizer.json");
  const modelPath = await findModel(directory);
  await checkPooling(directory);
  const config = await optional(`${directory}/tokenizer_config.json`);
  const sentence = await optional(`${directory}/sentence_bert_config.json`);
  const hash = createHash("sha256").update(text).update("\0");
  for (const part of [config, sentence]) {
    hash.update(JSON.stringify(part)).update("\0");
  }
  for await (const chunk of createReadStream(modelPath)) hash.update(chunk);
  return {
    tokenizer,
    tokenizerConfig: config,
    modelPath,
    maxTokens: wholeNumber(sentence["max_seq_length"]) ??
      wholeNumber(
        (tokenizer["truncation"] as Record<string, unknown> | null)
          ?.["max_length"],
      ) ??
      wholeNumber(config["model_max_length"]),
    sha256: hash.digest("hex"),
  };
}

async function findModel(directory: string): Promise<string> {
  for (const name of MODELS) {
    const path = `${directory}/${name}`;
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new SentenceTransformerError(
    "missing_file",
    `Cannot open sentence transformer as model.onnx must be in its directory or in its folder onnx: ${directory}`,
  );
}

async function checkPooling(directory: string): Promise<void> {
  const pooling = await optional(`${directory}/1_Pooling/config.json`);
  const modes = Object.entries(pooling).filter(([name, value]) =>
    name.startsWith("pooling_mode_") && value === true
  ).map(([name]) => name);
  if (modes.some((name) => name !== "pooling_mode_mean_tokens")) {
    throw new SentenceTransformerError(
      "pooling",
      `Cannot open sentence transformer as its pooling must be the mean of tokens: current value is ${
        modes.join(", ")
      }`,
    );
  }
}

async function optional(path: string): Promise<Record<string, unknown>> {
  const text = await read(path);
  return text === undefined ? {} : parse(text, path.split("/").at(-1)!);
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw error;
  }
}

function parse(text: string, name: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (cause) {
    throw new SentenceTransformerError(
      "tokenizer",
      `Cannot open sentence transformer as ${name} is no JSON`,
      { cause },
    );
  }
  throw new SentenceTransformerError(
    "tokenizer",
    `Cannot open sentence transformer as ${name} is no JSON object`,
  );
}

/** A sensible number of tokens: some files say 10 to the power of 30 for "no limit". */
function wholeNumber(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 2 &&
      (value as number) <= 8192
    ? value as number
    : undefined;
}
