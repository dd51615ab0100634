/** One append-only file of whole lines. */
import { toLogError } from "./error.ts";

/** Writes some of the bytes and says how many: `FsFile.write`, or a test's faulty one. */
export type WriteBytes = (
  file: Deno.FsFile,
  bytes: Uint8Array,
) => Promise<number>;

const NEWLINE = 10;
const TAIL_BYTES = 64 * 1024;

/** The ordinary way to write. */
export const writeBytes: WriteBytes = (file, bytes) => file.write(bytes);

/** Offset just after the last newline of a file. */
async function wholeLength(file: Deno.FsFile, size: number): Promise<number> {
  const buffer = new Uint8Array(TAIL_BYTES);
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES);
    await file.seek(start, Deno.SeekMode.Start);
    const filled = await readFully(file, buffer.subarray(0, end - start));
    const at = buffer.subarray(0, filled).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** Reads until the buffer is full or the file ends. */
export async function readFully(
  file: Deno.FsFile,
  buffer: Uint8Array,
): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/**
 * Cuts a last line without newline (what a crash in the middle of a write leaves) and keeps its bytes in `<path>.torn`.
 *
 * @returns Whether something was cut.
 */
export async function cutTornLine(path: string): Promise<boolean> {
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  const whole = await wholeLength(file, size);
  if (whole === size) return false;
  const torn = new Uint8Array(size - whole);
  await file.seek(whole, Deno.SeekMode.Start);
  await readFully(file, torn);
  // The line was never acknowledged: when the disk is too full to keep its bytes, the log still opens.
  await Deno.writeFile(`${path}.torn`, torn, { append: true }).catch(() => {});
  await file.truncate(whole);
  return true;
}

/** An open file to which whole lines are appended, all of a call's or none. */
export class LineFile {
  /** Path of the file. */
  readonly path: string;
  #file: Deno.FsFile;
  #write: WriteBytes;
  #bytes: number;
  #dirty = false;

  private constructor(
    path: string,
    file: Deno.FsFile,
    write: WriteBytes,
    bytes: number,
  ) {
    this.path = path;
    this.#file = file;
    this.#write = write;
    this.#bytes = bytes;
  }

  /** Opens a file to append to; a new one is made when there is none. The torn line must have been cut. */
  static async open(path: string, write: WriteBytes): Promise<LineFile> {
    try {
      const file = await Deno.open(path, { append: true, create: true });
      const { size } = await file.stat();
      return new LineFile(path, file, write, size);
    } catch (error) {
      throw toLogError("open", path, error);
    }
  }

  /** Length of the whole lines, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends whole lines. When it throws `LogError`, the file is as before. */
  async append(lines: Uint8Array): Promise<void> {
    try {
      if (this.#dirty) await this.#file.truncate(this.#bytes);
      this.#dirty = true;
      let done = 0;
      while (done < lines.length) {
        done += await this.#write(this.#file, lines.subarray(done));
      }
      this.#bytes += lines.length;
      this.#dirty = false;
    } catch (error) {
      await this.#restore();
      throw toLogError("write", this.path, error);
    }
  }

  async #restore(): Promise<void> {
    try {
      await this.#file.truncate(this.#bytes);
      this.#dirty = false;
    } catch {
      // Still dirty: the next append cuts first, and the next open would too.
    }
  }

  /** Takes back the lines after `bytes`, because they could not be synced. */
  async cutTo(bytes: number): Promise<void> {
    this.#bytes = bytes;
    this.#dirty = true;
    await this.#restore();
  }

  /** Waits until the data is on the device. */
  async sync(): Promise<void> {
    try {
      await this.#file.syncData();
    } catch (error) {
      throw toLogError("sync", this.path, error);
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}
