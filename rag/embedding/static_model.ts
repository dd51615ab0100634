/**
 * The file of a static embedding model: a table of vectors in int8 with a scale for each row, the words that it knows,
 * and what its tokenizer must do, so that one hash names all of it.
 *
 * Little endian: magic `MLDE`, u32 version, u32 length of the header, the header as JSON, padding to 4 bytes,
 * f32 scales `(rows)`, i8 table `(rows, dimensions)` row-major, the words as UTF-8 with a line feed after each.
 *
 * @module
 */

/** What the header of a model says. */
export interface StaticHeader {
  /** Rows of the table, a power of two. */
  readonly rows: number;
  /** Numbers in a row. */
  readonly dimensions: number;
  /** Lengths of the parts of a word that have rows of their own. */
  readonly parts: readonly number[];
  /** What the parts of a word that is not known count, from 0 to 1. */
  readonly unknownWeight: number;
  /** Words without content, in both languages. */
  readonly skipped: readonly string[];
  /** Best cosine, times the square root of the share of known words, below which a question has probably no answer. */
  readonly weakBelow: number;
}

/** A model in memory. */
export interface StaticModel extends StaticHeader {
  /** Scale of each row. */
  readonly scales: Float32Array;
  /** The table, row-major `(rows, dimensions)`. */
  readonly table: Int8Array;
  /** Words that it was trained on, sorted. */
  readonly words: readonly string[];
}

const MAGIC = 0x45444c4d;
const VERSION = 1;

/**
 * The bytes of a model.
 *
 * @param model What is written.
 * @returns The file; the same model gives the same bytes.
 */
export function encodeModel(model: StaticModel): Uint8Array<ArrayBuffer> {
  const { scales, table, words, rows, dimensions, ...rest } = model;
  const { parts, unknownWeight, skipped, weakBelow } = rest;
  const header = new TextEncoder().encode(JSON.stringify({
    ...{ rows, dimensions, parts, unknownWeight, skipped, weakBelow },
  }));
  const text = new TextEncoder().encode(words.map((w) => `${w}\n`).join(""));
  const start = align(12 + header.length);
  const bytes = new Uint8Array(
    start + rows * 4 + rows * dimensions + text.length,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, header.length, true);
  bytes.set(header, 12);
  for (let row = 0; row < rows; row++) {
    view.setFloat32(start + row * 4, scales[row]!, true);
  }
  const body = start + rows * 4;
  bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.length), body);
  bytes.set(text, body + table.length);
  return bytes;
}

/**
 * Read a model.
 *
 * @param bytes The file; borrowed by the result's table.
 * @returns The model.
 * @throws {SyntaxError} If it is none.
 */
export function decodeModel(bytes: Uint8Array<ArrayBuffer>): StaticModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12 || view.getUint32(0, true) !== MAGIC) {
    throw new SyntaxError("Cannot read embedding model as it is none");
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) {
    throw new SyntaxError(
      `Cannot read embedding model as its version must be ${VERSION}: current value is ${version}`,
    );
  }
  const header = readHeader(bytes, view.getUint32(8, true));
  const { rows, dimensions } = header;
  const start = align(12 + view.getUint32(8, true));
  const body = start + rows * 4;
  const end = body + rows * dimensions;
  if (bytes.length < end) {
    throw new SyntaxError("Cannot read embedding model as it is cut off");
  }
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    scales[row] = view.getFloat32(start + row * 4, true);
  }
  const words = new TextDecoder().decode(bytes.subarray(end)).split("\n");
  words.pop();
  const table = new Int8Array(
    bytes.buffer,
    bytes.byteOffset + body,
    rows * dimensions,
  );
  return { ...header, scales, table, words };
}

function readHeader(bytes: Uint8Array, length: number): StaticHeader {
  let header: StaticHeader;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(
        bytes.subarray(12, 12 + length),
      ),
    );
  } catch (cause) {
    throw new SyntaxError("Cannot read embedding model: damaged header", {
      cause,
    });
  }
  const { rows, dimensions, parts, skipped } = header;
  if (
    !Number.isInteger(rows) || rows < 1 || (rows & (rows - 1)) !== 0 ||
    !Number.isInteger(dimensions) || dimensions < 1 ||
    !Array.isArray(parts) || !Array.isArray(skipped)
  ) {
    throw new SyntaxError("Cannot read embedding model: damaged header");
  }
  return header;
}

function align(offset: number): number {
  return (offset + 3) & ~3;
}
