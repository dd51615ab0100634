/** Pieces of text from a callback to an iteration; bounded by whoever writes them. */
export class PieceQueue implements AsyncIterable<string> {
  #pieces: string[] = [];
  #ended = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  /** Append a piece. */
  push(piece: string): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  /** Nothing follows. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Nothing follows, as something went wrong. */
  fail(error: unknown): void {
    this.#error = error ?? new Error("it failed");
    this.end();
  }

  /** The pieces in order, each once; throws at their end what `fail` was given. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const pieces = this.#pieces;
      this.#pieces = [];
      yield* pieces;
      if (this.#pieces.length > 0) continue;
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
  }
}
