/**
 * The highest counter that a client has applied for each key: what makes an old value, put back, show.
 *
 * @module
 */
import { EtcdError } from "./error.ts";
import { toStorageError } from "./_file_errors.ts";
import {
  lineOf,
  readCounters,
  writeAll,
  writeCounters,
} from "./_counter_file.ts";
import { CounterMap } from "./_counter_map.ts";

/** What a client remembers of a key. */
export interface CounterEntry {
  /** Highest counter applied. */
  readonly counter: number;
  /** Tag of the envelope with that counter. */
  readonly tag: string;
  /**
   * What the key is now: there, there until its lease ends, there and expendable; deleted, with an envelope that says so;
   * gone without a trace, as what is leased or expendable may go.
   */
  readonly state: "live" | "leased" | "expendable" | "deleted" | "gone";
  /** The store's revision of that envelope. */
  readonly revision: number;
  /** Identity of the store that the revision is of. */
  readonly store: string;
}

/** A place where counters are kept. One client uses it at a time. */
export interface CounterStore {
  /** What is remembered of a key. */
  get(name: string): CounterEntry | undefined;
  /** Remember; done when a restart will find it. Until then, and when it fails, `get` says what was there before. */
  set(name: string, entry: CounterEntry): Promise<void>;
  /** Names that are remembered and start with a text. */
  names(prefix: string): Iterable<string>;
  /** Let it go. May be called twice. */
  close(): Promise<void>;
}

/** Counters for as long as the process lives. Of keys that are gone without a trace, the last 10,000 are remembered. */
export class MemoryCounters implements CounterStore {
  readonly #entries = new CounterMap();

  /**
   * What is remembered of a key.
   *
   * @param name The key with its namespace.
   */
  get(name: string): CounterEntry | undefined {
    return this.#entries.get(name);
  }

  /**
   * Remember.
   *
   * @param name The key with its namespace.
   * @param entry What of it.
   */
  // deno-lint-ignore require-await
  async set(name: string, entry: CounterEntry): Promise<void> {
    this.#entries.set(name, entry);
  }

  /**
   * Names that are remembered.
   *
   * @param prefix What they start with.
   */
  names(prefix: string): Iterable<string> {
    return this.#entries.names(prefix);
  }

  /** Does nothing. */
  async close(): Promise<void> {}
}

/** Options of `FileCounters.open`. */
export interface FileCountersOptions {
  /**
   * Wait for the device at each value applied, which costs a flush each. Without it, a killed process forgets nothing; a
   * power cut may forget the last seconds. @default {false}
   */
  readonly sync?: boolean;
  /**
   * Milliseconds to wait for another client to let go of the file, 0 to 600,000: for programs that run in turn.
   * @default {0}
   */
  readonly waitMs?: number;
}

/**
 * Counters in a file, for one client at a time. Of keys that are gone without a trace, the last 10,000 are remembered.
 */
