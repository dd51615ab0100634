/**
 * Leases: what hangs on one ends with it.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import { EtcdError } from "./error.ts";

/** Options of `lease`. */
export interface LeaseOptions {
  /** Keep it by itself, three times in its length. @default {true} */
  readonly keep?: boolean;
}

/** A promise of a store to delete what hangs on it, unless it is kept. */
export interface Lease extends AsyncDisposable {
  /** Its id in the store. */
  readonly id: string;
  /** Its length. */
  readonly ttlSeconds: number;
  /** Aborted when it has ended: expired while the store could not be reached, or revoked. */
  readonly ended: AbortSignal;
  /** Gives it its whole length again; for leases that are not kept by themselves. */
  keep(): Promise<void>;
  /** Ends it and deletes what hangs on it. May be called twice. */
  revoke(): Promise<void>;
}

/** A lease of a backend, with its upkeep. */
export class BackendLease implements Lease {
  /** Its id in the store. */
  readonly id: string;
  /** Its length. */
  readonly ttlSeconds: number;
  readonly #backend: Backend;
  readonly #ended = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    backend: Backend,
    id: string,
    ttlSeconds: number,
    keep: boolean,
  ) {
    this.#backend = backend;
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    if (keep) {
      const every = ttlSeconds * 1000 / 3;
      this.#timer = setInterval(() => this.keep().catch(() => {}), every);
    }
  }

  /**
   * Makes one.
   *
   * @param backend Where.
   * @param ttlSeconds Its length, 1 to 31,536,000.
   * @param options How it is kept.
   */
  static async grant(
    backend: Backend,
    ttlSeconds: number,
    options: LeaseOptions = {},
  ): Promise<BackendLease> {
    const { keep = true } = options;
    if (
      !Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > 31_536_000
    ) {
      throw new RangeError(
        `Cannot make lease as 'ttlSeconds' must be a whole number from 1 to 31,536,000: current value is ${ttlSeconds}`,
      );
    }
    const id = await backend.grantLease(ttlSeconds);
    return new BackendLease(backend, id, ttlSeconds, keep);
  }

  /** Aborted when it has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Gives it its whole length again. */
  async keep(): Promise<void> {
    try {
      await this.#backend.keepLease(this.id);
    } catch (error) {
      if (error instanceof EtcdError && error.code === "lease") {
        this.stop(error);
      }
      throw error;
    }
  }

  /** Ends it and deletes what hangs on it. */
  async revoke(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.stop();
    await this.#backend.revokeLease(this.id);
  }

  /**
   * Ends the upkeep; the store deletes what hangs on it when its time is over.
   *
   * @param reason What `ended` says.
   */
  stop(reason?: unknown): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ended.abort(reason);
  }

  /** As `revoke`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.revoke();
  }
}
