import { createHash } from "node:crypto";
import { Tokenizer } from "npm:@huggingface/tokenizers@0.2.0";
import ort from "npm:onnxruntime-node@1.30.0";
import { readModelFiles } from "./_files.ts";
import { meanPool, pad, type Padded } from "./_pooling.ts";
import type { WorkerSetup } from "./_protocol.ts";
import {
  SentenceTransformerError,
  type SentenceTransformerErrorCode,
} from "./sentence_transformer_error.ts";

type Session = Awaited<ReturnType<typeof ort.InferenceSession.create>>;

const DEFAULT_TOKENS = 256;
const INPUTS = ["input_ids", "attention_mask", "token_type_ids"];
const REQUIRED = INPUTS.slice(0, 2);
const OUTPUTS = ["last_hidden_state", "token_embeddings", "hidden_states"];

/** A tokenizer and a model in this thread. */
export class LoadedModel {
  /** SHA-256 over tokenizer and model. */
  readonly sha256: string;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Tokens of a text at most. */
  readonly maxTokens: number;
  readonly #tokenizer: Tokenizer;
  readonly #session: Session;
  readonly #output: string;
  readonly #batch: number;
  readonly #padding: number;

  private constructor(parts: {
    readonly sha256: string;
    readonly maxTokens: number;
    readonly batch: number;
    readonly tokenizer: Tokenizer;
    readonly session: Session;
    readonly output: string;
    readonly dimensions: number;
  }) {
    this.sha256 = parts.sha256;
    this.maxTokens = parts.maxTokens;
    this.dimensions = parts.dimensions;
    this.#tokenizer = parts.tokenizer;
    this.#session = parts.session;
    this.#output = parts.output;
    this.#batch = parts.batch;
    this.#padding = paddingOf(parts.tokenizer);
  }

  /** Load what a directory holds and see that it fits. */
  static async open(setup: WorkerSetup): Promise<LoadedModel> {
    const files = await readModelFiles(setup.directory);
    const tokenizer = await attempt(
      "tokenizer",
      "tokenizer.json cannot be used",
      () => new Tokenizer(files.tokenizer, files.tokenizerConfig),
    );
    const session = await attempt(
      "model",
      "the model cannot be loaded",
      () =>
        ort.InferenceSession.create(files.modelPath, {
          intraOpNumThreads: setup.threads,
          interOpNumThreads: 1,
        }),
    );
    try {
      checkInputs(session.inputNames);
      const maxTokens = setup.maxTokens ?? files.maxTokens ?? DEFAULT_TOKENS;
      const probe = tokensOf(tokenizer, "probe", maxTokens);
      const padded = pad([probe.length > 0 ? probe : [0]], 0);
      const output = await probeOutput(session, padded);
      const sha256 = createHash("sha256")
        .update(`${files.sha256} mean ${maxTokens}`).digest("hex");
      return new LoadedModel({
        sha256,
        ...{ maxTokens, batch: setup.batch, tokenizer, session, ...output },
      });
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** One vector a text, row-major; zeros for a text without a character to read. */
  async embed(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>> {
    const { dimensions } = this;
    const all = new Float32Array(texts.length * dimensions);
    // Texts of one length share a batch: padding costs as much as tokens do.
    const work = texts.flatMap((text, row) =>
      text.trim() === ""
        ? []
        : [{ row, ids: tokensOf(this.#tokenizer, text, this.maxTokens) }]
    ).filter(({ ids }) => ids.length > 0)
      .sort((a, b) => a.ids.length - b.ids.length || a.row - b.row);
    for (let start = 0; start < work.length; start += this.#batch) {
      const batch = work.slice(start, start + this.#batch);
      const padded = pad(batch.map(({ ids }) => ids), this.#padding);
      const hidden = await run(this.#session, padded, this.#output);
      const pooled = meanPool(hidden.data, padded);
      batch.forEach(({ row }, i) =>
        all.set(
          pooled.subarray(i * dimensions, (i + 1) * dimensions),
          row * dimensions,
        )
      );
    }
    return all;
  }

  /** Let go of the session. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Token ids, cut to a length with the last one, which ends a text, kept. */
function tokensOf(tokenizer: Tokenizer, text: string, most: number): number[] {
  const { ids } = tokenizer.encode(text);
  const last = ids.at(-1);
  return ids.length <= most || last === undefined
    ? ids
    : [...ids.slice(0, most - 1), last];
}

function paddingOf(tokenizer: Tokenizer): number {
  return tokenizer.token_to_id("[PAD]") ?? tokenizer.token_to_id("<pad>") ?? 0;
}

function checkInputs(names: readonly string[]): void {
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !INPUTS.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    throw new SentenceTransformerError(
      "inputs",
      `Cannot open sentence transformer as the model's inputs must be input_ids, attention_mask and at most token_type_ids: current value is ${
        names.join(", ")
      }`,
    );
  }
}

/** The output with a vector for each token, found by its name or else by its shape. */
async function probeOutput(
  session: Session,
  padded: Padded,
): Promise<{ output: string; dimensions: number }> {
  const named = OUTPUTS.find((name) => session.outputNames.includes(name));
  const output = named ?? session.outputNames[0];
  if (output === undefined) {
    throw new SentenceTransformerError(
      "output",
      "Cannot open sentence transformer as the model must have an output",
    );
  }
  const { dims } = await run(session, padded, output);
  return { output, dimensions: dims[2]! };
}

async function run(
  session: Session,
  { rows, columns, ids, mask }: Padded,
  output: string,
): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const shape = [rows, columns];
  const tensor = (data: BigInt64Array<ArrayBuffer>) =>
    new ort.Tensor("int64", data, shape);
  const inputs = {
    input_ids: tensor(ids),
    attention_mask: tensor(mask),
    ...(session.inputNames.includes("token_type_ids")
      ? { token_type_ids: tensor(new BigInt64Array(ids.length)) }
      : {}),
  };
  const outputs = await attempt(
    "run",
    "the model failed",
    () => session.run(inputs, [output]),
  );
  const { type, dims, data } = outputs[output]!;
  if (
    type !== "float32" || dims.length !== 3 || dims[0] !== rows ||
    dims[1] !== columns
  ) {
    throw new SentenceTransformerError(
      "output",
      `Cannot use sentence transformer as output ${output} must be float32 of (texts, tokens, dimensions): current value is ${type} of (${
        dims.join(", ")
      })`,
    );
  }
  return { data: data as Float32Array, dims };
}

async function attempt<T>(
  code: SentenceTransformerErrorCode,
  what: string,
  action: () => T | Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new SentenceTransformerError(
      code,
      `Cannot use sentence transformer as ${what}: ${text}`,
      { cause },
    );
  }
}
