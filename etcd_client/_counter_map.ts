/** Counters by name, of which those of keys that are gone do not become more and more. */
import type { CounterEntry } from "./counters.ts";

/** So many keys that are gone without a trace are remembered; of more, those that went first are forgotten. */
export const MAX_GONE = 10_000;

export class CounterMap implements Iterable<[string, CounterEntry]> {
  readonly #entries = new Map<string, CounterEntry>();
  /** In the order in which they went. */
  readonly #gone = new Set<string>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): CounterEntry | undefined {
    return this.#entries.get(name);
  }

  set(name: string, entry: CounterEntry): void {
    this.#gone.delete(name);
    if (entry.state === "gone") {
      // Those that are gone stand in the order in which they went, so that a file of them is read in that order.
      this.#entries.delete(name);
      this.#gone.add(name);
    }
    this.#entries.set(name, entry);
    if (this.#gone.size <= MAX_GONE) return;
    const [first] = this.#gone;
    this.#gone.delete(first!);
    this.#entries.delete(first!);
  }

  *names(prefix: string): Iterable<string> {
    for (const name of this.#entries.keys()) {
      if (name.startsWith(prefix)) yield name;
    }
  }

  [Symbol.iterator](): IterableIterator<[string, CounterEntry]> {
    return this.#entries[Symbol.iterator]();
  }
}
