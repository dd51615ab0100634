/**
 * Unit vectors in JavaScript's memory, by id: what an index of faiss is made of, and what it is checked with.
 *
 * @module
 */
import { checkAdded, IdTable, isId } from "../vectors/ids.ts";
import { type VectorHit, VectorIndexError } from "../vectors/index.ts";

const FIRST_ROWS = 1024;

/** Rows of float32, each of length 1 or 0. A row keeps its number until `compact`. */
export class FloatRows {
  readonly dimensions: number;
  readonly #maxRows: number;
  readonly #table = new IdTable();
  #values: Float32Array<ArrayBuffer>;
  #ids = new Uint32Array(FIRST_ROWS);
  #dead = new Uint8Array(FIRST_ROWS);
  #length = 0;

  constructor(dimensions: number, maxRows: number) {
    this.dimensions = dimensions;
    this.#maxRows = maxRows;
    this.#values = new Float32Array(FIRST_ROWS * dimensions);
  }

  /** Rows, removed ones included. */
  get length(): number {
    return this.#length;
  }

  /** Rows that are not removed. */
  get live(): number {
    return this.#table.size;
  }

  /** Ids of all rows, removed ones included; borrowed. */
  get ids(): Uint32Array<ArrayBuffer> {
    return this.#ids.subarray(0, this.#length);
  }

  /** Values of rows; borrowed. */
  values(first: number, end: number): Float32Array<ArrayBuffer> {
    return this.#values.subarray(
      first * this.dimensions,
      end * this.dimensions,
    );
  }

  has(id: number): boolean {
    return isId(id) && this.#table.get(id) >= 0;
  }

  /** Adds vectors by the rules of `VectorIndex.add`. */
  add(ids: Uint32Array, vectors: Float32Array): void {
    checkAdded(ids, vectors, this);
    if (!vectors.every(Number.isFinite)) {
      throw new RangeError("Cannot add vectors as they must be finite");
    }
    const units = new Float32Array(vectors.length);
    for (let at = 0; at < vectors.length; at += this.dimensions) {
      units.set(unit(vectors.subarray(at, at + this.dimensions)), at);
    }
    this.append(ids, units);
  }

  /** Adds rows as they are; an id that is there already gets the new row. */
  append(ids: Uint32Array, units: Float32Array): void {
    const first = this.#length;
    if (first + ids.length > this.#maxRows) {
      throw new VectorIndexError(
        "full",
        `Cannot add ${ids.length} vectors as there must be at most ${this.#maxRows}: current number is ${first}`,
      );
    }
    this.#grow(first + ids.length);
    this.#values.set(units, first * this.dimensions);
    this.#ids.set(ids, first);
    this.#dead.fill(0, first, first + ids.length);
    this.#length += ids.length;
    for (let i = 0; i < ids.length; i++) {
      const before = this.#table.set(ids[i]!, first + i);
      if (before >= 0) this.#dead[before] = 1;
    }
  }

  #grow(rows: number): void {
    if (rows <= this.#ids.length) return;
    const room = Math.max(rows, this.#ids.length * 2);
    const [values, ids, dead] = [this.#values, this.#ids, this.#dead];
    this.#values = new Float32Array(room * this.dimensions);
    this.#values.set(values);
    this.#ids = new Uint32Array(room);
    this.#ids.set(ids);
    this.#dead = new Uint8Array(room);
    this.#dead.set(dead);
  }

  /** Removes by id; gives the rows that there were. */
  remove(ids: Iterable<number>): number[] {
    const rows: number[] = [];
    for (const id of ids) {
      const row = isId(id) ? this.#table.delete(id) : -1;
      if (row < 0) continue;
      this.#dead[row] = 1;
      rows.push(row);
    }
    return rows;
  }

  /** Removes a row by number. */
  removeRow(row: number): void {
    this.#dead[row] = 1;
    const id = this.#ids[row]!;
    if (this.#table.get(id) === row) this.#table.delete(id);
  }

  /** Whether a row is not removed and its id passes. */
  passes(row: number, filter: Uint8Array | undefined): boolean {
    if (this.#dead[row] === 1) return false;
    if (filter === undefined) return true;
    const id = this.#ids[row]!;
    return (filter[id >>> 3]! & 1 << (id & 7)) !== 0;
  }

  /** How many rows pass. */
  count(filter: Uint8Array | undefined): number {
    if (filter === undefined) return this.live;
    let count = 0;
    for (let row = 0; row < this.#length; row++) {
      if (this.passes(row, filter)) count++;
    }
    return count;
  }

  /** The `k` best of the rows that pass, by comparing each. */
  compare(
    query: Float32Array,
    k: number,
    filter: Uint8Array | undefined,
  ): VectorHit[] {
    const hits: VectorHit[] = [];
    for (let row = 0; row < this.#length; row++) {
      if (!this.passes(row, filter)) continue;
      let score = 0;
      const at = row * this.dimensions;
      for (let i = 0; i < query.length; i++) {
        score += query[i]! * this.#values[at + i]!;
      }
      hits.push({ id: this.#ids[row]!, score });
    }
    return hits.sort(better).slice(0, k);
  }

  /** Takes removed rows out: the others are numbered from 0 on, in their order. */
  compact(): void {
    let kept = 0;
    this.#table.clear();
    for (let row = 0; row < this.#length; row++) {
      if (this.#dead[row] === 1) continue;
      const { dimensions } = this;
      this.#values.copyWithin(
        kept * dimensions,
        row * dimensions,
        (row + 1) * dimensions,
      );
      this.#ids[kept] = this.#ids[row]!;
      this.#table.set(this.#ids[kept]!, kept);
      kept++;
    }
    this.#dead.fill(0);
    this.#length = kept;
  }

  /** Gives the memory back. */
  close(): void {
    this.#table.clear();
    this.#length = 0;
    this.#values = new Float32Array(0);
  }
}

/** Order of hits: the higher score, then the smaller id. */
export function better(a: VectorHit, b: VectorHit): number {
  return b.score - a.score || a.id - b.id;
}

/** A vector of length 1 in the same direction; one of zeros stays one. */
export function unit(vector: Float32Array): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return Float32Array.from(vector, (x) => x * scale);
}
