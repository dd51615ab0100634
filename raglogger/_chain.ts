/** The hash chain beside a log file: `<file>.chain`. What is hashed is said in `verify.ts`. */
import { createHash, type Hash } from "node:crypto";
import { cutTornLine, LineFile, type WriteBytes } from "./_line_file.ts";

/** First line of a chain file. */
export interface ChainHeader {
  /** Format, 1. */
  readonly version: 1;
  /** The log file that it covers. */
  readonly file: string;
  /** Head of the chain of the file written before; null for the first. */
  readonly previous: { readonly file: string; readonly hash: string } | null;
}

/** Every other line of a chain file. */
export interface Checkpoint {
  /** Lines covered so far. */
  readonly lines: number;
  /** Bytes of the log file covered so far. */
  readonly bytes: number;
  /** Head of the chain, hexadecimal SHA-256. */
  readonly hash: string;
}

const NEWLINE = 10;
const STATE = bytesOf(',"system_state":{');
const LOGGED_AT = bytesOf('{"rag_metadata":{"logged_at":"');
const LOGGED_FROM = '{"rag_metadata":{'.length;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const COMMA = 44;
const HASH_AT_ONCE = 1 << 16;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether the bytes of `part` stand at `at`. */
function standsAt(line: Uint8Array, part: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) {
    if (line[at + i] !== part[i]) return false;
  }
  return true;
}

/** Where `,"system_state":{` stands, looked for from the end, where it is near; -1 when it does not. */
function findState(line: Uint8Array): number {
  let brace = line.lastIndexOf(OPEN_BRACE);
  while (brace >= 0) {
    const at = brace - STATE.length + 1;
    if (standsAt(line, STATE, at)) return at;
    brace = brace === 0 ? -1 : line.lastIndexOf(OPEN_BRACE, brace - 1);
  }
  return -1;
}

/** SHA-256 of a text, hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Copies a line without `rag_metadata.logged_at` and `system_state` to `at` in `out`; the same cut as `stableLine`, on
 * bytes. `out` has room for the line.
 *
 * @returns Where the copy ends.
 */
export function copyStable(
  line: Uint8Array,
  out: Uint8Array,
  at: number,
): number {
  let from = 0;
  let end = at;
  const copy = (to: number) => {
    out.set(line.subarray(from, to), end);
    end += to - from;
  };
  if (standsAt(line, LOGGED_AT, 0)) {
    copy(LOGGED_FROM);
    from = line.indexOf(COMMA, LOGGED_AT.length) + 1;
  }
  const state = findState(line);
  if (state >= from) {
    copy(state);
    from = line.indexOf(CLOSE_BRACE, state) + 1;
  }
  copy(line.length);
  return end;
}

/** Folds lines into the head of a chain. */
export class ChainHash {
  #hash: Hash;
  #head: string;
  #held = new Uint8Array(2 * HASH_AT_ONCE);
  #heldBytes = 0;
  /** Lines since the last checkpoint. */
  pending = 0;

  /** Continues from a head. */
  constructor(head: string) {
    this.#head = head;
    this.#hash = createHash("sha256").update(`${head}\n`);
  }

  /** Head at the last checkpoint. */
  get head(): string {
    return this.#head;
  }

