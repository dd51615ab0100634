import {
  type AnswerModel,
  type GenerateOptions,
  ModelError,
  type Prompt,
} from "../answers/answer_model.ts";
import { Deadline } from "../answers/deadline.ts";
import {
  type LlamaEngine,
  type LlamaLibrary,
  type LlamaWeights,
  loadLibrary,
  PACKAGE,
} from "./library.ts";
import { guarded } from "./_guard.ts";
import { PieceQueue } from "./piece_queue.ts";

/** Which model, and its bounds. */
export interface LlamaModelOptions {
  /** Path of a GGUF file. */
  readonly modelPath: string;
  /** Longest prompt and answer together, in tokens; memory grows with it. @default {8192} */
  readonly contextSize?: number;
  /** Whether a graphics processor may be used. @default {false} */
  readonly gpu?: false | "auto";
  /**
   * Threads. They wait for each other in loops: where other programs want the same cores, more threads are far slower.
   *
   * @default {half of the cores}
   */
  readonly threads?: number;
  /** Longest answer in tokens. @default {700} */
  readonly maxTokens?: number;
  /** 0 always takes the most likely token. @default {0} */
  readonly temperature?: number;
  /** Time for the whole answer, loading left out. @default {300000} */
  readonly timeoutMs?: number;
  /** Time to the first text, loading left out. @default {the smaller of timeoutMs and 120000} */
  readonly firstTokenMs?: number;
}

interface Loaded {
  readonly library: LlamaLibrary;
  readonly engine: LlamaEngine;
  readonly weights: LlamaWeights;
}

type Bounds = Required<LlamaModelOptions>;

/** Slack for what a chat template adds to rules and question, in tokens. */
const TEMPLATE_TOKENS = 64;

/**
 * A model in a GGUF file, run in this process.
 *
 * @param options Which, and its bounds. Nothing is loaded before the first answer.
 * @returns The model; to be closed.
 * @throws {TypeError} If there is no path.
 * @throws {RangeError} If a bound is out of its range.
 */
export function llamaModel(options: LlamaModelOptions): LlamaModel {
  const timeoutMs = options.timeoutMs ?? 300_000;
  const bounds: Bounds = {
    modelPath: options.modelPath,
    contextSize: options.contextSize ?? 8192,
    gpu: options.gpu ?? false,
    threads: options.threads ??
      Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)),
    maxTokens: options.maxTokens ?? 700,
    temperature: options.temperature ?? 0,
    timeoutMs,
    firstTokenMs: options.firstTokenMs ?? Math.min(timeoutMs, 120_000),
  };
  check(bounds);
  return new LlamaModel(bounds);
}

function check(bounds: Bounds): void {
  if (bounds.modelPath === "") {
    throw new TypeError(
      "Cannot use the model as 'modelPath' must be a path: it is empty",
    );
  }
  const { contextSize, maxTokens, timeoutMs, firstTokenMs, threads } = bounds;
  const whole = { contextSize, maxTokens, timeoutMs, firstTokenMs, threads };
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31 - 1) {
      throw new RangeError(
        `Cannot use the model as '${name}' must be a positive whole number below 2^31: current value is ${value}`,
      );
    }
  }
  if (!(bounds.temperature >= 0 && bounds.temperature <= 2)) {
    throw new RangeError(
      `Cannot use the model as 'temperature' must be from 0 to 2: current value is ${bounds.temperature}`,
    );
  }
}

/** A model in a GGUF file, made by {@linkcode llamaModel}. */
export class LlamaModel implements AnswerModel, AsyncDisposable {
  /** Name of its file. */
  readonly name: string;
  readonly #bounds: Bounds;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #loaded: Promise<Loaded> | undefined;

