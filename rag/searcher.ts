/**
 * What can be asked of a search: the same in this thread and in a worker.
 *
 * @module
 */

import type { Entry } from "./entry.ts";
import type { SourcePosition } from "./ingest/position.ts";
import type { EntryKind, Filter, Query } from "./query/ast.ts";
import type { Hit, Language, Result, Understanding } from "./result.ts";

/** How a search is run. */
export interface SearchRequest {
  /** Entries at most, where the question gives no number. @default {10} */
  readonly limit?: number;
  /** Whether entries that are alike become one hit; never where the question gives a number or an order. @default {true} */
  readonly fold?: boolean;
  /** Language of narratives and of what was understood. @default {"en"} */
  readonly language?: Language;
  /** IANA time zone of the question. @default {"UTC"} */
  readonly zone?: string;
  /** The present for "yesterday" and the like, milliseconds since the Unix epoch. @default {the clock of the search} */
  readonly nowMs?: number;
  /** A filter beside what the question says; both must hold. */
  readonly filter?: Filter;
}

/** What adding entries did. */
export interface Added {
  /** Entries that were not there. */
  readonly added: number;
  /** Entries that were there and are known better now. */
  readonly updated: number;
  /** Entries that were there already. */
  readonly unchanged: number;
}

/** What was ingested so far. */
export interface IngestProgress extends Added {
  /** Lines and files that were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Bytes read. */
  readonly bytes: number;
  /** Bytes that there are. */
  readonly ofBytes: number;
  /** Whether everything that is there was read and is in, and only what comes is waited for. */
  readonly caughtUp: boolean;
  /** Why what was read does not get into the store, as on a full disk; it is tried again, and absent once it is in. */
  readonly problem?: string;
}

/** What a store holds. */
export interface SearchStats {
  /** Entries by kind. */
  readonly entries: Readonly<Record<EntryKind, number>>;
  /** Different texts of behaviour. */
  readonly texts: number;
  /** Texts in the index of meaning; fewer than `texts` while it is being made anew. */
  readonly vectors: number;
  /** Identity of the embedding model. */
  readonly model: string;
  /** Which index of meaning. */
  readonly index: string;
  /** Build of the core. */
  readonly build: string;
  /** Bytes on disk. */
  readonly bytes: number;
  /** First entry, microseconds since the Unix epoch; absent where there is none. */
  readonly firstUs?: number;
  /** Last entry. */
  readonly lastUs?: number;
  /** What was wrong with files of the index and was put right. */
  readonly repairs: readonly string[];
  /** Lines and files of the logs that were left out since it was opened, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What fails at present and is tried again: following a log, removing what is not kept, or embedding; else absent. */
  readonly problem?: string;
}

/** One entry in full. */
export interface Explanation {
  /** As a hit. */
  readonly hit: Hit;
  /** As it is stored. */
  readonly entry: Entry;
  /** Incidents that it belongs to: same host and category, at its time. */
  readonly incidents: readonly Hit[];
}

/** Entries of one span of time. */
export interface TimelineBucket {
  /** Start, milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** Entries. */
  readonly count: number;
  /** Entries by category. */
  readonly categories: Readonly<Record<string, number>>;
}

/** What to keep. Positions of artifacts that are neither in the store nor on disk any more go with what goes. */
export interface Retention {
  /**
   * Entries older than this many days before the newest go, above 0. The newest is the last one that is not after the
   * clock, so that an entry that is dated years ahead does not make all the others old; it goes when its time has come.
   */
  readonly maxAgeDays?: number;
  /** The oldest go until the store is no larger, above 0. */
  readonly maxBytes?: number;
}

/** What a search can be told while it runs. */
export interface SearchSettings {
  /** Entries shown where neither question nor request gives a number, at least 1. */
  readonly limit: number;
  /** What is kept: what does not is removed now, and at most every ten minutes as entries are added. */
  readonly retention: Retention;
}

/** A search over one store. */
export interface Searcher {
  /** Ask in words; the part of an answer that is not prose. */
  find(question: string, request?: SearchRequest): Promise<Result>;
  /** Ask as data. */
  search(query: Query, request?: SearchRequest): Promise<Result>;
  /** What would be made of a question, without running it. */
  understand(
    question: string,
    request?: SearchRequest,
  ): Promise<Understanding>;
  /** Entries that resemble one. */
  similar(id: string, request?: SearchRequest): Promise<Result>;
  /** One entry in full; absent where there is none of that id (or of those 8 and more first digits of it). */
  explain(
    id: string,
    request?: SearchRequest,
  ): Promise<Explanation | undefined>;
  /** The latest events. */
  recent(request?: SearchRequest): Promise<Result>;
  /** How many entries when, over the matches of a question or over all. */
  timeline(
    question: string | undefined,
    buckets: number,
    request?: SearchRequest,
  ): Promise<TimelineBucket[]>;
  /** What the store holds. */
  stats(): Promise<SearchStats>;
  /** Add entries; they are durable and can be found when it resolves. */
  add(
    entries: readonly Entry[],
    positions?: readonly SourcePosition[],
  ): Promise<Added>;
  /**
   * Read log folders: once, or on and on.
   *
   * @param directories Folders of a logger, or of artifacts.
   * Where what was read does not get into the store, as on a full disk, reading once rejects; following tells of it by
   * `problem`, and goes on from there when it can.
   *
   * @param options `follow` goes on until `signal` ends it; progress is told at most ten times a second.
   */
  ingest(
    directories: readonly string[],
    options?: IngestOptions,
  ): Promise<IngestProgress>;
  /** Remove what is too old or too much, and give back its space; bounds that are not above 0 are a `RangeError`. */
  retain(retention: Retention): Promise<{
    /** Entries removed. */
    readonly removed: number;
  }>;
  /** Go by other settings from the next call on; one that only reads removes nothing. */
  configure(settings: SearchSettings): Promise<void>;
  /** Close it, after what is under way. */
  close(): Promise<void>;
}

/** How folders are read. */
export interface IngestOptions {
  /** Go on with what comes. @default {false} */
  readonly follow?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told of progress. */
  readonly onProgress?: (progress: IngestProgress) => void;
}
