/** Opening the database file: its settings, its version, and the lock of the one writer. */
import { mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { dataVersion } from "./_counters.ts";
import { migrate, tooNew, VERSION, versionOf } from "./_schema.ts";
import { StoreError, toStoreError } from "./error.ts";

const BUSY_MS = 10_000;
const PAGE_BYTES = 16384;
/** Pages of the write-ahead log before they go into the database, and what is kept of it on disk. */
const CHECKPOINT_PAGES = 2000;
const JOURNAL_BYTES = 32_000_000;

export interface DatabaseOptions {
  readonly readOnly: boolean;
  readonly cacheBytes: number;
}

/** The same as long as no other connection has committed anything. */
export type Version = number | string;

/** An open database; the writer's holds the lock of its directory. */
export interface OpenDatabase {
  readonly db: DatabaseSync;
  readonly lock: Deno.FsFile | undefined;
  /** What changes when another connection has committed something. */
  readonly version: () => Version;
}

/** Opens `directory/events.db`; the writer makes what is missing and brings it to the present version. */
export function openDatabase(
  directory: string,
  options: DatabaseOptions,
): OpenDatabase {
  const path = `${directory}/events.db`;
  if (options.readOnly) {
    return { ...openReader(path, options), lock: undefined };
  }
  mkdirSync(directory, { recursive: true });
  const lock = takeLock(`${directory}/events.lock`, path);
  try {
    const db = openWriter(path, options);
    return { db, lock, version: () => dataVersion(db) };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function openReader(
  path: string,
  { cacheBytes }: DatabaseOptions,
): Omit<OpenDatabase, "lock"> {
  if (bytesOf(path) === 0) {
    throw new StoreError("io", `Cannot open ${path}: there is no store`);
  }
  try {
    return reader(path, openReadOnly(path, path, cacheBytes));
  } catch (error) {
    // Reading beside a writer needs a file that is shared with it. Where that can be made no more, as the disk is full or
    // may only be read, there is no writer; and with nothing in the write-ahead log the database is all there is.
    const wanted = toStoreError("open", path, error);
    const isMissing = wanted instanceof StoreError &&
      (wanted.code === "io" || wanted.code === "full");
    if (!isMissing || bytesOf(`${path}-wal`) > 0) throw error;
    const url = pathToFileURL(resolve(path));
    url.searchParams.set("immutable", "1");
    try {
      return reader(path, openReadOnly(path, url, cacheBytes));
    } catch {
      return reader(path, openCopy(path, cacheBytes));
    }
  }
}

/** Where a file is given in the header of SQLite that it has a write-ahead log: 2 says so, 1 not. */
const JOURNAL_AT = 18;

/** Opens a copy elsewhere: Deno takes an address for a path where a program does not have every permission. */
function openCopy(path: string, cacheBytes: number): DatabaseSync {
  const folder = Deno.makeTempDirSync({ prefix: "search-" });
  try {
    const copy = `${folder}/events.db`;
    Deno.copyFileSync(path, copy);
    using file = Deno.openSync(copy, { write: true });
    file.seekSync(JOURNAL_AT, Deno.SeekMode.Start);
    file.writeSync(Uint8Array.of(1, 1));
    return openReadOnly(copy, copy, cacheBytes);
  } finally {
    // What is open stays readable.
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // The system's own cleaning removes it.
    }
  }
}

function reader(path: string, db: DatabaseSync): Omit<OpenDatabase, "lock"> {
  return { db, version: versionOfReader(path, db) };
}

function openReadOnly(
  path: string,
  file: string | URL,
  cacheBytes: number,
): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
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

/**
 * What tells a reader that there is something new. Where it cannot use the file that readers and writers share, SQLite
 * takes the database for a new one each time, and the files themselves have to tell.
 */
function versionOfReader(path: string, db: DatabaseSync): () => Version {
  const probes = Array.from({ length: 4 }, () => dataVersion(db));
  const isShared = new Set(probes).size < probes.length;
  return isShared
    ? () => dataVersion(db)
    : () => `${stampOf(path)} ${stampOf(`${path}-wal`)}`;
}

function stampOf(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  return `${info?.mtimeMs}.${info?.size}`;
}

/** Device and inode of a file; undefined where there is none. */
export function nodeOf(path: string): string | undefined {
  const info = statSync(path, { throwIfNoEntry: false });
  return info && `${info.dev}.${info.ino}`;
}

/** Throws `gone` where a file is not the one any more that had this device and inode. */
export function checkSame(path: string, before: string | undefined): void {
  const node = nodeOf(path);
  if (node === before) return;
  throw new StoreError(
    "gone",
    node === undefined
      ? `Cannot use ${path} as it was removed while it was open: open it again to begin anew`
      : `Cannot use ${path} as another file took its place while it was open: open it again`,
  );
}

/** Size of a file; 0 where there is none. */
export function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
