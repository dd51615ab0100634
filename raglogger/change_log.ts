/**
 * Changes of configuration as lines of `changes.jsonl`, beside the events that they explain.
 *
 * @module
 */
import { cutTornLine, LineFile, writeBytes } from "./_line_file.ts";
import { LogError, toLogError } from "./error.ts";

/** A change of configuration, as a line has it. */
export interface LoggedChange {
  /** Id of the record: 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** When it was decided, RFC 3339 in UTC. */
  readonly time: string;
  /** Who asked for it. */
  readonly actor: string;
  /** Revision of the configuration. */
  readonly revision: string;
  /** What became of it. */
  readonly outcome: "applied" | "refused" | "rolled_back";
  /** What changed, or would have. */
  readonly changes: readonly {
    /** Dotted path of the setting. */
    readonly path: string;
    /** Value before, as text. */
    readonly before: string;
    /** Value after, as text. */
    readonly after: string;
  }[];
  /** Why it was refused, where it was. */
  readonly reason?: string;
}

/** Options of {@linkcode ChangeLog.open}. */
export interface ChangeLogOptions {
  /** Bytes in a file at most, at least 1024; a full one is put aside as `changes.1.jsonl` and so on. @default {268_435_456} */
  readonly maxFileBytes?: number;
  /**
   * Bytes in all files at most, at least twice `maxFileBytes`: when a full file is put aside, the oldest are removed until a
   * new one has room. That one and the file that is written are never removed. @default {4 * maxFileBytes, that is 1 GiB}
   */
  readonly maxTotalBytes?: number;
  /** Wait for the device before a record counts as written. @default {true} */
  readonly sync?: boolean;
  /** Records waiting for the disk at most, 1 to 1,000,000; more are refused. @default {10_000} */
  readonly queueLimit?: number;
}

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const AT_ONCE = 256;
/** A quarter of what a number can hold: four of them are counted together. */
const LARGE = 2 ** 51;

/**
 * Writes `changes.jsonl` of a log directory: whole lines, in the order of the calls, whatever ends the process. Several
 * processes and the `RagLogger` of the directory may be at work there at the same time: writers take turns by a lock of
 * the file `.changes.lock`.
 *
 * @example
 * ```ts
 * import { ChangeLog } from "@ml-defender/raglogger";
 *
 * await using log = await ChangeLog.open(await Deno.makeTempDir());
 * await log.append({
 *   id: "0123456789abcdef0123456789abcdef",
 *   time: "2026-11-23T10:00:00.000Z",
 *   actor: "ana",
 *   revision: "7",
 *   outcome: "applied",
 *   changes: [{ path: "policy.thresholds.alert", before: "0.75", after: "0.8" }],
 * });
 * ```
 */
