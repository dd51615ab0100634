/** A watcher with a store and its records, and a subscriber that notes what happens to it. */
import { type ConfigStore, MemoryStore } from "@ml-defender/etcd-client";
import type { ChangeRecord } from "../change.ts";
import type { WatcherOptions } from "../options.ts";
import type { Section } from "../section.ts";
import type { Prepared, Subscriber } from "../subscriber.ts";
import { ConfigWatcher } from "../watcher.ts";
import { model, scoring } from "./sections.ts";

/** What a subscriber of these tests does in each phase. */
export interface Behaviour {
  prepare?: (revision: number) => void | Promise<void>;
  commit?: (revision: number) => void;
  abort?: () => void;
}

/** A subscriber that notes what happens to it and holds the alert threshold that it was given. */
export class Probe implements Subscriber {
  readonly sections: Section[] = [scoring];
  readonly calls: string[] = [];
  alert: number | undefined;
  behaviour: Behaviour = {};

  constructor(readonly name: string) {}

  async prepare(
    ...[next, changes, { revision }]: Parameters<Subscriber["prepare"]>
  ): Promise<Prepared> {
    this.calls.push(`prepare ${revision} ${changes.map((c) => c.path)}`);
    await this.behaviour.prepare?.(revision);
    const { alert } = next.get(scoring);
    return {
      commit: () => {
        this.calls.push(`commit ${revision}`);
        this.behaviour.commit?.(revision);
        this.alert = alert;
      },
      abort: () => {
        this.calls.push(`abort ${revision}`);
        this.behaviour.abort?.();
      },
    };
  }

  /** What happened since the last look. */
  take(): string[] {
    return this.calls.splice(0);
  }
}

/** What `begin` gives. */
export interface Begun extends AsyncDisposable {
  readonly store: ConfigStore;
  readonly records: ChangeRecord[];
  readonly watcher: ConfigWatcher;
}

/** Starts one. */
export async function begin(
  options: Partial<WatcherOptions> = {},
): Promise<Begun> {
  const store = options.store ?? new MemoryStore();
  const records: ChangeRecord[] = [];
  let id = 0;
  const watcher = await ConfigWatcher.start({
    store,
    model: model(),
    onAudit: (record) => records.push(record),
    now: () => Date.UTC(2026, 0, 2),
    newId: () => `id${++id}`,
    ...options,
  });
  return {
    store,
    records,
    watcher,
    async [Symbol.asyncDispose]() {
      await watcher.close();
      await store.close();
    },
  };
}
