/**
 * Events, incidents and changes in one SQLite database, with how far their sources were read.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { ColumnImage } from "../columns/_image.ts";
import { Columns } from "../columns/columns.ts";
import type { RowSet } from "../columns/row_set.ts";
import type { PreparedEntry } from "../entry.ts";
import type { SourcePosition } from "../ingest/position.ts";
import { readNext, shrink, usedBytes, writeNext } from "./_counters.ts";
import { bytesOf, checkSame, nodeOf, openDatabase } from "./_database.ts";
import { checkRetention, removable } from "./_retention.ts";
import { Rows } from "./_rows.ts";
import { openTables, type Tables } from "./_tables.ts";
import { toStoreError } from "./error.ts";
import type {
  AppendCounts,
  EventStoreOptions,
  Removal,
  RowMatch,
  StoredEntry,
  StoredText,
  StoreRetention,
  StoreStats,
  TextMatch,
} from "./types.ts";

const MERGE_PAGES = 500;

/**
 * A store of entries in a directory. One writer at a time, any number of readers beside it; everything is synchronous.
 *
 * An acknowledged batch is committed: it is there after the process was killed. The write-ahead log is not forced to disk
 * with each batch (`synchronous = NORMAL`): after a power cut the last batches may be missing, and with them the positions
 * that were committed with them, so that they are read again.
 */
export class EventStore {
  /** The hot columns in memory: filters, counts, groups, orders. */
  readonly columns: Columns;
  /** Folder that it is in. */
  readonly directory: string;
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #lock: Deno.FsFile | undefined;
  readonly #clock: () => number;
  readonly #tables: Tables;
  readonly #image: ColumnImage;
  readonly #rows: Rows;
  readonly #node: string | undefined;
  readonly #version: () => unknown;
  #dataVersion: unknown;
  #closed = false;

  private constructor(directory: string, options: EventStoreOptions) {
    const { readOnly = false, clock = Date.now, cacheBytes = 32_000_000 } =
      options;
    this.directory = directory;
    this.#path = `${directory}/events.db`;
    this.#clock = clock;
    const open = { readOnly, cacheBytes };
    const { db, lock, version } = openDatabase(directory, open);
    this.#db = db;
    this.#lock = lock;
    this.#version = version;
    this.#node = nodeOf(this.#path);
    try {
      this.#tables = openTables(db);
      this.#dataVersion = version();
      db.exec(readOnly ? "BEGIN" : "BEGIN IMMEDIATE");
      this.#image = new ColumnImage(db, { path: this.#path, readOnly });
      this.#rows = new Rows(this.#tables, this.#image);
      this.#readCounters();
      db.exec("COMMIT");
      const { entries } = this.#tables;
      this.columns = new Columns(this.#image, (row) => entries.idOf(row));
    } catch (error) {
      db.close();
      lock?.close();
      throw error;
    }
  }

  /**
   * Opens the store of a directory; the writer makes one where there is none.
   *
   * @param directory Folder of `events.db`.
   * @param options How to open it.
   * @throws {StoreError} `busy` if another writer has it, `version` if a later program wrote it, `corrupt` if it is
   * damaged, `io` if there is none to read.
   */
  static open(directory: string, options: EventStoreOptions = {}): EventStore {
    try {
      return new EventStore(directory, options);
    } catch (error) {
      throw toStoreError("open", `${directory}/events.db`, error);
    }
  }

  /**
   * Adds entries in one transaction, and how far their sources were read with them. An entry whose id is there is left as
   * it is, but for an event that comes with the evidence it did not have, and a later state of an incident (closed over
   * updated over opened, then the later evidence): they take the place of what was there, in the same row. An id that an
   * entry of another kind has is left alone.
   *
   * @param batch Entries; some thousands at a time are fastest.
   * @param positions Committed together with them.
   * @returns What became of them; what is returned is committed.
   * @throws {RangeError} If a time is before 1970 or after 2255.
   * @throws {StoreError} `full`, `io`, `corrupt`: nothing of the batch is there then, and the store goes on.
   */
  append(
    batch: readonly PreparedEntry[],
    positions: readonly SourcePosition[] = [],
  ): AppendCounts {
    return this.#write("append to", () => {
      const counts = { added: 0, updated: 0, unchanged: 0 };
      for (const prepared of batch) counts[this.#rows.put(prepared)]++;
      const nowMs = this.#clock();
      for (const position of positions) {
        this.#tables.sources.set(position, nowMs);
      }
      this.#image.flush();
      return counts;
    });
  }

