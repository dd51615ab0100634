/**
 * Records to lines: fixed key order, numbers by the JSON rules, `null` for what is not finite or not there.
 *
 * @module
 */

import { LOG_FIELDS } from "./fields.ts";
import type { LogRecord } from "./record.ts";

/** Makes lines of records. The core's formatter and the one here give the same bytes. */
export interface LineFormatter {
  /**
   * Formats records as UTF-8 JSON lines, each ended by a newline, in order.
   *
   * @param records What to write; only read.
   * @returns The lines; owned by the caller.
   */
  formatLines(records: readonly LogRecord[]): Uint8Array;
}

interface Group {
  /** Names that lead to the object that the leaves are in. */
  readonly parents: readonly string[];
  /** Each leaf's name and what stands before its value: closing braces, opening braces and the key. */
  readonly leaves: readonly {
    readonly name: string;
    readonly prefix: string;
  }[];
}

function compile(): { groups: readonly Group[]; end: string } {
  const groups: { parents: string[]; leaves: Group["leaves"][number][] }[] = [];
  let open: string[] = [];
  for (const field of LOG_FIELDS) {
    const names = field.path.split(".");
    const parents = names.slice(0, -1);
    let shared = 0;
    while (shared < open.length && open[shared] === parents[shared]) shared++;
    const closing = "}".repeat(open.length - shared);
    const opening = parents.slice(shared)
      .map((name) => `${JSON.stringify(name)}:{`).join("");
    const start = groups.length === 0 ? "{" : `${closing},`;
    const name = names.at(-1) ?? "";
    const prefix = `${start}${opening}${JSON.stringify(name)}:`;
    const same = parents.length === open.length && shared === open.length;
    if (!same) groups.push({ parents, leaves: [] });
    groups.at(-1)?.leaves.push({ name, prefix });
    open = parents;
  }
  return { groups, end: "}".repeat(open.length + 1) };
}

const { groups: GROUPS, end: END } = compile();

// Texts that need no escape: printable ASCII without the quote and the backslash.
const PLAIN = /^[ !#-[\]-~]*$/;

function formatValue(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? `${value === 0 ? 0 : value}` : "null";
    case "boolean":
      return value ? "true" : "false";
    case "string":
      return PLAIN.test(value)
        ? `"${value}"`
        : JSON.stringify(value.toWellFormed());
    default:
      return "null";
  }
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}

/**
 * Formats one record as one line of JSON without the newline.
 *
 * The keys stand in the order of `LOG_FIELDS`, whatever their order in the object; members beyond the 83 are left out,
 * absent ones become `null`; numbers that are not finite become `null`; a lone surrogate becomes U+FFFD.
 */
export function formatRecord(record: LogRecord): string {
  let line = "";
  for (const { parents, leaves } of GROUPS) {
    let parent: unknown = record;
    for (const name of parents) parent = member(parent, name);
    for (const { name, prefix } of leaves) {
      line += prefix + formatValue(member(parent, name));
    }
  }
  return line + END;
}

/** The formatter in TypeScript. It needs nothing and is the oracle of the core's. */
export const typescriptFormatter: LineFormatter = {
  formatLines(records: readonly LogRecord[]): Uint8Array {
    let text = "";
    for (const record of records) text += formatRecord(record) + "\n";
    return new TextEncoder().encode(text);
  },
};

const LOGGED_AT = /("rag_metadata":\{)"logged_at":(?:"[^"]*"|null),/;
const SYSTEM_STATE = /,"system_state":\{[^}]*\}/;

/**
 * A formatted line without `rag_metadata.logged_at` and `system_state`: what the hash chain and the artifact hash cover,
 * because the two come from the machine and differ between two replays of one capture.
 *
 * Neither pattern can stand inside a text value, where every quote is escaped.
 */
export function stableLine(line: string): string {
  return line.replace(LOGGED_AT, "$1").replace(SYSTEM_STATE, "");
}

const MAX_SECONDS = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/**
 * Formats microseconds since the Unix epoch as RFC 3339 in UTC, for example `2026-01-02T03:04:05.000006Z`.
 * Times before 1970 and after 9999 (a capture can claim any) become the nearest one inside.
 */
export function formatTimeUs(timestampUs: number): string {
  const seconds = Math.min(
    Math.max(0, Math.floor(timestampUs / 1e6)),
    MAX_SECONDS,
  );
  const rest = Math.min(
    Math.max(0, Math.floor(timestampUs - seconds * 1e6)),
    999_999,
  );
  const day = Math.floor(seconds / 86_400);
  const second = seconds - day * 86_400;
  const hour = Math.floor(second / 3600);
  const minute = Math.floor(second / 60) % 60;
  const time = `${PAIRS[hour]}:${PAIRS[minute]}:${PAIRS[second % 60]}`;
  const micro = `${rest + 1_000_000}`.slice(1);
  return `${dateOfDay(day)}T${time}.${micro}Z`;
}

const PAIRS = Array.from({ length: 60 }, (_, i) => `${i + 100}`.slice(1));
const dateOfDay = rememberDays();

/** Dates of days since 1970-01-01; the last few are remembered, because events come day by day. */
function rememberDays(): (day: number) => string {
  const known = new Map<number, string>();
  return (day) => {
    const date = known.get(day);
    if (date !== undefined) return date;
    if (known.size >= 8) known.clear();
    const made = new Date(day * 86_400_000).toISOString().slice(0, 10);
    known.set(day, made);
    return made;
  };
}

/** UTC date of a time in milliseconds since the Unix epoch, for example `2026-01-02`. */
export function utcDate(timeMs: number): string {
  const clamped = Math.min(Math.max(0, timeMs), MAX_SECONDS * 1000);
  return new Date(clamped).toISOString().slice(0, 10);
}
