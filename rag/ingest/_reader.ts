/** One look at a folder after the other: each gives what is new. */
import type { Entry } from "../entry.ts";
import { Artifacts, type WaitingArtifact } from "./_artifacts.ts";
import { classifyLine } from "./_classify.ts";
import { beginsAlike, identityOf, nodeOf, readHead } from "./_identity.ts";
import { type Layout, type LineSource, readLayout } from "./_layout.ts";
import { LineSplitter } from "./_lines.ts";
import { unpacked } from "./_packed.ts";
import { Positions } from "./_positions.ts";
import { Filling, Tally } from "./_tally.ts";
import type { IngestBatch } from "./batch.ts";
import { codeOf, IngestError, toIngestError } from "./error.ts";
import type { SourcePosition } from "./position.ts";

/** How a folder is read. */
export interface ReaderOptions {
  /** Positions that were committed. */
  readonly positions: Iterable<SourcePosition>;
  /** Entries of a batch at most. */
  readonly batchEntries: number;
  /** Longest line, bytes. */
  readonly maxLineBytes: number;
  /** Largest artifact, bytes. */
  readonly maxArtifactBytes: number;
}

interface Waiting {
  readonly source: LineSource;
  readonly info: Deno.FileInfo;
}

/** A line that is too long: where it begins, and bytes of it that passed. */
interface Endless {
  readonly identity: string;
  readonly start: number;
  readonly passed: number;
}

const CHUNK = 256 * 1024;
/** After so long without a pause others of the thread get a turn. */
const TURN_MS = 40;

type Batches = AsyncGenerator<IngestBatch, void, void>;

/** Reads what is new in a folder. */
export class LogReader {
  readonly #directory: string;
  readonly #options: ReaderOptions;
  readonly #positions: Positions;
  readonly #artifacts: Artifacts;
  readonly #filling: Filling;
  readonly #stamps = new Map<string, string>();
  /** Lines that are too long and whose end has not come: they are not read from their start again with each look. */
  readonly #endless = new Map<string, Endless>();
  #folders: ReadonlySet<string> = new Set();
  #turn = 0;
  /** Counts of the run. */
  readonly tally = new Tally();
  /** Bytes that there are to read, those read included. */
  ofBytes = 0;

