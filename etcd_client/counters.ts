/**
 * The highest counter that a client has applied for each key: what makes an old value, put back, show.
 *
 * @module
 */
import { EtcdError } from "./error.ts";
import { toStorageError } from "./_file_errors.ts";
import { createAnew } from "./_file_log.ts";

/** What a client remembers of a key. */
export interface CounterEntry {
  /** Highest counter applied. */
  readonly counter: number;
  /** Tag of the envelope with that counter. */
  readonly tag: string;
  /** What the key is now: there, there until its lease ends, or deleted. */
  readonly state: "live" | "leased" | "deleted";
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

/** Counters for as long as the process lives. */
export class MemoryCounters implements CounterStore {
  readonly #entries = new Map<string, CounterEntry>();

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
  *names(prefix: string): Iterable<string> {
    for (const name of this.#entries.keys()) {
      if (name.startsWith(prefix)) yield name;
    }
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
}

type CounterLine = readonly [
  string,
  number,
  string,
  CounterEntry["state"],
  number,
  string,
];

/** Counters in a file, for one client at a time. */
export class FileCounters implements CounterStore {
  readonly #path: string;
  readonly #sync: boolean;
  readonly #lock: Deno.FsFile;
  readonly #entries: Map<string, CounterEntry>;
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
    entries: Map<string, CounterEntry>,
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
   */
  static async open(
    path: string,
    options: FileCountersOptions = {},
  ): Promise<FileCounters> {
    const { sync = false } = options;
    let lock: Deno.FsFile | undefined;
    try {
      const create = { write: true, create: true, mode: 0o600 };
      lock = await Deno.open(`${path}.lock`, create);
      if (!(await lock.tryLock(true))) {
        throw new EtcdError(
          "locked",
          `Cannot open ${path}: another client has it; each needs a file of its own`,
        );
      }
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
  *names(prefix: string): Iterable<string> {
    for (const name of this.#entries.keys()) {
      if (name.startsWith(prefix)) yield name;
    }
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

const encoder = new TextEncoder();
const FIRST = '["ml-defender-counters",1]\n';

async function readCounters(path: string): Promise<Map<string, CounterEntry>> {
  const entries = new Map<string, CounterEntry>();
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return entries;
    throw error;
  }
  if (text !== "" && !text.startsWith(FIRST)) {
    throw new EtcdError(
      "storage",
      `Cannot open ${path}: it is not a file of counters; move it away or choose another`,
    );
  }
  const lines = text.split("\n").slice(1, -1);
  for (const [i, line] of lines.entries()) {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      throw new EtcdError(
        "storage",
        `Cannot open ${path}: line ${
          i + 2
        } is damaged; without it an old value could pass for a new one`,
      );
    }
    const [name, counter, tag, state, revision, store] = parsed;
    entries.set(name, { counter, tag, state, revision, store });
  }
  return entries;
}

function parseLine(line: string): CounterLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 6) return undefined;
  const [name, counter, tag, state, revision, store] = parsed;
  const texts = [name, tag, store].every((it) => typeof it === "string");
  const numbers = [counter, revision].every((it) =>
    Number.isSafeInteger(it) && it >= 0
  );
  const known = ["live", "leased", "deleted"].includes(state);
  return texts && numbers && known
    ? [name, counter, tag, state, revision, store]
    : undefined;
}

/** Writes all of them into a new file, puts it in place and leaves it open for more. */
async function writeCounters(
  path: string,
  entries: ReadonlyMap<string, CounterEntry>,
): Promise<{ file: Deno.FsFile; size: number }> {
  const file = await createAnew(`${path}.new`);
  try {
    const first = encoder.encode(FIRST);
    await writeAll(file, first);
    let size = first.length;
    for (const [name, entry] of entries) {
      const bytes = lineOf(name, entry);
      await writeAll(file, bytes);
      size += bytes.length;
    }
    await file.sync();
    await Deno.rename(`${path}.new`, path);
    return { file, size };
  } catch (error) {
    file.close();
    await Deno.remove(`${path}.new`).catch(() => {});
    throw error;
  }
}

function lineOf(name: string, entry: CounterEntry): Uint8Array {
  const { counter, tag, state, revision, store } = entry;
  const line: CounterLine = [name, counter, tag, state, revision, store];
  return encoder.encode(`${JSON.stringify(line)}\n`);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}
