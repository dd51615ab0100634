// Keys counted at once; the one counted first is forgotten beyond that.
const MAX_KEYS = 65_536;

/** How often each of many keys was counted, in bounded memory. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** Times that a key was counted. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts a key once more. */
  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
    if (this.#counts.size <= MAX_KEYS) return;
    for (const first of this.#counts.keys()) {
      this.#counts.delete(first);
      break;
    }
  }
}
