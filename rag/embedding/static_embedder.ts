/**
 * The default embedder: a table of vectors for words, parts of words and pairs of words, learned from a thesaurus of
 * network security in English and Spanish. Plain code without a worker, and no permission.
 *
 * @module
 */

import type { SyncEmbedder } from "./embedder.ts";
import { pairRow, partRows, wordHash, wordRow } from "./_features.ts";
import { decodeModel, type StaticModel } from "./static_model.ts";
import { wordsOf } from "./tokenizer.ts";
import { Vocabulary } from "./vocabulary.ts";

const MAX_CACHED = 4096;
/** Words of a text that are read; the rest is left out. */
const MAX_WORDS = 512;

interface Known {
  /** Where its vector is in the cache. */
  readonly slot: number;
  /** Hash of the word that it stands for. */
  readonly hash: number;
  /** Whether the model knows it. */
  readonly known: boolean;
}

/** A packed model, as `deno task train-embedder` writes it. */
interface Packed {
  readonly sha256: string;
  readonly size: number;
  readonly gzip: string;
}

/**
 * Embeds texts by adding up vectors.
 *
 * @example
 * ```ts
 * import { openStaticEmbedder } from "@ml-defender/rag";
 *
 * const embedder = await openStaticEmbedder();
 * const vector = new Float32Array(embedder.dimensions);
 * const known = embedder.embedInto("someone guesses passwords over ssh", vector);
 * console.log(known > 0.5); // true
 * ```
 */
export class StaticEmbedder implements SyncEmbedder {
  readonly model: string;
  readonly dimensions: number;
  /**
   * Where a question has probably no answer: the cosine of its best match, times the square root of the share of its words
   * that the model knows, is below this. Nine in ten questions of everyday life are.
   */
  readonly weakBelow: number;

  readonly #model: StaticModel;
  readonly #skipped: ReadonlySet<string>;
  readonly #vocabulary: Vocabulary;
  readonly #cache = new Map<string, Known | null>();
  readonly #vectors: Float32Array;
  readonly #sum: Float64Array;
  #used = 0;

  /**
   * Makes an embedder of a model in memory; {@linkcode StaticEmbedder.from} reads a file, {@linkcode openStaticEmbedder} the
   * packed one.
   *
   * @param model What it knows.
   * @param identity Hash of the model's file.
   */
  constructor(model: StaticModel, identity: string) {
    this.#model = model;
    this.model = identity;
    this.dimensions = model.dimensions;
    this.weakBelow = model.weakBelow;
    this.#skipped = new Set(model.skipped);
    this.#vocabulary = new Vocabulary(model.words);
    this.#vectors = new Float32Array(MAX_CACHED * model.dimensions);
    this.#sum = new Float64Array(model.dimensions);
  }

  /**
   * Read a model's file.
   *
   * @param bytes The file; kept.
   * @returns An embedder that is named by the SHA-256 of the bytes.
   * @throws {SyntaxError} If they are no model.
   */
  static async from(
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<StaticEmbedder> {
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return new StaticEmbedder(
      decodeModel(bytes),
      new Uint8Array(digest).toHex(),
    );
  }

  /**
   * Whether the model knows a word, an inflected form or one with a typing error in it. Function words are not known:
   * they say nothing.
   *
   * @param word One word in English or Spanish.
   */
  knows(word: string): boolean {
    const [first, second] = wordsOf(word);
    return first !== undefined && second === undefined &&
      this.#lookup(first)?.known === true;
  }

  /**
   * Whether the model has a word or another form of it as it is written, without forgiving a typing error.
   *
   * @param word One word in English or Spanish.
   */
  hasWord(word: string): boolean {
    const [first, second] = wordsOf(word);
    return first !== undefined && second === undefined &&
      !this.#skipped.has(first) && this.#vocabulary.has(first);
  }

  embedInto(text: string, out: Float32Array): number {
    if (out.length !== this.dimensions) {
      throw new RangeError(
        `Cannot embed a text as 'out' must be ${this.dimensions} long: current value is ${out.length}`,
      );
    }
    const sum = this.#sum.fill(0);
    let words = 0;
    let known = 0;
    let before: Known | undefined;
    for (const word of wordsOf(text)) {
      const found = this.#lookup(word);
      if (found === null) continue;
      if (++words > MAX_WORDS) break;
      if (found.known) known++;
      this.#addWord(found.slot);
      if (before?.known && found.known) this.#addPair(before.hash, found.hash);
      before = found;
    }
    let square = 0;
    for (const value of sum) square += value * value;
    const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < out.length; i++) out[i] = sum[i]! * factor;
    return words === 0 ? 0 : known / Math.min(words, MAX_WORDS);
  }

