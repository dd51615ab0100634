/** Changes on their way from a backend to a reader, at most so many. */
import type { GapReason, RawChange, RawSink } from "./backend.ts";

/** What the reader takes. */
export type Taken =
  | { readonly kind: "changes"; readonly changes: readonly RawChange[] }
  | { readonly kind: "gap"; readonly reason: GapReason | "overflow" }
  | { readonly kind: "failed"; readonly error: Error }
  | { readonly kind: "ended" };

export class WatchQueue implements RawSink {
  readonly #limit: number;
  #waiting: (readonly RawChange[])[] = [];
  #size = 0;
  #end: Exclude<Taken, { kind: "changes" }> | undefined;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  changes(changes: readonly RawChange[]): void {
    if (this.#end !== undefined) return;
    if (this.#size > 0 && this.#size + changes.length > this.#limit) {
      this.#waiting = [];
      this.#finish({ kind: "gap", reason: "overflow" });
      return;
    }
    this.#waiting.push(changes);
    this.#size += changes.length;
    this.#wake?.();
  }

  gap(reason: GapReason): void {
    this.#finish({ kind: "gap", reason });
  }

  fail(error: Error): void {
    this.#finish({ kind: "failed", error });
  }

  /** The reader wants no more. */
  end(): void {
    this.#waiting = [];
    this.#finish({ kind: "ended" });
  }

  /** Waits for what comes next; how it ended comes after what was there before. */
  async take(): Promise<Taken> {
    for (;;) {
      const changes = this.#waiting.shift();
      if (changes !== undefined) {
        this.#size -= changes.length;
        return { kind: "changes", changes };
      }
      if (this.#end !== undefined) return this.#end;
      await new Promise<void>((wake) => this.#wake = wake);
    }
  }

  #finish(end: Exclude<Taken, { kind: "changes" }>): void {
    if (this.#end === undefined || end.kind === "ended") this.#end = end;
    this.#wake?.();
  }
}
