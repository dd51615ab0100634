/** What the store wants, one whole transaction after the other. */
import {
  type ConfigIssue,
  type ConfigState,
  type ConfigStore,
  EtcdError,
  type Json,
  type WatchEvent,
} from "@ml-defender/etcd-client";
import { strangers } from "./_digest.ts";
import { equal } from "./_json.ts";
import { asMark, type ChangeMark, type Layout } from "./_layout.ts";
import { pause } from "./_wait.ts";

/** What the store holds. */
export interface Desired {
  /** Revision of the configuration; 0 when nobody has written any. */
  readonly revision: number;
  /** Who wrote it, as far as that is known. */
  readonly actor: string;
  /** Values by section. */
  readonly sections: ReadonlyMap<string, Json>;
  /** What is there and must not be used. */
  readonly damage: readonly ConfigIssue[];
}

/** Who wants to know. */
export interface FeedSink {
  /** The store holds this now. */
  desired(desired: Desired): void;
  /** It cannot be reached or read; tried again. */
  failed(error: unknown): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export class Feed {
  readonly #store: ConfigStore;
  readonly #layout: Layout;
  readonly #sink: FeedSink;
  readonly #sections = new Map<string, Json>();
  readonly #damage = new Map<string, string>();
  #mark: ChangeMark | undefined;
  /** The store's revision of the mark, and the newest of any section: what is newer was written without one. */
  #markedAt = 0;
  #writtenAt = 0;
  /** Newest revision that is known to have been: a store that has none then has lost it. */
  #known = 0;

  constructor(store: ConfigStore, layout: Layout, sink: FeedSink) {
    this.#store = store;
    this.#layout = layout;
    this.#sink = sink;
  }

  /** There was this revision, as somebody remembers who ran it. */
  remember(revision: number): void {
    this.#known = Math.max(this.#known, revision);
  }

  /** Follows the store until told to end, or until the store is closed. */
  async run(signal: AbortSignal): Promise<void> {
    let wait = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const prefix = this.#layout.config;
        const events = this.#store.watch(
          { prefix },
          { initial: true, signal },
        );
        for await (const event of events) {
          wait = FIRST_PAUSE_MS;
          this.#take(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#sink.failed(error);
        if (error instanceof EtcdError && error.code === "closed") return;
      }
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  }

  #take(event: WatchEvent): void {
    if (event.kind === "resync") {
      this.#takeAll(event);
      this.#tell();
      return;
    }
    const { key, revision } = event;
    if (event.kind === "put") this.#put(key, event.value, revision);
    else if (event.kind === "delete") this.#delete(key, revision);
    else this.#damage.set(key, event.error.message);
    if (!event.more) this.#tell();
  }

  #takeAll({ entries, invalid }: ConfigState): void {
    this.#sections.clear();
    this.#damage.clear();
    this.#mark = undefined;
    this.#markedAt = this.#writtenAt = 0;
    for (const { key, value, revision } of entries) {
      this.#put(key, value, revision);
    }
    for (const { key, error } of invalid) this.#damage.set(key, error.message);
  }

  #put(key: string, value: Json, revision: number): void {
    this.#damage.delete(key);
    if (key !== this.#layout.mark) {
      this.#sections.set(this.#nameOf(key), value);
      this.#writtenAt = Math.max(this.#writtenAt, revision);
      return;
    }
    this.#mark = asMark(value);
    this.#markedAt = revision;
    if (this.#mark === undefined) {
      this.#damage.set(key, "is no record of a change");
    }
  }

  #delete(key: string, revision: number): void {
    this.#damage.delete(key);
    if (key === this.#layout.mark) this.#mark = undefined;
    else {
      this.#sections.delete(this.#nameOf(key));
      this.#writtenAt = Math.max(this.#writtenAt, revision);
    }
  }

  #tell(): void {
    const outside = this.#writtenAt > this.#markedAt;
    const damage = [...this.#damage].map(([key, message]) => ({
      path: this.#nameOf(key),
      message,
    }));
    if (this.#mark !== undefined && !this.#damage.has(this.#layout.mark)) {
      for (const [path, message] of strangers(this.#sections, this.#mark)) {
        if (this.#damage.has(this.#layout.section(path))) continue;
        damage.push({ path, message });
      }
    }
    const revision = this.#mark?.revision ?? 0;
    this.remember(revision);
    if (revision === 0 && this.#known > 0) {
      damage.push({ path: "", message: this.#lost() });
    }
    this.#sink.desired({
      revision,
      actor: outside ? "unknown" : this.#mark?.actor ?? "unknown",
      sections: new Map(this.#sections),
      damage,
    });
  }

  /** Nothing, after there was something, is no wish for the defaults. */
  #lost(): string {
    const state = this.#sections.size === 0
      ? "there is none"
      : "the record of its last change is gone";
    return `the configuration was at revision ${this.#known} and now ${state}: roll back to a revision of the history, or set it again`;
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
