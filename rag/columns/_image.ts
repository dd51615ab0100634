/** The hot columns of every entry in memory, as `column_chunks` and the rows after the last full chunk have them. */
import type { DatabaseSync } from "node:sqlite";
import { LAST_US } from "../_time.ts";
import type { Facts } from "../entry.ts";
import { REMEDY, StoreError, toStoreError } from "../store/error.ts";
import { Chunk, type ColumnData, fromBlob, narrow, toBlob } from "./_chunk.ts";
import {
  fromBits,
  type ImageStatements,
  LIVE,
  prepare,
  rows,
  SELECTED,
  toBits,
} from "./_image_statements.ts";
import { Dictionary } from "./_dictionary.ts";
import { hashId, type IdHash, IdIndex, type IdRows } from "./_id_index.ts";
import { countBits } from "./row_set.ts";
import {
  CHUNK_ROWS,
  CHUNK_WORDS,
  COLUMNS,
  FALSE,
  FIRST_FIELD,
  ID_A,
  ID_B,
  KIND,
  type StoredField,
  TEXT_ID,
  TIMESTAMP,
  TRUE,
} from "./_specs.ts";

/** What a row of the image is made of. */
export interface ImageRow {
  readonly id: string;
  readonly kind: number;
  readonly timestampUs: number;
  readonly textId: number;
  readonly facts: Facts;
}

/** Chunks and dictionaries. Whoever changes it does so in a transaction, and calls `load` again where that fails. */
export class ColumnImage {
  readonly path: string;
  /** Chunks from `firstChunk` on; undefined where none of a chunk's rows is left. */
  chunks: (Chunk | undefined)[] = [];
  firstChunk = 0;
  readonly #db: DatabaseSync;
  readonly #readOnly: boolean;
  readonly #statements: ImageStatements;
  #dictionaries = new Map<string, Dictionary>();
  /** Dictionary of each column. */
  #ofColumn: (Dictionary | undefined)[] = [];
  /** Made when it is first asked for. */
  #ids: IdIndex | undefined;

  constructor(
    db: DatabaseSync,
    options: { readonly path: string; readonly readOnly: boolean },
  ) {
    this.#db = db;
    this.path = options.path;
    this.#readOnly = options.readOnly;
    this.#statements = prepare(db);
    this.load();
  }

  /** Forgets what it has and reads it from the database. */
  load(): void {
    this.#loadDictionaries();
    this.chunks = [];
    this.firstChunk = 0;
    this.#ids = undefined;
    let after = -1;
    for (const { chunk: index, data } of this.#statements.lives.all()) {
      const chunk = new Chunk(Number(index), true);
      const words = fromBits(data as Uint8Array);
      if (words === undefined) throw this.#corrupt(chunk.index, LIVE);
      chunk.live = words;
      chunk.liveCount = countBits(words);
      this.#place(chunk);
      after = chunk.index;
    }
    this.#loadTail((after + 1) * CHUNK_ROWS);
  }

  /** Row of the first bit of a row set. */
  get firstRow(): number {
    return this.firstChunk * CHUNK_ROWS;
  }

  /** Entries that are there. */
  get liveCount(): number {
    return this.chunks.reduce((sum, chunk) => sum + (chunk?.liveCount ?? 0), 0);
  }

  /** The chunk that holds a row. */
  chunkOf(row: number): Chunk | undefined {
    return this.chunks[Math.floor(row / CHUNK_ROWS) - this.firstChunk];
  }

  /** A column of a chunk, read from the database where it was not used so far. */
  column(chunk: Chunk, column: number): ColumnData {
    return chunk.data[column] ??= this.#read(chunk, column);
  }

  /** The value of a row; NaN or 0 where it is unknown or there is no such row. */
  value(row: number, column: number): number {
    const chunk = this.chunkOf(row);
    if (chunk === undefined) {
      return COLUMNS[column]!.kind === "number" ? NaN : 0;
    }
    return this.column(chunk, column)[row % CHUNK_ROWS]!;
  }

  /** Dictionary of a column that has one. */
  dictionary(column: number): Dictionary {
    return this.#ofColumn[column]!;
  }

