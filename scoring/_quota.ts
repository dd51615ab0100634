const BUCKET_US = 5_000_000;
/** Of the rows beyond the quota one in so many is still judged. */
const SHARE = 256;
/** Keys of one generation; two are kept, so that forgetting costs no search for the oldest key. */
const GENERATION_KEYS = 8_192;

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
  #young = new Map<string, Use>();
  #old = new Map<string, Use>();

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
    const use = this.#young.get(key) ?? this.#renew(key);
    if (use.bucket !== bucket) {
      use.bucket = bucket;
      use.judged = 0;
    }
    if (use.judged >= this.#limit && use.skipped + rows < SHARE) {
      use.skipped += rows;
      return -1;
    }
    const { skipped } = use;
    use.skipped = 0;
    use.judged++;
    return skipped;
  }

  /** Puts a key among the young ones; beyond their bound all that were not used since are forgotten. */
  #renew(key: string): Use {
    const use = this.#old.get(key) ?? { bucket: NaN, judged: 0, skipped: 0 };
    if (this.#young.size >= GENERATION_KEYS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, use);
    return use;
  }
}
