/** The files of `events/`: which one is written now, its chain, rotation, and what becomes of the others. */
import { ChainWriter, readWholeLines, splitLines } from "./_chain.ts";
import {
  applyRetention,
  compressLog,
  finishCompression,
  type Retention,
} from "./_housekeeping.ts";
import { cutTornLine, LineFile, type WriteBytes } from "./_line_file.ts";
import { listLogs, logBase } from "./_names.ts";
import { type LogError, toLogError } from "./error.ts";
import { utcDate } from "./format.ts";

/** How the files are kept; every default is the logger's. */
export interface DayFilesOptions {
  /** Lines in a file at most. */
  readonly maxLines: number;
  /** Bytes in a file at most, unless one line is longer. */
  readonly maxBytes: number;
  /** When to wait for the device. */
  readonly sync: "none" | "rotate" | "batch";
  /** Lines between checkpoints; 0 for no chain. */
  readonly chainEvery: number;
  /** Whether to compress files that are no longer written. */
  readonly gzip: boolean;
  /** How long to keep them. */
  readonly retention: Retention;
  /** How to write. */
  readonly write: WriteBytes;
}

interface Active {
  readonly date: string;
  readonly number: number;
  readonly base: string;
  readonly file: LineFile;
  readonly chain: ChainWriter | null;
  lines: number;
}

const NEWLINE = 10;

/** How many of the lines from `offset` fit into `lines` lines and `bytes` bytes, and where they end. */
function fitting(
  batch: Uint8Array,
  offset: number,
  lines: number,
  bytes: number,
): { lines: number; end: number } {
  let end = offset;
  let count = 0;
  while (count < lines && end < batch.length) {
    const next = batch.indexOf(NEWLINE, end) + 1;
    if (next - offset > bytes) break;
    end = next;
    count++;
  }
  return { lines: count, end };
}

/** The event files of one log directory. */
export class DayFiles {
  #directory: string;
  #events: string;
  #options: DayFilesOptions;
  #active: Active | null = null;
  #previous: { file: string; hash: string } | null = null;
  #background: Promise<void> = Promise.resolve();
  #failure: LogError | null = null;
  /** Files begun because another was full or its day was over. */
  rotations = 0;
  /** Torn lines cut at opening. */
  tornCut = 0;
  /** Files and artifact folders removed by retention. */
  removed = 0;

  /** The files below `directory`; call `recover` first. */
  constructor(directory: string, options: DayFilesOptions) {
    this.#directory = directory;
    this.#events = `${directory}/events`;
    this.#options = options;
  }

