/** Following the log in the search daemon, and waiting that ends with a signal. */
import type { IngestProgress, Searcher } from "@ml-defender/rag";
import { complain, progress } from "./_cli.ts";

/** How far following the log is, said where it matters. */
export class Watching {
  readonly #program: string;
  readonly #caughtUp = Promise.withResolvers<void>();
  #now: IngestProgress | undefined;
  #reading: boolean;
  #left = "";
  #problem: string | undefined;

  /** Nothing is read yet; with nothing to read it is caught up. */
  constructor(program: string, reads: boolean) {
    this.#program = program;
    this.#reading = reads;
    if (!reads) this.#caughtUp.resolve();
  }

  /** Why answers are over a part of the log, if they are. */
  get incomplete(): string | undefined {
    if (this.#problem !== undefined) return this.#problem;
    if (!this.#reading) return undefined;
    const far = this.#now === undefined ? "" : `: ${howFar(this.#now)}`;
    return `the log is still being read${far}`;
  }

  /** Resolves when everything that was there is read, it ended, or the signal aborts. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#caughtUp.promise, aborted(signal)]);
  }

  /** Follow folders until the signal aborts; an end before that is said. */
  async follow(
    searcher: Searcher,
    folders: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    if (folders.length === 0) return;
    try {
      await searcher.ingest(folders, {
        ...{ follow: true, signal },
        onProgress: (now) => this.#hear(now),
      });
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      complain(this.#program, `watching ended: ${message}`);
    } finally {
      this.#end();
    }
  }

  #hear(now: IngestProgress): void {
    this.#now = now;
    if (now.problem !== this.#problem) {
      const text = now.problem ?? "what was read gets into the store again";
      complain(this.#program, text);
      this.#problem = now.problem;
    }
    if (!now.caughtUp) {
      if (this.#reading) progress(`reading the log: ${howFar(now)}`);
      return;
    }
    this.#end();
    const left = leftOut(now) ?? "";
    if (left !== "" && left !== this.#left) complain(this.#program, left);
    this.#left = left;
  }

  #end(): void {
    if (this.#reading) progress("");
    this.#reading = false;
    this.#caughtUp.resolve();
  }
}

/** How far reading is. */
export function howFar({ added, bytes, ofBytes }: IngestProgress): string {
  const percent = ofBytes === 0 ? 0 : Math.floor(bytes / ofBytes * 100);
  return `${added} new events, ${percent} %`;
}

/** What was left out of the log, in words; absent where nothing was. */
export function leftOut({ skipped }: IngestProgress): string | undefined {
  const reasons = Object.entries(skipped).filter(([, n]) => n > 0);
  if (reasons.length === 0) return undefined;
  const list = reasons.map(([reason, n]) => `${n} ${reason}`).join(", ");
  return `left out of the log: ${list} (lines and files)`;
}

/** Resolves when a signal has aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) =>
    signal.addEventListener("abort", () => done(), { once: true })
  );
}

/** What a promise gives, unless a signal aborts first. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(new Error("stopped"));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What a promise gives, or nothing where it takes longer. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
