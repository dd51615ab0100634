/** BM25 over one full-text table, whose cost has a bound however frequent the words are. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

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
/** What BM25 of SQLite gives a word that most rows have. */
const FREQUENT_SCORE = 1e-6;

/** Words of the rows of a table made with `fts5`. */
export class WordIndex {
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #count: StatementSync;
  readonly #best: StatementSync;
  readonly #latest: StatementSync;
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

  /**
   * Rows with any of the words, best first. A word of several terms, such as a domain, is looked for as a phrase. Words
   * that would make more than 40,000 rows to score are left out, the most frequent first; where only frequent ones are
   * asked for, the latest rows with the rarest of them come, all with one score.
   */
  search(words: readonly string[], limit: number): WordMatch[] {
    const counted = phrases(words)
      .map((phrase) => ({ phrase, count: this.#countOf(phrase) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => a.count - b.count);
    const [rarest] = counted;
    if (rarest === undefined) return [];
    if (rarest.count >= FREQUENT_ROWS) {
      return this.#latest.all(rarest.phrase, limit).map(({ rowid }) => ({
        rowid: Number(rowid),
        score: FREQUENT_SCORE,
      }));
    }
    let total = 0;
    const chosen = counted.filter(({ count }) => {
      total += count;
      return count < FREQUENT_ROWS && total <= SCORED_ROWS;
    });
    const match = chosen.map(({ phrase }) => phrase).join(" OR ");
    return this.#best.all(match, limit).map(({ rowid, score }) => ({
      rowid: Number(rowid),
      score: Number(score),
    }));
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
