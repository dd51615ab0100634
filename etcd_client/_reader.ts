/** State, checked, and watches on it. */
import type { Backend, RawChange, RawState } from "./backend.ts";
import type { Codec } from "./_codec.ts";
import { EtcdError } from "./error.ts";
import type { Freshness } from "./_guard.ts";
import type {
  ConfigEntry,
  ConfigState,
  InvalidEntry,
  WatchEvent,
  WatchOptions,
} from "./store.ts";
import type { Target } from "./value.ts";
import { isOfValue } from "./value_errors.ts";
import { WatchQueue } from "./_watch_queue.ts";

type Resync = Extract<WatchEvent, { kind: "resync" }>;

/** Where a watch goes on. */
interface Following {
  readonly target: Target;
  readonly from: number | undefined;
  /** The store that `from` is a revision of, where that is known. */
  readonly identity: string | undefined;
  readonly queueLimit: number;
}

/**
 * A read that was on its way while something newer was applied is older than what is known, and made anew; a store that is
 * older each time went back.
 */
const REREADS = 20;
const RETRY_MS = 200;

export class Reader {
  readonly #backend: Backend;
  readonly #codec: Codec;
  readonly #closed: AbortSignal;
  watches = 0;
  resyncs = 0;
  invalid = 0;

  constructor(backend: Backend, codec: Codec, closed: AbortSignal) {
    this.#backend = backend;
    this.#codec = codec;
    this.#closed = closed;
  }

  async state(target: Target, revision?: number): Promise<ConfigState> {
    for (let attempt = 1;; attempt++) {
      const raw = await this.#backend.read(target, revision);
      const past = revision !== undefined;
      const state = await this.#decodeAll(target, raw, past ? "past" : "now");
      const stale = state.invalid.some(({ key, error }) =>
        error.code === "replay" &&
        (this.#codec.guard.known(key)?.revision ?? 0) > raw.revision
      );
      if (stale && attempt < REREADS) continue;
      this.invalid += state.invalid.length;
      return state;
    }
  }

  async #decodeAll(
    target: Target,
    raw: RawState,
    freshness: Freshness,
  ): Promise<ConfigState> {
    const entries: ConfigEntry[] = [];
    const invalid: InvalidEntry[] = [];
    const there = new Set<string>();
    for (const entry of raw.entries) {
      const { key, revision } = entry;
      there.add(key);
      try {
        const decoded = await this.#codec.decode(entry, freshness);
        if (decoded.kind === "deleted") continue;
        entries.push({ key, value: decoded.value, revision });
      } catch (error) {
        invalid.push({ key, error: asValueError(error), revision });
      }
    }
    const { namespace } = this.#backend;
    const names = typeof target === "string"
      ? [namespace + target]
      : [...this.#codec.guard.counters.names(namespace + target.prefix)];
    for (const name of names) {
      const key = name.slice(namespace.length);
      if (there.has(key)) continue;
      try {
        await this.#codec.absent(key, raw.revision, freshness);
      } catch (error) {
        invalid.push({ key, error: asValueError(error), revision: 0 });
      }
    }
    return { revision: raw.revision, entries, invalid };
  }

  async *watch(
    target: Target,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    const { fromRevision, initial = false, queueLimit = 1024 } = options;
    const signal = options.signal === undefined
      ? this.#closed
      : AbortSignal.any([options.signal, this.#closed]);
    let from = fromRevision;
    let identity: string | undefined;
    let reason: Resync["reason"] | undefined = initial ? "start" : undefined;
    this.watches++;
    try {
      while (!signal.aborted) {
        if (reason !== undefined) {
          const state = await this.#resync(target, reason, signal);
          if (state === undefined) break;
          if (reason !== "start") this.resyncs++;
          from = state.revision + 1;
          identity = this.#backend.identity;
          yield state;
        }
        const ended = yield* this.#follow(
          { target, from, identity, queueLimit },
          signal,
        );
        if (ended === undefined) break;
        reason = ended;
      }
    } finally {
      this.watches--;
    }
    if (options.signal?.aborted !== true && this.#closed.aborted) {
      throw new EtcdError(
        "closed",
        "Cannot go on watching: the store was closed",
      );
    }
  }

  /** Yields changes until they stop coming, and says why: a gap, or nothing if it was to end. */
  async *#follow(
    { target, from, identity, queueLimit }: Following,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, Resync["reason"] | undefined> {
    const queue = new WatchQueue(queueLimit);
    const stop = () => queue.end();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    const subscribing = this.#backend.subscribe(target, from, queue);
    subscribing.then(() => {
      const other = identity !== undefined &&
        this.#backend.identity !== identity;
      if (other) queue.gap("restored");
    }, (error) => queue.fail(error));
    try {
      for (;;) {
        const taken = await queue.take();
        if (taken.kind === "ended") return undefined;
        if (taken.kind === "gap") return taken.reason;
        if (taken.kind === "failed") {
          if (signal.aborted) return undefined;
          throw taken.error;
        }
        const { changes } = taken;
        for (const [i, change] of changes.entries()) {
          if (signal.aborted) return undefined;
          yield await this.#event(change, i + 1 < changes.length);
        }
      }
    } finally {
      signal.removeEventListener("abort", stop);
      subscribing.then((subscription) => subscription.close(), () => {});
    }
  }

  async #event(change: RawChange, more: boolean): Promise<WatchEvent> {
    const [key, revision] = change.kind === "put"
      ? [change.entry.key, change.entry.revision]
      : [change.key, change.revision];
    try {
      if (change.kind === "delete") {
        await this.#codec.absent(key, revision, "event");
        return { kind: "delete", key, revision, more };
      }
      const decoded = await this.#codec.decode(change.entry, "event");
      if (decoded.kind === "deleted") {
        return { kind: "delete", key, revision, more };
      }
      return { kind: "put", key, value: decoded.value, revision, more };
    } catch (error) {
      this.invalid++;
      return {
        kind: "invalid",
        key,
        error: asValueError(error),
        revision,
        more,
      };
    }
  }

  /** The state, when the store can be reached again. */
  async #resync(
    target: Target,
    reason: Resync["reason"],
    signal: AbortSignal,
  ): Promise<Resync | undefined> {
    while (!signal.aborted) {
      try {
        return { kind: "resync", reason, ...await this.state(target) };
      } catch (error) {
        const { code } = error as { code?: unknown };
        const passing = code === "unreachable" || code === "tls";
        if (reason === "start" || !passing) {
          if (signal.aborted) return undefined;
          throw error;
        }
        await pause(RETRY_MS, signal);
      }
    }
    return undefined;
  }
}

/** What a value did wrong, or throws on what is no fault of a value. */
function asValueError(error: unknown): EtcdError {
  if (isOfValue(error)) return error;
  throw error;
}

/**
 * Makes a generator whose `return()` ends it at once, even while a `next()` waits: by itself it would wait for that one.
 */
export function stoppable<T>(
  signal: AbortSignal | undefined,
  make: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const stop = new AbortController();
  const either = signal === undefined
    ? stop.signal
    : AbortSignal.any([signal, stop.signal]);
  const generator = make(either);
  const end = generator.return.bind(generator);
  generator.return = (value) => {
    stop.abort();
    return end(value);
  };
  return generator;
}

/** Waits, or less when it is to end. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}
