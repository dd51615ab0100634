/**
 * Vectors in the core's memory, by id.
 *
 * @module
 */
import type { Core, Vectors } from "@ml-defender/native";
import { checkAdded, IdTable, isId } from "./ids.ts";
import { type VectorHit, VectorIndexError } from "./index.ts";

/** Rows that are copied out of the core at a time. */
export const READ_ROWS = 4096;

/** What every own index takes. */
export interface RowsOptions {
  readonly core: Core;
  readonly dimensions: number;
  readonly maxRows: number;
}

/** The rows of an own index. A row keeps its number until the next `compact`. */
export class Rows {
  readonly #core: Core;
  readonly #vectors: Vectors;
  readonly #table = new IdTable();
  readonly dimensions: number;

  constructor({ core, dimensions, maxRows }: RowsOptions) {
    this.#core = core;
    this.dimensions = dimensions;
    this.#vectors = core.openVectors({ dimensions, maxRows });
  }

  /** Rows, removed ones included. */
  get length(): number {
    return this.#vectors.rows;
  }

  /** Rows that are not removed. */
  get live(): number {
    return this.#table.size;
  }

  has(id: number): boolean {
    return isId(id) && this.#table.get(id) >= 0;
  }

  /** Adds vectors by the rules of `VectorIndex.add`. */
  add(ids: Uint32Array, vectors: Float32Array): void {
    checkAdded(ids, vectors, this);
    const bytes = this.#core.quantizeVectors(this.dimensions, vectors);
    this.append(ids, bytes);
  }

  /** Adds rows of bytes; an id that is there already gets the new row. All or none is found afterwards. */
  append(ids: Uint32Array, bytes: Int8Array<ArrayBuffer>): void {
    const first = this.length;
    try {
      this.#vectors.append(ids as Uint32Array<ArrayBuffer>, bytes);
    } catch (cause) {
      this.#removeRows(numbersFrom(first, this.length - first));
      if (!(cause instanceof RangeError)) throw cause;
      const reason = cause.message.replace(/^Cannot append rows as /, "");
      throw new VectorIndexError(
        "full",
        `Cannot add ${ids.length} vectors: ${reason}`,
        { cause },
      );
    }
    const replaced: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const before = this.#table.set(ids[i]!, first + i);
      if (before >= 0) replaced.push(before);
    }
    this.#removeRows(replaced);
  }

  /** Removes by id; returns the rows that there were. */
  remove(ids: Iterable<number>): number[] {
    const rows: number[] = [];
    for (const id of ids) {
      const row = isId(id) ? this.#table.delete(id) : -1;
      if (row >= 0) rows.push(row);
    }
    this.#removeRows(rows);
    return rows;
  }

  /** Removes rows by number. */
  removeRows(rows: readonly number[], ids: readonly number[]): void {
    for (const [i, row] of rows.entries()) {
      if (this.#table.get(ids[i]!) === row) this.#table.delete(ids[i]!);
    }
    this.#removeRows(rows);
  }

  #removeRows(rows: readonly number[]): void {
    if (rows.length > 0) this.#vectors.remove(Uint32Array.from(rows));
  }

  search(query: Float32Array, k: number, filter?: Uint8Array): VectorHit[] {
    const { ids, scores } = this.#vectors.scan(query, k, filter);
    return Array.from(ids, (id, i) => ({ id, score: scores[i]! }));
  }

  /** Copies rows, at most `READ_ROWS`. */
  read(
    first: number,
    count: number = READ_ROWS,
  ): ReturnType<Vectors["read"]> {
    return this.#vectors.read(first, Math.min(count, READ_ROWS));
  }

  /** Takes removed rows out: the others are numbered from 0 on, in their order. */
  compact(): void {
    const rows = this.#vectors.compact();
    this.#table.clear();
    for (let first = 0; first < rows; first += READ_ROWS) {
      const { ids } = this.read(first);
      for (let i = 0; i < ids.length; i++) this.#table.set(ids[i]!, first + i);
    }
  }

  close(): void {
    this.#vectors.close();
    this.#table.clear();
  }
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
