/**
 * A store as Parquet and back, by DuckDB: the fields as columns for any tool that reads Parquet, and the entries
 * themselves, so that nothing is lost.
 *
 * Permissions: `ffi`, `read`, `env` and `sys` for the package; `read` and `write` of the folder of the file.
 *
 * ```ts ignore
 * import { EventStore, prepare } from "@ml-defender/rag";
 * import { exportParquet, importParquet } from "@ml-defender/rag/parquet";
 *
 * using store = EventStore.open("search");
 * await exportParquet(store, "events.parquet");
 * using copy = EventStore.open("copy");
 * await importParquet(copy, "events.parquet", { prepare });
 * ```
 *
 * @module
 */
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
} from "npm:@duckdb/node-api@1.5.5-r.5";
import { STORED_FIELDS } from "../columns/_specs.ts";
import type { Entry } from "../entry.ts";
import { FIELDS } from "../query/fields.ts";
import type { EventStore } from "../store/event_store.ts";
import {
  type ExportOptions,
  type ImportCounts,
  importEntries,
  type ImportOptions,
  storedEntries,
  toEntry,
} from "../store/transfer.ts";
import type { StoredEntry } from "../store/types.ts";

export type { ExportOptions, ImportCounts, ImportOptions };

const FLUSH_ROWS = 10_000;
const SQL_TYPES = {
  address: "VARCHAR",
  text: "VARCHAR",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  paths: "VARCHAR",
} as const;

/**
 * Writes the entries of a store to a Parquet file, compressed with zstd: `id`, `kind`, `timestamp_us`, a column for each
 * field, the behaviour's `text`, and `entry`, the entry as JSON. The file is there whole or not at all.
 *
 * @param store The store; what is removed from it meanwhile is left out.
 * @param path The file; one that is there is replaced.
 * @param options Which entries.
 * @returns Entries written.
 */
export async function exportParquet(
  store: EventStore,
  path: string,
  options: ExportOptions = {},
): Promise<number> {
  // Names that nothing else has: what is beside the file is not ours to remove.
  const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
  const database = `${unfinished}.db`;
  try {
    const count = await withConnection(database, async (connection) => {
      const rows = await fill(connection, storedEntries(store, options));
      await connection.run(
        `COPY entries TO ${
          quoted(unfinished)
        } (FORMAT parquet, COMPRESSION zstd)`,
      );
      return rows;
    });
    await Deno.rename(unfinished, path);
    return count;
  } finally {
    for (const file of [database, `${database}.wal`, unfinished]) {
      await Deno.remove(file).catch(() => {});
    }
  }
}

/**
 * Adds the entries of a Parquet file that `exportParquet` wrote to a store. Entries that are there already stay.
 *
 * @param store Where they go.
 * @param path The file.
 * @param options How entries are made ready.
 * @throws {SyntaxError} If it is no Parquet file, or one without entries.
 * @throws {StoreError} As `EventStore.append` does; whole batches are there then.
 */
export async function importParquet(
  store: EventStore,
  path: string,
  options: ImportOptions,
): Promise<ImportCounts> {
  return await withConnection(":memory:", async (connection) => {
    let malformed = 0;
    async function* entries(): AsyncGenerator<Entry> {
      for await (const text of entryTexts(connection, path)) {
        const entry = toEntry(text);
        if (entry === undefined) malformed++;
        else yield entry;
      }
    }
    const counts = await importEntries(store, entries(), options);
    return { ...counts, skipped: counts.skipped + malformed };
  });
}

async function withConnection<T>(
  database: string,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(database);
  try {
    const connection = await instance.connect();
    try {
      return await use(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

async function fill(
  connection: DuckDBConnection,
  entries: Iterable<StoredEntry>,
): Promise<number> {
  const columns = STORED_FIELDS.map((field) =>
    `"${field}" ${SQL_TYPES[FIELDS[field].type]}`
  );
  await connection.run(
    `CREATE TABLE entries (id VARCHAR, kind VARCHAR, timestamp_us BIGINT, ${
      columns.join(", ")
    }, "text" VARCHAR, entry VARCHAR)`,
  );
  const appender = await connection.createAppender("entries");
  let count = 0;
  try {
    for (const entry of entries) {
      appendEntry(appender, entry);
      if (++count % FLUSH_ROWS === 0) appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
  return count;
}

function appendEntry(appender: DuckDBAppender, stored: StoredEntry): void {
  appender.appendVarchar(stored.id);
  appender.appendVarchar(stored.kind);
  appender.appendBigInt(BigInt(stored.timestampUs));
  for (const field of STORED_FIELDS) {
    const fact = stored.facts[field];
    if (fact === null) appender.appendNull();
    else if (typeof fact === "string") appender.appendVarchar(fact);
    else if (typeof fact === "number") appender.appendDouble(fact);
    else appender.appendBoolean(fact);
  }
  appender.appendVarchar(stored.text);
  appender.appendVarchar(JSON.stringify(stored.entry));
  appender.endRow();
}

async function* entryTexts(
  connection: DuckDBConnection,
  path: string,
): AsyncGenerator<string> {
  try {
    const result = await connection.stream(
      `SELECT entry FROM read_parquet(${quoted(path)})`,
    );
    for await (const rows of result.yieldRows()) {
      for (const [text] of rows) yield String(text);
    }
  } catch (cause) {
    const [reason] = cause instanceof Error
      ? cause.message.split("\n")
      : [String(cause)];
    throw new SyntaxError(`Cannot import ${path}: ${reason}`, { cause });
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
