/** What the image of the columns asks of the database. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LAST_US } from "../_time.ts";
import { CHUNK_WORDS, COLUMNS, ID_A, ID_B, TIMESTAMP } from "./_specs.ts";

/** Name of the bits that say which rows of a chunk are there. */
export const LIVE = "#live";
/** Columns that the table of entries has as well. */
export const SELECTED = COLUMNS.map((_, column) => column)
  .filter((column) => column !== ID_A && column !== ID_B);

/** The statements, by what they do. */
export type ImageStatements = Readonly<
  Record<
    "lives" | "read" | "write" | "drop" | "dictionary" | "name" | "tail",
    StatementSync
  >
>;

/** Prepares the statements of an image. */
export function prepare(db: DatabaseSync): ImageStatements {
  const names = SELECTED.map((column) =>
    column === TIMESTAMP
      ? `min(timestamp_us, ${LAST_US})`
      : `"${COLUMNS[column]!.name}"`
  ).join(", ");
  const statements = {
    lives: db.prepare(
      `SELECT chunk, data FROM column_chunks WHERE "column" = '${LIVE}' ORDER BY chunk`,
    ),
    read: db.prepare(
      `SELECT type, data FROM column_chunks WHERE chunk = ? AND "column" = ?`,
    ),
    write: db.prepare(
      `INSERT OR REPLACE INTO column_chunks (chunk, "column", type, data) VALUES (?, ?, ?, ?)`,
    ),
    drop: db.prepare("DELETE FROM column_chunks WHERE chunk = ?"),
    dictionary: db.prepare(
      "SELECT name, code, value FROM dictionary ORDER BY name, code",
    ),
    name: db.prepare(
      "INSERT INTO dictionary (name, code, value) VALUES (?, ?, ?)",
    ),
    tail: db.prepare(
      `SELECT row, id, ${names} FROM entries WHERE row >= ? ORDER BY row`,
    ),
  };
  asArrays(statements.dictionary);
  asArrays(statements.tail);
  return statements;
}

/** Lets a statement give arrays: less work than objects. The types of `node:sqlite` do not know the method yet. */
function asArrays(statement: StatementSync): void {
  (statement as StatementSync & { setReturnArrays(on: boolean): void })
    .setReturnArrays(true);
}

/** Rows of a statement that gives arrays. */
export function rows(
  statement: StatementSync,
  ...parameters: number[]
): Iterable<readonly unknown[]> {
  return statement.iterate(...parameters) as unknown as Iterable<
    readonly unknown[]
  >;
}

/** Words of bits as bytes, little endian. */
export function toBits(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** Bytes as words of bits; undefined where they are not those of a chunk. */
export function fromBits(bytes: Uint8Array): Uint32Array | undefined {
  if (bytes.byteLength !== CHUNK_WORDS * 4) return undefined;
  return new Uint32Array(bytes.slice().buffer);
}
