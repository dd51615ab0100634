/** Looks at each batch of an analysis: which configuration runs when it begins, and whether it is the same when it ends. */
import type {
  LiveAttachment,
  LiveConfig,
  LivePart,
  LiveSettings,
  StartSettings,
} from "../../../live_config.ts";
import { print } from "./_lines.ts";

/** What runs, as parts of the program have it. */
export interface Runs {
  revision: number;
  digest: string;
  alert: number;
  maxLines: number;
}

/** A configuration whose batches are looked at. */
export class WatchedBatches implements LiveConfig {
  readonly #inner: LiveConfig;
  readonly #runs: Runs;
  #seen: string | undefined;
  #before = "";
  #last = performance.now();
  /** Batches so far. */
  count = 0;
  /** Milliseconds from one batch to the next, at most. */
  longestMs = 0;

  constructor(inner: LiveConfig, runs: Runs) {
    this.#inner = inner;
    this.#runs = runs;
  }

  current(): Promise<LiveSettings & StartSettings> {
    return this.#inner.current();
  }

  async attach(part: LivePart): Promise<LiveAttachment> {
    const attachment = await this.#inner.attach({
      name: part.name,
      prepare: (settings) => {
        const { abort, commit } = part.prepare(settings);
        return { abort, commit: () => this.#commit(settings, commit) };
      },
    });
    return {
      betweenBatches: () => {
        this.#end();
        const wait = attachment.betweenBatches();
        if (wait === undefined) return this.#begin();
        return wait.then(() => this.#begin());
      },
      idle: () => {
        this.#end();
        attachment.idle();
      },
      close: () => attachment.close(),
    };
  }

  #commit({ policy, log }: LiveSettings, commit: () => void): void {
    commit();
    this.#runs.alert = policy.thresholds.alert;
    this.#runs.maxLines = Number(log.maxFileLines);
  }

  #begin(): undefined {
    this.#seen = JSON.stringify(this.#runs);
    if (this.#seen !== this.#before) {
      print("batch", { number: this.count, ...this.#runs });
    }
    this.#before = this.#seen;
    this.count++;
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.#last);
    this.#last = now;
  }

  #end(): void {
    if (this.#seen === undefined) return;
    const then = JSON.stringify(this.#runs);
    if (then !== this.#seen) print("torn", { seen: this.#seen, then });
    this.#seen = undefined;
  }
}
