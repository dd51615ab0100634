/** What the store wants, one whole transaction after the other. */
import {
  type ConfigIssue,
  type ConfigState,
  type ConfigStore,
  EtcdError,
  type Json,
  type WatchEvent,
} from "@ml-defender/etcd-client";
import { digestOfAll, strangers } from "./_digest.ts";
import { equal } from "./_json.ts";
import { asMark, type ChangeMark, type Layout } from "./_layout.ts";
import { pause } from "./_wait.ts";

/** What the store holds. */
export interface Desired {
  /** Revision of the configuration; 0 when nobody has written any. */
  readonly revision: number;
  /** Who wrote it, as far as that is known: what is damaged says nothing of that. */
  readonly actor: string;
  /** Values by section. */
  readonly sections: ReadonlyMap<string, Json>;
  /** What is there and must not be used. */
  readonly damage: readonly ConfigIssue[];
  /** One digest of all sections, by which this revision is told from another of its number; undefined where nobody says. */
  readonly digest: string | undefined;
  /** As in the mark. */
  readonly anew: number;
  /** Revisions that the mark keeps, oldest first. */
  readonly kept: readonly number[];
}

/** What an empty store wants: the defaults. */
export const NOTHING: Desired = {
  revision: 0,
  actor: "unknown",
  sections: new Map(),
  damage: [],
  digest: undefined,
  anew: 0,
  kept: [],
};

/** Who wants to know. */
export interface FeedSink {
  /** The store holds this now. */
  desired(desired: Desired): void;
  /** It cannot be reached or read; tried again. */
  failed(error: unknown): void;
}

/** A revision, and one digest of its sections where that is known. */
interface Known {
  readonly revision: number;
  readonly digest: string | undefined;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Why a mark can not be used. */
export const NO_MARK = "is no record of a change";

export class Feed {
  readonly #store: ConfigStore;
  readonly #layout: Layout;
  readonly #sink: FeedSink;
  readonly #sections = new Map<string, Json>();
  readonly #damage = new Map<string, string>();
  #mark: ChangeMark | undefined;
  /** Newest revision that is known to have been, and the digest of it where that is known: nothing may come that is older, or that came about without it. */
  #known: Known = { revision: 0, digest: undefined };
  /** The newest that came about without it: so did all that comes after, also when what is known is let go there. */
  #other: Known | undefined;
  /** Ends the present reading, for another one. */
  #reading = new AbortController();
  /** Who waits for the next whole reading. */
  #reread: (() => void)[] = [];
  #ended = false;

  constructor(store: ConfigStore, layout: Layout, sink: FeedSink) {
    this.#store = store;
    this.#layout = layout;
    this.#sink = sink;
  }

  /** There was this revision, as somebody remembers who ran it. */
  remember(revision: number, digest: string | undefined): void {
    if (revision < this.#known.revision) return;
    if (revision === this.#known.revision && digest === undefined) return;
    this.#known = { revision, digest };
  }

  /** Reads all of it again: what could not be used may be of use by now. Resolves when that is told, or fails. */
  reread(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#reread.push(resolve);
    this.#reading.abort();
    return promise;
  }

  /** Follows the store until told to end, or until the store is closed. */
  async run(signal: AbortSignal): Promise<void> {
    let wait = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const reading = this.#reading = new AbortController();
      try {
        const events = this.#store.watch({ prefix: this.#layout.config }, {
          initial: true,
          signal: AbortSignal.any([signal, reading.signal]),
        });
        for await (const event of events) {
          wait = FIRST_PAUSE_MS;
          this.#take(event);
        }
      } catch (error) {
        if (signal.aborted) break;
        this.#sink.failed(error);
        this.#wake();
        if (error instanceof EtcdError && error.code === "closed") break;
      }
      if (reading.signal.aborted) continue;
      await pause(wait, AbortSignal.any([signal, reading.signal]));
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#reread.splice(0)) wake();
  }

