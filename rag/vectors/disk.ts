/**
 * What an index does with files. One object, so that a test can let any of the steps fail.
 *
 * @module
 */
import { VectorIndexError } from "./index.ts";

/** Steps on a disk; each is done or throws. */
export interface Disk {
  /** Whole content of a file, or undefined where there is none. */
  read(path: string): Uint8Array<ArrayBuffer> | undefined;
  /** Names in a directory. */
  list(directory: string): string[];
  /** Make a directory with its parents. */
  makeDirectory(path: string): void;
  /** Open to write at any place; a new file where there is none. */
  open(path: string): DiskFile;
  /** Replace a file by another. */
  rename(from: string, to: string): void;
  /** Remove a file. */
  remove(path: string): void;
  /** Make names in a directory durable, as far as the system can; does not throw. */
  syncDirectory(path: string): void;
}

/** A file open to write. */
export interface DiskFile {
  /** Write all the bytes from an offset on. */
  write(offset: number, bytes: Uint8Array): void;
  /** Cut to a length. */
  truncate(bytes: number): void;
  /** Wait until the content is on the device. */
  sync(): void;
  /** Close it. */
  close(): void;
}

/** The real one. */
export const DISK: Disk = {
  read(path: string): Uint8Array<ArrayBuffer> | undefined {
    try {
      return Deno.readFileSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw toIndexError("read", path, error);
    }
  },
  list: (directory): string[] =>
    attempt(
      "list",
      directory,
      () => [...Deno.readDirSync(directory)].map(({ name }) => name),
    ),
  makeDirectory: (path): void =>
    attempt("make", path, () => Deno.mkdirSync(path, { recursive: true })),
  open: (path): DiskFile =>
    attempt("open", path, () =>
      wrap(
        path,
        Deno.openSync(path, { read: true, write: true, create: true }),
      )),
  rename: (from, to): void =>
    attempt("write", to, () => Deno.renameSync(from, to)),
  remove: (path): void => attempt("remove", path, () => Deno.removeSync(path)),
  syncDirectory(path: string): void {
    try {
      using directory = Deno.openSync(path);
      directory.syncSync();
    } catch {
      // Some systems cannot; a name may then be lost with the power, and the content with it.
    }
  },
};

function wrap(path: string, file: Deno.FsFile): DiskFile {
  return {
    write: (offset, bytes): void =>
      attempt("write", path, () => {
        file.seekSync(offset, Deno.SeekMode.Start);
        let done = 0;
        while (done < bytes.length) {
          done += file.writeSync(bytes.subarray(done));
        }
      }),
    truncate: (bytes): void =>
      attempt("cut", path, () => file.truncateSync(bytes)),
    sync: (): void => attempt("sync", path, () => file.syncDataSync()),
    close: (): void => file.close(),
  };
}

function attempt<T>(action: string, path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw toIndexError(action, path, error);
  }
}

/** The error of a file system as one of the index. */
export function toIndexError(
  action: string,
  path: string,
  cause: unknown,
): VectorIndexError {
  if (cause instanceof VectorIndexError) return cause;
  const code = (cause as { code?: unknown } | null)?.code;
  const full = code === "ENOSPC" || code === "EDQUOT";
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = full ? "no space left on the device" : text.split("\n")[0];
  return new VectorIndexError(
    full ? "diskFull" : "io",
    `Cannot ${action} ${path}: ${reason}`,
    { cause },
  );
}

/**
 * Take the lock of a directory: the kernel drops it when the process ends, however it ends.
 *
 * @param directory The directory.
 * @returns The lock; close it to release.
 * @throws {VectorIndexError} `locked` if somebody else has it.
 */
export function lockDirectory(directory: string): Deno.FsFile {
  const path = `${directory}/.lock`;
  const file = attempt(
    "open",
    path,
    () => Deno.openSync(path, { write: true, create: true }),
  );
  try {
    if (attempt("lock", path, () => file.tryLockSync(true))) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  throw new VectorIndexError(
    "locked",
    `Cannot open vector index ${directory}: somebody else has it open`,
  );
}
