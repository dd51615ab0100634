import { DISK, type Disk, lockDirectory } from "./disk.ts";
import { type LoadedBlock, type RowBlock, VectorLog } from "./log.ts";
import { READ_ROWS, Rows } from "./_rows.ts";
import { RowSequences } from "./row_sequences.ts";
import {
  type VectorHit,
  type VectorIndex,
  VectorIndexError,
  type VectorIndexRecovery,
} from "./index.ts";
import { MAX_ROWS, type MemoryIndexOptions } from "./memory_index.ts";

const DAY_MS = 86_400_000;
const SEQUENCE_MAX = 2 ** 32;

/** How an index in a directory is opened. */
export interface VectorIndexOptions extends MemoryIndexOptions {
  /**
   * Vectors of a file at most; a new file is begun each UTC day as well. Opening needs memory for one file.
   *
   * @default {131072}
   */
  readonly segmentRows?: number;
  /**
   * The time in milliseconds since the epoch: it names the files.
   *
   * @default {Date.now}
   */
  readonly clock?: () => number;
}

/**
 * Exact search over int8 vectors in the core's memory, with their rows in a directory: files that are only ever appended
 * to, each block with a checksum, and a list of removals.
 */
export class OwnIndex implements VectorIndex {
  readonly #rows: Rows;
  readonly #log: VectorLog;
  readonly #lock: Deno.FsFile;
  readonly #clock: () => number;
  readonly #segmentRows: number;
  readonly dimensions: number;
  readonly model: string;
  /** What was lost before it was opened. */
  readonly recovered: VectorIndexRecovery;
  readonly #sequences = new RowSequences();
  /** Rows that are in the files. */
  #written = 0;
  #removals: number[] = [];
  /** Whether the files hold something that cannot be read. */
  #damaged = false;
  #closed = false;