  /** Takes other options from the next write on; another retention is applied now, in the background. */
  reconfigure(options: DayFilesOptions, nowMs: number): void {
    const { retention } = this.#options;
    this.#options = options;
    const { maxAgeDays, maxBytes } = options.retention;
    if (
      retention.maxAgeDays === maxAgeDays && retention.maxBytes === maxBytes
    ) return;
    this.#background = this.#background.then(async () => {
      try {
        await this.tidy(nowMs, utcDate(nowMs));
      } catch (error) {
        this.#failure = error as LogError;
      }
    });
  }

  /** Repairs what a crash left. */
  async recover(): Promise<void> {
    try {
      await Deno.mkdir(this.#events, { recursive: true });
      await finishCompression(this.#events);
      for (const { name, gzip } of await listLogs(this.#events)) {
        if (gzip) continue;
        if (await cutTornLine(`${this.#events}/${name}`)) this.tornCut++;
      }
    } catch (error) {
      throw toLogError("open log", this.#directory, error);
    }
  }

  /**
   * Appends lines of one date, beginning new files where one is full.
   *
   * @param batch The lines.
   * @param count How many they are.
   * @param written Told of each run of lines that is written (and synced, when every batch is).
   * @throws {LogError} When the rest could not be written; the files hold exactly what `written` was told.
   */
  async append(
    batch: Uint8Array,
    count: number,
    date: string,
    nowMs: number,
    written: (lines: number, bytes: number) => void,
  ): Promise<void> {
    let offset = 0;
    let left = count;
    while (offset < batch.length) {
      const active = await this.#ready(date, nowMs);
      const lines = this.#options.maxLines - active.lines;
      const bytes = this.#options.maxBytes - active.file.bytes;
      const all = left <= lines && batch.length - offset <= bytes;
      const run = all
        ? { lines: left, end: batch.length }
        : fitting(batch, offset, lines, bytes);
      if (run.lines === 0 && active.lines > 0) {
        await this.#rotate(date, active.number + 1, nowMs);
        continue;
      }
      // A line longer than a whole file gets a file of its own.
      const end = run.lines > 0 ? run.end : batch.indexOf(NEWLINE, offset) + 1;
      const done = Math.max(1, run.lines);
      await this.#write(active, batch.subarray(offset, end), done);
      written(done, end - offset);
      offset = end;
      left -= done;
    }
  }

  async #write(
    active: Active,
    bytes: Uint8Array,
    lines: number,
  ): Promise<void> {
    const before = active.file.bytes;
    await active.file.append(bytes);
    if (this.#options.sync === "batch") {
      try {
        await active.file.sync();
      } catch (error) {
        await active.file.cutTo(before);
        throw error;
      }
    }
    active.lines += lines;
    active.chain?.add(bytes);
    // A checkpoint that cannot be written now is written later; the lines stand.
    await active.chain?.flush().catch(() => {});
  }

  async #ready(date: string, nowMs: number): Promise<Active> {
    const active = this.#active;
    if (active?.date === date) return active;
    if (active) await this.#leave(active);
    const opened = await this.#resume(date) ?? await this.#begin(date, 0);
    if (active) this.#rotated(active, nowMs);
    return opened;
  }

  async #rotate(date: string, number: number, nowMs: number): Promise<void> {
    const active = this.#active;
    if (active) await this.#leave(active);
    await this.#begin(date, number);
    if (active) this.#rotated(active, nowMs);
  }

  /** Continues the day's last file, if it can be continued; else begins the next. */
  async #resume(date: string): Promise<Active | null> {
    const logs = await listLogs(this.#events);
    const before = logs.findLast((log) => log.date < date);
    if (!this.#previous && before) await this.#follow(before.base);
    const last = logs.findLast((log) => log.date === date);
    if (!last) return null;
    const { chainEvery, write } = this.#options;
    const path = `${this.#events}/${last.name}`;
    if (last.gzip) return await this.#begin(date, last.number + 1, last.base);
    if (chainEvery === 0) {
      const lines = await countLines(path);
      const file = await LineFile.open(path, write);
      return this.#set({ ...last, file, chain: null, lines });
    }
    const chain = await ChainWriter.resume(
      `${this.#events}/${last.base}.chain`,
      path,
      chainEvery,
      write,
    );
    if (!chain) {
      // An empty file is what a crash between making it and its chain leaves.
      const { size } = await Deno.stat(path);
      const next = size === 0 ? last.number : last.number + 1;
      return await this.#begin(date, next, last.base);
    }
    const file = await LineFile.open(path, write);
    return this.#set({ ...last, file, chain, lines: chain.lines });
  }

  async #follow(base: string): Promise<void> {
    const head = await ChainWriter.head(`${this.#events}/${base}.chain`);
    this.#previous = head === null ? null : { file: base, hash: head };
  }

  async #begin(
    date: string,
    number: number,
    after?: string,
  ): Promise<Active> {
    const { chainEvery, write } = this.#options;
    if (after && !this.#previous) await this.#follow(after);
    const base = logBase(date, number);
    const path = `${this.#events}/${base}`;
    const file = await LineFile.open(path, write);
    if (chainEvery === 0) {
      return this.#set({ date, number, base, file, chain: null, lines: 0 });
    }
    try {
      const header = {
        version: 1,
        file: base,
        previous: this.#previous,
      } as const;
      const chain = await ChainWriter.create(
        `${path}.chain`,
        header,
        chainEvery,
        write,
      );
      return this.#set({ date, number, base, file, chain, lines: 0 });
    } catch (error) {
      file.close();
      if (file.bytes === 0) await Deno.remove(path).catch(() => {});
      throw error;
    }
  }

  #set(active: Active): Active {
    this.#active = active;
    return active;
  }

  /** Closes the active file for good. */
  async #leave(active: Active): Promise<void> {
    const { sync } = this.#options;
    await active.chain?.checkpoint();
    if (sync !== "none") {
      await active.file.sync();
      await active.chain?.sync();
    }
    if (active.chain) {
      this.#previous = { file: active.base, hash: active.chain.head };
    }
    active.file.close();
    active.chain?.close();
    this.#active = null;
  }

  #rotated(left: Active, nowMs: number): void {
    this.rotations++;
    const active = this.#active?.base ?? "";
    this.#background = this.#background.then(async () => {
      try {
        if (this.#options.gzip && left.base !== active) {
          await compressLog(`${this.#events}/${left.base}`);
        }
        this.removed += await applyRetention(
          this.#directory,
          active,
          this.#options.retention,
          nowMs,
        );
      } catch (error) {
        this.#failure = toLogError("tidy", this.#directory, error);
      }
    });
  }

  /** Removes now what retention does not keep. */
  async tidy(nowMs: number, date: string): Promise<void> {
    const { retention } = this.#options;
    const active = this.#active?.base ?? logBase(date, 0);
    try {
      this.removed += await applyRetention(
        this.#directory,
        active,
        retention,
        nowMs,
      );
    } catch (error) {
      throw toLogError("tidy", this.#directory, error);
    }
  }

  /** Ends the active file and waits for compression. Throws what went wrong there, after closing everything. */
  async close(): Promise<void> {
    const active = this.#active;
    try {
      if (active) await this.#leave(active);
    } finally {
      if (this.#active) {
        this.#active.file.close();
        this.#active.chain?.close();
        this.#active = null;
      }
      await this.#background;
    }
    if (this.#failure) throw this.#failure;
  }
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const bytes of readWholeLines(path)) {
    for (const _ of splitLines(bytes)) lines++;
  }
  return lines;
}
