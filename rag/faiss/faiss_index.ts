import { createHash } from "node:crypto";
import faiss, { type Index } from "npm:faiss-node@0.5.1";
import { DISK, lockDirectory } from "../vectors/disk.ts";
import type {
  VectorHit,
  VectorIndex,
  VectorIndexRecovery,
} from "../vectors/index.ts";
import { type LoadedBlock, type RowBlock, VectorLog } from "../vectors/log.ts";
import { RowSequences } from "../vectors/row_sequences.ts";
import { better, FloatRows, unit } from "./_float_rows.ts";
import { readGraph, writeGraph } from "./_graph_file.ts";

const DAY_MS = 86_400_000;
const INNER_PRODUCT = 0;
const HITS_MAX = 16_384;
/** Rows that go to faiss, as a plain array, or to the disk at a time. */
const SOME_ROWS = 1024;
/** Hits asked for at least: a search of HNSW looks at no fewer. */
const FETCH_LEAST = 64;
/** How much more than needed is asked for where not all rows pass: the graph leads to some of the best only. */
const MARGIN = { flat: 1.5, hnsw: 8 } as const;
/** Where so few rows pass the filter, each is compared. */
const COMPARED_MAX = 2048;
const NOTHING: VectorIndexRecovery = {
  ...{ cutBytes: 0, corruptBlocks: 0, lostRows: 0, lostRemovals: 0 },
};

/** How an index of faiss is opened. */
export interface FaissIndexOptions {
  /** Identity of the model that the vectors are of. */
  readonly model: string;
  /**
   * Numbers of a vector.
   *
   * @default {128}
   */
  readonly dimensions?: number;
  /**
   * `flat` compares every vector; `hnsw` walks a graph: it misses some, is slow to build, and keeps removed vectors in the
   * graph until it is compacted, which builds it anew.
   *
   * @default {"flat"}
   */
  readonly kind?: "flat" | "hnsw";
  /**
   * Neighbours of a vector in the graph of `hnsw`: more find more, take more memory and longer.
   *
   * @default {32}
   */
  readonly links?: number;
  /**
   * Most vectors, removed ones included. Each takes `dimensions` * 8 bytes: faiss has a copy of its own.
   *
   * @default {2000000}
   */
  readonly maxRows?: number;
  /**
   * Vectors of a file at most.
   *
   * @default {65536}
   */
  readonly segmentRows?: number;
  /**
   * The time in milliseconds since the epoch: it names the files.
   *
   * @default {Date.now}
   */
  readonly clock?: () => number;
}

/** Search by faiss. Vectors are durable as those of the own index are; the graph of `hnsw` is saved on closing. */
export class FaissIndex implements VectorIndex {
  readonly #rows: FloatRows;
  readonly #factory: string;
  readonly #directory: string | undefined;
  readonly #lock: Deno.FsFile | undefined;
  readonly #log: VectorLog | undefined;
  readonly #clock: () => number;
  readonly #segmentRows: number;
  readonly #sequences = new RowSequences();
  readonly dimensions: number;
  readonly model: string;
  /** What was lost before it was opened. */
  readonly recovered: VectorIndexRecovery;
  /** Whether a graph on disk was missing, damaged or of other vectors, and built anew. */
  readonly rebuilt: boolean;
  #graph: Index;
  #saved = 0;
  #written = 0;
  #removals: number[] = [];
  #damaged = false;
  #closed = false;

