/**
 * What ingest gives: entries with the positions to commit with them.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import type { SourcePosition } from "./position.ts";

/**
 * Why a line or a file was left out: `torn` is no whole JSON, `notObject` is JSON but no object, `foreign` is an object
 * of another kind, `wrongVersion` of a later format, `tooLarge` beyond the bound, `denied` may not be read, `vanished`
 * was gone when it was to be read.
 */
export type SkipReason =
  | "torn"
  | "notObject"
  | "foreign"
  | "wrongVersion"
  | "tooLarge"
  | "denied"
  | "vanished";

/** Every reason. */
export const SKIP_REASONS: readonly SkipReason[] = [
  "torn",
  "notObject",
  "foreign",
  "wrongVersion",
  "tooLarge",
  "denied",
  "vanished",
];

/** What was read so far in this run. */
export interface IngestCounters {
  /** Whole lines read, empty ones aside. */
  readonly lines: number;
  /** Artifact files read. */
  readonly artifacts: number;
  /** Lines whose event was given already, with its artifact. */
  readonly covered: number;
  /** Bytes read. */
  readonly bytes: number;
  /** What was left out, by reason. */
  readonly skipped: Readonly<Record<SkipReason, number>>;
}

/** Entries in the order of reading. */
export interface IngestBatch {
  /** The entries; none where everything read was left out. */
  readonly entries: readonly Entry[];
  /**
   * How far which files were read with these entries. Commit them together with the entries; what was not committed is
   * read again.
   */
  readonly positions: readonly SourcePosition[];
  /** Totals of this run, these entries included. */
  readonly counters: IngestCounters;
}

/** How far ingest is. */
export interface ReadProgress extends IngestCounters {
  /** Bytes that there are to read, those read included, as of the last look. */
  readonly ofBytes: number;
  /** Whether everything that is there was read. */
  readonly caughtUp: boolean;
}
