/** Waits until something in a folder changes, or for a while. */

/** Changes come in bursts: after the first one a moment passes. */
const SETTLE_MS = 20;

/** Wakes who waits for changes in a folder. Where the system cannot watch it, only time wakes. */
export class Waker implements Disposable {
  #watcher: Deno.FsWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  /** Watches a folder and all below it. */
  constructor(directory: string) {
    try {
      this.#watcher = Deno.watchFs(directory, { recursive: true });
    } catch {
      return;
    }
    this.#listen(this.#watcher);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        // Reading is no change: ours would wake us for ever.
        if (kind === "access") continue;
        this.#changed = true;
        this.#wake?.();
      }
    } catch {
      // Time wakes from now on.
    }
  }

  /** Resolves after a change since the last call, after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return;
    const woken = this.#changed || await this.#sleep(ms, signal, true);
    if (woken && !signal?.aborted) {
      await this.#sleep(Math.min(SETTLE_MS, ms), signal, false);
    }
    this.#changed = false;
  }

  #sleep(
    ms: number,
    signal: AbortSignal | undefined,
    wakes: boolean,
  ): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const abort = () => resolve(false);
    const timer = setTimeout(abort, ms);
    signal?.addEventListener("abort", abort, { once: true });
    if (wakes) this.#wake = () => resolve(true);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#wake = undefined;
    });
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    try {
      this.#watcher?.close();
    } catch {
      // Closed already, as the folder is gone.
    }
    this.#watcher = undefined;
  }
}