export class FileCounters implements CounterStore {
  readonly #path: string;
  readonly #sync: boolean;
  readonly #lock: Deno.FsFile;
  readonly #entries: CounterMap;
  #file: Deno.FsFile;
  #lines: number;
  /** Length of the file up to its last whole line. */
  #size: number;
  /** Whether part of a line may stand behind it. */
  #torn = false;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    path: string,
    sync: boolean,
    lock: Deno.FsFile,
    file: Deno.FsFile,
    size: number,
    entries: CounterMap,
  ) {
    this.#path = path;
    this.#sync = sync;
    this.#lock = lock;
    this.#file = file;
    this.#size = size;
    this.#entries = entries;
    this.#lines = entries.size;
  }

  /**
   * Opens a file of counters, or makes it.
   *
   * @param path The file; `<path>.lock` stands beside it.
   * @param options How careful to be.
   * @throws {EtcdError} `locked`, when another client has it; `storage`, when it is not such a file.
   * @throws {RangeError} When `waitMs` is out of range.
   */
  static async open(
    path: string,
    options: FileCountersOptions = {},
  ): Promise<FileCounters> {
    const { sync = false, waitMs = 0 } = options;
    if (!Number.isInteger(waitMs) || waitMs < 0 || waitMs > 600_000) {
      throw new RangeError(
        `Cannot open ${path} as 'waitMs' must be a whole number from 0 to 600,000: current value is ${waitMs}`,
      );
    }
    let lock: Deno.FsFile | undefined;
    try {
      const create = { write: true, create: true, mode: 0o600 };
      lock = await Deno.open(`${path}.lock`, create);
      await take(lock, path, waitMs);
      const entries = await readCounters(path);
      const { file, size } = await writeCounters(path, entries);
      return new FileCounters(path, sync, lock, file, size, entries);
    } catch (error) {
      lock?.close();
      throw toStorageError("open", path, error);
    }
  }

  /**
   * What a file of counters has now, without holding it: to begin with, for who must not keep others from it.
   *
   * @param path The file; one that is not there has nothing.
   * @returns The counters, in memory from there on.
   * @throws {EtcdError} `storage`, when it is not such a file.
   */
  static async read(path: string): Promise<MemoryCounters> {
    const memory = new MemoryCounters();
    try {
      for (const [name, entry] of await readCounters(path)) {
        await memory.set(name, entry);
      }
    } catch (error) {
      throw toStorageError("read", path, error);
    }
    return memory;
  }

  /**
   * What is remembered of a key.
   *
   * @param name The key with its namespace.
   */
  get(name: string): CounterEntry | undefined {
    return this.#entries.get(name);
  }

  /**
   * Remember; done when it is in the file. Until then, and when it cannot be written, what was there before stays.
   *
   * @param name The key with its namespace.
   * @param entry What of it.
   * @throws {EtcdError} `storage`, when it cannot be written.
   */
  set(name: string, entry: CounterEntry): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() =>
      this.#write(name, entry)
    );
    return this.#last;
  }

  /**
   * Names that are remembered.
   *
   * @param prefix What they start with.
   */
  names(prefix: string): Iterable<string> {
    return this.#entries.names(prefix);
  }

  /** Waits for what is being written and lets the file go. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last.catch(() => {});
    this.#file.close();
    this.#lock.close();
  }

  async #write(name: string, entry: CounterEntry): Promise<void> {
    if (this.#closed) {
      throw new EtcdError(
        "closed",
        `Cannot write ${this.#path}: it was closed`,
      );
    }
    const bytes = lineOf(name, entry);
    try {
      if (this.#torn) await this.#cut();
      this.#torn = true;
      await writeAll(this.#file, bytes);
      if (this.#sync) await this.#file.syncData();
      this.#torn = false;
    } catch (error) {
      await this.#cut().catch(() => {});
      throw toStorageError("write", this.#path, error);
    }
    this.#size += bytes.length;
    this.#entries.set(name, entry);
    if (++this.#lines > this.#entries.size * 2 + 1000) await this.#compact();
  }

  /** Takes away what was written of a line, so that the next one does not stick to it. */
  async #cut(): Promise<void> {
    await this.#file.truncate(this.#size);
    await this.#file.seek(this.#size, Deno.SeekMode.Start);
    this.#torn = false;
  }

  /** Makes the file small. Where there is no room for it, all is still in the old one: tried again as many lines later. */
  async #compact(): Promise<void> {
    this.#lines = this.#entries.size;
    const made = await writeCounters(this.#path, this.#entries)
      .catch(() => undefined);
    if (made === undefined) return;
    this.#file.close();
    this.#file = made.file;
    this.#size = made.size;
  }
}

/** Locks, or says who waited for what. */
async function take(
  lock: Deno.FsFile,
  path: string,
  waitMs: number,
): Promise<void> {
  const end = performance.now() + waitMs;
  while (!(await lock.tryLock(true))) {
    if (performance.now() < end) {
      await new Promise((done) => setTimeout(done, 10));
      continue;
    }
    const how = waitMs === 0
      ? "has it; each needs a file of its own"
      : `has held it for ${waitMs} ms; let it end, or use a file of its own`;
    throw new EtcdError("locked", `Cannot open ${path}: another client ${how}`);
  }
}