  // deno-lint-ignore require-await -- what goes wrong is a rejection, as with any embedder
  async embed(texts: readonly string[]): Promise<Float32Array> {
    const all = new Float32Array(texts.length * this.dimensions);
    texts.forEach((text, row) => {
      const start = row * this.dimensions;
      this.embedInto(text, all.subarray(start, start + this.dimensions));
    });
    return all;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #addWord(slot: number): void {
    const sum = this.#sum;
    const vectors = this.#vectors;
    const start = slot * sum.length;
    for (let i = 0; i < sum.length; i++) sum[i]! += vectors[start + i]!;
  }

  #addPair(first: number, second: number): void {
    const { table, scales, rows } = this.#model;
    const sum = this.#sum;
    const row = pairRow(first, second, rows);
    const scale = scales[row]!;
    if (scale === 0) return;
    const start = row * sum.length;
    for (let i = 0; i < sum.length; i++) sum[i]! += table[start + i]! * scale;
  }

  /** A word in the cache; null where it says nothing. */
  #lookup(word: string): Known | null {
    const present = this.#cache.get(word);
    if (present !== undefined) return present;
    if (this.#used === MAX_CACHED || this.#cache.size >= 4 * MAX_CACHED) {
      this.#cache.clear();
      this.#used = 0;
    }
    const found = this.#skipped.has(word) ? null : this.#make(word);
    this.#cache.set(word, found);
    return found;
  }

  #make(word: string): Known {
    const { rows, parts, unknownWeight, dimensions } = this.#model;
    const meant = this.#vocabulary.resolve(word);
    const slot = this.#used++;
    const start = slot * dimensions;
    const into = this.#vectors.subarray(start, start + dimensions).fill(0);
    const hash = wordHash(meant ?? word);
    const weight = meant === undefined ? unknownWeight : 1;
    if (meant !== undefined) this.#accumulate(wordRow(hash, rows), 1, into);
    const pieces = partRows(meant ?? word, { parts, rows });
    const share = weight / Math.sqrt(pieces.length);
    for (const row of pieces) this.#accumulate(row, share, into);
    return { slot, hash, known: meant !== undefined };
  }

  #accumulate(row: number, weight: number, into: Float32Array): void {
    const { table, scales, dimensions } = this.#model;
    const scale = scales[row]! * weight;
    const start = row * dimensions;
    for (let i = 0; i < dimensions; i++) {
      into[i]! += table[start + i]! * scale;
    }
  }
}

/**
 * Open the embedder that travels inside the package. Needs no permission.
 *
 * @returns The embedder; `close` is not needed.
 * @throws {SyntaxError} If the packed model is damaged.
 */
export async function openStaticEmbedder(): Promise<StaticEmbedder> {
  const module = await import("./static_model.json", {
    with: { type: "json" },
  });
  const { size, sha256, gzip }: Packed = module.default;
  const stream = new Blob([Uint8Array.fromBase64(gzip)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const embedder = await StaticEmbedder.from(bytes);
  if (bytes.length !== size || embedder.model !== sha256) {
    throw new SyntaxError(
      "Cannot open the packed embedding model as it does not match its SHA-256",
    );
  }
  return embedder;
}