  /** @ignore */
  constructor(directory: string, options: VectorIndexOptions, disk: Disk) {
    const { core, model, dimensions = 128, maxRows = MAX_ROWS } = options;
    const { segmentRows = 131_072, clock = Date.now } = options;
    if (!Number.isInteger(segmentRows) || segmentRows < 1) {
      throw new RangeError(
        `Cannot open vector index as 'segmentRows' must be a positive integer: current value is ${segmentRows}`,
      );
    }
    this.dimensions = dimensions;
    this.model = model;
    this.#clock = clock;
    this.#segmentRows = segmentRows;
    this.#rows = new Rows({ core, dimensions, maxRows });
    let lock: Deno.FsFile | undefined;
    try {
      disk.makeDirectory(directory);
      lock = lockDirectory(directory);
      const modelHash = core.sha256(new TextEncoder().encode(model));
      this.#log = new VectorLog({
        ...{ directory, disk, dimensions, model, modelHash, segmentRows },
        rowBytes: dimensions,
      });
      this.#load();
    } catch (error) {
      lock?.close();
      this.#rows.close();
      throw error;
    }
    this.#lock = lock;
    this.recovered = this.#log.recovery;
    this.#damaged = this.recovered.corruptBlocks > 0;
  }

  /** Vectors that can be found. */
  get size(): number {
    return this.#rows.live;
  }

  /** Removed vectors whose room `compact` would give back. */
  get removedRows(): number {
    return this.#rows.length - this.#rows.live;
  }

  /** Names of its files of vectors, in the order of their rows. */
  get segments(): readonly string[] {
    return this.#log.segments;
  }

  #load(): void {
    const removed = this.#log.readRemovals();
    for (const sequence of removed) this.#sequences.skipTo(sequence + 1);
    for (const block of this.#log.readRows()) this.#loadBlock(block, removed);
    this.#written = this.#rows.length;
  }

  #loadBlock(block: LoadedBlock, removed: ReadonlySet<number>): void {
    const { sequence, ids, rows } = block;
    const first = this.#rows.length;
    try {
      this.#rows.append(ids, rows);
    } catch (error) {
      if (!rows.includes(-128)) throw error;
      this.#log.noteUnusable(ids.length);
      this.#extend(sequence, first);
      return;
    }
    this.#extend(sequence, first);
    if (removed.size === 0) return;
    const dead = [...ids.keys()].filter((i) => removed.has(sequence + i));
    this.#rows.removeRows(
      dead.map((i) => first + i),
      dead.map((i) => ids[i]!),
    );
  }

  /** Notes that the rows from `first` on have the sequence numbers from `sequence` on. */
  #extend(sequence: number, first: number): void {
    this.#sequences.extend(first, sequence, this.#rows.length - first);
  }

  /** As {@linkcode VectorIndex.add}. */
  add(ids: Uint32Array, vectors: Float32Array): void {
    this.#checkOpen();
    if (this.#sequences.next + ids.length > SEQUENCE_MAX) {
      throw new VectorIndexError(
        "full",
        `Cannot add ${ids.length} vectors as ${this.#sequences.next} have been added: compact the index`,
      );
    }
    const first = this.#rows.length;
    try {
      this.#rows.add(ids, vectors);
    } catch (error) {
      // Memory ran out on the way: what came before is in the core, removed, and will be in the files.
      for (let row = first; row < this.#rows.length; row++) {
        this.#removals.push(this.#sequences.next + row - first);
      }
      throw error;
    } finally {
      this.#extend(this.#sequences.next, first);
    }
  }

  /** As {@linkcode VectorIndex.has}. */
  has(id: number): boolean {
    return this.#rows.has(id);
  }

  /** As {@linkcode VectorIndex.remove}. */
  remove(ids: Iterable<number>): number {
    this.#checkOpen();
    const rows = this.#rows.remove(ids);
    for (const row of rows) this.#removals.push(this.#sequences.of(row));
    return rows.length;
  }

  /** As {@linkcode VectorIndex.search}. */
  search(query: Float32Array, k: number, filter?: Uint8Array): VectorHit[] {
    this.#checkOpen();
    return this.#rows.search(query, k, filter);
  }

  /** As {@linkcode VectorIndex.flush}. */
  flush(): void {
    this.#checkOpen();
    this.#flush();
  }

  #flush(): void {
    const most = Math.min(READ_ROWS, this.#segmentRows);
    while (this.#written < this.#rows.length) {
      const { ids, rows } = this.#rows.read(this.#written, most);
      // Rows that are not written follow each other, so their numbers do.
      const sequence = this.#sequences.of(this.#written);
      this.#log.appendRows(sequence, { ids, rows }, this.#day());
      this.#written += ids.length;
    }
    this.#log.appendRemovals(this.#removals);
    this.#removals = [];
    this.#log.sync();
  }

  /** As {@linkcode VectorIndex.compact}. Rewrites every file where something was removed or damaged, else does nothing. */
  compact(): void {
    this.#checkOpen();
    if (this.removedRows === 0 && !this.#damaged) return this.#flush();
    const rows = this.#log.replace(this.#liveBlocks(), this.#day());
    this.#rows.compact();
    this.#sequences.restart(rows);
    this.#written = rows;
    this.#removals = [];
    this.#damaged = false;
  }

  *#liveBlocks(): Generator<RowBlock> {
    const { dimensions } = this;
    const most = Math.min(READ_ROWS, this.#segmentRows);
    for (let first = 0; first < this.#rows.length; first += most) {
      const { ids, rows, live } = this.#rows.read(first, most);
      let kept = 0;
      for (let i = 0; i < ids.length; i++) {
        if (live[i] === 0) continue;
        ids[kept] = ids[i]!;
        rows.copyWithin(
          kept * dimensions,
          i * dimensions,
          (i + 1) * dimensions,
        );
        kept++;
      }
      if (kept === 0) continue;
      yield {
        ids: ids.subarray(0, kept),
        rows: rows.subarray(0, kept * dimensions),
      };
    }
  }

  #day(): number {
    return Math.floor(this.#clock() / DAY_MS);
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new TypeError("Cannot use the vector index as it is closed");
  }

  /** As {@linkcode VectorIndex.close}. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#flush();
    } finally {
      this.#log.close();
      this.#rows.close();
      this.#lock.close();
    }
  }

  /** Same as {@linkcode OwnIndex.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Open the index of a directory, or make it. Its vectors are read into the core's memory. What a crash or damage took away
 * is in `recovered`; the rest is there.
 *
 * Permissions: `read` and `write` of the directory.
 *
 * @param directory Made where it is missing; one index at a time has it open.
 * @param options Model, core and bounds.
 * @returns The index; to be closed.
 * @throws {VectorIndexError} `model`, `corrupt`, `full`, `locked`, `diskFull` or `io`.
 */
export function openVectorIndex(
  directory: string,
  options: VectorIndexOptions,
): OwnIndex {
  return new OwnIndex(directory, options, DISK);
}
