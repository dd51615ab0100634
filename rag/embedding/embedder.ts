/**
 * Text to a vector: the interface that every embedder has.
 *
 * @module
 */

/** Turns text into vectors; those of similar meaning point the same way. */
export interface Embedder {
  /** Identity of the model, its tokenizer included: a hash. An index refuses vectors of another. */
  readonly model: string;
  /** Length of a vector. */
  readonly dimensions: number;
  /**
   * Embed texts.
   *
   * @param texts What is embedded.
   * @returns One L2-normalised vector a text, row-major `(texts, dimensions)`; owned by the caller. A text with nothing that the
   * model knows is a row of zeros.
   */
  embed(texts: readonly string[]): Promise<Float32Array>;
  /** Let go of what it holds; idempotent. */
  close(): Promise<void>;
}

/** An embedder that answers at once: plain code, no worker and no network. */
export interface SyncEmbedder extends Embedder {
  /**
   * Embed one text.
   *
   * @param text What is embedded.
   * @param out Where the vector goes; `dimensions` long.
   * @returns Share of the text's content words that the model knows, from 0 to 1.
   */
  embedInto(text: string, out: Float32Array): number;
}
