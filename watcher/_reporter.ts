/** What a watcher tells others through the store: its registration, and what it refused. Never in the way of a change. */
import {
  type ConfigStore,
  EtcdError,
  type Json,
  type Registration,
} from "@ml-defender/etcd-client";
import type { Layout } from "./_layout.ts";
import type { WatcherStatus } from "./status.ts";
import { pause } from "./_wait.ts";

/** What runs in this process, for others. */
export interface Reported {
  /** What it is, for example "pipeline". */
  readonly kind: string;
  /** Which one. */
  readonly id: string;
  /** Its version. */
  readonly version: string;
  /** Told when another process has taken the id, and when it is free again. */
  readonly onTaken: (taken: boolean) => void;
}

/** What is told. */
export interface Report {
  /** One word. */
  readonly status: string;
  /** What others see of the component. */
  readonly data: Json;
  /** The refusal that stands; undefined for none. */
  readonly refused: Json | undefined;
}

const RETRY_MS = 1000;
/** Longest id that an ending may be put to. */
const LONGEST_ID = 91;

/**
 * Registers under its id. While another process has registered under the same one, it stands aside, under an id of its own
 * that begins with it: both are seen then.
 */
export class Reporter {
  readonly #store: ConfigStore;
  readonly #layout: Layout;
  readonly #component: Reported;
  readonly #everyMs: number;
  readonly #end = new AbortController();
  #registration: Registration | undefined;
  /** The one under another id. */
  #aside: Registration | undefined;
  #report: Report | undefined;
  #written: Report | undefined;
  /** What stands under `refused/`; null where that is not known. */
  #refused: Json | undefined = null;
  #hurry = new AbortController();
  #running: Promise<void> | undefined;
  failures = 0;

  constructor(
    store: ConfigStore,
    layout: Layout,
    component: Reported,
    everyMs: number,
  ) {
    this.#store = store;
    this.#layout = layout;
    this.#component = component;
    this.#everyMs = everyMs;
  }

  /** Whether another process has the id. */
  get taken(): boolean {
    return this.#registration?.taken ?? false;
  }

  /** Tells it soon, or at once; only what was said last is told. */
  tell(report: Report, atOnce: boolean): void {
    if (this.#end.signal.aborted) return;
    this.#report = report;
    if (atOnce) this.#hurry.abort();
    this.#running ??= this.#run();
  }

  /** Takes the registration back. */
  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    await this.#running;
    const all = [this.#registration?.close(), this.#aside?.close()];
    for (const { status } of await Promise.allSettled(all)) {
      if (status === "rejected") this.failures++;
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    const first = this.#registration === undefined;
    while (this.#report !== this.#written && !signal.aborted) {
      if (!first || this.#written !== undefined) {
        const soon = AbortSignal.any([signal, this.#hurry.signal]);
        await pause(this.#everyMs, soon);
      }
      if (signal.aborted) break;
      this.#hurry = new AbortController();
      const report = this.#report!;
      try {
        await this.#write(report);
        this.#written = report;
      } catch {
        this.failures++;
        await pause(RETRY_MS, signal);
      }
    }
    this.#running = undefined;
  }

  async #write(report: Report): Promise<void> {
    if (this.#registration === undefined) {
      await this.#writeRefusal(report);
      this.#registration = await this.#register(this.#component.id, report);
      return;
    }
    if (!this.taken) await this.#writeRefusal(report);
    await this.#update(this.#registration, report);
    if (this.taken) return await this.#standAside(report);
    await this.#aside?.close();
    this.#aside = undefined;
  }

  #register(id: string, { status, data }: Report): Promise<Registration> {
    const { kind, version, onTaken } = this.#component;
    const { prefix } = this.#layout;
    const what = { kind, id, version, status, data, prefix };
    if (id !== this.#component.id) return this.#store.register(what);
    const told = (taken: boolean) => {
      this.#refused = null;
      if (!this.#end.signal.aborted) onTaken(taken);
    };
    return this.#store.register({ ...what, onTaken: told });
  }

  /** What it says is kept where another has the id, and stands there when that one is gone. */
  async #update(own: Registration, { status, data }: Report): Promise<void> {
    try {
      await own.update({ status, data });
    } catch (error) {
      if (!(error instanceof EtcdError && own.taken)) throw error;
    }
  }

  async #standAside(report: Report): Promise<void> {
    const { status, data } = report;
    if (this.#aside !== undefined) {
      return await this.#aside.update({ status, data });
    }
    const ending = crypto.randomUUID().slice(0, 8);
    const begin = this.#component.id.slice(0, LONGEST_ID).toWellFormed();
    const id = `${begin}~${ending}`;
    this.#aside = await this.#register(id, report);
  }

  async #writeRefusal({ refused }: Report): Promise<void> {
    if (this.#refused === refused) return;
    const key = this.#layout.refused + this.#component.id;
    if (refused === undefined) await this.#store.delete(key);
    else await this.#store.set(key, refused);
    this.#refused = refused;
  }
}

/** What others are told of how a watcher fares. */
export function reportOf(status: WatcherStatus): Report {
  const { state, applied, refusal, desiredRevision = null } = status;
  const { lagRevisions, broken, restartPending, unknownSections, idTaken } =
    status;
  const { revision, digest, sinceMs, source } = applied;
  const data: Json = {
    appliedRevision: revision,
    digest,
    sinceMs,
    source,
    desiredRevision,
    lagRevisions,
    broken,
    restartPending,
    unknownSections,
    idTaken,
  };
  const refused = refusal && JSON.parse(JSON.stringify(refusal));
  return { status: state, data, refused };
}
