/** How long a client may take to fetch what is ready for it. */
export interface LiveBodyOptions {
  /** From the end of the answer until its last piece is taken, milliseconds. */
  readonly drainMs: number;
}

/** A response's body that is written while the client reads it. */
export class LiveBody {
  readonly #gone = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  readonly #drainMs: number;
  readonly #ready: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #drain: ReturnType<typeof setTimeout> | undefined;
  #complete = false;
  /** What the client reads. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  /** An empty one. */
  constructor({ drainMs }: LiveBodyOptions) {
    this.#drainMs = drainMs;
    this.stream = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Aborted when the client is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the client has it all, or is gone. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Give the client a piece; nothing happens where it is gone. */
  write(text: string): void {
    if (this.gone.aborted || this.#complete) return;
    this.#ready.push(new TextEncoder().encode(text));
    this.#wake?.();
  }

  /** Nothing follows. */
  finish(): void {
    if (this.#complete) return;
    this.#complete = true;
    if (!this.gone.aborted) {
      this.#drain = setTimeout(() => this.#end(), this.#drainMs);
    }
    this.#wake?.();
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    while (
      this.#ready.length === 0 && !this.#complete && !this.gone.aborted
    ) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const piece = this.#ready.shift();
    if (piece !== undefined) controller.enqueue(piece);
    else if (this.#complete && !this.gone.aborted) {
      controller.close();
      clearTimeout(this.#drain);
      this.#over.resolve();
    }
  }

  /** The client is gone, or takes too long. */
  #end(): void {
    clearTimeout(this.#drain);
    this.#ready.length = 0;
    this.#gone.abort();
    this.#wake?.();
    this.#over.resolve();
  }
}
