/** The stored configuration, read and written as a whole with its author and its history. */
import {
  type Compare,
  type ConfigStore,
  EtcdError,
  isOfValue,
  type Json,
  type Operation,
  type Transaction,
} from "@ml-defender/etcd-client";
import type { ChangeText } from "./change.ts";
import type { Stored } from "./_edit.ts";
import { digestOfAll, digestsOf, strangers } from "./_digest.ts";
import { ConfigError } from "./error.ts";
import { NO_MARK } from "./_feed.ts";
import type { HistoryEntry } from "./history.ts";
import { equal } from "./_json.ts";
import {
  asHistory,
  asMark,
  type ChangeMark,
  type HistoryIndex,
  type HistoryValue,
  isRevision,
  type Layout,
} from "./_layout.ts";

/** What the store holds. */
export interface LedgerState {
  /** Revision of the configuration; 0 for none; the newest in the history where the mark does not say. */
  readonly revision: number;
  readonly stored: Stored;
  /** Keys that must not be used, with why. */
  readonly damage: ReadonlyMap<string, string>;
  /** As the mark has it; only what is there, where the whole history was looked at. */
  readonly index: HistoryIndex;
  /** As in the mark; as in the history where that has a higher one. */
  readonly anew: number;
  /** The store's revision of every key that is there. */
  readonly keys: ReadonlyMap<string, number>;
  /** The record of the last change; undefined where there is none that can be read. */
  readonly mark: ChangeMark | undefined;
}

/** What is written. */
export interface Entry {
  readonly stored: Stored;
  readonly actor: string;
  readonly note: string;
  readonly of: number;
  readonly changes: readonly ChangeText[];
  /** The new revision is above it, whatever others remember; undefined where nobody says. */
  readonly above: number | undefined;
  /** Sections that there may be. */
  readonly names: readonly string[];
}

/** How the store is read. */
interface Reading {
  /** The whole history is looked at; else whether the next revision is in it. */
  readonly whole?: boolean;
  /** Not even that: `write` looks at it itself. */
  readonly toWrite?: boolean;
}

export interface LedgerLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Steps of one transaction that let go of old revisions, at most. */
const MAX_TRIMMED = 40;
const MAX_SECTIONS = 50;
/** Keys that one transaction clears at most. */
const MAX_CLEARED = 90;
const encoder = new TextEncoder();

export class Ledger {
  readonly #store: ConfigStore;
  readonly #layout: Layout;
  readonly #limits: LedgerLimits;
  readonly #now: () => number;

  constructor(
    store: ConfigStore,
    layout: Layout,
    limits: LedgerLimits,
    now: () => number,
  ) {
    this.#store = store;
    this.#layout = layout;
    this.#limits = limits;
    this.#now = now;
  }

  /** What is there. What seems lost or put back may have been written between two reads: then the mark has moved on. */
  async read(reading: Reading = {}): Promise<LedgerState> {
    let state = await this.#readOnce(reading);
    while (state.odd) {
      const { mark } = state;
      state = await this.#readOnce(reading);
      if (state.mark?.revision === mark?.revision) break;
    }
    return state;
  }

