/** States of a store that tests keep and put back, and what comes of it. */
import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "../editor.ts";
import type { EditorOptions } from "../options.ts";
import type { ConfigWatcher } from "../watcher.ts";
import { model } from "./sections.ts";

/** Where the record of the last change is. */
export const MARK = "ml-defender/config/@change";

/** Keys and values of a state. */
export type Bytes = readonly (readonly [key: string, value: Json])[];

/** What is under a prefix. */
export async function saved(
  store: MemoryStore,
  prefix: string,
): Promise<Bytes> {
  const { entries } = await store.list(prefix);
  return entries.map(({ key, value }) => [key, value]);
}

/** Puts it back, and takes away what was not there. */
export async function putBack(
  store: MemoryStore,
  prefix: string,
  old: Bytes,
): Promise<void> {
  const { entries } = await store.list(prefix);
  const there = new Set(old.map(([key]) => key));
  await store.transaction({
    operations: [
      ...old.map(([key, value]) => ({ kind: "put" as const, key, value })),
      ...entries.filter(({ key }) => !there.has(key))
        .map(({ key }) => ({ kind: "delete" as const, key })),
    ],
  });
}

/** A configuration with its states, one for each revision. */
export interface Written {
  readonly store: MemoryStore;
  readonly editor: ConfigEditor;
  /** What is under `ml-defender/config/`. */
  readonly config: readonly Bytes[];
  /** Everything. */
  readonly all: readonly Bytes[];
}

/** Alerts by revision, each by ana, and the bytes of each state. */
export async function written(
  alerts: readonly number[],
  options: Partial<EditorOptions> = {},
): Promise<Written> {
  const store = new MemoryStore();
  const editor = new ConfigEditor({ store, model: model(), ...options });
  const config: Bytes[] = [];
  const all: Bytes[] = [];
  for (const alert of alerts) {
    await editor.set({ "scoring.alert": alert }, { actor: "ana" });
    config.push(await saved(store, "ml-defender/config/"));
    all.push(await saved(store, ""));
  }
  return { store, editor, config, all };
}

/** Waits for a refusal of damage that says so. */
export async function refused(
  watcher: ConfigWatcher,
  reason: RegExp,
): Promise<void> {
  const said = () => watcher.status().refusal?.reason ?? "";
  for (let i = 0; i < 400 && !reason.test(said()); i++) {
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.match(said(), reason);
  assert.equal(watcher.status().refusal?.kind, "integrity");
}

/** A place for what ran last. */
export class LastGoodPlace {
  value: Json | undefined;

  load(): Promise<Json | undefined> {
    return Promise.resolve(this.value);
  }

  save(value: Json): Promise<void> {
    this.value = value;
    return Promise.resolve();
  }
}
