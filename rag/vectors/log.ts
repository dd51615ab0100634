/**
 * The directory of an index: segments that rows are appended to, and the list of removals.
 *
 * @module
 */
import type { Disk, DiskFile } from "./disk.ts";
import {
  type Block,
  BLOCK_KINDS,
  decodeHeader,
  encodeHeader,
  encodeRemovals,
  encodeRows,
  HEADER_BYTES,
  readBlocks,
  type Reading,
} from "./_format.ts";
import {
  type Identity,
  type Manifest,
  openManifest,
  writeManifest,
} from "./_manifest.ts";
import type { VectorIndexRecovery } from "./index.ts";

const REMOVALS_MAX = 4096;

/** Where a log is and what it is of. */
export interface LogOptions extends Identity {
  /** Where it is; the caller has locked it. */
  readonly directory: string;
  /** What steps go through. */
  readonly disk: Disk;
  /** SHA-256 of `model`. */
  readonly modelHash: Uint8Array;
  /** Rows of a segment at most. */
  readonly segmentRows: number;
}

/** Rows on their way from or to the disk. */
export interface RowBlock {
  /** Id of each. */
  readonly ids: Uint32Array;
  /** Their bytes, `rowBytes` each. */
  readonly rows: Int8Array<ArrayBuffer>;
}

/** Rows that were read. */
export interface LoadedBlock extends RowBlock {
  /** Sequence number of the first. */
  readonly sequence: number;
}

/** A file that is appended to. */
interface Tail {
  readonly name: string;
  readonly day: number;
  rows: number;
  bytes: number;
  file: DiskFile | undefined;
  /** Whether there is something that was not synced. */
  dirty: boolean;
}

/** The directory of one open index. */
export class VectorLog {
  readonly #options: LogOptions;
  #manifest: Manifest;
  #segment: Tail | undefined;
  #removals: Tail | undefined;
  #recovery = { cutBytes: 0, corruptBlocks: 0, lostRows: 0, lostRemovals: 0 };

  /** Opens a directory that the caller has locked. */
  constructor(options: LogOptions) {
    this.#options = options;
    const { disk, directory } = options;
    this.#manifest = openManifest(disk, directory, options);
  }

  /** What was lost, as far as `readRemovals` and `readRows` have seen it. */
  get recovery(): VectorIndexRecovery {
    return { ...this.#recovery };
  }

  /** Names of the segments. */
  get segments(): readonly string[] {
    return this.#manifest.segments;
  }

  /** Reads the list of removals: sequence numbers. To be called once, before `readRows`. */
  readRemovals(): Set<number> {
    const name = this.#manifest.removed;
    const removed = new Set<number>();
    if (name === "") return removed;
    const file = this.#options.disk.read(this.#path(name)) ?? new Uint8Array(0);
    const reading = readBlocks(file, 0, BLOCK_KINDS.removals, 4);
    for (const { units } of reading.blocks) {
      for (const sequence of numbersOf(units)) removed.add(sequence);
    }
    this.#removals = this.#tail(name, 0, 0, reading.end);
    this.#recovery.lostRemovals += reading.lostUnits;
    this.#note(reading, file, this.#removals);
    return removed;
  }

  /** Reads every segment, in order. To be called once. */
  *readRows(): Generator<LoadedBlock> {
    const { disk } = this.#options;
    for (const name of this.#manifest.segments) {
      const file = disk.read(this.#path(name));
      if (file === undefined) this.#recovery.corruptBlocks++;
      const tail = this.#tail(name, -1, 0, 0);
      this.#segment = tail;
      yield* this.#readSegment(file ?? new Uint8Array(0), tail);
    }
  }

  *#readSegment(
    file: Uint8Array<ArrayBuffer>,
    tail: Tail,
  ): Generator<LoadedBlock> {
    const { dimensions, rowBytes, modelHash } = this.#options;
    const header = decodeHeader(file);
    const foreign = header !== undefined &&
      (header.dimensions !== dimensions ||
        header.model.some((byte, i) => byte !== modelHash[i]));
    if (file.length > 0 && (header === undefined || foreign)) {
      this.#recovery.corruptBlocks++;
    }
    const reading = readBlocks(
      foreign ? new Uint8Array(0) : file,
      HEADER_BYTES,
      BLOCK_KINDS.rows,
      4 + rowBytes,
    );
    this.#recovery.lostRows += reading.lostUnits;
    // A segment whose header is damaged is not appended to: its day is -1.
    const usable = header !== undefined && !foreign;
    if (!foreign) this.#note(reading, file, { ...tail, bytes: reading.end });
    for (const block of reading.blocks) {
      tail.rows += block.count;
      yield rowsOf(block);
    }
    Object.assign(tail, {
      bytes: reading.end,
      day: usable ? header.day : -1,
    });
  }

  /** A block that was read cannot be used after all. */
  noteUnusable(rows: number): void {
    this.#recovery.corruptBlocks++;
    this.#recovery.lostRows += rows;
  }

  /** Counts what a file has lost, and cuts what is no block at its end. */
  #note(reading: Reading, file: Uint8Array, { name }: Tail): void {
    this.#recovery.corruptBlocks += reading.corruptBlocks;
    const cut = file.length - reading.end;
    if (cut <= 0) return;
    this.#recovery.cutBytes += cut;
    const open = this.#options.disk.open(this.#path(name));
    try {
      open.truncate(reading.end);
      open.sync();
    } finally {
      open.close();
    }
  }

