/**
 * Writing configuration: values are checked before they are written, and every change is kept with its author.
 *
 * @module
 */
import type { ConfigIssue, ConfigStore, Json } from "@ml-defender/etcd-client";
import { changeTexts, type ConfigChange, diffSection } from "./change.ts";
import {
  checkText,
  checkUnmanaged,
  effective,
  isSet,
  placeOf,
  placesOf,
  sameStored,
  type Stored,
  valueAt,
  withoutValue,
  withValue,
} from "./_edit.ts";
import { ConfigError, issuesText } from "./error.ts";
import { fleetOf, forget } from "./_fleet.ts";
import type {
  EditorEvent,
  FleetMember,
  HistoryEntry,
  Setting,
  Snapshot,
  WriteOptions,
  WriteResult,
} from "./history.ts";
import { DEFAULT_PREFIX, Layout, MAX_ABOVE } from "./_layout.ts";
import { Ledger, type LedgerState, numbersOf } from "./_ledger.ts";
import { masked } from "./_mask.ts";
import type { ConfigModel } from "./model.ts";
import type { EditorOptions } from "./options.ts";
import { whole as wholeNumber } from "./_settings.ts";
import { standBack } from "./_wait.ts";
import { watching } from "./_watching.ts";

type Edit = (state: LedgerState) => {
  readonly stored: Stored;
  readonly of: number;
  /** Whether what is stored counts, and not only what differs from the defaults. */
  readonly exact: boolean;
};

/** A write that may put right what is damaged looks at the whole history. */
type Writing = WriteOptions & { readonly whole?: boolean };

/** Reads and writes configuration for operators. */
export class ConfigEditor {
  readonly #store: ConfigStore;
  readonly #model: ConfigModel;
  readonly #layout: Layout;
  readonly #ledger: Ledger;
  readonly #conflictMs: number;

  /**
   * Makes an editor.
   *
   * @param options Store and model.
   */
  constructor(options: EditorOptions) {
    const { store, model, now = Date.now, conflictMs = 10_000 } = options;
    const { historyEntries = 100, historyBytes = 1024 * 1024 } = options;
    this.#store = store;
    this.#model = model;
    this.#layout = new Layout(options.prefix ?? DEFAULT_PREFIX);
    const limits = {
      entries: wholeNumber("historyEntries", historyEntries, 1, 1000),
      bytes: wholeNumber("historyBytes", historyBytes, 1, 1_000_000_000),
    };
    this.#ledger = new Ledger(store, this.#layout, limits, now);
    this.#conflictMs = wholeNumber("conflictMs", conflictMs, 1, 600_000);
  }

