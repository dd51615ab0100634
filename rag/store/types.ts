/**
 * What the store takes and gives.
 *
 * @module
 */

import type { Entry, Facts } from "../entry.ts";
import type { EntryKind } from "../query/ast.ts";

/** Options of `EventStore.open`. */
export interface EventStoreOptions {
  /** Whether only to read; a store can be read while another process writes it. @default {false} */
  readonly readOnly?: boolean;
  /** Present time, milliseconds since the Unix epoch; for the time of ingest positions. @default {Date.now} */
  readonly clock?: () => number;
  /** Memory for pages of the database, bytes. @default {32_000_000} */
  readonly cacheBytes?: number;
}

/** What `append` did; the three add up to the batch. */
export interface AppendCounts {
  /** Entries that were not there. */
  readonly added: number;
  /** Entries that were there and are known better now: an event with its evidence, a later state of an incident. */
  readonly updated: number;
  /** Entries that were there already. */
  readonly unchanged: number;
}

/** An entry as it is stored. */
export interface StoredEntry {
  /** Its row: unique, rising with the order of arrival, never used again. */
  readonly row: number;
  /** Its id. */
  readonly id: string;
  /** What kind it is. */
  readonly kind: EntryKind;
  /** When, microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** Values of its fields. */
  readonly facts: Facts;
  /** The entry itself. */
  readonly entry: Entry;
  /** Id of its behaviour text. */
  readonly textId: number;
  /** Its behaviour text. */
  readonly text: string;
}

/** A distinct behaviour text. */
export interface StoredText {
  /** Its id: from 1 on, rising, never used again. */
  readonly textId: number;
  /** The text. */
  readonly text: string;
}

/** A text found by words. */
export interface TextMatch {
  /** Its id. */
  readonly textId: number;
  /** BM25, higher is better. */
  readonly score: number;
}

/** An entry found by words. */
export interface RowMatch {
  /** Its row. */
  readonly row: number;
  /** BM25, higher is better. */
  readonly score: number;
}

/** What a store keeps. */
export interface StoreRetention {
  /** Entries older than this many days before `nowUs` go. */
  readonly maxAgeDays?: number;
  /** The oldest go until what is used of the database is no larger. */
  readonly maxBytes?: number;
  /** The present, microseconds since the Unix epoch. */
  readonly nowUs: number;
}

/** What removing did. */
export interface Removal {
  /** Entries removed. */
  readonly removed: number;
  /** Texts that no entry uses any more; they are removed too. */
  readonly texts: readonly number[];
}

/** What a store holds. */
export interface StoreStats {
  /** Entries by kind. */
  readonly entries: Readonly<Record<EntryKind, number>>;
  /** Distinct behaviour texts. */
  readonly texts: number;
  /** Bytes on disk, write-ahead log included. */
  readonly bytes: number;
  /** First entry, microseconds since the Unix epoch; absent where there is none. */
  readonly firstUs?: number;
  /** Last entry. */
  readonly lastUs?: number;
}