  /** @ignore */
  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.name = bounds.modelPath.split(/[\\/]/).at(-1) ?? "";
  }

  /**
   * Write. Each answer has a context of its own, so nothing of another question is in it.
   *
   * @param prompt What is asked; what looks like a model's own control tokens in it is plain text.
   * @param options How it is watched and stopped.
   * @returns The text in pieces.
   * @throws {ModelError} While it is iterated: `unreachable` without package or file, `protocol` if the file is no model
   * or llama.cpp fails, `too_long` if prompt and answer do not fit into the context, `timeout`, `cancelled`.
   * @throws {TypeError} While it is iterated, after `close()`.
   */
  async *generate(
    prompt: Prompt,
    options: GenerateOptions = {},
  ): AsyncGenerator<string> {
    if (this.#stop.signal.aborted) {
      throw new TypeError("Cannot generate as the model is closed");
    }
    const { signal, onToken } = options;
    const both = signal === undefined
      ? this.#stop.signal
      : AbortSignal.any([signal, this.#stop.signal]);
    if (both.aborted) new Deadline(this.#bounds, both).close();
    const loaded = await this.#load();
    const deadline = new Deadline(this.#bounds, both);
    const queue = new PieceQueue();
    const run = guarded(() => this.#run(loaded, prompt, deadline, queue))
      .then(() => queue.end(), (error: unknown) => queue.fail(error));
    this.#running.add(run);
    try {
      for await (const piece of queue) {
        deadline.started();
        onToken?.(piece);
        yield piece;
      }
    } catch (error) {
      throw deadline.explain(error) ?? failure(error);
    } finally {
      deadline.close();
      await run;
      this.#running.delete(run);
    }
  }

  /** Stop what is being written, and let go of weights and llama.cpp; idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    const loaded = this.#loaded;
    this.#loaded = undefined;
    const { engine } = await loaded?.catch(() => undefined) ?? {};
    await engine?.dispose();
  }

  /** The same as {@linkcode LlamaModel.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #load(): Promise<Loaded> {
    this.#loaded ??= load(this.#bounds);
    try {
      return await this.#loaded;
    } catch (error) {
      this.#loaded = undefined;
      throw error;
    }
  }

  async #run(
    { library, weights }: Loaded,
    prompt: Prompt,
    deadline: Deadline,
    queue: PieceQueue,
  ): Promise<void> {
    const { contextSize, maxTokens, temperature, threads } = this.#bounds;
    const needed = weights.tokenize(prompt.system).length +
      weights.tokenize(prompt.user).length + maxTokens + TEMPLATE_TOKENS;
    if (needed > contextSize) {
      throw new ModelError(
        "too_long",
        `Cannot use the model as 'contextSize' must be at least ${needed} for this prompt and answer: current value is ${contextSize}`,
      );
    }
    const context = await weights.createContext({ contextSize, threads });
    try {
      const session = new library.LlamaChatSession({
        contextSequence: context.getSequence() as never,
        systemPrompt: prompt.system,
        autoDisposeSequence: true,
      });
      try {
        await session.prompt(prompt.user, {
          ...{ maxTokens, temperature, signal: deadline.signal },
          onTextChunk: (text) => queue.push(text),
        });
      } finally {
        session.dispose();
      }
    } finally {
      await context.dispose();
    }
  }
}

async function load({ modelPath, gpu }: Bounds): Promise<Loaded> {
  const file = await Deno.stat(modelPath).catch(() => undefined);
  if (file?.isFile !== true) {
    throw new ModelError(
      "unreachable",
      `Cannot open the model as 'modelPath' must be a GGUF file: current value is ${modelPath}`,
    );
  }
  await checkPermissions();
  return await guarded(async () => {
    const library = await loadLibrary();
    let engine: LlamaEngine | undefined;
    try {
      engine = await library.getLlama({
        ...{ gpu, build: "never", progressLogs: false },
        logger: () => {},
      });
      const weights = await engine.loadModel({ modelPath });
      return { library, engine, weights };
    } catch (cause) {
      await engine?.dispose();
      if (cause instanceof ModelError) throw cause;
      throw new ModelError(
        "protocol",
        `Cannot load the model as ${modelPath} must be a GGUF file that llama.cpp knows`,
        { cause },
      );
    }
  });
}

/** The package ends the process where it may not start its test program, so it is not loaded then. */
async function checkPermissions(): Promise<void> {
  const needed: readonly Deno.PermissionDescriptor[] = [
    { name: "run", command: Deno.execPath() },
    { name: "sys" },
    { name: "ffi" },
    { name: "env" },
  ];
  const missing: string[] = [];
  for (const permission of needed) {
    const { state } = await Deno.permissions.query(permission);
    if (state !== "granted") missing.push(permission.name);
  }
  if (missing.length === 0) return;
  throw new ModelError(
    "unreachable",
    `Cannot load ${PACKAGE} as it needs ${
      missing.join(", ")
    } permission, which this program does not have`,
  );
}

function failure(error: unknown): unknown {
  if (error instanceof ModelError) return error;
  return new ModelError("protocol", "llama.cpp failed in the middle", {
    cause: error,
  });
}
