const BUCKET_US = 5_000_000;
/** Of the rows beyond the quota one in so many is still judged. */
const SHARE = 64;
/** Keys at once; the one that began its five seconds first is forgotten beyond it. */
const MAX_KEYS = 65_536;

interface Use {
  bucket: number;
  judged: number;
  skipped: number;
}

/**
 * How many rows of one kind are judged in five seconds of capture time. It depends on the records and their order alone,
 * so the same capture gives the same verdicts however it is read.
 */
export class Quota {
  readonly #limit: number;
  readonly #uses = new Map<string, Use>();

  /** @param limit Rows for each key and five seconds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Asks for one more row.
   *
   * @param key What the row is about.
   * @param timestampUs Its time.
   * @param rows Rows that it stands for.
   * @returns Rows that were skipped since the last one judged; -1 to skip this one.
   */
  take(key: string, timestampUs: number, rows = 1): number {
    const bucket = Math.floor(timestampUs / BUCKET_US);
    const use = this.#uses.get(key) ?? { bucket: NaN, judged: 0, skipped: 0 };
    if (use.bucket !== bucket) {
      use.bucket = bucket;
      use.judged = 0;
      this.#renew(key, use);
    }
    if (use.judged >= this.#limit && use.skipped < SHARE - 1) {
      use.skipped += rows;
      return -1;
    }
    const { skipped } = use;
    use.skipped = 0;
    use.judged++;
    return skipped;
  }

  /** Puts a key behind all others; the one that began its five seconds first gives way where there are too many. */
  #renew(key: string, use: Use): void {
    this.#uses.delete(key);
    if (this.#uses.size >= MAX_KEYS) {
      for (const oldest of this.#uses.keys()) {
        this.#uses.delete(oldest);
        break;
      }
    }
    this.#uses.set(key, use);
  }
}