  /** @ignore */
  constructor(directory: string | undefined, options: FaissIndexOptions) {
    const { model, dimensions = 128, kind = "flat", links = 32 } = options;
    const { maxRows = 2_000_000, segmentRows = 65_536 } = options;
    check("dimensions", dimensions, 4096);
    check("links", links, 256);
    check("maxRows", maxRows, 2 ** 31);
    check("segmentRows", segmentRows, 2 ** 31);
    this.dimensions = dimensions;
    this.model = model;
    this.#clock = options.clock ?? Date.now;
    this.#segmentRows = segmentRows;
    this.#directory = directory;
    this.#factory = kind === "flat" ? "Flat" : `HNSW${links}`;
    this.#rows = new FloatRows(dimensions, maxRows);
    if (directory !== undefined) {
      DISK.makeDirectory(directory);
      this.#lock = lockDirectory(directory);
      try {
        this.#log = new VectorLog({
          ...{ directory, disk: DISK, dimensions, model, segmentRows },
          rowBytes: dimensions * Float32Array.BYTES_PER_ELEMENT,
          modelHash: createHash("sha256").update(model).digest(),
        });
        this.#load(this.#log);
      } catch (error) {
        this.#lock.close();
        throw error;
      }
    }
    this.recovered = this.#log?.recovery ?? NOTHING;
    this.#damaged = this.recovered.corruptBlocks > 0;
    const graph = this.#savedGraph();
    this.#graph = graph ?? this.#emptyGraph();
    this.#saved = graph?.ntotal() ?? 0;
    this.rebuilt = kind === "hnsw" && graph === undefined &&
      this.#rows.length > 0;
    this.#addToGraph();
  }

  #load(log: VectorLog): void {
    const removed = log.readRemovals();
    for (const sequence of removed) this.#sequences.skipTo(sequence + 1);
    for (const block of log.readRows()) this.#loadBlock(block, removed);
    this.#written = this.#rows.length;
  }

  #loadBlock(
    { ids, rows, sequence }: LoadedBlock,
    removed: ReadonlySet<number>,
  ): void {
    const first = this.#rows.length;
    this.#rows.append(ids, new Float32Array(rows.slice().buffer));
    this.#sequences.extend(first, sequence, ids.length);
    for (let i = 0; removed.size > 0 && i < ids.length; i++) {
      if (removed.has(sequence + i)) this.#rows.removeRow(first + i);
    }
  }

  #savedGraph(): Index | undefined {
    if (this.#directory === undefined || this.#factory === "Flat") {
      return undefined;
    }
    return readGraph(this.#directory, this.#rows.ids, this.#identity());
  }

  #identity(): { factory: string; dimensions: number } {
    return { factory: this.#factory, dimensions: this.dimensions };
  }

  #emptyGraph(): Index {
    return faiss.Index.fromFactory(
      this.dimensions,
      this.#factory,
      INNER_PRODUCT,
    );
  }

  /** Gives faiss the rows that it does not have. */
  #addToGraph(): void {
    for (let row = this.#graph.ntotal(); row < this.#rows.length;) {
      const end = Math.min(row + SOME_ROWS, this.#rows.length);
      this.#graph.add(Array.from(this.#rows.values(row, end)));
      row = end;
    }
  }

  /** Vectors that can be found. */
  get size(): number {
    return this.#rows.live;
  }

  /** As {@linkcode VectorIndex.add}. */
  add(ids: Uint32Array, vectors: Float32Array): void {
    this.#checkOpen();
    const first = this.#rows.length;
    this.#rows.add(ids, vectors);
    this.#sequences.extend(first, this.#sequences.next, ids.length);
    this.#addToGraph();
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

  /**
   * As {@linkcode VectorIndex.search}. faiss knows neither filters nor removals: it is asked for more until enough pass, so a
   * filter makes it slower, not faster. Where few pass, each of them is compared here.
   */
  search(query: Float32Array, k: number, filter?: Uint8Array): VectorHit[] {
    this.#checkOpen();
    check("k", k, HITS_MAX);
    if (query.length !== this.dimensions || !query.every(Number.isFinite)) {
      throw new RangeError(
        `Cannot search as the query must be ${this.dimensions} finite numbers: current length is ${query.length}`,
      );
    }
    const passing = this.#rows.count(filter);
    if (passing === 0 || query.every((x) => x === 0)) return [];
    const direction = unit(query);
    if (filter !== undefined && passing <= COMPARED_MAX) {
      return this.#rows.compare(direction, k, filter);
    }
    const found = this.#fetch(direction, Math.min(k, passing), passing, filter);
    return found ?? this.#rows.compare(direction, k, filter);
  }

  /** Undefined where the graph does not lead to enough. */
  #fetch(
    query: Float32Array,
    wanted: number,
    passing: number,
    filter: Uint8Array | undefined,
  ): VectorHit[] | undefined {
    const total = this.#rows.length;
    const list = Array.from(query);
    const margin = this.#factory === "Flat" ? MARGIN.flat : MARGIN.hnsw;
    let count = Math.ceil(margin * wanted * total / passing);
    count = Math.min(total, Math.max(FETCH_LEAST, 4 * wanted, count));
    for (;;) {
      const { labels, distances } = this.#graph.search(list, count);
      const hits: VectorHit[] = [];
      let worst = Infinity;
      for (const [i, row] of labels.entries()) {
        if (row < 0) continue;
        worst = distances[i]!;
        if (!this.#rows.passes(row, filter)) continue;
        hits.push({ id: this.#rows.ids[row]!, score: distances[i]! });
      }
      hits.sort(better);
      // Of those that are as good as the last, others may have smaller ids.
      const last = hits[wanted - 1];
      if (last !== undefined && (last.score > worst || count === total)) {
        return hits.slice(0, wanted);
      }
      if (count === total) return undefined;
      count = Math.min(total, count * 4);
    }
  }

  /** As {@linkcode VectorIndex.flush}. */
  flush(): void {
    this.#checkOpen();
    this.#flush();
  }

  #flush(): void {
    const log = this.#log;
    if (log === undefined) return;
    const most = Math.min(SOME_ROWS, this.#segmentRows);
    while (this.#written < this.#rows.length) {
      const end = Math.min(this.#written + most, this.#rows.length);
      const sequence = this.#sequences.of(this.#written);
      log.appendRows(sequence, this.#block(this.#written, end), this.#day());
      this.#written = end;
    }
    log.appendRemovals(this.#removals);
    this.#removals = [];
    log.sync();
  }

  #block(first: number, end: number): RowBlock {
    const { buffer, byteOffset, byteLength } = this.#rows.values(first, end);
    return {
      ids: this.#rows.ids.subarray(first, end),
      rows: new Int8Array(buffer, byteOffset, byteLength),
    };
  }

  /** As {@linkcode VectorIndex.compact}; builds what faiss holds anew, which takes long with `hnsw`. */
  compact(): void {
    this.#checkOpen();
    const removed = this.#rows.length - this.#rows.live;
    if (removed === 0 && !this.#damaged) return this.#flush();
    this.#log?.replace(this.#liveBlocks(), this.#day());
    this.#rows.compact();
    this.#sequences.restart(this.#rows.length);
    this.#written = this.#rows.length;
    this.#removals = [];
    this.#damaged = false;
    this.#graph = this.#emptyGraph();
    this.#saved = 0;
    this.#addToGraph();
  }

  /** Runs of rows that are not removed. */
  *#liveBlocks(): Generator<RowBlock> {
    const most = Math.min(SOME_ROWS, this.#segmentRows);
    const total = this.#rows.length;
    for (let first = 0; first < total;) {
      let end = first;
      while (
        end < total && end - first < most &&
        this.#rows.passes(end, undefined)
      ) end++;
      if (end > first) yield this.#block(first, end);
      first = Math.max(end, first + 1);
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
      this.#save();
    } finally {
      this.#log?.close();
      this.#lock?.close();
      this.#rows.close();
      this.#graph = this.#emptyGraph();
    }
  }

  #save(): void {
    const { ids } = this.#rows;
    if (this.#directory === undefined || this.#factory === "Flat") return;
    if (this.#saved === ids.length) return;
    writeGraph(this.#directory, this.#graph, ids, this.#identity());
  }

  /** Same as {@linkcode FaissIndex.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function check(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(
    `Cannot use a faiss index as '${name}' must be an integer from 1 to ${most}: current value is ${value}`,
  );
}

/**
 * Open an index of faiss.
 *
 * @param directory Where it keeps its vectors, made where it is missing; undefined to keep them in memory only.
 * @param options Model and kind.
 * @returns The index; to be closed.
 * @throws {VectorIndexError} `model`, `corrupt`, `full`, `locked`, `diskFull` or `io`.
 */
export function openFaissIndex(
  directory: string | undefined,
  options: FaissIndexOptions,
): FaissIndex {
  return new FaissIndex(directory, options);
}