  /** The entry of an id; undefined where there is none. */
  get(id: string): StoredEntry | undefined {
    return this.#read(() => {
      const row = this.#rows.find(id);
      return row === undefined ? undefined : this.#tables.entries.at(row);
    });
  }

  /** The entry of a row; undefined where there is none. */
  at(row: number): StoredEntry | undefined {
    return this.#read(() => this.#tables.entries.at(row));
  }

  /** The row of an id; undefined where there is none. */
  rowOf(id: string): number | undefined {
    return this.#read(() => this.#rows.find(id));
  }

  /** The id of a row; undefined where there is none. */
  idOf(row: number): string | undefined {
    return this.#read(() => this.#tables.entries.idOf(row));
  }

  /** Ids that begin with 8 or more hexadecimal digits, in order; none for any other prefix. */
  idsWithPrefix(prefix: string, limit: number): string[] {
    return this.#read(() => {
      const lower = prefix.toLowerCase();
      const ids = this.columns.rowsWithPrefix(lower)
        .map((row) => this.#tables.entries.idOf(row) ?? "")
        .filter((id) => id.startsWith(lower));
      return ids.sort().slice(0, limit);
    });
  }

  /** A behaviour text; undefined where there is none of that id. */
  textOf(textId: number): string | undefined {
    return this.#read(() => this.#tables.texts.textOf(textId));
  }

  /** Behaviour texts with greater ids than one, in order; from 0 on they are all. */
  textsAfter(textId: number, limit: number): StoredText[] {
    return this.#read(() => this.#tables.texts.after(textId, limit));
  }

  /**
   * Behaviour texts that have any of some words, best first by BM25. Words in 20,000 texts or more are left out where rarer
   * ones are there; where none is, the latest texts that have the word come, with one score.
   *
   * @param words Words or phrases; nothing in them has a special meaning.
   * @param limit Texts at most.
   * @param within Ids of texts: only these come, however many others have the words.
   */
  searchTexts(
    words: readonly string[],
    limit: number,
    within?: RowSet,
  ): TextMatch[] {
    return this.#read(() =>
      this.#tables.textWords.matches(words, limit, within)
        .map(({ rowid, score }) => ({ textId: rowid, score }))
    );
  }

  /**
   * Entries whose names and identifiers have any of some words, best first by BM25; like `searchTexts`. A name of several
   * parts, such as a domain, is looked for as a whole.
   *
   * @param words Words or phrases.
   * @param limit Entries at most.
   * @param within Only these come, however many others have the words: of 2,000 entries at most without exception, of more
   * among the latest 2,000,000 that have a word.
   */
  searchWords(
    words: readonly string[],
    limit: number,
    within?: RowSet,
  ): RowMatch[] {
    return this.#read(() =>
      this.#tables.names.matches(words, limit, within)
        .map(({ rowid, score }) => ({ row: rowid, score }))
    );
  }

  /** How far the sources were read. */
  positions(): SourcePosition[] {
    return this.#read(() => this.#tables.sources.all());
  }

  /** Notes how far a source was read, without entries. */
  setPosition(position: SourcePosition): void {
    this.append([], [position]);
  }

  /** Forgets how far sources were read that will not be there again. */
  forgetPositions(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.#write("remove from", () => {
      for (const path of paths) this.#tables.sources.remove(path);
    });
  }

  /** Removes entries by id, in one transaction. */
  remove(ids: readonly string[]): Removal {
    return this.#write("remove from", () => {
      const rows = new Set(ids.flatMap((id) => this.#rows.find(id) ?? []));
      this.#removeRows(rows);
      return { removed: rows.size, texts: this.#sweep() };
    });
  }

  /**
   * Removes what is too old, then the oldest until the store is small enough, 2,000 entries in a transaction, and gives
   * their space back to the file system.
   *
   * @param retention What to keep.
   * @throws {RangeError} If a bound is not above 0, or the present no time.
   */
  retain(retention: StoreRetention): Removal {
    checkRetention(retention);
    const { maxAgeDays, maxBytes, nowUs } = retention;
    const sinceUs = nowUs - (maxAgeDays ?? Infinity) * 86_400_000_000;
    const { rows, times } = this.#read(() => this.columns.oldest());
    let removed = 0;
    for (;;) {
      const isTooLarge = usedBytes(this.#db) > (maxBytes ?? Infinity);
      const count = removable(times.subarray(removed), sinceUs, isTooLarge);
      if (count === 0) break;
      const step = rows.subarray(removed, removed + count);
      this.#write("remove from", () => this.#removeRows(step));
      removed += count;
    }
    const texts = this.#write("remove from", () => this.#sweep());
    if (removed === 0 && texts.length === 0) return { removed, texts };
    this.#write("shrink", () => {
      this.#tables.names.compact(MERGE_PAGES);
      this.#tables.textWords.compact(MERGE_PAGES);
    });
    this.#read(() => shrink(this.#db));
    return { removed, texts };
  }

  /** What it holds. */
  stats(): StoreStats {
    const { counts, ...span } = this.#read(() => this.columns.extent());
    return {
      entries: counts,
      texts: this.#read(() => this.#tables.texts.count),
      bytes: bytesOf(this.#path) + bytesOf(`${this.#path}-wal`),
      ...span,
    };
  }

  /**
   * Of a reader: takes in what the writer did since it was opened or refreshed.
   *
   * @returns Whether there was anything.
   */
  refresh(): boolean {
    return this.#read(() => {
      const version = this.#version();
      if (version === this.#dataVersion) return false;
      this.#dataVersion = version;
      this.#reload("BEGIN");
      return true;
    });
  }

  /**
   * Makes sure that its file is still the one that was opened: SQLite goes on with a file that was removed, and what is
   * added then goes with it.
   *
   * @throws {StoreError} `gone` if it was removed or replaced.
   */
  checkThere(): void {
    checkSame(this.#path, this.#node);
  }

  /** Closes it; a second time does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#lock) this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // What is in the write-ahead log stays there, and is read from there.
    } finally {
      this.#db.close();
      this.#lock?.close();
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close();
  }

  #removeRows(rows: Iterable<number>): void {
    for (const row of rows) {
      this.#tables.entries.remove(row);
      this.#tables.names.remove(row);
      this.#image.kill(row);
    }
    this.#image.flush();
    writeNext(this.#db, {
      row: this.#rows.next,
      text: this.#tables.texts.next,
    });
  }

  /** Removes texts that nothing uses. */
  #sweep(): number[] {
    return this.#tables.texts.sweep(this.columns.textUses());
  }

  #readCounters(): void {
    const { row, text } = readNext(this.#db);
    this.#rows.next = row;
    this.#tables.texts.next = text;
  }

  #reload(begin: string): void {
    this.#tables.texts.forget();
    this.#db.exec(begin);
    try {
      this.#image.load();
      this.#readCounters();
    } finally {
      if (this.#db.isTransaction) this.#db.exec("COMMIT");
    }
  }

  #read<T>(work: () => T): T {
    this.#check();
    try {
      return work();
    } catch (error) {
      throw toStoreError("read", this.#path, error);
    }
  }

  /** Does work in a transaction; where it fails, nothing of it is left, in memory neither. */
  #write<T>(action: string, work: () => T): T {
    this.#check();
    if (this.#lock === undefined) {
      throw new TypeError(
        `Cannot ${action} ${this.#path} as it must be open for writing: it was opened with readOnly`,
      );
    }
    this.checkThere();
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#read(() => this.#reload("BEGIN IMMEDIATE"));
      throw toStoreError(action, this.#path, error);
    }
  }

  #check(): void {
    if (this.#closed) {
      throw new TypeError(`Cannot use the store ${this.#path} as it is closed`);
    }
  }
}
