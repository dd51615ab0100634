/** Numbers of rows and texts, which are never used again, and how much of the database is in use. */
import type { DatabaseSync } from "node:sqlite";

/** Numbers of the next row and of the next text. */
export interface NextNumbers {
  readonly row: number;
  readonly text: number;
}

function numberOf(db: DatabaseSync, sql: string): number {
  const [value] = Object.values(db.prepare(sql).get() ?? {});
  return Number(value ?? 0);
}

/** The next numbers: after the greatest that is there, and after those that were there when something was removed. */
export function readNext(db: DatabaseSync): NextNumbers {
  const next = (name: string, table: string, column: string) =>
    Math.max(
      1,
      numberOf(db, `SELECT value FROM counters WHERE name = '${name}'`),
      numberOf(db, `SELECT max(${column}) FROM ${table}`) + 1,
    );
  return {
    row: next("next_row", "entries", "row"),
    text: next("next_text", "texts", "text_id"),
  };
}

/** Keeps the next numbers, in the transaction that removes something. */
export function writeNext(db: DatabaseSync, { row, text }: NextNumbers): void {
  const set = db.prepare(
    "INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)",
  );
  set.run("next_row", row);
  set.run("next_text", text);
}

/** Bytes of the database that something is in. */
export function usedBytes(db: DatabaseSync): number {
  const pages = numberOf(db, "PRAGMA page_count") -
    numberOf(db, "PRAGMA freelist_count");
  return pages * numberOf(db, "PRAGMA page_size");
}

/** A number that changes when another connection has committed something. */
export function dataVersion(db: DatabaseSync): number {
  return numberOf(db, "PRAGMA data_version");
}

/** Gives free pages back to the file system. */
export function shrink(db: DatabaseSync): void {
  // A row for each page that is freed: `exec` would stop after the first.
  db.prepare("PRAGMA incremental_vacuum").all();
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
