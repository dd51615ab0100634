/**
 * The interface of every index of vectors, and the error that they throw.
 *
 * @module
 */

/** A vector found. */
export interface VectorHit {
  /** Its id. */
  readonly id: number;
  /** Cosine with the query: 1 is the same direction, 0 none, -1 the opposite. */
  readonly score: number;
}

/**
 * Vectors by id, and the nearest of them. An id is a whole number from 0 to 2^32 - 1 of the caller's; vectors may have any
 * length, only their direction counts. Hits are ordered by score, highest first, then by id.
 */
export interface VectorIndex extends Disposable {
  /** Numbers of a vector: a multiple of 16. */
  readonly dimensions: number;
  /** Identity of the model that the vectors are of. */
  readonly model: string;
  /** Vectors that can be found. */
  readonly size: number;

  /**
   * Add vectors. They are found at once, and durable after {@linkcode VectorIndex.flush}. When it throws, none was added.
   *
   * @param ids Ascending; none is in the index.
   * @param vectors (ids, dimensions), row-major; one of zeros has the cosine 0 with everything.
   * @throws {RangeError} If the ids are not so, or there are not as many finite numbers as they need.
   * @throws {VectorIndexError} `full` if there is no room.
   */
  add(ids: Uint32Array, vectors: Float32Array): void;

  /**
   * Whether a vector is in the index.
   *
   * @param id Its id.
   * @returns True where it is and was not removed.
   */
  has(id: number): boolean;

  /**
   * Remove vectors. Durable after {@linkcode VectorIndex.flush}; their room comes back by {@linkcode VectorIndex.compact}.
   *
   * @param ids Those that are not in the index are passed over.
   * @returns How many were there.
   */
  remove(ids: Iterable<number>): number;

  /**
   * The vectors nearest to a query.
   *
   * @param query Of any length; one of zeros finds nothing.
   * @param k How many at most, from 1 to 16384.
   * @param filter Bit id % 8 of byte id / 8 is 1 for ids that may be found; ids beyond its end may not.
   * @returns Best first.
   * @throws {RangeError} If `k` is out of range, or the query is not finite or of another length.
   */
  search(query: Float32Array, k: number, filter?: Uint8Array): VectorHit[];

  /**
   * Make everything so far durable. When it throws, what is on disk is as it was or whole up to some point, nothing in
   * memory is lost, and it can be tried again.
   *
   * @throws {VectorIndexError} `diskFull` or `io`.
   */
  flush(): void;

  /**
   * Give the room of removed vectors back. When it throws, the index is as it was.
   *
   * @returns A promise where it takes place in the background.
   * @throws {VectorIndexError} `diskFull` or `io`.
   */
  compact(): void | Promise<void>;

  /** Flush and free everything; idempotent. Frees also where flushing throws. */
  close(): void;
}

/** What was lost before an index was opened, and is not in it. {@linkcode VectorIndex.has} tells which ids are missing. */
export interface VectorIndexRecovery {
  /** Bytes cut from the ends of files: a write that a crash had interrupted, never acknowledged. */
  readonly cutBytes: number;
  /** Damaged places in the middle of files, passed over. */
  readonly corruptBlocks: number;
  /** Vectors in what was cut or passed over, as far as that can be told. */
  readonly lostRows: number;
  /** Removals in what was cut or passed over: those vectors are there again. */
  readonly lostRemovals: number;
}

/** Why an index could not do something. */
export type VectorIndexErrorCode =
  | "model"
  | "corrupt"
  | "full"
  | "locked"
  | "diskFull"
  | "io";

/** An index could not do something, for a reason that a caller can act on. */
export class VectorIndexError extends Error {
  /** Always `"VectorIndexError"`. */
  override readonly name = "VectorIndexError";
  /**
   * `model`: the directory holds vectors of another model or of other dimensions, embed again into a new one; `corrupt`: it
   * cannot be read and must be built again; `full`: the bound or the memory is reached; `locked`: somebody else has it open.
   */
  readonly code: VectorIndexErrorCode;

  /**
   * Makes the error.
   *
   * @param code What went wrong.
   * @param message One line: action, path and reason.
   * @param options The error behind it, as `cause`.
   */
  constructor(
    code: VectorIndexErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
  }
}