  /** Rows whose id has a hash: nearly always one or none. */
  rowsOfId(id: string): number[] {
    this.#ids ??= new IdIndex(this.#idRows());
    return this.#ids.find(hashId(id));
  }

  /** Puts a row in, or other values into one that is there; a chunk that becomes full is stored. */
  put(row: number, values: ImageRow): void {
    const index = Math.floor(row / CHUNK_ROWS);
    const chunk = this.chunkOf(row) ?? this.#place(new Chunk(index, false));
    const at = row % CHUNK_ROWS;
    if (chunk.sealed) {
      for (let c = 0; c < COLUMNS.length; c++) this.column(chunk, c);
    }
    chunk.set(TIMESTAMP, at, values.timestampUs);
    chunk.set(KIND, at, values.kind);
    chunk.set(TEXT_ID, at, values.textId);
    const hash = hashId(values.id);
    chunk.set(ID_A, at, hash.a);
    chunk.set(ID_B, at, hash.b);
    const { facts } = values;
    for (let c = FIRST_FIELD; c < COLUMNS.length; c++) {
      const fact = facts[COLUMNS[c]!.name as StoredField];
      if (fact !== null) chunk.set(c, at, this.#code(c, fact));
      else chunk.set(c, at, COLUMNS[c]!.kind === "number" ? NaN : 0);
    }
    const isNew = chunk.setLive(at, true);
    if (isNew) this.#ids?.add(row, hash);
    if (at === CHUNK_ROWS - 1 && !chunk.sealed) this.seal(chunk);
  }

  /** Takes a row away. */
  kill(row: number): void {
    this.chunkOf(row)?.setLive(row % CHUNK_ROWS, false);
  }

  /** Writes what changed in full chunks; to be called before the transaction ends. */
  flush(): void {
    const { write, drop } = this.#statements;
    for (const [place, chunk] of this.chunks.entries()) {
      if (chunk === undefined || !chunk.sealed || chunk.dirty.size === 0) {
        continue;
      }
      if (chunk.liveCount === 0) {
        drop.run(chunk.index);
        this.chunks[place] = undefined;
        continue;
      }
      for (const column of chunk.dirty) {
        if (column === -1) {
          write.run(chunk.index, LIVE, 3, toBits(chunk.live));
          continue;
        }
        const data = narrow(chunk.data[column]!);
        chunk.data[column] = data;
        const { type, bytes } = toBlob(data);
        write.run(chunk.index, COLUMNS[column]!.name, type, bytes);
      }
      chunk.dirty.clear();
    }
    while (this.chunks.length > 1 && this.chunks[0] === undefined) {
      this.chunks.shift();
      this.firstChunk++;
    }
  }

  /** Makes a chunk a full one. Its columns leave memory until they are asked for, but for those that find ids. */
  seal(chunk: Chunk): void {
    chunk.sealed = true;
    COLUMNS.forEach((_, column) => chunk.dirty.add(column));
    this.flush();
    COLUMNS.forEach((_, column) => {
      if (column !== ID_A && column !== ID_B) chunk.data[column] = undefined;
    });
  }

  /** Code or number of a fact that is known; a text that is new gets a code, which is stored. */
  #code(column: number, fact: string | number | boolean): number {
    if (typeof fact === "number") return fact;
    if (typeof fact === "boolean") return fact ? TRUE : FALSE;
    const dictionary = this.#ofColumn[column]!;
    const known = dictionary.get(fact);
    if (known !== undefined) return known;
    const code = dictionary.add(fact);
    if (!this.#readOnly) {
      this.#statements.name.run(dictionary.name, code, fact);
    }
    return code;
  }

