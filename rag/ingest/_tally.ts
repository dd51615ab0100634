/** Counts of a run, and the batch that is being filled. */
import type { Entry } from "../entry.ts";
import {
  type IngestBatch,
  type IngestCounters,
  SKIP_REASONS,
  type SkipReason,
} from "./batch.ts";
import type { SourcePosition } from "./position.ts";

/** Entries of a batch at most, unless told otherwise. */
export const BATCH_ENTRIES = 512;

/** Counts of a run. */
export class Tally {
  /** Lines read. */
  lines = 0;
  /** Artifacts read. */
  artifacts = 0;
  /** Lines left out for their artifact. */
  covered = 0;
  /** Bytes read. */
  bytes = 0;
  readonly #skipped = Object.fromEntries(
    SKIP_REASONS.map((reason) => [reason, 0]),
  ) as Record<SkipReason, number>;

  /** Counts what is left out. */
  skip(reason: SkipReason, count = 1): void {
    this.#skipped[reason] += count;
  }

  /** The counts now. */
  snapshot(): IngestCounters {
    const { lines, artifacts, covered, bytes } = this;
    return { lines, artifacts, covered, bytes, skipped: { ...this.#skipped } };
  }
}

/** Entries and positions until there are enough for a batch. */
export class Filling {
  readonly #tally: Tally;
  readonly #limit: number;
  #entries: Entry[] = [];
  #positions = new Map<string, SourcePosition>();

  /** A batch of at most so many entries. */
  constructor(tally: Tally, limit: number) {
    this.#tally = tally;
    this.#limit = limit;
  }

  /** Whether it is time to give it. */
  get full(): boolean {
    return this.#entries.length >= this.#limit ||
      this.#positions.size >= this.#limit;
  }

  /** Whether there is nothing to give. */
  get empty(): boolean {
    return this.#entries.length === 0 && this.#positions.size === 0;
  }

  /** Adds an entry. */
  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Says how far a file was read with the entries so far. */
  reach(position: SourcePosition): void {
    this.#positions.set(position.path, position);
  }

  /** Gives the batch and begins the next. */
  take(): IngestBatch {
    const entries = this.#entries;
    const positions = [...this.#positions.values()];
    this.#entries = [];
    this.#positions = new Map();
    return { entries, positions, counters: this.#tally.snapshot() };
  }
}
