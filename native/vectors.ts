import type { Binding } from "./_binding.ts";
import { type CoreHandle, openHandle, readText } from "./_core_handle.ts";

/** Most hits that one scan gives. */
const HITS_MAX = 16_384;
/** Bytes handed over at once: few enough to be copied without new memory. */
const COPY_BYTES = 1 << 19;

/** Which vectors a {@linkcode Vectors} holds. */
export interface VectorsOptions {
  /**
   * Numbers of each: a multiple of 16, up to 1024.
   *
   * @default {128}
   */
  readonly dimensions?: number;
  /** Most rows, removed ones included. Memory is taken as rows come: `dimensions` + 8 bytes each. */
  readonly maxRows: number;
}

/** What a scan found, best first. */
export interface VectorMatches {
  /** Id of each hit. */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** Its cosine with the query, 1 best. */
  readonly scores: Float32Array<ArrayBuffer>;
}

/** Rows as they are stored. */
export interface VectorRows {
  /** Id of each. */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** Bytes, (rows, dimensions) row-major. */
  readonly rows: Int8Array<ArrayBuffer>;
  /** 1 for each row that is not removed, else 0. */
  readonly live: Uint8Array<ArrayBuffer>;
}

/**
 * Vectors in the core's memory, as int8, and the exact search among them: every row is compared. Rows are numbered in the
 * order in which they come; the id of a row is the caller's. Opened by {@linkcode Core.openVectors}.
 */
export class Vectors implements Disposable {
  readonly #functions: Binding["functions"];
  readonly #handle: CoreHandle;
  #rows = 0;
  /** Numbers of each vector. */
  readonly dimensions: number;
  /** Most rows, removed ones included. */
  readonly maxRows: number;