  #take(event: WatchEvent): void {
    if (event.kind === "resync") {
      this.#takeAll(event);
      this.#tell();
      this.#wake();
      return;
    }
    const { key } = event;
    if (event.kind === "put") this.#put(key, event.value);
    else if (event.kind === "delete") this.#delete(key);
    else this.#damage.set(key, event.error.message);
    if (!event.more) this.#tell();
  }

  #takeAll({ entries, invalid }: ConfigState): void {
    this.#sections.clear();
    this.#damage.clear();
    this.#mark = undefined;
    for (const { key, value } of entries) this.#put(key, value);
    for (const { key, error } of invalid) this.#damage.set(key, error.message);
  }

  #put(key: string, value: Json): void {
    this.#damage.delete(key);
    if (key !== this.#layout.mark) {
      this.#sections.set(this.#nameOf(key), value);
      return;
    }
    this.#mark = asMark(value);
    if (this.#mark === undefined) this.#damage.set(key, NO_MARK);
  }

  #delete(key: string): void {
    this.#damage.delete(key);
    if (key === this.#layout.mark) this.#mark = undefined;
    else this.#sections.delete(this.#nameOf(key));
  }

  #tell(): void {
    const mark = this.#mark;
    const damage = [...this.#damage].map(([key, message]) => ({
      path: this.#nameOf(key),
      message,
    }));
    const digest = mark && digestOfAll(mark.digests);
    if (!this.#damage.has(this.#layout.mark)) {
      for (
        const [path, message] of mark ? strangers(this.#sections, mark) : []
      ) {
        if (this.#damage.has(this.#layout.section(path))) continue;
        damage.push({ path, message });
      }
      const message = this.#unlike(mark, digest);
      if (message !== undefined) damage.push({ path: "", message });
      else if (mark !== undefined) this.remember(mark.revision, digest);
    }
    this.#sink.desired({
      revision: mark?.revision ?? 0,
      actor: damage.length === 0 && mark ? mark.actor : "unknown",
      sections: new Map(this.#sections),
      damage,
      digest,
      anew: mark?.anew ?? 0,
      kept: mark?.kept.map(([number]) => number) ?? [],
    });
  }

  /** Why this does not come after what is known to have been; undefined if it does. Nothing, after something, is no wish for the defaults. */
  #unlike(
    mark: ChangeMark | undefined,
    digest: string | undefined,
  ): string | undefined {
    const known = this.#known;
    const { revision = 0, anew = 0, kept = [] } = mark ?? {};
    const was = `the configuration was at revision ${known.revision} and`;
    const above = (top: number) =>
      `look at \`config history\`, and if it is meant, write it again above ${top} (--above ${top})`;
    if (revision < known.revision) {
      const state = mark !== undefined
        ? `the store has ${revision}: an old state was put back, or the store was restored from a backup`
        : this.#sections.size === 0
        ? "now there is none"
        : "now the record of its last change is gone";
      return `${was} ${state}; ${above(known.revision)}`;
    }
    /** Whether a state was on the way to this one; undefined where it does not say. */
    const after = (one: Known) => {
      if (one.digest === undefined || one.revision < anew) return undefined;
      const then = revision === one.revision
        ? digest
        : kept.find(([number]) => number === one.revision)?.[2];
      return then ? then === one.digest : undefined;
    };
    const other = this.#other;
    const strange = !(after(known) ?? !(other && after(other)));
    this.#other = strange ? { revision, digest } : undefined;
    if (!strange) return undefined;
    return `${was} revision ${revision} of the store came about without it: an old state was put back, or the store was restored from a backup, and then written to; ${
      above(revision)
    }`;
  }

  #nameOf(key: string): string {
    return key.slice(this.#layout.config.length);
  }
}

/** Whether what the store holds is what it held. */
export function same(a: Desired, b: Desired | undefined): boolean {
  if (b === undefined || a.revision !== b.revision) return false;
  if (a.actor !== b.actor || a.sections.size !== b.sections.size) return false;
  const damage = (d: Desired) => JSON.stringify(d.damage);
  return damage(a) === damage(b) &&
    [...a.sections].every(([name, value]) =>
      b.sections.has(name) && equal(value, b.sections.get(name))
    );
}
