/**
 * The loops of a filter: 32 rows make a word of bits. `within` says which rows matter: a word of it that is 0 is skipped,
 * and no bit outside of it is set. `at` is the first word of the chunk in both.
 */
import type { ColumnData } from "./_chunk.ts";
import { CHUNK_WORDS } from "./_specs.ts";

/** Where the bits of a chunk are read and written. */
export interface Words {
  readonly within: Uint32Array;
  readonly out: Uint32Array;
  readonly at: number;
}

/** Values less than a limit, or equal to it as well. NaN is not. */
export function below(
  data: ColumnData,
  { within, out, at }: Words,
  { limit, orEqual }: { readonly limit: number; readonly orEqual: boolean },
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    if (orEqual) {
      for (let b = 0; b < 32; b++) {
        bits |= (data[first + b]! <= limit ? 1 : 0) << b;
      }
    } else {
      for (let b = 0; b < 32; b++) {
        bits |= (data[first + b]! < limit ? 1 : 0) << b;
      }
    }
    out[at + w]! |= bits & mask;
  }
}

/** Values greater than a limit, or equal to it as well. NaN is not. */
export function above(
  data: ColumnData,
  { within, out, at }: Words,
  { limit, orEqual }: { readonly limit: number; readonly orEqual: boolean },
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    if (orEqual) {
      for (let b = 0; b < 32; b++) {
        bits |= (data[first + b]! >= limit ? 1 : 0) << b;
      }
    } else {
      for (let b = 0; b < 32; b++) {
        bits |= (data[first + b]! > limit ? 1 : 0) << b;
      }
    }
    out[at + w]! |= bits & mask;
  }
}

/** Values equal to a number or code. Codes of one byte, the most frequent data, have a loop that sees nothing else. */
export function equal(data: ColumnData, words: Words, value: number): void {
  if (data instanceof Uint8Array) equalBytes(data, words, value);
  else equalWide(data, words, value);
}

function equalBytes(
  data: Uint8Array,
  { within, out, at }: Words,
  value: number,
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      bits |= (data[first + b] === value ? 1 : 0) << b;
    }
    out[at + w]! |= bits & mask;
  }
}

function equalWide(
  data: ColumnData,
  { within, out, at }: Words,
  value: number,
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      bits |= (data[first + b] === value ? 1 : 0) << b;
    }
    out[at + w]! |= bits & mask;
  }
}

/** Codes whose byte in a table is 1; codes beyond the table are not. */
export function marked(
  data: ColumnData,
  { within, out, at }: Words,
  table: Uint8Array,
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      bits |= (table[data[first + b]!] ?? 0) << b;
    }
    out[at + w]! |= bits & mask;
  }
}

/** Numbers of a set. */
export function among(
  data: ColumnData,
  { within, out, at }: Words,
  values: ReadonlySet<number>,
): void {
  for (let w = 0; w < CHUNK_WORDS; w++) {
    const mask = within[at + w]!;
    if (mask === 0) continue;
    const first = w * 32;
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      bits |= (values.has(data[first + b]!) ? 1 : 0) << b;
    }
    out[at + w]! |= bits & mask;
  }
}
