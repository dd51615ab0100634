/** One config log: reading on, appending, making it anew. Whoever appends holds the folder's lock. */
import { EtcdError } from "./error.ts";
import { toStorageError } from "./_file_errors.ts";
import { LineCheck } from "./_file_check.ts";
import {
  asHeader,
  decodeLine,
  encodeLine,
  type HeaderLine,
  type Line,
} from "./_file_lines.ts";
import { isSame } from "./_folder_lock.ts";

/** What was read on from a log. */
export interface ReadOn {
  /** Whether it is another file than before, read from its start. */
  readonly fresh: boolean;
  /** What the lines say. */
  readonly lines: readonly Line[];
}

const NEWLINE = 10;

export class FileLog {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #info: Deno.FileInfo | undefined;
  #offset = 0;
  #header: HeaderLine | undefined;
  /** Stands where `#offset` does: behind the last line taken. */
  #check = new LineCheck();

  constructor(path: string) {
    this.#path = path;
  }

  get header(): HeaderLine | undefined {
    return this.#header;
  }

  /** Reads every whole line that is new. */
  async readOn(): Promise<ReadOn> {
    try {
      const there = await Deno.stat(this.#path);
      const { size } = there;
      const fresh = !this.#isOpen(there) || size < this.#offset;
      if (!fresh && size === this.#offset) return { fresh, lines: [] };
      return await (fresh ? this.#open() : this.#read(this.#file!));
    } catch (error) {
      throw toStorageError("read", this.#path, error);
    }
  }

  /** Adds a line at the end, whole or not at all. */
  async append(line: Line, sync: boolean): Promise<void> {
    const file = this.#file!;
    const bytes = encodeLine(line);
    try {
      await this.#cutTorn(file);
      await file.seek(this.#offset, Deno.SeekMode.Start);
      await writeAll(file, bytes);
      if (sync) await file.syncData();
      if (!this.#isOpen(await Deno.stat(this.#path))) throw this.#replaced();
      this.#offset += bytes.length;
      this.#check.take(line);
    } catch (error) {
      await file.truncate(this.#offset).catch(() => {});
      throw toStorageError("write", this.#path, error);
    }
  }

  /** Puts a new log in place of the old one in one step. */
  async replace(parts: readonly Uint8Array[]): Promise<void> {
    const path = `${this.#path}.new`;
    try {
      const file = await createAnew(path);
      try {
        for (const bytes of parts) await writeAll(file, bytes);
        await file.sync();
      } finally {
        file.close();
      }
      await Deno.rename(path, this.#path);
      await syncFolder(this.#path.replace(/[^/]*$/, ""));
    } catch (error) {
      throw toStorageError("write", path, error);
    }
  }

  /** Cuts off everything from the first line that is damaged or not ours on, and keeps it beside the log. */
  async repair(): Promise<void> {
    const bytes = await Deno.readFile(this.#path);
    const check = new LineCheck();
    let end = 0;
    for (;;) {
      const stop = bytes.indexOf(NEWLINE, end);
      if (stop < 0) break;
      const line = decodeLine(bytes.subarray(end, stop));
      if (line === undefined) break;
      if (end > 0 && "reason" in check.take(line)) break;
      end = stop + 1;
    }
    if (end === 0 || end === bytes.length) return;
    await keepTorn(this.#path, bytes.subarray(end));
    await Deno.truncate(this.#path, end);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #open(): Promise<ReadOn> {
    const file = await Deno.open(this.#path, { read: true, write: true });
    const before = [this.#offset, this.#header, this.#check] as const;
    this.#offset = 0;
    this.#check = new LineCheck();
    this.#header = undefined;
    try {
      const info = await file.stat();
      const { lines } = await this.#read(file);
      this.#file?.close();
      this.#file = file;
      this.#info = info;
      return { fresh: true, lines };
    } catch (error) {
      [this.#offset, this.#header, this.#check] = before;
      file.close();
      throw error;
    }
  }

  async #read(file: Deno.FsFile): Promise<ReadOn> {
    const bytes = await readFrom(file, this.#offset);
    const lines: Line[] = [];
    const check = this.#check.copy();
    let start = 0;
    let header = this.#header;
    for (;;) {
      const stop = bytes.indexOf(NEWLINE, start);
      if (stop < 0) break;
      const line = decodeLine(bytes.subarray(start, stop));
      if (header === undefined) header = asHeader(line, this.#path);
      else {
        const taken = check.take(line);
        if ("reason" in taken) throw this.#refused(start, taken.reason);
        lines.push(taken);
      }
      start = stop + 1;
    }
    if (header === undefined) asHeader(undefined, this.#path);
    this.#header = header;
    this.#check = check;
    this.#offset += start;
    return { fresh: false, lines };
  }

  #refused(start: number, reason: string): EtcdError {
    return new EtcdError(
      "integrity",
      `Cannot read ${this.#path}: the line at byte ${
        this.#offset + start
      } ${reason}; open the store with { repair: true } to cut it and all that follows, which is kept in ${this.#path}.torn`,
    );
  }

  #isOpen(there: Deno.FileInfo): boolean {
    return this.#info !== undefined && isSame(there, this.#info);
  }

  #replaced(): EtcdError {
    return new EtcdError(
      "storage",
      `Cannot write ${this.#path}: it was replaced while it was written; try again`,
    );
  }

  async #cutTorn(file: Deno.FsFile): Promise<void> {
    const { size } = await file.stat();
    if (size === this.#offset) return;
    await keepTorn(this.#path, await readFrom(file, this.#offset));
    await file.truncate(this.#offset);
  }
}

/** An empty file that only its owner can read, whatever was left there by a killed process. */
export async function createAnew(path: string): Promise<Deno.FsFile> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  return await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
}

async function keepTorn(path: string, bytes: Uint8Array): Promise<void> {
  const options = { append: true, mode: 0o600 };
  await Deno.writeFile(`${path}.torn`, bytes, options);
}

async function readFrom(
  file: Deno.FsFile,
  offset: number,
): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(Math.max(0, size - offset));
  await file.seek(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await Deno.open(path === "" ? "." : path, { read: true });
  try {
    await folder.sync();
  } finally {
    folder.close();
  }
}
