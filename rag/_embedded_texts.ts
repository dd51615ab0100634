/**
 * Which text each vector of an index was made of: the id of the text and a hash of it, in a file beside the vectors.
 *
 * Vectors and texts are in two places that a power cut, a copy or a deletion can set apart: the database may lose its last
 * transactions, be put back from a copy or be begun anew, and then gives ids that it had given before to other texts. A
 * name of the store or a counter of generations in both places would tell a database that was begun anew, but neither a
 * copy of the same one nor its lost tail. The hash of the text itself tells all of them, each vector by itself, so that
 * only what is wrong is embedded again. It costs 16 bytes a text, and hashing the texts when the index is opened.
 *
 * A hash is written after its vector is on disk. A crash between the two leaves a vector whose text is not known, which
 * is made again; there is never a hash of a text whose vector is that of another.
 */
import { DISK, type DiskFile } from "./vectors/disk.ts";

const NAME = "texts.sums";
const RECORD_BYTES = 16;
const SEED = 0x7465_7874;
const REWRITE_TEXTS = 4096;

/** A hash of 64 bits. */
export interface TextSum {
  readonly a: number;
  readonly b: number;
}

/** A text with its id. */
export interface NumberedText {
  readonly textId: number;
  readonly text: string;
}

/** The hash of a text. */
export function sumOf(text: string): TextSum {
  let a = 0x811c_9dc5;
  let b = 0x2f0b_4c47;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x0100_0193);
    b = Math.imul(b ^ code, 0x85eb_ca6b);
    b = b << 13 | b >>> 19;
  }
  return { a: mixed(a ^ text.length), b: mixed(b ^ a) };
}

function mixed(value: number): number {
  let word = Math.imul(value ^ value >>> 16, 0x85eb_ca6b);
  word = Math.imul(word ^ word >>> 13, 0xc2b2_ae35);
  return (word ^ word >>> 16) >>> 0;
}

function checkOf(textId: number, { a, b }: TextSum): number {
  return mixed(mixed(mixed(textId ^ SEED) ^ a) ^ b);
}

/** The file of hashes of one index. */
export class EmbeddedTexts {
  readonly #path: string;
  #file: DiskFile;
  #bytes: number;

  /** Opens the file of an index's folder; the hashes that are there are given to `use`, the later of an id last. */
  constructor(
    directory: string,
    use: (textId: number, sum: TextSum) => void,
  ) {
    this.#path = `${directory}/${NAME}`;
    const bytes = DISK.read(this.#path) ?? new Uint8Array(0);
    this.#bytes = bytes.length - bytes.length % RECORD_BYTES;
    const view = new DataView(bytes.buffer, bytes.byteOffset, this.#bytes);
    for (let at = 0; at < this.#bytes; at += RECORD_BYTES) {
      const textId = view.getUint32(at, true);
      const sum = {
        a: view.getUint32(at + 4, true),
        b: view.getUint32(at + 8, true),
      };
      // A record that is damaged is none: its vector is made again.
      if (view.getUint32(at + 12, true) === checkOf(textId, sum)) {
        use(textId, sum);
      }
    }
    this.#file = DISK.open(this.#path);
  }

  /**
   * Notes texts whose vectors are on disk.
   *
   * @throws {VectorIndexError} `diskFull` or `io`; nothing is noted then.
   */
  append(texts: readonly NumberedText[]): void {
    if (texts.length === 0) return;
    const records = recordsOf(texts);
    this.#file.write(this.#bytes, records);
    this.#bytes += records.length;
  }

  /**
   * Writes the file anew with the texts that still have vectors.
   *
   * @throws {VectorIndexError} `diskFull` or `io`; the file is as it was then.
   */
  rewrite(texts: Iterable<readonly NumberedText[]>): void {
    const partial = `${this.#path}.tmp`;
    const file = DISK.open(partial);
    let bytes = 0;
    try {
      file.truncate(0);
      for (const some of texts) {
        const records = recordsOf(some);
        file.write(bytes, records);
        bytes += records.length;
      }
      file.sync();
      DISK.rename(partial, this.#path);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file.close();
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}

/** Texts of a store in order, some at a time. */
export function* allTexts(
  after: (textId: number, limit: number) => NumberedText[],
): Generator<NumberedText[]> {
  for (let last = 0;;) {
    const some = after(last, REWRITE_TEXTS);
    const end = some.at(-1);
    if (end === undefined) return;
    yield some;
    last = end.textId;
  }
}

function recordsOf(texts: readonly NumberedText[]): Uint8Array {
  const bytes = new Uint8Array(texts.length * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  texts.forEach(({ textId, text }, i) => {
    const sum = sumOf(text);
    const at = i * RECORD_BYTES;
    view.setUint32(at, textId, true);
    view.setUint32(at + 4, sum.a, true);
    view.setUint32(at + 8, sum.b, true);
    view.setUint32(at + 12, checkOf(textId, sum), true);
  });
  return bytes;
}