  /** Appends rows; durable after `sync`. When it throws, none of them is there. */
  appendRows(sequence: number, { ids, rows }: RowBlock, day: number): void {
    let tail = this.#segment;
    const room = this.#options.segmentRows;
    if (tail?.day !== day || tail.rows + ids.length > room) {
      this.sync();
      tail = this.#begin(day);
      this.#segment?.file?.close();
      this.#segment = tail;
    }
    this.#append(tail, encodeRows(sequence, ids, rows));
    tail.rows += ids.length;
  }

  /** Appends removals; durable after `sync`. */
  appendRemovals(sequences: readonly number[]): void {
    if (this.#removals === undefined && sequences.length > 0) {
      const name = `${this.#manifest.next}.removed`;
      this.#create(name, new Uint8Array(0)).close();
      this.#adopt({ removed: name });
      this.#removals = this.#tail(name, 0, 0, 0);
    }
    for (let from = 0; from < sequences.length; from += REMOVALS_MAX) {
      const some = sequences.slice(from, from + REMOVALS_MAX);
      this.#append(this.#removals!, encodeRemovals(some));
    }
  }

  /** Waits until everything appended is on the device: rows first, so that no removal is of a row that is not there. */
  sync(): void {
    for (const tail of [this.#segment, this.#removals]) {
      if (!tail?.dirty) continue;
      tail.file!.sync();
      tail.dirty = false;
    }
  }

  /**
   * Replaces everything by these rows, numbered from 0 on, without removals. When it throws, nothing has changed.
   *
   * @returns How many rows there are.
   */
  replace(blocks: Iterable<RowBlock>, day: number): number {
    const { disk } = this.#options;
    const before = this.#manifest;
    const made: Tail[] = [];
    let sequence = 0;
    let next = before.next;
    try {
      for (const { ids, rows } of blocks) {
        let tail = made.at(-1);
        if (
          tail === undefined ||
          tail.rows + ids.length > this.#options.segmentRows
        ) {
          tail = this.#newSegment(segmentName(day, next++), day);
          made.push(tail);
        }
        this.#append(tail, encodeRows(sequence, ids, rows));
        tail.rows += ids.length;
        sequence += ids.length;
      }
      for (const { file } of made) file!.sync();
      const segments = made.map(({ name }) => name);
      this.#adopt({ segments, removed: "", next });
    } catch (error) {
      for (const { name, file } of made) {
        file?.close();
        tryTo(() => disk.remove(this.#path(name)));
      }
      throw error;
    }
    this.#segment?.file?.close();
    this.#removals?.file?.close();
    for (const { file } of made.slice(0, -1)) file!.close();
    this.#segment = made.at(-1);
    this.#removals = undefined;
    for (const name of [...before.segments, before.removed]) {
      // What stays behind is removed when the index is opened next.
      if (name !== "") tryTo(() => disk.remove(this.#path(name)));
    }
    return sequence;
  }

  #begin(day: number): Tail {
    const name = segmentName(day, this.#manifest.next);
    const tail = this.#newSegment(name, day);
    try {
      this.#adopt({ segments: [...this.#manifest.segments, name] });
    } catch (error) {
      tail.file?.close();
      throw error;
    }
    return tail;
  }

  #newSegment(name: string, day: number): Tail {
    const { dimensions, modelHash } = this.#options;
    const header = encodeHeader({ dimensions, day, model: modelHash });
    const tail = this.#tail(name, day, 0, header.length);
    tail.file = this.#create(name, header);
    return tail;
  }

  /** Makes a file that no manifest names yet; one that an earlier attempt left is overwritten. */
  #create(name: string, content: Uint8Array): DiskFile {
    const file = this.#options.disk.open(this.#path(name));
    try {
      file.truncate(0);
      file.write(0, content);
      file.sync();
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  #adopt(change: Partial<Manifest>): void {
    const { disk, directory } = this.#options;
    const next = this.#manifest.next + 1;
    const manifest = { ...this.#manifest, next, ...change };
    writeManifest(disk, directory, manifest);
    this.#manifest = manifest;
  }

  #append(tail: Tail, bytes: Uint8Array): void {
    tail.file ??= this.#options.disk.open(this.#path(tail.name));
    try {
      tail.dirty = true;
      tail.file.write(tail.bytes, bytes);
    } catch (error) {
      // What was written of it lies beyond the end that counts; the next write or the next opening takes its place.
      tryTo(() => tail.file!.truncate(tail.bytes));
      throw error;
    }
    tail.bytes += bytes.length;
  }

  #tail(name: string, day: number, rows: number, bytes: number): Tail {
    return { name, day, rows, bytes, file: undefined, dirty: false };
  }

  #path(name: string): string {
    return `${this.#options.directory}/${name}`;
  }

  /** Closes the files. */
  close(): void {
    this.#segment?.file?.close();
    this.#removals?.file?.close();
    this.#segment = undefined;
    this.#removals = undefined;
  }
}

function segmentName(day: number, number: number): string {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return `${date}.${number}.vectors`;
}

function tryTo(step: () => void): void {
  try {
    step();
  } catch {
    // Nothing depends on it.
  }
}

/** Units as numbers; they may lie at any address. */
function numbersOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer);
}

function rowsOf({ count, sequence, units }: Block): LoadedBlock {
  const ids = numbersOf(units.subarray(0, count * 4));
  const { buffer, byteOffset, length } = units.subarray(count * 4);
  return { sequence, ids, rows: new Int8Array(buffer, byteOffset, length) };
}
