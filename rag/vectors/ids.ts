/**
 * Where each id is.
 *
 * @module
 */

const PAGE_BITS = 12;
const PAGE_SIZE = 1 << PAGE_BITS;

/** A table from ids to row numbers, in pages: 4 bytes an id where ids lie close together. */
export class IdTable {
  readonly #pages = new Map<number, Uint32Array>();
  #size = 0;

  /** How many ids it knows. */
  get size(): number {
    return this.#size;
  }

  /** Row of an id, or -1. */
  get(id: number): number {
    const page = this.#pages.get(id >>> PAGE_BITS);
    return page === undefined ? -1 : page[id & (PAGE_SIZE - 1)]! - 1;
  }

  /** Sets the row of an id; returns the row that it had, or -1. */
  set(id: number, row: number): number {
    let page = this.#pages.get(id >>> PAGE_BITS);
    if (page === undefined) {
      page = new Uint32Array(PAGE_SIZE);
      this.#pages.set(id >>> PAGE_BITS, page);
    }
    const before = page[id & (PAGE_SIZE - 1)]! - 1;
    if (before < 0) this.#size++;
    page[id & (PAGE_SIZE - 1)] = row + 1;
    return before;
  }

  /** Forgets an id; returns the row that it had, or -1. */
  delete(id: number): number {
    const row = this.get(id);
    if (row < 0) return row;
    this.#pages.get(id >>> PAGE_BITS)![id & (PAGE_SIZE - 1)] = 0;
    this.#size--;
    return row;
  }

  /** Forgets every id. */
  clear(): void {
    this.#pages.clear();
    this.#size = 0;
  }
}

/** Whether a number can be an id. */
export function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 2 ** 32;
}

/**
 * Hold what is to be added to the rules of {@linkcode VectorIndex.add}.
 *
 * @param ids The ids.
 * @param vectors Their numbers.
 * @param index Dimensions, and which ids there are.
 * @throws {RangeError} Where it breaks one.
 */
export function checkAdded(
  ids: Uint32Array,
  vectors: Float32Array,
  index: { readonly dimensions: number; has(id: number): boolean },
): void {
  if (vectors.length !== ids.length * index.dimensions) {
    throw new RangeError(
      `Cannot add vectors as ${ids.length} ids need ${
        ids.length * index.dimensions
      } numbers: current length is ${vectors.length}`,
    );
  }
  for (let i = 0; i < ids.length; i++) {
    if (i > 0 && ids[i]! <= ids[i - 1]!) {
      throw new RangeError(
        `Cannot add vectors as ids must be ascending: ${ids[i]} follows ${
          ids[i - 1]
        }`,
      );
    }
    if (index.has(ids[i]!)) {
      throw new RangeError(
        `Cannot add vectors as ids must be new: ${
          ids[i]
        } is in the index already`,
      );
    }
  }
}
