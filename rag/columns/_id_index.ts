/**
 * Rows by id, in memory. An index in the database would have a page to write for nearly every entry, as ids are spread
 * evenly: above some hundred thousand entries that costs more than all the rest of adding one.
 */

/** Two words that stand for an id: of hexadecimal digits the first is the first 8 of them. */
export interface IdHash {
  readonly a: number;
  readonly b: number;
}

/** What the index needs to know of rows. */
export interface IdRows {
  /** Number of rows that are there. */
  count(): number;
  /** Whether a row is there and its id has this hash. */
  has(row: number, hash: IdHash): boolean;
  /** Calls for each row that is there. */
  each(visit: (row: number, hash: IdHash) => void): void;
}

/** Digits of a hexadecimal prefix that the first word holds. */
export const PREFIX_DIGITS = 8;
const HEXADECIMAL = /^[0-9a-f]{8,}$/;
const MIN_SLOTS = 1 << 14;

/** The first word of ids with a prefix of 8 or more lower case hexadecimal digits; undefined of any other prefix. */
export function prefixWord(prefix: string): number | undefined {
  return HEXADECIMAL.test(prefix)
    ? parseInt(prefix.slice(0, PREFIX_DIGITS), 16)
    : undefined;
}

/** The words of an id. */
export function hashId(id: string): IdHash {
  let a = 0;
  let b = 0x811c9dc5;
  let digits = 0;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    b = Math.imul(b ^ code, 0x01000193);
    b ^= b >>> 15;
    const digit = digitOf(code);
    if (digit < 0) continue;
    if (i < PREFIX_DIGITS) a = a << 4 | digit;
    digits++;
  }
  const isHexadecimal = digits === id.length && digits >= PREFIX_DIGITS;
  return { a: isHexadecimal ? a >>> 0 : 0, b: b >>> 0 };
}

/** Value of a hexadecimal digit in lower case; -1 of any other character. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

/** Open addressing over row numbers. Rows that are gone stay in it until it grows. */
export class IdIndex {
  readonly #rows: IdRows;
  #slots = new Uint32Array(0);
  #used = 0;

  constructor(rows: IdRows) {
    this.#rows = rows;
    this.#rebuild();
  }

  /** Rows whose id has a hash; nearly always one or none. */
  find(hash: IdHash): number[] {
    const found: number[] = [];
    const mask = this.#slots.length - 1;
    for (let slot = place(hash) & mask;; slot = slot + 1 & mask) {
      const row = this.#slots[slot]!;
      if (row === 0) return found;
      if (this.#rows.has(row, hash)) found.push(row);
    }
  }

  add(row: number, hash: IdHash): void {
    if (this.#used * 2 >= this.#slots.length) {
      // The row is among those that are there already.
      this.#rebuild();
      return;
    }
    this.#insert(row, hash);
  }

  #insert(row: number, hash: IdHash): void {
    const mask = this.#slots.length - 1;
    let slot = place(hash) & mask;
    while (this.#slots[slot] !== 0) slot = slot + 1 & mask;
    this.#slots[slot] = row;
    this.#used++;
  }

  #rebuild(): void {
    let slots = MIN_SLOTS;
    while (slots < this.#rows.count() * 4) slots *= 2;
    this.#slots = new Uint32Array(slots);
    this.#used = 0;
    this.#rows.each((row, hash) => this.#insert(row, hash));
  }
}

function place({ a, b }: IdHash): number {
  let h = Math.imul(a ^ b, 0x9e3779b1) ^ b;
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  return (h ^ h >>> 13) >>> 0;
}