  /**
   * Reads settings.
   *
   * @param path Dotted, section first; empty for everything.
   * @param options Whether to show what is secret.
   * @throws {ConfigError} `unknown_path`, `damaged`.
   */
  async get(
    path: string,
    options: {
      /** Show secret values. @default {false} */
      readonly reveal?: boolean;
    } = {},
  ): Promise<Setting> {
    const { reveal = false } = options;
    const state = await this.#ledger.read();
    this.#checkWhole(state);
    const { stored, revision } = state;
    const refused = await this.#refused(stored);
    if (path === "") {
      const all = this.#model.sections.map((section) => {
        const value = effective(section, stored);
        const shown = reveal ? value : masked(value, section.secrets);
        return [section.name, shown];
      });
      const value: Json = Object.fromEntries(all);
      return { path, value, set: stored.size > 0, revision, refused };
    }
    const place = placeOf(this.#model, path);
    const value = valueAt(place, stored);
    if (value === undefined) {
      throw new ConfigError(
        "unknown_path",
        `Cannot find '${path}' as it must be a setting: there is no value`,
      );
    }
    const { section: { secrets }, rest } = place;
    const shown = reveal ? value : masked(value, secrets, rest);
    const set = isSet(place, stored);
    return { path, value: shown, set, revision, refused };
  }

  /**
   * Everything that is set, at one revision: for another store, where `replace` takes it.
   *
   * @throws {ConfigError} `damaged`.
   */
  async snapshot(): Promise<Snapshot> {
    const state = await this.#ledger.read();
    this.#checkWhole(state);
    const { revision, stored } = state;
    return { revision, tree: Object.fromEntries(stored) };
  }

  /**
   * Sets values, all or none of them.
   *
   * @param values Values by path; undefined gives a setting back to its default.
   * @param options Who, and how.
   * @throws {ConfigError} `invalid`, `conflict`, `unknown_path`, `damaged`; nothing was written then.
   * @throws {SyntaxError} When a path is none, is there twice, or is part of another one.
   */
  set(
    values: Readonly<Record<string, Json | undefined>>,
    options: WriteOptions,
  ): Promise<WriteResult> {
    return this.#put(Object.entries(values), options);
  }

  /**
   * Gives settings back to their defaults, all or none of them.
   *
   * @param paths Their paths.
   * @param options Who, and how.
   * @throws {ConfigError} As `set`.
   * @throws {SyntaxError} As `set`.
   */
  reset(paths: readonly string[], options: WriteOptions): Promise<WriteResult> {
    return this.#put(paths.map((path) => [path, undefined]), options);
  }

  /**
   * Makes everything that is set what a snapshot has, as one revision; all else is given back to its default. Puts right
   * what is damaged, too.
   *
   * @param tree What is to be set, by section.
   * @param options Who, and how.
   * @throws {ConfigError} `invalid`, `conflict`.
   */
  replace(
    tree: Snapshot["tree"],
    options: WriteOptions,
  ): Promise<WriteResult> {
    return this.#write(() => {
      for (const name of Object.keys(tree)) this.#layout.checkSection(name);
      return { stored: new Map(Object.entries(tree)), of: 0, exact: true };
    }, { ...options, whole: true });
  }

  /**
   * Writes an old revision's values as a new revision. Puts right what is damaged, too.
   *
   * @param revision The old revision.
   * @param options Who, and how.
   * @throws {ConfigError} `unknown_revision`, `damaged`; `invalid`, when what was good then is not any more; `conflict`.
   */
  async rollback(
    revision: number,
    options: WriteOptions,
  ): Promise<WriteResult> {
    const { tree } = await this.#ledger.entry(revision);
    const edit = { stored: new Map(Object.entries(tree)), of: revision };
    const write = { ...options, whole: true };
    return await this.#write(() => ({ ...edit, exact: false }), write);
  }

  /**
   * Revisions that are kept, newest first: also where the record of the last change is damaged. Of one that is damaged
   * itself, `damage` says why.
   *
   * @param limit How many at most.
   * @throws {ConfigError} `damaged`, when something was written and nothing of the history is left.
   */
  async history(limit = 20): Promise<readonly HistoryEntry[]> {
    const state = await this.#ledger.read({ whole: true });
    const { revision, stored, damage } = state;
    const all = numbersOf(state);
    if (all.length === 0 && revision + stored.size + damage.size > 0) {
      throw new ConfigError(
        "damaged",
        "Cannot read history: something was written, and nothing is left of its history",
      );
    }
    const chosen = limit > 0 ? all.slice(-limit).reverse() : [];
    const told = await Promise.all(
      chosen.map((revision) => this.#ledger.told(revision)),
    );
    if (told.every(({ damage }) => damage === undefined)) return told;
    // What was let go meanwhile, as others wrote, is no damage.
    const now = new Set(numbersOf(await this.#ledger.read({ whole: true })));
    return told.filter((one) => now.has(one.revision));
  }

  /**
   * What must not be used of what the store holds; empty if all is well. A rollback puts it right.
   *
   * @returns Keys in the store, with why.
   */
  async damage(): Promise<readonly ConfigIssue[]> {
    const { damage } = await this.#ledger.read({ whole: true });
    return [...damage].map(([path, message]) => ({ path, message }));
  }

  /**
   * What is different between two revisions.
   *
   * @param from The older one.
   * @param to The newer one; what the store holds if left out.
   * @throws {ConfigError} `unknown_revision`, `damaged`.
   */
  async diff(from: number, to?: number): Promise<readonly ConfigChange[]> {
    const at = async (revision: number) =>
      new Map(Object.entries((await this.#ledger.entry(revision)).tree));
    const before = await at(from);
    if (to !== undefined) return this.#diff(before, await at(to));
    const state = await this.#ledger.read();
    this.#checkWhole(state);
    return this.#diff(before, state.stored);
  }

  /**
   * Yields what the store holds now, then each change, damage, and when the store goes away and comes back. A reader that
   * is slow gets several changes as one. Ends when the store is closed, too.
   *
   * @param options When to end.
   */
  watch(
    options: {
      /** Ends it. */
      readonly signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<EditorEvent> {
    const watched = {
      store: this.#store,
      layout: this.#layout,
      diff: (before: Stored, after: Stored) => this.#diff(before, after),
      refused: (stored: Stored) => this.#refused(stored),
    };
    return watching(watched, options.signal);
  }

  /**
   * Processes that run this configuration, and those that refused it. One that is cut off is behind as soon as something is
   * written, and missing when its heartbeats have not come for some seconds.
   */
  async fleet(): Promise<readonly FleetMember[]> {
    const { refused } = this.#layout;
    const [{ revision }, components, { entries }] = await Promise.all([
      this.#ledger.read(),
      this.#store.discover(undefined, { prefix: this.#layout.prefix }),
      this.#store.list(refused),
    ]);
    return fleetOf(components, entries, { prefix: refused, revision });
  }

  /**
   * Removes what is left of a process that is gone: what it refused last.
   *
   * @param id Which.
   * @returns Whether something was left of it.
   * @throws {ConfigError} `conflict`, when it is registered.
   * @throws {TypeError} When the id is none.
   */
  forget(id: string): Promise<boolean> {
    return forget(this.#store, this.#layout, id);
  }

  #put(
    values: readonly (readonly [path: string, value: Json | undefined])[],
    options: WriteOptions,
  ): Promise<WriteResult> {
    return this.#write((state) => {
      this.#checkWhole(state);
      const places = placesOf(this.#model, values.map(([path]) => path));
      if (!options.managed) checkUnmanaged(places);
      let { stored } = state;
      for (const [i, place] of places.entries()) {
        const [, value] = values[i]!;
        stored = value === undefined
          ? withoutValue(stored, place)
          : withValue(stored, place, value);
      }
      return { stored, of: 0, exact: false };
    }, options);
  }

  async #write(edit: Edit, options: Writing): Promise<WriteResult> {
    const { note = "", dryRun = false, expectedRevision, above } = options;
    const { whole = above !== undefined } = options;
    if (above !== undefined) wholeNumber("above", above, 0, MAX_ABOVE);
    const actor = checkText("actor", options.actor, [1, 200]);
    checkText("note", note, [0, 500]);
    const end = performance.now() + this.#conflictMs;
    for (let attempt = 0;; attempt++) {
      const toWrite = attempt === 0 && !dryRun && above === undefined;
      const state = await this.#ledger.read({ whole, toWrite });
      const { revision, damage, index, mark } = state;
      if (expectedRevision !== undefined && expectedRevision !== revision) {
        throw new ConfigError(
          "conflict",
          `Cannot write configuration as it must be at revision ${expectedRevision}: it is at ${revision}`,
          { revision },
        );
      }
      const { stored, of, exact } = edit(state);
      const built = await this.#model.build(stored, revision + 1);
      if (built.state === "invalid") {
        throw new ConfigError(
          "invalid",
          `Cannot write configuration: ${issuesText(built.issues)}`,
          { issues: built.issues },
        );
      }
      const changes = this.#diff(state.stored, stored);
      const same = exact
        ? sameStored(state.stored, stored)
        : changes.length === 0;
      const settled = above === undefined && mark !== undefined;
      const idle = same && of === 0 && damage.size === 0 && settled;
      if (idle && toWrite) continue;
      if (dryRun || idle) return { revision, written: false, changes };
      const texts = changeTexts(changes);
      const names = this.#model.sections.map(({ name }) => name);
      const entry = { stored, actor, note, of, changes: texts, above, names };
      const written = await this.#ledger.write(state, entry);
      if (written !== undefined) {
        const later = index.map(([one]) => one).filter((it) => it > revision);
        const skipped = later.length === 0 ? {} : { skipped: later };
        return { revision: written, written: true, changes, ...skipped };
      }
      if (performance.now() > end) break;
      await standBack(attempt);
    }
    throw new ConfigError(
      "conflict",
      `Cannot write configuration: others wrote it at the same time for ${this.#conflictMs} ms; try again later`,
    );
  }

  async #refused(stored: Stored): Promise<readonly ConfigIssue[]> {
    const built = await this.#model.build(stored, 0);
    return built.state === "valid" ? [] : built.issues;
  }

  #diff(before: Stored, after: Stored): ConfigChange[] {
    return this.#model.sections.flatMap((section) =>
      diffSection(
        section,
        effective(section, before),
        effective(section, after),
      )
    );
  }

  #checkWhole({ damage }: LedgerState): void {
    const [first] = damage;
    if (first === undefined) return;
    const [key, message] = first;
    throw new ConfigError(
      "damaged",
      `Cannot use configuration as '${key}' can not be read: ${message}; roll back to a revision of the history`,
    );
  }
}
