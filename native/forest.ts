import type { Binding } from "./_binding.ts";
import { type CoreHandle, openHandle, readText } from "./_core_handle.ts";

/** Rows of float32 that a forest reads in place. NaN means unavailable. */
export interface ForestRows {
  /** Number of rows. */
  readonly length: number;
  /** Memory that holds them; a view of a batch is read without a copy. */
  readonly values: Float32Array;
  /** Index of the first value of row 0 in `values`. */
  readonly offset: number;
  /** Distance of two rows in `values`. */
  readonly stride: number;
}

/** Why a row has its score: `bias` and all of `values` sum to it. */
export interface Contributions {
  /** What each feature of the forest added along the paths. */
  readonly values: Float64Array<ArrayBuffer>;
  /** The mean score of the training data. */
  readonly bias: number;
  /** The row's score. */
  readonly score: number;
}

/** What one feature would have to become for the score to cross a limit. */
export interface Flip {
  /** Number of the feature in the forest. */
  readonly feature: number;
  /** The nearest value that crosses. */
  readonly value: number;
  /** The score with that value. */
  readonly score: number;
  /** `value` minus the present one, in the feature's unit. */
  readonly change: number;
  /** Size of the change in spans of the forest's thresholds for the feature. */
  readonly relative: number;
}

const FLIP_NUMBERS = 5;

/** A random forest, opened by {@linkcode Core.openForest}. */
export class Forest implements Disposable {
  readonly #functions: Binding["functions"];
  readonly #handle: CoreHandle;
  readonly #needed: number;
  /** Number of features. */
  readonly featureCount: number;
  /** Number of trees. */
  readonly treeCount: number;
  /** Edges on the longest path. */
  readonly depth: number;

  /** @ignore */
  constructor(
    { functions }: Binding,
    blob: Uint8Array<ArrayBuffer>,
    featureIndex: readonly number[],
  ) {
    if (
      featureIndex.some((i) => !(Number.isInteger(i) && i >= 0 && i < 65536))
    ) {
      throw new RangeError(
        `Cannot open forest as 'featureIndex' must hold integers from 0 to 65535: current value is [${featureIndex}]`,
      );
    }
    this.#functions = functions;
    this.#handle = openHandle(
      "forest",
      (error) =>
        functions.forestOpen(blob, Uint16Array.from(featureIndex), error),
      (handle) => functions.forestClose(handle),
    );
    const info = new Uint32Array(3);
    functions.forestInfo(this.#handle.value, info);
    [this.featureCount, this.treeCount, this.depth] = info as unknown as [
      number,
      number,
      number,
    ];
    this.#needed = Math.max(0, ...featureIndex) + 1;
  }

  /** Name of the kernel in use: the fastest that agreed with the plain one when the forest was opened. */
  get kernel(): string {
    return readText((out) =>
      this.#functions.forestKernel(this.#handle.value, out)
    );
  }

  /**
   * Use another kernel; for tests and benchmarks.
   *
   * @param name `floats`, `binned`, `avx2` or `avx512`.
   * @returns Whether this machine and this forest can.
   */
  useKernel(name: string): boolean {
    const bytes = new TextEncoder().encode(name);
    return this.#functions.forestUseKernel(this.#handle.value, bytes) === 1;
  }

  /**
   * Score rows.
   *
   * @param rows The rows, read in place.
   * @param out Scores from 0 to 1, one for each row.
   * @throws {RangeError} If the rows reach beyond `values`, or `out` is too short.
   */
  predict(rows: ForestRows, out: Float32Array<ArrayBuffer>): void {
    const { length, values, offset, stride } = rows;
    const handle = this.#handle.value;
    if (length === 0) return;
    const end = offset + (length - 1) * stride + this.#needed;
    const from = values.subarray(offset, end) as Float32Array<ArrayBuffer>;
    const scores = out.subarray(0, length);
    const { forestPredict } = this.#functions;
    const done = forestPredict(handle, from, stride, length, scores);
    if (done === length) return;
    throw new RangeError(
      `Cannot predict as ${length} rows of ${this.#needed} values, ${stride} apart, and ${length} scores must fit: there are ${from.length} values and room for ${out.length} scores`,
    );
  }

  /**
   * Explain the score of one row.
   *
   * @param row The row's values, from the first.
   * @returns What each feature added.
   */
  contributions(row: Float32Array): Contributions {
    const handle = this.#handle.value;
    this.#checkRow(row);
    const out = new Float64Array(this.featureCount + 2);
    this.#functions.forestContributions(
      handle,
      row as Float32Array<ArrayBuffer>,
      out,
    );
    return {
      values: out.slice(0, this.featureCount),
      bias: out[this.featureCount]!,
      score: out[this.featureCount + 1]!,
    };
  }

  /**
   * The smallest changes of single features that carry a row's score across a limit.
   *
   * @param row The row's values, from the first.
   * @param limit The score to cross, in either direction.
   * @returns At most one for each feature, nearest first; features that are NaN in the row are left out.
   */
  nearestFlips(row: Float32Array, limit: number): Flip[] {
    const handle = this.#handle.value;
    this.#checkRow(row);
    const out = new Float64Array(this.featureCount * FLIP_NUMBERS);
    const count = this.#functions.forestFlips(
      handle,
      row as Float32Array<ArrayBuffer>,
      limit,
      out,
    );
    return Array.from({ length: count }, (_, i) => {
      const [feature, value, score, change, relative] = out.subarray(
        i * FLIP_NUMBERS,
      ) as unknown as [number, number, number, number, number];
      return { feature, value, score, change, relative };
    });
  }

  #checkRow(row: Float32Array): void {
    if (row.length >= this.#needed) return;
    throw new RangeError(
      `Cannot explain row as it must have at least ${this.#needed} values: current length is ${row.length}`,
    );
  }

  /** Free the forest; idempotent. */
  close(): void {
    this.#handle.close();
  }

  /** Same as {@linkcode Forest.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
