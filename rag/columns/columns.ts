/**
 * The hot columns of a store in memory: which entries match, how many, grouped by what, the first in an order.
 *
 * @module
 */

import type { Aggregate, EntryKind, Filter, Sort } from "../query/ast.ts";
import { checkQuery } from "../query/check.ts";
import type { AddressField, TextField } from "../query/fields.ts";
import type { Group, Summary } from "../result.ts";
import type { TimelineBucket } from "../searcher.ts";
import { aggregateRows } from "./_aggregate.ts";
import type { ColumnData } from "./_chunk.ts";
import { matching } from "./_filter.ts";
import { prefixWord } from "./_id_index.ts";
import type { ColumnImage } from "./_image.ts";
import { equal, marked, type Words } from "./_kernels.ts";
import { best } from "./_order.ts";
import { gather, numbersOf, select, tally, timesOf } from "./_selection.ts";
import {
  CHUNK_WORDS,
  columnOf,
  ID_A,
  KIND,
  kindCode,
  TEXT_ID,
  TIMESTAMP,
} from "./_specs.ts";
import { bucketsOf, periodBefore, spanOf, summaryOf } from "./_summary.ts";
import { WallClock } from "./_wall_clock.ts";
import { RowSet } from "./row_set.ts";

const MAX_CLOCKS = 16;

/** How groups are made and ordered. */
export interface AggregateOptions {
  /** IANA time zone of calendar units. @default {"UTC"} */
  readonly zone?: string;
  /** By the metric, or by the time of each group's latest entry. @default {the metric, falling} */
  readonly sort?: Sort;
  /** Groups at most. @default {all} */
  readonly limit?: number;
}

/** What a summary compares with. */
export interface Period {
  /** The filter that gave the rows. */
  readonly filter: Filter;
  /** What kind of entry. */
  readonly kind: EntryKind;
  /** IANA time zone of the filter. @default {"UTC"} */
  readonly zone?: string;
}

/** Entries that have one behaviour text. */
export interface TextRows {
  /** The latest of them, latest first. */
  readonly rows: readonly number[];
  /** How many there are. */
  readonly count: number;
}

/** How many entries there are, and when. */
export interface Extent {
  /** Entries by kind. */
  readonly counts: Readonly<Record<EntryKind, number>>;
  /** First entry, microseconds since the Unix epoch; absent where there is none. */
  readonly firstUs?: number;
  /** Last entry. */
  readonly lastUs?: number;
}

/** Rows with their times. */
export interface RowTimes {
  /** The rows. */
  readonly rows: Float64Array;
  /** Time of each, microseconds since the Unix epoch. */
  readonly times: Float64Array;
}

/** Filters and numbers over the entries of a store. Made by `EventStore`; always up to date with what it appended. */
export class Columns {
  readonly #image: ColumnImage;
  readonly #idOf: (row: number) => string | undefined;
  readonly #clocks = new Map<string, WallClock>();

  /**
   * Made by `EventStore`.
   *
   * @param image The columns.
   * @param idOf Gives the id of a row.
   */
  constructor(
    image: ColumnImage,
    idOf: (row: number) => string | undefined,
  ) {
    this.#image = image;
    this.#idOf = idOf;
  }

  /** Number of entries. */
  get size(): number {
    return this.#image.liveCount;
  }

