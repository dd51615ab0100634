/** What a client remembers of keys, and how it judges by that what the store says now. */
import type { Backend, RawEntry } from "./backend.ts";
import type { CounterEntry, CounterStore } from "./counters.ts";
import type { Envelope } from "./envelope.ts";
import { EtcdError } from "./error.ts";

/**
 * How an envelope's counter is judged: `now` it must be the highest; `event` it may be lower if it was written before the
 * highest was; `past` the caller asked for an old value.
 */
export type Freshness = "now" | "event" | "past";

/** Which envelope was there. */
export type Mark = Pick<Envelope, "counter" | "tag">;

export class Guard {
  readonly #backend: Backend;
  readonly counters: CounterStore;
  #last: Promise<unknown> = Promise.resolve();

  constructor(backend: Backend, counters: CounterStore) {
    this.#backend = backend;
    this.counters = counters;
  }

  /** What is remembered of a key in the store as it is now. */
  known(key: string): CounterEntry | undefined {
    const known = this.#remembered(key);
    return known?.store === this.#backend.identity ? known : undefined;
  }

  /** The highest counter known of a key, in whatever store. */
  counterOf(key: string): number {
    return this.#remembered(key)?.counter ?? 0;
  }

  /** Judges an envelope that was opened, and remembers it. */
  seen(
    entry: RawEntry,
    envelope: Envelope,
    freshness: Freshness,
  ): Promise<void> {
    if (freshness === "past") return Promise.resolve();
    return this.#alone(() => this.#judge(entry, envelope, freshness));
  }

  /** Judges that a key is not there (any more). */
  absent(key: string, revision: number, freshness: Freshness): Promise<void> {
    if (freshness === "past") return Promise.resolve();
    return this.#alone(() => this.#judgeAbsent(key, revision, freshness));
  }

  /** Remembers what was just written here. */
  wrote(key: string, envelope: Envelope, revision: number): Promise<void> {
    return this.#alone(async () => {
      const known = this.#remembered(key);
      if (known !== undefined && known.counter >= envelope.counter) return;
      await this.#remember(key, envelope, revision);
    });
  }

  /** Remembers what was just deleted here without a trace, which may have been seen never before. */
  removed(
    key: string,
    { counter, tag }: Mark,
    revision: number,
  ): Promise<void> {
    return this.#alone(async () => {
      const known = this.#remembered(key);
      if (known !== undefined && known.counter > counter) {
        return await this.#judgeAbsent(key, revision, "event");
      }
      const store = this.#backend.identity;
      const entry = { counter, tag, state: "gone", revision, store } as const;
      await this.counters.set(this.#name(key), entry);
    });
  }

  #name(key: string): string {
    return this.#backend.namespace + key;
  }

  #remembered(key: string): CounterEntry | undefined {
    return this.counters.get(this.#name(key));
  }

  /**
   * One judgement at a time: the next finds what this one remembered, or, where that could not be stored, what was known
   * before. So no value is given out whose counter is not stored.
   */
  #alone(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {});
    return result;
  }

  async #judge(
    { key, revision }: RawEntry,
    envelope: Envelope,
    freshness: Freshness,
  ): Promise<void> {
    const known = this.#remembered(key);
    const { counter, tag, tombstone } = envelope;
    if (known !== undefined) {
      const earlier = freshness === "event" && revision <= known.revision &&
        known.store === this.#backend.identity;
      if (earlier) return;
      if (counter < known.counter) {
        throw replay(key, "it is an older value, put back");
      }
      if (counter === known.counter) {
        if (tag !== known.tag || (isOver(known) && !tombstone)) {
          throw replay(key, "it is an older value, put back");
        }
        if (revision <= known.revision) return;
      }
    }
    await this.#remember(key, envelope, revision);
  }

  async #judgeAbsent(
    key: string,
    revision: number,
    freshness: Freshness,
  ): Promise<void> {
    const known = this.#remembered(key);
    if (known === undefined || isOver(known)) return;
    const store = this.#backend.identity;
    if (known.store === store && revision <= known.revision) {
      // Nothing follows from a state that is older than the key: whoever reads the state now, reads again.
      if (freshness === "event") return;
      throw replay(key, "the store's state is older than the value last seen");
    }
    if (known.state === "live") {
      throw replay(
        key,
        "it went away without having been deleted by a holder of the keys",
      );
    }
    const entry = { ...known, state: "gone", revision, store } as const;
    await this.counters.set(this.#name(key), entry);
  }

  async #remember(
    key: string,
    envelope: Envelope,
    revision: number,
  ): Promise<void> {
    const { counter, tag } = envelope;
    const state = stateOf(envelope);
    const store = this.#backend.identity;
    const entry = { counter, tag, state, revision, store } as const;
    await this.counters.set(this.#name(key), entry);
  }
}

function stateOf(
  { tombstone, expendable, leased }: Envelope,
): CounterEntry["state"] {
  if (tombstone) return "deleted";
  return expendable ? "expendable" : leased ? "leased" : "live";
}

/** Whether a key was known to be there no more. */
function isOver({ state }: CounterEntry): boolean {
  return state === "deleted" || state === "gone";
}

function replay(key: string, reason: string): EtcdError {
  return new EtcdError("replay", `Cannot use '${key}': ${reason}`, { key });
}