export class ChangeLog implements AsyncDisposable {
  readonly #directory: string;
  readonly #options: Required<ChangeLogOptions>;
  readonly #lock: Deno.FsFile;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    directory: string,
    options: Required<ChangeLogOptions>,
    lock: Deno.FsFile,
  ) {
    this.#directory = directory;
    this.#options = options;
    this.#lock = lock;
  }

  /**
   * Opens the change log of a directory; makes the directory where it is not there.
   *
   * @param directory Folder of the log. Needs permission to read and write it.
   * @param options Sizes and flushing.
   * @throws {LogError} When the directory cannot be used.
   * @throws {RangeError} When an option is out of range.
   */
  static async open(
    directory: string,
    options: ChangeLogOptions = {},
  ): Promise<ChangeLog> {
    const { maxFileBytes = 268_435_456, sync = true, queueLimit = 10_000 } =
      options;
    const { maxTotalBytes = 4 * maxFileBytes } = options;
    whole("maxFileBytes", maxFileBytes, 1024, LARGE);
    whole("maxTotalBytes", maxTotalBytes, 2 * maxFileBytes, 4 * LARGE);
    whole("queueLimit", queueLimit, 1, 1_000_000);
    const path = `${directory}/.changes.lock`;
    try {
      await Deno.mkdir(directory, { recursive: true });
      const lock = await Deno.open(path, { write: true, create: true });
      const all = { maxFileBytes, maxTotalBytes, sync, queueLimit };
      return new ChangeLog(directory, all, lock);
    } catch (error) {
      throw toLogError("open", path, error);
    }
  }

  /** Records that wait for the disk. */
  get pending(): number {
    return this.#waiting.length;
  }

  /**
   * Writes a record. Whoever must not wait leaves the promise alone and looks at {@linkcode ChangeLog.pending}.
   *
   * @param change The record.
   * @returns When its line is in the file, and with `sync` on the device.
   * @throws {LogError} When it could not be written; `closed` after `close`; `io` when too many wait.
   * @throws {TypeError} When the id has other characters or is too long.
   */
  async append(change: LoggedChange): Promise<void> {
    if (this.#closing !== undefined) {
      throw this.#error("closed", "it is closed");
    }
    if (!ID.test(change.id)) {
      throw new TypeError(
        "Cannot append change as 'id' must be 1 to 64 letters, digits, dashes and underscores",
      );
    }
    if (this.#waiting.length >= this.#options.queueLimit) {
      throw this.#error("io", "more records wait for the disk than may");
    }
    const line = `${JSON.stringify(change)}\n`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ line, done: resolve, failed: reject });
    this.#running ??= Promise.resolve().then(() => this.#run());
    await promise;
  }

  /** Writes what waits and lets go. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#running;
    this.#lock.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, AT_ONCE);
      try {
        await this.#write(some.map(({ line }) => line).join(""));
        for (const { done } of some) done();
      } catch (error) {
        for (const { failed } of some) failed(error);
      }
    }
    this.#running = undefined;
  }

  async #write(lines: string): Promise<void> {
    const path = `${this.#directory}/changes.jsonl`;
    try {
      await this.#lock.lock(true);
    } catch (error) {
      throw toLogError("lock", path, error);
    }
    try {
      await cutTorn(path);
      const bytes = new TextEncoder().encode(lines);
      const file = await this.#fileFor(path, bytes.length);
      try {
        const before = file.bytes;
        await file.append(bytes);
        if (this.#options.sync) {
          await file.sync().catch(async (error) => {
            await file.cutTo(before);
            throw error;
          });
        }
      } finally {
        file.close();
      }
    } catch (error) {
      throw toLogError("write", path, error);
    } finally {
      await this.#lock.unlock();
    }
  }

  /** The file; a full one is put aside under the next number. */
  async #fileFor(path: string, bytes: number): Promise<LineFile> {
    const file = await LineFile.open(path, writeBytes);
    const { maxFileBytes } = this.#options;
    if (file.bytes === 0 || file.bytes + bytes <= maxFileBytes) return file;
    file.close();
    const aside = await this.#aside();
    const next = (aside.at(-1)?.number ?? 0) + 1;
    const last = { number: next, bytes: file.bytes };
    await Deno.rename(path, this.#pathOf(next));
    await this.#removeOldest([...aside, last]);
    return await LineFile.open(path, writeBytes);
  }

  /** Files that were put aside, oldest first. */
  async #aside(): Promise<{ number: number; bytes: number }[]> {
    const found: { number: number; bytes: number }[] = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      const number = Number(
        /^changes\.([1-9]\d{0,14})\.jsonl$/.exec(name)?.[1],
      );
      if (Number.isNaN(number)) continue;
      const { size } = await Deno.lstat(this.#pathOf(number));
      found.push({ number, bytes: size });
    }
    return found.sort((a, b) => a.number - b.number);
  }

  /** What can not be removed now is removed with a later one. */
  async #removeOldest(
    aside: readonly { readonly number: number; readonly bytes: number }[],
  ): Promise<void> {
    const { maxTotalBytes, maxFileBytes } = this.#options;
    let left = aside.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { number, bytes } of aside.slice(0, -1)) {
      if (left <= maxTotalBytes - maxFileBytes) return;
      await Deno.remove(this.#pathOf(number)).catch(() => {});
      left -= bytes;
    }
  }

  #pathOf(number: number): string {
    return `${this.#directory}/changes.${number}.jsonl`;
  }

  #error(code: "closed" | "io", reason: string): LogError {
    return new LogError(
      code,
      `Cannot append to ${this.#directory}/changes.jsonl: ${reason}`,
    );
  }
}

async function cutTorn(path: string): Promise<void> {
  try {
    await cutTornLine(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function whole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(
    `Cannot open change log as '${name}' must be a whole number from ${low} to ${high}: current value is ${value}`,
  );
}
