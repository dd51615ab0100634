/** BM25 over one full-text table, whose cost has a bound however frequent the words are. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RowSet } from "../columns/row_set.ts";

/** A row that has some of the words. */
export interface WordMatch {
  readonly rowid: number;
  readonly score: number;
}

/** A word in more rows than this says too little to be worth scoring all of them. */
const FREQUENT_ROWS = 20_000;
/** Rows that are scored at most: rarer words first, the others are left out. */
const SCORED_ROWS = 40_000;
const MAX_WORDS = 64;
/** Rows with a frequent word that are looked through for those of a set, the latest: some 400 ns each. */
const WALKED_ROWS = 2_000_000;
/** A set of no more rows is looked up row by row instead, however many rows have the word. */
const PROBED_ROWS = 2000;
/** What BM25 of SQLite gives a word that most rows have. */
const FREQUENT_SCORE = 1e-6;

/** Words of the rows of a table made with `fts5`. */
export class WordIndex {
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #count: StatementSync;
  readonly #best: StatementSync;
  readonly #latest: StatementSync;
  readonly #ranked: StatementSync;
  readonly #between: StatementSync;
  readonly #has: StatementSync;
  readonly #merge: StatementSync;

  constructor(db: DatabaseSync, table: string, column: string) {
    this.#add = db.prepare(
      `INSERT INTO ${table} (rowid, ${column}) VALUES (?, ?)`,
    );
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    this.#count = db.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM ${table} WHERE ${table} MATCH ? LIMIT ${FREQUENT_ROWS})`,
    );
    this.#best = db.prepare(
      `SELECT rowid, -rank AS score FROM ${table} WHERE ${table} MATCH ? ORDER BY rank, rowid LIMIT ?`,
    );
    this.#latest = db.prepare(
      `SELECT rowid FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid DESC LIMIT ?`,
    );
    this.#ranked = db.prepare(
      `SELECT rowid, -rank AS score FROM ${table} WHERE ${table} MATCH ? AND rowid BETWEEN ? AND ?`,
    );
    // One text is far faster to take out of the database than as many rows.
    this.#between = db.prepare(
      `SELECT json_group_array(rowid) AS rows FROM (SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?)`,
    );
    this.#has = db.prepare(
      `SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = ?`,
    );
    this.#merge = db.prepare(
      `INSERT INTO ${table} (${table}, rank) VALUES ('merge', ?)`,
    );
  }

  add(rowid: number, text: string): void {
    this.#add.run(rowid, text);
  }

  remove(rowid: number): void {
    this.#remove.run(rowid);
  }

  /** Frees what removed rows still hold, a bounded part of it. */
  compact(pages: number): void {
    this.#merge.run(-pages);
  }

  /** What is found anywhere, or within a set. */
  matches(words: readonly string[], limit: number, set?: RowSet): WordMatch[] {
    return set === undefined
      ? this.search(words, limit)
      : this.searchWithin(words, limit, set);
  }

  /**
   * Rows with any of the words, best first. A word of several terms, such as a domain, is looked for as a phrase. Words
   * that would make more than 40,000 rows to score are left out, the most frequent first; where only frequent ones are
   * asked for, the latest rows with the rarest of them come, all with one score.
   */
  search(words: readonly string[], limit: number): WordMatch[] {
    const { chosen, frequent: [rarest] } = this.#counted(words);
    if (chosen.length > 0) {
      const match = chosen.join(" OR ");
      return this.#best.all(match, limit).map(({ rowid, score }) => ({
        rowid: Number(rowid),
        score: Number(score),
      }));
    }
    if (rarest === undefined) return [];
    return this.#latest.all(rarest, limit).map(({ rowid }) => ({
      rowid: Number(rowid),
      score: FREQUENT_SCORE,
    }));
  }

  /**
   * Rows of a set with any of the words, best first, the latest of equal ones. However often others have a word, it finds
   * the rows of the set: of 2,000 rows at most without exception, of a larger one among the latest 2,000,000 rows that have
   * the word, from the first row of the set to its last. A frequent word counts by how rare it is in the set.
   */
  searchWithin(
    words: readonly string[],
    limit: number,
    set: RowSet,
  ): WordMatch[] {
    const span = spanOf(set);
    if (span === undefined) return [];
    const { chosen, frequent } = this.#counted(words);
    const scores = new Map<number, number>();
    if (chosen.length > 0) {
      const [first, last] = span;
      for (
        const row of this.#ranked.iterate(chosen.join(" OR "), first, last)
      ) {
        const rowid = Number(row["rowid"]);
        if (set.has(rowid)) scores.set(rowid, Number(row["score"]));
      }
    }
    for (const phrase of frequent) {
      const { rows, all } = this.#rowsOf(phrase, { set, span, limit });
      const weight = all
        ? Math.log1p((set.count - rows.length + 0.5) / (rows.length + 0.5))
        : FREQUENT_SCORE;
      for (const rowid of rows) {
        scores.set(rowid, (scores.get(rowid) ?? 0) + weight);
      }
    }
    return [...scores].map(([rowid, score]) => ({ rowid, score }))
      .sort((a, b) => b.score - a.score || b.rowid - a.rowid)
      .slice(0, limit);
  }

  /** Rows of a set that have a frequent phrase; where there are `limit` among the latest, only those. */
  #rowsOf(
    phrase: string,
    { set, span: [first, last], limit }: {
      readonly set: RowSet;
      readonly span: readonly [number, number];
      readonly limit: number;
    },
  ): { readonly rows: readonly number[]; readonly all: boolean } {
    const walk = (most: number): number[] =>
      JSON.parse(
        String(this.#between.get(phrase, first, last, most)?.["rows"]),
      );
    const latest = walk(FREQUENT_ROWS);
    const there = latest.filter((row) => set.has(row));
    if (latest.length < FREQUENT_ROWS) return { rows: there, all: true };
    if (there.length >= limit) return { rows: there, all: false };
    const rows = set.count <= PROBED_ROWS
      ? [...set.toRows()].filter((row) =>
        this.#has.get(phrase, row) !== undefined
      )
      : walk(WALKED_ROWS).filter((row) => set.has(row));
    return { rows, all: true };
  }

  /** The words that occur, rarest first: those that are scored, and those too frequent for it. */
  #counted(
    words: readonly string[],
  ): { readonly chosen: string[]; readonly frequent: string[] } {
    const counted = phrases(words)
      .map((phrase) => ({ phrase, count: this.#countOf(phrase) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => a.count - b.count);
    const chosen: string[] = [];
    const frequent: string[] = [];
    let total = 0;
    for (const { phrase, count } of counted) {
      total += count;
      const scored = count < FREQUENT_ROWS && total <= SCORED_ROWS;
      (scored ? chosen : frequent).push(phrase);
    }
    return { chosen, frequent };
  }

  #countOf(phrase: string): number {
    return Number(this.#count.get(phrase)?.n);
  }
}

/** The words as strings of the query syntax of FTS5, in which nothing else has a meaning. */
function phrases(words: readonly string[]): string[] {
  const clean = words
    .map((word) => word.replaceAll("\0", " ").toWellFormed().toLowerCase())
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  return [...new Set(clean)].slice(0, MAX_WORDS)
    .map((word) => `"${word.replaceAll('"', '""')}"`);
}

/** First and last row of a set; undefined of an empty one. */
function spanOf({ firstRow, bits }: RowSet): [number, number] | undefined {
  const first = bits.findIndex((word) => word !== 0);
  if (first < 0) return undefined;
  const last = bits.findLastIndex((word) => word !== 0);
  return [firstRow + first * 32, firstRow + last * 32 + 31];
}
