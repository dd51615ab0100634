import type { Core } from "@ml-defender/native";
import { Rows } from "./_rows.ts";
import type { VectorHit, VectorIndex } from "./index.ts";

/** How an index in memory is made. */
export interface MemoryIndexOptions {
  /** Does the work, in either build; must stay loaded as long as the index is open. */
  readonly core: Core;
  /** Identity of the model that the vectors are of; with its tokenizer, a hash. */
  readonly model: string;
  /**
   * Numbers of a vector: a multiple of 16, up to 1024.
   *
   * @default {128}
   */
  readonly dimensions?: number;
  /**
   * Most vectors, removed ones included until they are compacted. Memory is taken as they come: `dimensions` + 12 bytes
   * each; the wasm build has 1 GiB in all.
   *
   * @default {4000000}
   */
  readonly maxRows?: number;
}

/** Most rows where nothing else is said. */
export const MAX_ROWS = 4_000_000;

/** Exact search over int8 vectors in the core's memory; nothing is on disk. */
export class MemoryIndex implements VectorIndex {
  readonly #rows: Rows;
  #closed = false;
  readonly dimensions: number;
  readonly model: string;

  /**
   * Makes an empty index.
   *
   * @param options Model and bounds.
   */
  constructor(
    { core, model, dimensions = 128, maxRows = MAX_ROWS }: MemoryIndexOptions,
  ) {
    this.#rows = new Rows({ core, dimensions, maxRows });
    this.dimensions = dimensions;
    this.model = model;
  }

  /** Vectors that can be found. */
  get size(): number {
    return this.#rows.live;
  }

  /** As {@linkcode VectorIndex.add}. */
  add(ids: Uint32Array, vectors: Float32Array): void {
    this.#open().add(ids, vectors);
  }

  /** As {@linkcode VectorIndex.has}. */
  has(id: number): boolean {
    return this.#rows.has(id);
  }

  /** As {@linkcode VectorIndex.remove}. */
  remove(ids: Iterable<number>): number {
    return this.#open().remove(ids).length;
  }

  /** As {@linkcode VectorIndex.search}. */
  search(query: Float32Array, k: number, filter?: Uint8Array): VectorHit[] {
    return this.#open().search(query, k, filter);
  }

  /** Does nothing: there is no disk. */
  flush(): void {
    this.#open();
  }

  /** As {@linkcode VectorIndex.compact}. */
  compact(): void {
    this.#open().compact();
  }

  #open(): Rows {
    if (!this.#closed) return this.#rows;
    throw new TypeError("Cannot use the vector index as it is closed");
  }

  /** Frees everything; idempotent. */
  close(): void {
    this.#closed = true;
    this.#rows.close();
  }

  /** Same as {@linkcode MemoryIndex.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
