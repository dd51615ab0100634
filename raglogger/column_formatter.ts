/**
 * Records to columns for the core's formatter, which is faster than the one in TypeScript.
 *
 * @module
 */

import { readRecord } from "./_columns.ts";
import { LOG_FIELDS } from "./fields.ts";
import { type LineFormatter, typescriptFormatter } from "./format.ts";
import type { LogRecord } from "./record.ts";

/** A leaf of the record as a column. */
export interface LogColumn {
  /** Path from the record's root. */
  readonly path: string;
  /** What the column's number means; texts are offset * 65536 + length in the arena. */
  readonly kind: "number" | "boolean" | "text";
}

/** Formats columns: the core's `Formatter`, opened with `LOG_COLUMNS`. */
export interface ColumnFormatter {
  /** Formats rows of numbers, NaN for null, with the texts that they name, as UTF-8 lines. */
  format(
    numbers: Float64Array<ArrayBuffer>,
    arena: Uint8Array<ArrayBuffer>,
  ): Uint8Array;
}

const KINDS = {
  number: "number",
  integer: "number",
  boolean: "boolean",
  text: "text",
  time: "text",
} as const;

/** The columns of a record: what the core's formatter is opened with. */
export const LOG_COLUMNS: readonly LogColumn[] = LOG_FIELDS.map((
  { path, kind },
) => ({ path, kind: KINDS[kind] }));

const TEXT_UNIT = 65_536;

/** Gathers texts into one string, so that they are encoded at once. */
class TextArena {
  text = "";
  long = false;

  add(text: string | null): number {
    if (typeof text !== "string") return NaN;
    if (text.length >= TEXT_UNIT) {
      this.long = true;
      return NaN;
    }
    const offset = this.text.length;
    this.text += text;
    return offset * TEXT_UNIT + text.length;
  }
}

/**
 * Makes a line formatter of the core's. The bytes are those of `typescriptFormatter`, which also does the batches that
 * have a text outside ASCII or of 64 KiB and more.
 *
 * @param formatter The core's formatter, opened with `LOG_COLUMNS`; the caller closes it after the logger.
 */
export function columnFormatter(formatter: ColumnFormatter): LineFormatter {
  let numbers = new Float64Array(0);
  let arena = new Uint8Array(0);
  const encoder = new TextEncoder();
  return {
    formatLines(records: readonly LogRecord[]): Uint8Array {
      const length = records.length * LOG_COLUMNS.length;
      if (numbers.length < length) numbers = new Float64Array(length);
      const texts = new TextArena();
      let at = 0;
      for (const record of records) {
        readRecord(record, numbers, at, texts);
        at += LOG_COLUMNS.length;
      }
      const { text, long } = texts;
      // Offsets count UTF-16 units: they are those of bytes as long as every text is ASCII.
      if (arena.length < text.length * 3) {
        arena = new Uint8Array(text.length * 3);
      }
      const { written } = encoder.encodeInto(text, arena);
      if (long || written !== text.length) {
        return typescriptFormatter.formatLines(records);
      }
      const bytes = arena.subarray(0, written);
      return formatter.format(numbers.subarray(0, length), bytes);
    },
  };
}
