/** Opening the database file: its settings, its version, and the lock of the one writer. */
import { mkdirSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { migrate, tooNew, VERSION, versionOf } from "./_schema.ts";
import { StoreError } from "./error.ts";

const BUSY_MS = 10_000;
const PAGE_BYTES = 16384;
/** Pages of the write-ahead log before they go into the database, and what is kept of it on disk. */
const CHECKPOINT_PAGES = 2000;
const JOURNAL_BYTES = 32_000_000;

export interface DatabaseOptions {
  readonly readOnly: boolean;
  readonly cacheBytes: number;
}

/** An open database; the writer's holds the lock of its directory. */
export interface OpenDatabase {
  readonly db: DatabaseSync;
  readonly lock: Deno.FsFile | undefined;
}

/** Opens `directory/events.db`; the writer makes what is missing and brings it to the present version. */
export function openDatabase(
  directory: string,
  options: DatabaseOptions,
): OpenDatabase {
  const path = `${directory}/events.db`;
  if (options.readOnly) {
    return { db: openReader(path, options), lock: undefined };
  }
  mkdirSync(directory, { recursive: true });
  const lock = takeLock(`${directory}/events.lock`, path);
  try {
    return { db: openWriter(path, options), lock };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function openReader(
  path: string,
  { cacheBytes }: DatabaseOptions,
): DatabaseSync {
  if (bytesOf(path) === 0) {
    throw new StoreError("io", `Cannot open ${path}: there is no store`);
  }
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    db.exec(`PRAGMA cache_size = -${Math.ceil(cacheBytes / 1024)}`);
    const version = versionOf(db);
    if (version > VERSION) throw tooNew(path, version);
    if (version < VERSION) {
      throw new StoreError(
        "version",
        `Cannot open ${path} for reading as its version must be ${VERSION}: current value is ${version}; opening it once for writing upgrades it`,
      );
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openWriter(
  path: string,
  { cacheBytes }: DatabaseOptions,
): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    // A newer database is left as it is, its settings too.
    if (versionOf(db) > VERSION) throw tooNew(path, versionOf(db));
    db.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${JOURNAL_BYTES};
      PRAGMA cache_size = -${Math.ceil(cacheBytes / 1024)}`);
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** An exclusive lock that the kernel drops when the process ends, however it ends. */
function takeLock(lockPath: string, path: string): Deno.FsFile {
  const file = Deno.openSync(lockPath, { write: true, create: true });
  try {
    if (file.tryLockSync(true)) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  throw new StoreError(
    "busy",
    `Cannot open ${path} for writing: another writer has it open`,
  );
}

/** Size of a file; 0 where there is none. */
export function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
