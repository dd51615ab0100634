import type { Binding } from "./_binding.ts";
import { type CoreHandle, openHandleSlowly, reasonOf } from "./_core_handle.ts";
import type { ForestRows } from "./forest.ts";
import { NativeError } from "./native_error.ts";

/** What to train on, and how. */
export interface TrainerOptions {
  /** Rows of float32; NaN means unavailable. Not to be changed until `openTrainer` is done; not needed afterwards. */
  readonly rows: ForestRows;
  /** For each feature of the forest, its position in a row; at most 32. */
  readonly featureIndex: readonly number[];
  /** Label of each row, 0 or 1. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /**
   * Weight of each row, at least 0; only their ratios count.
   *
   * @default {all 1}
   */
  readonly weights?: Float32Array<ArrayBuffer>;
  /**
   * Edges on the longest path of a tree, 1 to 14; more takes longer and may overfit.
   *
   * @default {10}
   */
  readonly depth?: number;
  /**
   * Features tried at each split; 0 is the root of their number. More takes longer.
   *
   * @default {0}
   */
  readonly featuresPerSplit?: number;
  /**
   * Bins that the values of a feature are sorted into, 2 to 254.
   *
   * @default {254}
   */
  readonly bins?: number;
  /**
   * Smallest weight of a leaf, in rows of mean weight; more gives smaller trees.
   *
   * @default {1}
   */
  readonly minLeafWeight?: number;
  /**
   * Whether each tree sees rows drawn with replacement.
   *
   * @default {true}
   */
  readonly bootstrap?: boolean;
  /**
   * Seed; the same rows, options and seed give the same bytes in both builds.
   *
   * @default {1n}
   */
  readonly seed?: bigint;
  /**
   * Refuse to use more memory than this.
   *
   * @default {2 ** 30}
   */
  readonly maxBytes?: number;
}

/**
 * Rows sorted into bins, ready to train trees. Opened by {@linkcode Core.openTrainer}.
 *
 * In the native build training runs in a thread of its own; in the wasm build it holds up the calling thread.
 */
export class Trainer implements Disposable {
  readonly #functions: Binding["functions"];
  readonly #handle: CoreHandle;

  private constructor(functions: Binding["functions"], handle: CoreHandle) {
    this.#functions = functions;
    this.#handle = handle;
  }

  /** @ignore */
  static async open(
    { functions }: Binding,
    options: TrainerOptions,
  ): Promise<Trainer> {
    const {
      rows: { length, values, offset, stride },
      featureIndex,
      labels,
      weights = new Float32Array(0),
      depth = 10,
      featuresPerSplit = 0,
      bins = 254,
      minLeafWeight = 1,
      bootstrap = true,
      seed = 1n,
      maxBytes = 2 ** 30,
    } = options;
    const handle = await openHandleSlowly(
      "trainer",
      (error) =>
        functions.trainerOpen(
          values.subarray(offset) as Float32Array<ArrayBuffer>,
          stride,
          length,
          Uint16Array.from(featureIndex),
          labels,
          weights,
          depth,
          featuresPerSplit,
          bins,
          minLeafWeight,
          bootstrap ? 1 : 0,
          BigInt.asUintN(64, seed),
          BigInt(maxBytes),
          error,
        ),
      (handle) => functions.trainerClose(handle),
    );
    return new Trainer(functions, handle);
  }

  /**
   * Train some trees. A tree does not depend on which call trained it, so ranges can be shared out among workers and
   * joined with {@linkcode Core.mergeForests}.
   *
   * @param first Number of the first tree.
   * @param count How many.
   * @returns Their packed form; owned by the caller.
   * @throws {NativeError} `refused` if the range is beyond 1024 trees.
   */
  async train(first: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
    const error = new Uint8Array(512);
    return await this.#handle.lend(async (handle) => {
      const { trainerTrain, trainerResult } = this.#functions;
      const size = await trainerTrain(handle, first, count, error);
      if (size === 0) {
        throw new NativeError("refused", `Cannot train as ${reasonOf(error)}`);
      }
      const blob = new Uint8Array(size);
      trainerResult(handle, blob);
      return blob;
    });
  }

  /** Free the trainer, after the call in flight if there is one; idempotent. */
  close(): void {
    this.#handle.close();
  }

  /** Same as {@linkcode Trainer.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