  /** Adds one line with its newline. */
  add(line: Uint8Array): void {
    if (this.#heldBytes + line.length > this.#held.length) this.#flush();
    if (line.length > this.#held.length) {
      this.#held = new Uint8Array(line.length);
    }
    this.#heldBytes = copyStable(line, this.#held, this.#heldBytes);
    this.pending++;
    if (this.#heldBytes >= HASH_AT_ONCE) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#held.subarray(0, this.#heldBytes));
    this.#heldBytes = 0;
  }

  /** Ends the block and returns the new head. */
  cut(): string {
    this.#flush();
    this.#head = this.#hash.digest("hex");
    this.#hash = createHash("sha256").update(`${this.#head}\n`);
    this.pending = 0;
    return this.#head;
  }
}

/** Lines of a buffer, each with its newline. */
export function* splitLines(bytes: Uint8Array): Iterable<Uint8Array> {
  // One character a byte; finding one in a string is several times faster than in a typed array.
  const text = new TextDecoder("latin1").decode(bytes);
  let start = 0;
  while (start < bytes.length) {
    const at = text.indexOf("\n", start);
    const end = at < 0 ? bytes.length : at + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Header and checkpoints of a chain file, as far as they parse. */
export async function readChain(
  path: string,
): Promise<
  { header: ChainHeader; start: string; points: Checkpoint[] } | null
> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const [first = "", ...rest] = text.split("\n").filter((line) => line !== "");
  try {
    const header = JSON.parse(first) as ChainHeader;
    if (header.version !== 1 || typeof header.file !== "string") return null;
    const points = rest.map((line) => JSON.parse(line) as Checkpoint);
    return { header, start: sha256Hex(`${first}\n`), points };
  } catch {
    return null;
  }
}

/** Writes the chain of one log file. */
export class ChainWriter {
  #file: LineFile;
  #hash: ChainHash;
  #every: number;
  #lines: number;
  #bytes: number;
  #due = "";

  private constructor(file: LineFile, every: number, at: Checkpoint) {
    this.#file = file;
    this.#every = every;
    this.#hash = new ChainHash(at.hash);
    this.#lines = at.lines;
    this.#bytes = at.bytes;
  }

  /** Starts the chain of a new log file. */
  static async create(
    path: string,
    header: ChainHeader,
    every: number,
    write: WriteBytes,
  ): Promise<ChainWriter> {
    const line = `${JSON.stringify(header)}\n`;
    await Deno.remove(path).catch(() => {});
    const file = await LineFile.open(path, write);
    try {
      await file.append(new TextEncoder().encode(line));
    } catch (error) {
      file.close();
      throw error;
    }
    const start = { lines: 0, bytes: 0, hash: sha256Hex(line) };
    return new ChainWriter(file, every, start);
  }

  /**
   * Continues the chain of a log file: the lines after the last checkpoint are read again and added.
   *
   * @returns null when there is no chain, or when it covers more than the file has (a power cut lost lines): then the
   * file must not be appended to.
   */
  static async resume(
    path: string,
    log: string,
    every: number,
    write: WriteBytes,
  ): Promise<ChainWriter | null> {
    try {
      await cutTornLine(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const chain = await readChain(path);
    if (chain === null) return null;
    const { size } = await Deno.stat(log);
    const last = chain.points.at(-1) ??
      { lines: 0, bytes: 0, hash: chain.start };
    if (last.bytes > size) return null;
    const writer = new ChainWriter(
      await LineFile.open(path, write),
      every,
      last,
    );
    for await (const bytes of readWholeLines(log, last.bytes)) {
      writer.add(bytes);
    }
    await writer.checkpoint();
    return writer;
  }

  /** Head of the chain in a file; null when there is none. */
  static async head(path: string): Promise<string | null> {
    const chain = await readChain(path);
    return chain && (chain.points.at(-1)?.hash ?? chain.start);
  }

  /** Lines added so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Head of the chain at the last checkpoint. */
  get head(): string {
    return this.#hash.head;
  }

  /** Adds whole lines that stand in the log file now; a checkpoint is due after every `every` lines. */
  add(bytes: Uint8Array): void {
    for (const line of splitLines(bytes)) {
      this.#hash.add(line);
      this.#lines++;
      this.#bytes += line.length;
      if (this.#hash.pending >= this.#every) this.#point();
    }
  }

  /** Writes the checkpoints that are due. What cannot be written now is due again the next time. */
  async flush(): Promise<void> {
    if (this.#due === "") return;
    const due = this.#due;
    await this.#file.append(new TextEncoder().encode(due));
    this.#due = this.#due.slice(due.length);
  }

  /** Writes a checkpoint now, unless nothing was added since the last. */
  async checkpoint(): Promise<void> {
    if (this.#hash.pending > 0) this.#point();
    await this.flush();
  }

  #point(): void {
    const hash = this.#hash.cut();
    const point: Checkpoint = { lines: this.#lines, bytes: this.#bytes, hash };
    this.#due += `${JSON.stringify(point)}\n`;
  }

  /** Waits until the checkpoints are on the device. */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** Closes the file without a checkpoint. */
  close(): void {
    this.#file.close();
  }
}

const READ_BYTES = 1 << 20;

/** Reads a file from an offset in pieces of whole lines; a last line without newline comes last, as it is. */
export async function* readWholeLines(
  path: string,
  offset = 0,
): AsyncIterable<Uint8Array> {
  const file = await Deno.open(path, { read: true });
  if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
  const bytes = path.endsWith(".gz")
    ? file.readable.pipeThrough(new DecompressionStream("gzip"))
    : file.readable;
  let rest: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of bytes) {
    rest.push(chunk);
    held += chunk.length;
    if (held < READ_BYTES) continue;
    const joined = join(rest, held);
    const cut = joined.lastIndexOf(NEWLINE) + 1;
    if (cut > 0) yield joined.subarray(0, cut);
    rest = [joined.subarray(cut)];
    held = joined.length - cut;
  }
  if (held > 0) yield join(rest, held);
}

function join(parts: Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