  #idRows(): IdRows {
    const isLive = (chunk: Chunk, at: number) =>
      (chunk.live[at >>> 5]! >>> (at & 31) & 1) === 1;
    return {
      count: () => this.liveCount,
      has: (row, { a, b }) => {
        const chunk = this.chunkOf(row);
        const at = row % CHUNK_ROWS;
        return chunk !== undefined && isLive(chunk, at) &&
          this.column(chunk, ID_B)[at] === b &&
          this.column(chunk, ID_A)[at] === a;
      },
      each: (visit) => {
        for (const chunk of this.chunks) {
          if (chunk === undefined) continue;
          const a = this.column(chunk, ID_A);
          const b = this.column(chunk, ID_B);
          const first = chunk.index * CHUNK_ROWS;
          for (let at = 0; at < CHUNK_ROWS; at++) {
            if (!isLive(chunk, at)) continue;
            visit(first + at, { a: a[at]!, b: b[at]! } satisfies IdHash);
          }
        }
      },
    };
  }

  #place(chunk: Chunk): Chunk {
    if (this.chunks.length === 0) this.firstChunk = chunk.index;
    const place = chunk.index - this.firstChunk;
    while (this.chunks.length < place) this.chunks.push(undefined);
    this.chunks[place] = chunk;
    return chunk;
  }

  #loadDictionaries(): void {
    this.#dictionaries = new Map();
    this.#ofColumn = COLUMNS.map(({ dictionary: name }) => {
      if (name === undefined) return undefined;
      const made = this.#dictionaries.get(name) ?? new Dictionary(name);
      this.#dictionaries.set(name, made);
      return made;
    });
    for (const [name, code, value] of rows(this.#statements.dictionary)) {
      const dictionary = this.#dictionaries.get(name as string);
      if (dictionary === undefined) continue;
      if (dictionary.add(value as string) !== code) {
        throw new StoreError(
          "corrupt",
          `Cannot read ${this.path}: codes of dictionary ${name} are not in a row; ${REMEDY}`,
        );
      }
    }
  }

  /** Reads the rows after the last full chunk, and makes full chunks of them where no chunk was stored. */
  #loadTail(from: number): void {
    let chunk: Chunk | undefined;
    for (const row of rows(this.#statements.tail, from)) {
      const index = Math.floor(Number(row[0]) / CHUNK_ROWS);
      if (chunk?.index !== index) {
        this.#sealIfPast(chunk);
        chunk = this.#place(new Chunk(index, false));
      }
      this.#fill(chunk, Number(row[0]) % CHUNK_ROWS, row);
    }
    if (chunk?.live[CHUNK_WORDS - 1]! >>> 31 === 1) this.#sealIfPast(chunk);
  }

  #sealIfPast(chunk: Chunk | undefined): void {
    if (chunk !== undefined && !this.#readOnly) this.seal(chunk);
  }

  #fill(chunk: Chunk, at: number, row: readonly unknown[]): void {
    const hash = hashId(row[1] as string);
    chunk.set(ID_A, at, hash.a);
    chunk.set(ID_B, at, hash.b);
    for (let i = 0; i < SELECTED.length; i++) {
      const value = row[i + 2] as string | number | null;
      if (value === null) continue;
      const column = SELECTED[i]!;
      const spec = COLUMNS[column]!;
      const isFlag = spec.kind === "code" && spec.dictionary === undefined &&
        column >= FIRST_FIELD;
      chunk.set(
        column,
        at,
        isFlag ? Number(value) + 1 : this.#code(column, value),
      );
    }
    chunk.setLive(at, true);
  }

  #read(chunk: Chunk, column: number): ColumnData {
    const { name } = COLUMNS[column]!;
    const found = this.#stored(chunk, name);
    if (found === undefined) {
      if (!this.#readOnly) throw this.#corrupt(chunk.index, name);
      // The writer beside this reader has removed all of the chunk.
      chunk.live.fill(0);
      chunk.liveCount = 0;
      return fromBlob(column, { type: 0, bytes: new Uint8Array(0) })!;
    }
    const data = fromBlob(column, {
      type: Number(found.type),
      bytes: found.data as Uint8Array,
    });
    if (data === undefined) throw this.#corrupt(chunk.index, name);
    // An earlier program stored times that no store can hold.
    return column === TIMESTAMP && data.some((time) => time > LAST_US)
      ? data.map((time) => Math.min(time, LAST_US))
      : data;
  }

  #stored(
    chunk: Chunk,
    name: string,
  ): Record<string, unknown> | undefined {
    try {
      return this.#statements.read.get(chunk.index, name);
    } catch (error) {
      throw toStoreError("read", this.path, error);
    }
  }

  #corrupt(chunk: number, name: string): StoreError {
    return new StoreError(
      "corrupt",
      `Cannot read ${this.path}: column ${name} of chunk ${chunk} is damaged; ${REMEDY}`,
    );
  }
}
