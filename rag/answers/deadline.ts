/** Time-outs of one generation: to its first text and in all, and the caller's signal. */
import { ModelError } from "./answer_model.ts";

/** How long a generation may take. */
export interface DeadlineOptions {
  /** Time for all of it. */
  readonly timeoutMs: number;
  /** Time to the first text. */
  readonly firstTokenMs: number;
}

/** Stops a generation that takes too long or that nobody wants any more. */
export class Deadline {
  readonly #outer: AbortSignal | undefined;
  readonly #abort = new AbortController();
  #total: ReturnType<typeof setTimeout> | undefined;
  #first: ReturnType<typeof setTimeout> | undefined;
  #late: string | undefined;

  /**
   * Begin.
   *
   * @param options How long.
   * @param signal The caller's.
   * @throws {ModelError} If the caller has stopped already.
   */
  constructor(options: DeadlineOptions, signal?: AbortSignal) {
    this.#outer = signal;
    if (signal?.aborted === true) throw cancelled(signal);
    const { timeoutMs, firstTokenMs } = options;
    this.#total = setTimeout(
      () => this.#expire(`took longer than ${timeoutMs} ms`),
      timeoutMs,
    );
    this.#first = setTimeout(
      () => this.#expire(`gave no text within ${firstTokenMs} ms`),
      firstTokenMs,
    );
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted when it is over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The first text is there. */
  started(): void {
    clearTimeout(this.#first);
    this.#first = undefined;
  }

  /**
   * Go on only in time.
   *
   * @throws {DOMException} If it is over.
   */
  check(): void {
    this.#abort.signal.throwIfAborted();
  }

  /**
   * What an error means.
   *
   * @param error What was thrown.
   * @returns The time-out or the cancellation behind it; undefined where it is something else.
   */
  explain(error: unknown): ModelError | undefined {
    if (error instanceof ModelError && error.code === "too_long") {
      return undefined;
    }
    if (this.#outer?.aborted === true) return cancelled(this.#outer);
    return this.#late === undefined ? undefined : new ModelError(
      "timeout",
      `Cannot wait for the model as it ${this.#late}`,
      { cause: error },
    );
  }

  /** Let go of timers and signal, and stop what still runs; idempotent. */
  close(): void {
    this.started();
    clearTimeout(this.#total);
    this.#total = undefined;
    this.#outer?.removeEventListener("abort", this.#onAbort);
    this.#abort.abort();
  }

  readonly #onAbort = (): void => this.#abort.abort();

  #expire(why: string): void {
    this.#late = why;
    this.#abort.abort();
  }
}

function cancelled(signal: AbortSignal): ModelError {
  return new ModelError("cancelled", "The model's answer was cancelled", {
    cause: signal.reason,
  });
}
