/**
 * A set of rows of the store, a bit for each.
 *
 * @module
 */

/** Rows of a store as bits. Made by `Columns.evaluate`; holds for the store as it was then. */
export class RowSet {
  /** Row of the first bit; a multiple of 32. */
  readonly firstRow: number;
  /** Bits, least significant first: bit `i % 32` of word `i / 32` is row `firstRow + i`. */
  readonly bits: Uint32Array;
  #count: number | undefined;

  /**
   * Makes a set of bits that it keeps.
   *
   * @param firstRow Row of the first bit.
   * @param bits The bits; not to be changed afterwards.
   */
  constructor(firstRow: number, bits: Uint32Array) {
    this.firstRow = firstRow;
    this.bits = bits;
  }

  /** Number of rows in the set. */
  get count(): number {
    return this.#count ??= countBits(this.bits);
  }

  /** Whether a row is in the set. */
  has(row: number): boolean {
    const bit = row - this.firstRow;
    if (bit < 0 || bit >= this.bits.length * 32) return false;
    return (this.bits[bit >>> 5]! >>> (bit & 31) & 1) === 1;
  }

  /** The rows, rising. */
  toRows(): Float64Array {
    const rows = new Float64Array(this.count);
    let next = 0;
    for (let w = 0; w < this.bits.length; w++) {
      let word = this.bits[w]!;
      while (word !== 0) {
        rows[next++] = this.firstRow + w * 32 + 31 - Math.clz32(word & -word);
        word &= word - 1;
      }
    }
    return rows;
  }

  /** This set and some further rows; those outside the span of the store are passed over. */
  with(rows: Iterable<number>): RowSet {
    const bits = this.bits.slice();
    for (const row of rows) {
      const bit = row - this.firstRow;
      if (bit < 0 || bit >= bits.length * 32) continue;
      bits[bit >>> 5]! |= 1 << (bit & 31);
    }
    return new RowSet(this.firstRow, bits);
  }

  /** The rows that are in this set and in another one of the same store. */
  and(other: RowSet): RowSet {
    const bits = new Uint32Array(this.bits.length);
    const shift = (this.firstRow - other.firstRow) / 32;
    for (let w = 0; w < bits.length; w++) {
      bits[w] = this.bits[w]! & (other.bits[w + shift] ?? 0);
    }
    return new RowSet(this.firstRow, bits);
  }
}

/** Number of bits that are set. */
export function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let w = 0; w < bits.length; w++) {
    let v = bits[w]!;
    v -= v >>> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >>> 2 & 0x33333333);
    count += Math.imul(v + (v >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
