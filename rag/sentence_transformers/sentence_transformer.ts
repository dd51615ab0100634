import type { Embedder } from "../embedding/embedder.ts";
import type { FromWorker, PlainError, ToWorker } from "./_protocol.ts";
import { SentenceTransformerError } from "./sentence_transformer_error.ts";

/** Options of {@linkcode openSentenceTransformer}. */
export interface SentenceTransformerOptions {
  /**
   * Tokens of a text that are read, 2 to 8192; the rest is cut off. More cost more than in proportion.
   *
   * @default {what the model's files say, else 256}
   */
  readonly maxTokens?: number;
  /**
   * Texts that are embedded at once, 1 to 1024. More are faster and take more memory.
   *
   * @default {32}
   */
  readonly batch?: number;
  /**
   * Threads of the model, 1 to 64.
   *
   * @default {1}
   */
  readonly threads?: number;
}

/** A sentence-transformers model in a worker. */
export class SentenceTransformer implements Embedder, AsyncDisposable {
  readonly model: string;
  readonly dimensions: number;
  /** Tokens of a text that are read. */
  readonly maxTokens: number;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Float32Array>>();
  #next = 0;
  #closed: Promise<void> | undefined;
  #ended: (() => void) | undefined;
  #broken: SentenceTransformerError | undefined;

  /**
   * Takes over a worker that has opened a model; {@linkcode openSentenceTransformer} makes one.
   *
   * @param worker The worker.
   * @param opened What it has opened.
   */
  constructor(worker: Worker, opened: {
    /** Hash of tokenizer and model. */
    readonly model: string;
    /** Length of a vector. */
    readonly dimensions: number;
    /** Tokens of a text that are read. */
    readonly maxTokens: number;
  }) {
    this.#worker = worker;
    this.model = opened.model;
    this.dimensions = opened.dimensions;
    this.maxTokens = opened.maxTokens;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail({ code: "run", message: `Cannot embed: ${event.message}` });
    };
  }

  /**
   * Embed texts, in batches of similar length, off this thread.
   *
   * @param texts What is embedded.
   * @returns One vector of length 1 a text, row-major `(texts, dimensions)`; owned by the caller. An empty text is a row of zeros.
   * @throws {SentenceTransformerError} `closed` after `close`, `run` if the model failed.
   */
  async embed(texts: readonly string[]): Promise<Float32Array> {
    if (this.#broken) throw this.#broken;
    if (this.#closed) {
      throw new SentenceTransformerError(
        "closed",
        "Cannot embed as the sentence transformer is closed",
      );
    }
    const id = this.#next++;
    const waiting = Promise.withResolvers<Float32Array>();
    this.#waiting.set(id, waiting);
    tell(this.#worker, { kind: "embed", id, texts: [...texts] });
    return await waiting.promise;
  }

  /** Finish what was asked for, then end the worker; idempotent. */
  close(): Promise<void> {
    return this.#closed ??= this.#end();
  }

  /** The same as {@linkcode SentenceTransformer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(): Promise<void> {
    if (this.#broken === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ended = resolve;
      tell(this.#worker, { kind: "close" });
      await promise;
    }
    this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "embedded":
        this.#take(message.id)?.resolve(message.vectors);
        return;
      case "failed": {
        const { id, error } = message;
        if (id === undefined) this.#fail(error);
        else this.#take(id)?.reject(errorOf(error));
        return;
      }
      case "closed":
        this.#ended?.();
    }
  }

  #take(id: number): PromiseWithResolvers<Float32Array> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** The worker is of no use any more. */
  #fail(error: PlainError): void {
    this.#broken = errorOf(error);
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
    this.#ended?.();
  }
}

/**
 * Open a model.
 *
 * @param directory Folder with `tokenizer.json` and `model.onnx` (or `onnx/model.onnx`), as sentence-transformers models are
 * distributed. `sentence_bert_config.json` and `tokenizer_config.json` are heeded where they are there. Pooling is the mean.
 * @returns The embedder; close it.
 * @throws {SentenceTransformerError} If a file is missing, or is not what it should be.
 */
export async function openSentenceTransformer(
  directory: string,
  options: SentenceTransformerOptions = {},
): Promise<SentenceTransformer> {
  const { maxTokens, batch = 32, threads = 1 } = options;
  if (maxTokens !== undefined) check("maxTokens", maxTokens, [2, 8192]);
  check("batch", batch, [1, 1024]);
  check("threads", threads, [1, 64]);
  const worker = new Worker(new URL("./_worker.ts", import.meta.url), {
    type: "module",
  });
  const { promise, resolve, reject } = Promise.withResolvers<FromWorker>();
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(errorOf({ code: "run", message: event.message }));
  };
  tell(worker, {
    kind: "open",
    setup: { directory, maxTokens, batch, threads },
  });
  try {
    const answer = await promise;
    if (answer.kind === "opened") {
      return new SentenceTransformer(worker, answer);
    }
    throw answer.kind === "failed"
      ? errorOf(answer.error)
      : new TypeError(`Cannot open sentence transformer: ${answer.kind}`);
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function check(
  name: string,
  value: number,
  [low, high]: readonly [number, number],
): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `Cannot open sentence transformer as '${name}' must be a whole number from ${low} to ${high}: current value is ${value}`,
    );
  }
}

function errorOf({ code, message }: PlainError): SentenceTransformerError {
  return new SentenceTransformerError(code, message);
}

function tell(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
