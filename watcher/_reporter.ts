/** What a watcher tells others through the store: its registration, and what it refused. Never in the way of a change. */
import type { ConfigStore, Json, Registration } from "@ml-defender/etcd-client";
import type { Layout } from "./_layout.ts";
import { pause } from "./_wait.ts";

/** What runs in this process, for others. */
export interface ComponentName {
  /** What it is, for example "pipeline". */
  readonly kind: string;
  /** Which one. */
  readonly id: string;
  /** Its version. */
  readonly version: string;
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

export class Reporter {
  readonly #store: ConfigStore;
  readonly #layout: Layout;
  readonly #component: ComponentName;
  readonly #everyMs: number;
  readonly #end = new AbortController();
  #registration: Registration | undefined;
  #report: Report | undefined;
  #written: Report | undefined;
  #hurry = new AbortController();
  #running: Promise<void> | undefined;
  failures = 0;

  constructor(
    store: ConfigStore,
    layout: Layout,
    component: ComponentName,
    everyMs: number,
  ) {
    this.#store = store;
    this.#layout = layout;
    this.#component = component;
    this.#everyMs = everyMs;
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
    try {
      await this.#registration?.close();
    } catch {
      this.failures++;
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
    const { status, data, refused } = report;
    const before = this.#written;
    if (before === undefined || before.refused !== refused) {
      const key = this.#layout.refused + this.#component.id;
      if (refused === undefined) await this.#store.delete(key);
      else await this.#store.set(key, refused);
    }
    if (this.#registration === undefined) {
      this.#registration = await this.#store.register({
        ...this.#component,
        status,
        data,
      });
    } else await this.#registration.update({ status, data });
  }
}