  async #readOnce(
    { whole = false, toWrite = false }: Reading,
  ): Promise<LedgerState & { readonly odd: boolean }> {
    const { config, mark: markKey } = this.#layout;
    const { entries, invalid } = await this.#store.list(config);
    const stored = new Map<string, Json>();
    const keys = new Map<string, number>();
    const damage = new Map<string, string>();
    let mark: ChangeMark | undefined;
    for (const { key, value, revision } of entries) {
      keys.set(key, revision);
      if (key !== markKey) stored.set(key.slice(config.length), value);
      else {
        mark = asMark(value);
        if (mark === undefined) damage.set(key, NO_MARK);
      }
    }
    for (const { key, error, revision } of invalid) {
      keys.set(key, revision);
      damage.set(key, error.message);
    }
    if (mark !== undefined) {
      for (const [name, why] of strangers(stored, mark)) {
        const key = this.#layout.section(name);
        if (!damage.has(key)) damage.set(key, why);
      }
    }
    const kept = mark?.kept ?? [];
    const revision = mark?.revision ?? 0;
    const look = whole || kept.length === 0 || damage.size > 0 ||
      !toWrite && await this.#has(revision + 1);
    const found = look ? await this.#found() : undefined;
    const newest = found?.index.at(-1)?.[0] ?? 0;
    const odd = newest > revision;
    const index = found === undefined ? kept : odd ? found.index : found.index
      .map((one) => kept.find(([number]) => number === one[0]) ?? one);
    const anew = Math.max(mark?.anew ?? 0, found?.anew ?? 0);
    if (odd && !damage.has(markKey)) {
      const why = mark === undefined
        ? `is not there, and revision ${newest} is in the history`
        : `says ${mark.revision}, and revision ${newest} is in the history: an old state was put back`;
      damage.set(markKey, why);
    }
    const now = mark?.revision ?? newest;
    return { revision: now, stored, damage, index, anew, keys, mark, odd };
  }

  /** Whether something, be it damaged, is in the history at a revision. */
  async #has(revision: number): Promise<boolean> {
    try {
      const key = this.#layout.revision(revision);
      return await this.#store.get(key) !== undefined;
    } catch (error) {
      if (isOfValue(error)) return true;
      throw error;
    }
  }

  /** Writes the next revision; undefined when others wrote meanwhile. */
  async write(state: LedgerState, entry: Entry): Promise<number | undefined> {
    const { stored, actor, note, of, changes, above } = entry;
    const past = state.index;
    const newest = past.at(-1)?.[0] ?? 0;
    const revision = Math.max(state.revision, newest, above ?? 0) + 1;
    if (!isRevision(revision)) {
      throw new RangeError(
        `Cannot write configuration as its revision must have at most 12 digits: it would be ${revision}`,
      );
    }
    const timeMs = this.#now();
    const tree = Object.fromEntries(stored);
    const anew = above === undefined ? state.anew : revision;
    const value = { actor, timeMs, note, of, changes, tree, anew };
    const digests = digestsOf(stored);
    const own = [revision, sizeOf(value), digestOfAll(digests)] as const;
    const { kept, gone } = this.#trim([...past, own]);
    const sections = this.#sections(state, entry);
    if (sections.length > MAX_SECTIONS && await this.#clear(state, sections)) {
      return undefined;
    }
    if (sections.length > MAX_SECTIONS) {
      throw new RangeError(
        `Cannot write configuration as at most ${MAX_SECTIONS} sections must change at once: current number is ${sections.length}`,
      );
    }
    const put = (key: string, it: unknown, expendable = false): Operation => ({
      ...{ kind: "put", key, value: it as Json },
      expendable,
    });
    const { mark } = this.#layout;
    const next: ChangeMark = { revision, actor, timeMs, kept, digests, anew };
    const history = this.#layout.revision(revision);
    const operations: Operation[] = [
      ...sections,
      put(mark, next),
      put(history, value, true),
      ...gone.map(([old]): Operation => ({
        kind: "delete",
        key: this.#layout.revision(old),
      })),
    ];
    const compare: Compare[] = [mark, ...sections.map(({ key }) => key)].map(
      (key) => ({ key, revision: state.keys.get(key) ?? 0 }),
    );
    compare.push({ key: history, exists: false });
    return await this.#commit({ compare, operations }) ? revision : undefined;
  }

  /** Takes away what is damaged and nobody wants, before a change that is too large with it; whether there was any. */
  async #clear(
    { damage, keys }: LedgerState,
    sections: readonly Operation[],
  ): Promise<boolean> {
    const foreign = sections.filter(({ kind, key }) =>
      kind === "delete" && damage.has(key) && keys.has(key)
    );
    for (let first = 0; first < foreign.length; first += MAX_CLEARED) {
      const operations = foreign.slice(first, first + MAX_CLEARED);
      const compare = operations.map(({ key }) => ({
        key,
        revision: keys.get(key)!,
      }));
      if (!await this.#commit({ compare, operations })) break;
    }
    return foreign.length > 0;
  }

  /** Whether it happened; not when others wrote meanwhile. */
  async #commit(transaction: Transaction): Promise<boolean> {
    try {
      return (await this.#store.transaction(transaction)).succeeded;
    } catch (error) {
      if (error instanceof EtcdError && error.code === "conflict") return false;
      throw error;
    }
  }

  /** What is kept of a revision. */
  async entry(revision: number): Promise<HistoryValue> {
    const key = this.#layout.revision(revision);
    let value: HistoryValue | undefined;
    try {
      const found = await this.#store.get(key);
      if (found === undefined) throw unknownRevision(revision);
      value = asHistory(found.value);
    } catch (cause) {
      if (!isOfValue(cause)) throw cause;
      throw new ConfigError(
        "damaged",
        `Cannot read revision ${revision}: ${cause.message}`,
        { revision, cause },
      );
    }
    if (value !== undefined) return value;
    throw new ConfigError(
      "damaged",
      `Cannot read revision ${revision}: what is kept of it is no configuration`,
      { revision },
    );
  }

  /** A revision for those who read the history; of one that is damaged, why. */
  async told(revision: number): Promise<HistoryEntry> {
    try {
      const entry = await this.entry(revision);
      const { actor, timeMs, note, of: back, changes } = entry;
      const of = back === 0 ? undefined : back;
      return { revision, actor, timeMs, note, of, changes, damage: undefined };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const none = { actor: "", timeMs: 0, note: "", of: undefined };
      const damage = error.code === "unknown_revision"
        ? "is not there, and the record of the last change has it: it was taken away"
        : error.message;
      return { revision, ...none, changes: [], damage };
    }
  }

  /** What is kept, from what is there: for where the mark does not say. */
  async #found(): Promise<{ index: HistoryIndex; anew: number }> {
    const { history } = this.#layout;
    const { entries, invalid } = await this.#store.list(history);
    let newest = 0;
    const found = [
      ...entries.map(({ key, value }) => {
        const { tree, anew = 0 } = asHistory(value) ?? {};
        newest = Math.max(newest, anew);
        const sections = new Map(Object.entries(tree ?? {}));
        const digest = tree ? digestOfAll(digestsOf(sections)) : "";
        return [key, sizeOf(value), digest] as const;
      }),
      ...invalid.map(({ key }) => [key, 0, ""] as const),
    ];
    const index = found.map(([key, bytes, digest]) =>
      [Number(key.slice(history.length)), bytes, digest] as const
    ).filter(([revision]) => revision > 0 && isRevision(revision))
      .sort(([a], [b]) => a - b);
    return { index, anew: newest };
  }

  /**
   * What has to be written of sections. Where others remember another state, all of them are: who knows a newer value than
   * the one that is there refuses it, and who knows one that is not there refuses that.
   */
  #sections(
    { stored: before, damage }: LedgerState,
    { stored: after, above, names }: Entry,
  ): Operation[] {
    const operations: Operation[] = [];
    const again: Operation[] = [];
    for (const [name, value] of after) {
      const key = this.#layout.section(name);
      const same = !damage.has(key) && equal(before.get(name), value);
      (same ? again : operations).push({ kind: "put", key, value });
    }
    const { config, mark } = this.#layout;
    const damaged = [...damage.keys()].filter((key) =>
      key !== mark && key.startsWith(config)
    ).map((key) => key.slice(config.length));
    const unwanted = new Set([...before.keys(), ...damaged]);
    for (const name of new Set([...unwanted, ...names])) {
      if (after.has(name)) continue;
      const key = this.#layout.section(name);
      const known = unwanted.has(name);
      const always = above !== undefined || damage.has(key);
      (known ? operations : again).push({ kind: "delete", key, always });
    }
    if (above === undefined) return operations;
    const room = Math.max(0, MAX_SECTIONS - operations.length);
    return [...operations, ...again.slice(0, room)];
  }

  /** Lets the oldest go until both bounds hold; the newest always stays. */
  #trim(index: HistoryIndex): { kept: HistoryIndex; gone: HistoryIndex } {
    const { entries, bytes } = this.#limits;
    let size = index.reduce((sum, [, length]) => sum + length, 0);
    let first = 0;
    while (
      first < index.length - 1 && first < MAX_TRIMMED &&
      (index.length - first > entries || size > bytes)
    ) size -= index[first++]![1];
    return { kept: index.slice(first), gone: index.slice(0, first) };
  }
}

/** Revisions that are there, and those that the mark has, oldest first. */
export function numbersOf({ index, mark }: LedgerState): number[] {
  const all = [...index, ...mark?.kept ?? []].map(([revision]) => revision);
  return [...new Set(all)].sort((a, b) => a - b);
}

function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

/** The error for a revision that is not kept. */
function unknownRevision(revision: number): ConfigError {
  return new ConfigError(
    "unknown_revision",
    `Cannot find revision ${revision} as it must be in the history: it never was, or was let go`,
    { revision },
  );
}