  /** @ignore */
  constructor(
    { functions }: Binding,
    { dimensions = 128, maxRows }: VectorsOptions,
  ) {
    checkCount("maxRows", maxRows, 1, 2 ** 31);
    checkCount("dimensions", dimensions, 1, 1024);
    this.#functions = functions;
    this.dimensions = dimensions;
    this.maxRows = maxRows;
    this.#handle = openHandle(
      "vectors",
      (error) => functions.vectorsOpen(dimensions, maxRows, error),
      (handle) => functions.vectorsClose(handle),
    );
  }

  /** Rows, removed ones included. */
  get rows(): number {
    return this.#rows;
  }

  /** Name of the kernel in use: the widest that agreed with the plain one when this was opened. */
  get kernel(): string {
    return readText((out) =>
      this.#functions.vectorsKernel(this.#handle.value, out)
    );
  }

  /**
   * Use another kernel; for tests and benchmarks.
   *
   * @param name `scalar`, `simd128`, `avx2`, `avxvnni` or `vnni512`.
   * @returns Whether this machine can.
   */
  useKernel(name: string): boolean {
    const bytes = new TextEncoder().encode(name);
    return this.#functions.vectorsUseKernel(this.#handle.value, bytes) === 1;
  }

  /**
   * Add rows. When it throws, as many as `rows` tells have been added.
   *
   * @param ids Id of each.
   * @param rows Their bytes, -127 to 127, (rows, dimensions) row-major; {@linkcode Core.quantizeVectors} makes them.
   * @throws {RangeError} If there are not as many rows as ids, they are more than `maxRows` in all, a byte is -128, or the
   * core has no memory for them.
   */
  append(ids: Uint32Array<ArrayBuffer>, rows: Int8Array<ArrayBuffer>): void {
    const handle = this.#handle.value;
    const { dimensions } = this;
    if (rows.length !== ids.length * dimensions) {
      throw new RangeError(
        `Cannot append rows as ${ids.length} ids need ${
          ids.length * dimensions
        } bytes: current length is ${rows.length}`,
      );
    }
    if (ids.length > this.maxRows - this.#rows) {
      throw new RangeError(
        `Cannot append rows as there must be at most ${this.maxRows}: current number is ${this.#rows} and ${ids.length} more`,
      );
    }
    const some = Math.max(1, Math.floor(COPY_BYTES / dimensions));
    for (let from = 0; from < ids.length; from += some) {
      const part = ids.subarray(from, from + some);
      const bytes = rows.subarray(
        from * dimensions,
        (from + part.length) * dimensions,
      );
      if (this.#functions.vectorsAppend(handle, part, bytes) === 0) {
        throw new RangeError(
          `Cannot append ${part.length} rows as the core has no memory for them or a byte is -128`,
        );
      }
      this.#rows += part.length;
    }
  }

  /**
   * Remove rows: they are found no more. Their memory is given back by {@linkcode Vectors.compact}.
   *
   * @param rows Their numbers.
   * @returns How many were not removed before.
   */
  remove(rows: Uint32Array<ArrayBuffer>): number {
    return this.#functions.vectorsRemove(this.#handle.value, rows);
  }

  /**
   * Copy rows.
   *
   * @param first Number of the first.
   * @param count How many at most.
   * @returns Those that there are; owned by the caller.
   */
  read(first: number, count: number): VectorRows {
    checkCount("first", first, 0, 2 ** 32 - 1);
    const handle = this.#handle.value;
    const length = Math.max(0, Math.min(count, this.#rows - first));
    const ids = new Uint32Array(length);
    const rows = new Int8Array(length * this.dimensions);
    const live = new Uint8Array(length);
    this.#functions.vectorsRead(handle, first, ids, rows, live);
    return { ids, rows, live };
  }

  /**
   * Take the removed rows out. The others keep their order and get the numbers from 0 on.
   *
   * @returns The rows left.
   */
  compact(): number {
    this.#rows = this.#functions.vectorsCompact(this.#handle.value);
    return this.#rows;
  }

  /**
   * The rows nearest to a vector, by cosine: the higher score first, then the smaller id. The result does not depend on the
   * order of the rows.
   *
   * @param query The vector; its length does not matter. One of zeros finds nothing.
   * @param k How many at most, up to 16384.
   * @param filter Bit id % 8 of byte id / 8 is 1 for ids that may be found; ids beyond its end may not.
   * @returns What was found.
   * @throws {RangeError} If `k` is out of range, or the query is not finite or of another length.
   */
  scan(
    query: Float32Array,
    k: number,
    filter?: Uint8Array,
  ): VectorMatches {
    checkCount("k", k, 1, HITS_MAX);
    if (query.length !== this.dimensions || !query.every(Number.isFinite)) {
      throw new RangeError(
        `Cannot scan as the query must be ${this.dimensions} finite numbers: current length is ${query.length}`,
      );
    }
    const handle = this.#handle.value;
    const size = filter?.length === 0 ? 0 : Math.min(k, this.#rows);
    const ids = new Uint32Array(size);
    const scores = new Float32Array(size);
    if (size === 0) return { ids, scores };
    const found = this.#functions.vectorsScan(
      handle,
      query as Float32Array<ArrayBuffer>,
      (filter ?? new Uint8Array(0)) as Uint8Array<ArrayBuffer>,
      k,
      ids,
      scores,
    );
    return { ids: ids.subarray(0, found), scores: scores.subarray(0, found) };
  }

  /** Free the vectors; idempotent. */
  close(): void {
    this.#handle.close();
  }

  /** Same as {@linkcode Vectors.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Rows of int8 from rows of floats.
 *
 * @param binding The core.
 * @param dimensions Numbers of each.
 * @param vectors The floats.
 * @returns The bytes.
 * @throws {RangeError} If there is no whole number of rows, or a number is not finite.
 */
export function quantize(
  { functions }: Binding,
  dimensions: number,
  vectors: Float32Array,
): Int8Array<ArrayBuffer> {
  checkCount("dimensions", dimensions, 1, 1024);
  if (dimensions % 16 !== 0 || vectors.length % dimensions !== 0) {
    throw new RangeError(
      `Cannot quantise as there must be whole rows of a multiple of 16 numbers: current length is ${vectors.length} in rows of ${dimensions}`,
    );
  }
  const out = new Int8Array(vectors.length);
  const some = Math.max(1, Math.floor(COPY_BYTES / 4 / dimensions));
  for (let at = 0; at < vectors.length; at += some * dimensions) {
    const end = at + some * dimensions;
    const from = vectors.subarray(at, end) as Float32Array<ArrayBuffer>;
    const to = out.subarray(at, end);
    const done = functions.vectorsQuantize(dimensions, from, to);
    if (done * dimensions !== from.length) {
      throw new RangeError(
        `Cannot quantise vector ${
          at / dimensions + done
        } as its numbers must be finite`,
      );
    }
  }
  return out;
}

function checkCount(
  name: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot use vectors as '${name}' must be an integer from ${least} to ${most}: current value is ${value}`,
  );
}