  /** A reader that begins behind what was committed. */
  constructor(directory: string, options: ReaderOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#positions = new Positions(options.positions);
    this.#filling = new Filling(this.tally, options.batchEntries);
    this.#artifacts = new Artifacts(directory, {
      given: this.#positions.artifacts,
      tally: this.tally,
      limit: options.maxArtifactBytes,
    });
  }

  /**
   * Everything that is new: of each day first its artifacts, then its lines; then files without a day.
   *
   * @throws {IngestError} When a folder may not be read or the device fails.
   */
  async *round(): Batches {
    const layout = readLayout(this.#directory);
    this.#folders = new Set(layout.folders.map(({ prefix }) => prefix));
    this.#artifacts.keepOnly(this.#folders);
    const artifacts = layout.folders.map((folder) => ({
      date: folder.date,
      waiting: this.#artifacts.waiting(folder),
    }));
    const lines = this.#waitingLines(layout);
    this.ofBytes = this.tally.bytes + this.#left(artifacts, lines);
    this.#turn = performance.now();
    let next = 0;
    for (const { source, info } of lines) {
      while (next < artifacts.length && before(artifacts[next]!, source)) {
        yield* this.#readArtifacts(artifacts[next++]!.waiting);
      }
      yield* source.packed === null
        ? this.#readPlain(source, info)
        : this.#readPacked(source, source.packed, info);
    }
    for (const { waiting } of artifacts.slice(next)) {
      yield* this.#readArtifacts(waiting);
    }
    if (!this.#filling.empty) yield this.#filling.take();
  }

  /** Files of lines that are not as they were when they were read last. */
  #waitingLines({ lines }: Layout): Waiting[] {
    const waiting: Waiting[] = [];
    for (const source of lines) {
      try {
        const info = Deno.statSync(`${this.#directory}/${source.path}`);
        if (this.#stamps.get(source.path) === stampOf(info)) continue;
        waiting.push({ source, info });
      } catch (error) {
        this.#leaveOut(source, error);
      }
    }
    return waiting;
  }

  #leaveOut({ path }: LineSource, error: unknown, stamp?: string): void {
    const code = codeOf(error);
    if (code === "io") throw toIngestError(path, error);
    this.tally.skip(code === "denied" ? "denied" : "vanished");
    if (stamp !== undefined) this.#stamps.set(path, stamp);
  }

  #left(
    artifacts: readonly { readonly waiting: readonly WaitingArtifact[] }[],
    lines: readonly Waiting[],
  ): number {
    let left = 0;
    for (const { waiting } of artifacts) {
      for (const { size } of waiting) left += size;
    }
    for (const { source, info } of lines) {
      const known = this.#positions.at(source.path);
      const same = known?.identity.startsWith(`${nodeOf(info)}-`) ?? false;
      left += Math.max(0, info.size - (same ? known?.offset ?? 0 : 0));
    }
    return left;
  }

  async *#readArtifacts(waiting: readonly WaitingArtifact[]): Batches {
    for (const one of waiting) {
      // A line may have brought it meanwhile.
      if (this.#artifacts.has(one.path)) continue;
      const entry = this.#artifacts.read(one, this.#filling);
      if (entry === undefined) continue;
      this.#filling.add(entry);
      if (this.#filling.full) yield* this.#give();
      else await this.#rest();
    }
  }

  async *#readPlain(source: LineSource, info: Deno.FileInfo): Batches {
    const stamp = stampOf(info);
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(`${this.#directory}/${source.path}`);
    } catch (error) {
      return this.#leaveOut(source, error, stamp);
    }
    using _closing = file;
    // What is read is this file, even if another takes its name now.
    const { path } = source;
    const opened = file.statSync();
    const head = { node: nodeOf(opened), head: readHead(file) };
    const identity = identityOf(head);
    const start = this.#positions.offsetOf(path, head, opened.size);
    const passed = this.#passedAt(path, { identity, start }, opened.size);
    file.seekSync(start + passed, Deno.SeekMode.Start);
    const splitter = new LineSplitter(this.#options.maxLineBytes, passed);
    const reached = (): SourcePosition => {
      const offset = start + splitter.consumed;
      const size = Math.max(opened.size, offset);
      return { path, identity, offset, size };
    };
    let more = true;
    while (more) {
      const count = readInto(file, splitter.room(CHUNK), path);
      more = count > 0;
      splitter.filled(count);
      yield* this.#takeLines(splitter, source, reached);
    }
    if (
      this.#positions.at(path)?.identity !== identity || splitter.consumed > 0
    ) {
      this.#reach(reached());
    }
    if (splitter.passed > 0) {
      const from = start + splitter.consumed;
      const { passed } = splitter;
      this.#endless.set(path, { identity, start: from, passed });
    } else this.#endless.delete(path);
    this.#stamps.set(path, stamp);
  }

  /** Bytes that passed of the line at a place of a file; 0 where it was not found to be too long. */
  #passedAt(
    path: string,
    { identity, start }: Pick<Endless, "identity" | "start">,
    size: number,
  ): number {
    const known = this.#endless.get(path);
    return known?.identity === identity && known.start === start &&
        start + known.passed <= size
      ? known.passed
      : 0;
  }

  async *#takeLines(
    splitter: LineSplitter,
    source: LineSource,
    reached?: () => SourcePosition,
  ): Batches {
    let counted = splitter.consumed;
    const tooLarge = splitter.tooLarge;
    for (let line = splitter.next(); line; line = splitter.next()) {
      this.tally.lines++;
      this.#takeLine(line, source);
      if (!this.#filling.full) continue;
      if (reached) {
        this.tally.bytes += splitter.consumed - counted;
        counted = splitter.consumed;
        this.#reach(reached());
      }
      yield* this.#give();
    }
    if (reached) this.tally.bytes += splitter.consumed - counted;
    this.tally.skip("tooLarge", splitter.tooLarge - tooLarge);
  }

  async *#readPacked(
    source: LineSource,
    packed: "gzip" | "zstd",
    info: Deno.FileInfo,
  ): Batches {
    const { path } = source;
    const { size } = info;
    const whole = `${this.#directory}/${path}`;
    const splitter = new LineSplitter(this.#options.maxLineBytes);
    try {
      const head = headOf(whole);
      const identity = identityOf(head);
      if (this.#positions.offsetOf(path, head, size) < size || size === 0) {
        // Lines that were read before it was packed are passed over.
        let pass: number | undefined;
        for await (const piece of unpacked(whole, packed)) {
          pass ??= this.#passOf(source, piece);
          const passed = Math.min(pass, piece.length);
          pass -= passed;
          const rest = piece.subarray(passed);
          splitter.room(rest.length).set(rest);
          splitter.filled(rest.length);
          yield* this.#takeLines(splitter, source);
        }
        this.tally.bytes += size;
        this.#reach({ path, identity, offset: size, size });
      }
    } catch (error) {
      if (isOurs(error)) throw error;
      this.tally.skip("torn");
    }
    this.#stamps.set(path, stampOf(info));
  }

  /** Bytes at the start of a packed file that were read when it was not packed. */
  #passOf({ base }: LineSource, beginning: Uint8Array): number {
    const known = this.#positions.at(base);
    return known !== undefined && beginsAlike(known.identity, beginning)
      ? known.offset
      : 0;
  }

  #takeLine(line: Uint8Array, source: LineSource): void {
    const { entry, skip } = classifyLine(line);
    if (entry === undefined) this.tally.skip(skip);
    else {
      const better = this.#withArtifact(entry, source);
      if (better === null) this.tally.covered++;
      else this.#filling.add(better);
    }
  }

  /** The entry with its artifact where it has one; null where that was given already. */
  #withArtifact(entry: Entry, { date, path }: LineSource): Entry | null {
    if (entry.kind !== "event" || date === "") return entry;
    if (typeof entry.record.artifact?.sha256 !== "string") return entry;
    const prefix = path.startsWith("events/")
      ? `artifacts/${date}/`
      : `${date}/`;
    if (!this.#folders.has(prefix)) return entry;
    const id = entry.record.rag_metadata.event_id;
    const artifact = `${prefix}event_${id}.json`;
    if (this.#artifacts.has(artifact)) return null;
    return this.#artifacts.readFor(artifact, id, this.#filling) ?? entry;
  }

  #reach(position: SourcePosition): void {
    this.#positions.set(position);
    this.#filling.reach(position);
  }

  async *#give(): Batches {
    yield this.#filling.take();
    await this.#rest();
  }

  /**
   * Lets others of the thread have their turn, if it is time. A timer would not do: while timers keep the thread busy, signals
   * and messages of other threads are left waiting for seconds; the file system's answer lets them in.
   */
  async #rest(): Promise<void> {
    if (performance.now() - this.#turn < TURN_MS) return;
    await Deno.stat(this.#directory).catch(() => {});
    this.#turn = performance.now();
  }
}

function before(
  { date }: { readonly date: string },
  source: LineSource,
): boolean {
  return source.date === "" || date <= source.date;
}

function stampOf(info: Deno.FileInfo): string {
  return `${nodeOf(info)}.${info.size}.${info.mtime?.getTime() ?? 0}`;
}

function headOf(path: string): { node: string; head: Uint8Array } {
  using file = Deno.openSync(path);
  return { node: nodeOf(file.statSync()), head: readHead(file) };
}

function readInto(
  file: Deno.FsFile,
  room: Uint8Array<ArrayBuffer>,
  path: string,
): number {
  try {
    return file.readSync(room) ?? 0;
  } catch (error) {
    throw toIngestError(path, error);
  }
}

/** Whether an error is about the folder rather than about bytes of a packed file. */
function isOurs(error: unknown): boolean {
  return error instanceof IngestError;
}
