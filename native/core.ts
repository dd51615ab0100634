import type { Binding } from "./_binding.ts";
import { readText, reasonOf } from "./_core_handle.ts";
import { Forest } from "./forest.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { Formatter, type FormatterField } from "./formatter.ts";
import { NativeError } from "./native_error.ts";
import { type CoreLayout, readLayout } from "./layout.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";
import { quantize, Vectors, type VectorsOptions } from "./vectors.ts";

const SHA256_BYTES = 32;

/** The C++ core, loaded by {@linkcode openCore}. */
export class Core {
  readonly #binding: Binding;
  /** Why this is the wasm build; empty where it is the native one. */
  readonly buildReason: string;
  /** How its records lie in memory, and the names of features and counters. */
  readonly layout: CoreLayout;

  /** @ignore */
  constructor(binding: Binding, buildReason: string) {
    this.#binding = binding;
    this.buildReason = buildReason;
    this.layout = readLayout(binding.functions);
  }

  /** Which build it is. */
  get build(): "native" | "wasm" {
    return this.#binding.build;
  }

  /**
   * SHA-256.
   *
   * @param bytes What is hashed.
   * @returns 32 bytes.
   */
  sha256(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const digest = new Uint8Array(SHA256_BYTES);
    this.#binding.functions.sha256(bytes, digest);
    return digest;
  }

  /**
   * Community ID v1 of a flow record.
   *
   * @param record The record's bytes, as in a batch.
   * @returns The identifier; empty for ARP.
   */
  communityId(record: Uint8Array): string {
    const { communityId } = this.#binding.functions;
    const bytes = record as Uint8Array<ArrayBuffer>;
    return readText((out) => communityId(bytes, out));
  }

  /**
   * Open an engine.
   *
   * @param text Its options, one `key=value` a line; docs/flows.md names the bounds, `native/core/flow/options.hpp` all.
   * @param options Size of its batches.
   * @returns The engine; to be closed.
   * @throws {NativeError} `refused` if an option is unknown or out of range.
   */
  openEngine(text = "", options: EngineOptions = {}): Engine {
    return new Engine(this.#binding, this.layout, text, options);
  }

  /**
   * Open a forest.
   *
   * @param blob Its packed form; not needed afterwards.
   * @param featureIndex For each feature of the forest, its position in a row.
   * @returns The forest; to be closed.
   * @throws {NativeError} `refused` if the blob is damaged or the map is not as long as the forest has features.
   */
  openForest(
    blob: Uint8Array<ArrayBuffer>,
    featureIndex: readonly number[],
  ): Forest {
    return new Forest(this.#binding, blob, featureIndex);
  }

  /**
   * Prepare to train a forest.
   *
   * @param options Rows, labels and how to train.
   * @returns The trainer; to be closed.
   * @throws {NativeError} `refused` with the reason.
   */
  openTrainer(options: TrainerOptions): Promise<Trainer> {
    return Trainer.open(this.#binding, options);
  }

  /**
   * Join forests, such as the ranges of trees that workers have trained.
   *
   * @param blobs Packed forests with the same features, in order.
   * @returns The packed forest of all their trees.
   * @throws {NativeError} `refused` if one is damaged or has other features.
   */
  mergeForests(
    blobs: readonly Uint8Array<ArrayBuffer>[],
  ): Uint8Array<ArrayBuffer> {
    const sizes = Uint32Array.from(blobs, ({ length }) => length);
    const all = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const blob of blobs) {
      all.set(blob, at);
      at += blob.length;
    }
    const out = new Uint8Array(all.length);
    const error = new Uint8Array(512);
    const { forestMerge } = this.#binding.functions;
    const size = forestMerge(all, sizes, out, error);
    if (size > 0) return out.slice(0, size);
    throw new NativeError(
      "refused",
      `Cannot merge forests as ${reasonOf(error)}`,
    );
  }

  /**
   * Prepare to write JSON lines.
   *
   * @param fields The leaves of a line in order.
   * @returns The formatter; to be closed.
   * @throws {NativeError} `refused` if they make no line.
   */
  openFormatter(fields: readonly FormatterField[]): Formatter {
    return new Formatter(this.#binding, fields);
  }

  /**
   * Prepare to hold and search vectors.
   *
   * @param options Their length and how many at most.
   * @returns The vectors, none yet; to be closed.
   * @throws {NativeError} `refused` if the dimensions are no multiple of 16.
   * @throws {RangeError} If an option is out of range.
   */
  openVectors(options: VectorsOptions): Vectors {
    return new Vectors(this.#binding, options);
  }

  /**
   * Bytes of vectors for {@linkcode Vectors.append}: each is scaled so that its largest number is 127 or -127, and rounded.
   *
   * @param dimensions Numbers of each: a multiple of 16, up to 1024.
   * @param vectors (rows, dimensions), row-major, of any length each.
   * @returns As many bytes.
   * @throws {RangeError} If there is no whole number of rows, or a number is not finite.
   */
  quantizeVectors(
    dimensions: number,
    vectors: Float32Array,
  ): Int8Array<ArrayBuffer> {
    return quantize(this.#binding, dimensions, vectors);
  }
}