  /**
   * The entries that a filter means, by the rules of `query/ast.ts`.
   *
   * @param filter The filter; without one every entry of the kind.
   * @param kind Kind of entry.
   * @param zone IANA time zone for times of day and weekdays.
   * @throws {TypeError} With its path, for what is no filter.
   * @throws {RangeError} For an unknown zone.
   */
  evaluate(filter: Filter | undefined, kind: EntryKind, zone = "UTC"): RowSet {
    checkQuery(filter === undefined ? { kind } : { kind, filter });
    const ofKind = this.#ofKind(kind);
    const bits = filter === undefined ? ofKind : matching(filter, ofKind, {
      image: this.#image,
      clock: this.#clock(zone),
    });
    return new RowSet(this.#image.firstRow, bits);
  }

  /** Number of rows in a set. */
  count(rows: RowSet): number {
    return rows.count;
  }

  /**
   * Numbers over a set: one group for each combination of keys that occurs, one for all where there are no keys. Unknown
   * is a key of its own, null; `hour` is `YYYY-MM-DDTHH:00`, `day` is `YYYY-MM-DD`, `weekday` 1 for Monday to 7. Grouped
   * by `ip`, an entry counts for each of its addresses. The first 100 groups have ids of their latest entries.
   *
   * @param rows The entries.
   * @param aggregate What to count and by what.
   * @param options Zone, order and limit.
   * @throws {TypeError} With its path, for what is no aggregate.
   */
  aggregate(
    rows: RowSet,
    aggregate: Aggregate,
    options: AggregateOptions = {},
  ): Group[] {
    const { zone = "UTC", sort, limit } = options;
    checkQuery({
      kind: "event",
      aggregate,
      ...(sort === undefined ? {} : { sort }),
    });
    return aggregateRows(rows, aggregate, {
      image: this.#image,
      clock: this.#clock(zone),
      sort,
      limit,
      idOf: this.#idOf,
    });
  }

  /**
   * The first rows in an order: by a number or the time, those that do not have it last, the later first among equals.
   *
   * @param rows The entries.
   * @param sort The order.
   * @param limit Rows at most.
   * @throws {TypeError} For what is no order of a list.
   */
  top(rows: RowSet, sort: Sort, limit: number): number[] {
    checkQuery({ kind: "event", sort });
    const selection = select(this.#image, rows);
    const times = timesOf(selection);
    const { by, order } = sort;
    const values = by === "time" || by === "metric"
      ? times
      : numbersOf(selection, by);
    const sign = order === "asc" ? 1 : -1;
    const isBefore = (a: number, b: number): boolean => {
      const left = values[a]!;
      const right = values[b]!;
      if (left !== right) {
        if (left !== left) {
          if (right === right) return false;
        } else return right !== right || (left < right ? sign : -sign) > 0;
      }
      const difference = times[a]! - times[b]!;
      return difference === 0 ? a > b : difference > 0;
    };
    return Array.from(
      best(selection.rows.length, limit, isBefore),
      (i) => selection.rows[i]!,
    );
  }

  /** The latest rows, latest first. */
  latest(rows: RowSet, limit: number): number[] {
    return this.top(rows, { by: "time", order: "desc" }, limit);
  }

  /** Which behaviour texts a set has: a bit for each text id, least significant first, in whole words of 4 bytes. */
  textBits(rows: RowSet): Uint8Array {
    const uses = tally(this.#image, rows, TEXT_ID);
    const bits = new Uint8Array(Math.ceil(uses.length / 32) * 4);
    for (let id = 1; id < uses.length; id++) {
      if (uses[id] !== 0) bits[id >> 3]! |= 1 << (id & 7);
    }
    return bits;
  }

  /** The entries of a set that have any of some behaviour texts. */
  ofTexts(rows: RowSet, textIds: readonly number[]): RowSet {
    const table = new Uint8Array(Math.max(0, ...textIds) + 1);
    for (const id of textIds) table[id] = 1;
    const { firstRow, bits } = this.#within(rows);
    const withText = this.#marked(
      bits,
      TEXT_ID,
      (data, words) => marked(data, words, table),
    );
    return new RowSet(firstRow, withText);
  }

  /**
   * The latest entries of a set by behaviour text.
   *
   * @param rows The set.
   * @param textIds The texts.
   * @param perText Rows of each at most.
   */
  rowsOfTexts(
    rows: RowSet,
    textIds: readonly number[],
    perText: number,
  ): Map<number, TextRows> {
    const selection = select(this.#image, this.ofTexts(rows, textIds));
    const ids = gather(selection, TEXT_ID, Uint32Array);
    const times = timesOf(selection);
    const members = new Map<number, number[]>(textIds.map((id) => [id, []]));
    for (let i = 0; i < ids.length; i++) members.get(ids[i]!)!.push(i);
    return new Map([...members].map(([id, list]) => {
      const latest = best(list.length, perText, (a, b) => {
        const difference = times[list[a]!]! - times[list[b]!]!;
        return difference === 0 ? a > b : difference > 0;
      });
      const of = Array.from(latest, (k) => selection.rows[list[k]!]!);
      return [id, { rows: of, count: list.length }];
    }));
  }

  /** Time of a row, microseconds since the Unix epoch; NaN where there is no such row. */
  timeOf(row: number): number {
    return this.#image.value(row, TIMESTAMP);
  }

  /** Value of a text or an address of a row; null where it is unknown. */
  factOf(
    row: number,
    field: Exclude<AddressField, "ip"> | TextField,
  ): string | null {
    const column = columnOf(field);
    const code = this.#image.value(row, column);
    return code === 0
      ? null
      : this.#image.dictionary(column).values[code] ?? null;
  }

  /** Id of the behaviour text of a row; 0 where there is no such row. */
  textIdOf(row: number): number {
    return this.#image.value(row, TEXT_ID);
  }

  /**
   * What the entries of a set have in common, with entries that show it.
   *
   * @param rows The entries.
   * @param period What gave them: with a closed time span in it, the span before is counted.
   */
  summary(rows: RowSet, period?: Period): Summary {
    const before = period && periodBefore(period.filter);
    return {
      ...summaryOf(this.#image, rows, this.#idOf),
      ...(period === undefined || before === undefined ? {} : {
        before: this.evaluate(before, period.kind, period.zone).count,
      }),
    };
  }

  /**
   * How many entries of a set there are in each span of time, from the first to the last that has any.
   *
   * @param rows The entries.
   * @param bucketMs Length of a span; spans begin at whole multiples of it since the Unix epoch.
   * @throws {RangeError} If that would be more than 100,000 spans.
   */
  timeline(rows: RowSet, bucketMs: number): TimelineBucket[] {
    return bucketsOf(this.#image, rows, bucketMs);
  }

  /** How many entries there are of each kind, and when. */
  extent(): Extent {
    const all = this.#all();
    const counts = tally(this.#image, all, KIND);
    return {
      counts: {
        event: counts[1] ?? 0,
        incident: counts[2] ?? 0,
        change: counts[3] ?? 0,
      },
      ...spanOf(this.#image, all),
    };
  }

  /** Every row with its time, oldest first. */
  oldest(): RowTimes {
    const selection = select(this.#image, this.#all());
    const times = timesOf(selection);
    const order = Uint32Array.from(times, (_, i) => i)
      .sort((a, b) => times[a]! - times[b]! || a - b);
    return {
      rows: Float64Array.from(order, (i) => selection.rows[i]!),
      times: Float64Array.from(order, (i) => times[i]!),
    };
  }

  /** Rows whose id may begin with 8 or more hexadecimal digits. */
  rowsWithPrefix(prefix: string): number[] {
    const word = prefixWord(prefix);
    if (word === undefined) return [];
    const { firstRow, bits } = this.#all();
    const found = this.#marked(
      bits,
      ID_A,
      (data, words) => equal(data, words, word),
    );
    return [...new RowSet(firstRow, found).toRows()];
  }

  /** How many entries have each behaviour text, by its id. */
  textUses(): Uint32Array {
    return tally(this.#image, this.#all(), TEXT_ID);
  }

  #clock(zone: string): WallClock {
    const known = this.#clocks.get(zone);
    if (known !== undefined) return known;
    const made = new WallClock(zone);
    if (this.#clocks.size >= MAX_CLOCKS) this.#clocks.clear();
    this.#clocks.set(zone, made);
    return made;
  }

  /** Every row that is there. */
  #all(): RowSet {
    const { chunks, firstRow } = this.#image;
    const bits = new Uint32Array(chunks.length * CHUNK_WORDS);
    chunks.forEach((chunk, place) => {
      if (chunk !== undefined) bits.set(chunk.live, place * CHUNK_WORDS);
    });
    return new RowSet(firstRow, bits);
  }

  #marked(within: Uint32Array, column: number, test: Test): Uint32Array {
    const out = new Uint32Array(within.length);
    this.#image.chunks.forEach((chunk, place) => {
      if (chunk === undefined) return;
      const words = { within, out, at: place * CHUNK_WORDS };
      test(this.#image.column(chunk, column), words);
    });
    return out;
  }

  /** A set that may be of an earlier time, as bits of the chunks that are there now. */
  #within(rows: RowSet): RowSet {
    return this.#all().and(rows);
  }

  #ofKind(kind: EntryKind): Uint32Array {
    const code = kindCode(kind);
    return this.#marked(
      this.#all().bits,
      KIND,
      (data, words) => equal(data, words, code),
    );
  }
}

type Test = (data: ColumnData, words: Words) => void;
