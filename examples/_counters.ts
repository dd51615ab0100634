/** Where commands remember the highest counters of a place, so that an old value put back into it shows. */
import {
  type CounterEntry,
  type CounterStore,
  EtcdError,
  FileCounters,
  type MemoryCounters,
} from "@ml-defender/etcd-client";
import { isAbsolute } from "node:path";
import { complain, userPath } from "./_cli.ts";
import {
  type Dash,
  endpointsOf,
  folderOf,
  isThere,
  type PlaceValues,
  realPathOf,
} from "./_place.ts";

/** How counters are kept. */
export interface CountersOptions {
  /**
   * `alone`: no other process uses the file meanwhile, and a value is used when its counter is in the file. `shared`: for
   * what runs long; the file is read at the start, and what was seen is put into it a second later and at the end.
   */
  readonly hold: "alone" | "shared";
  /** Milliseconds to wait for a file that another process has. @default {10000} */
  readonly waitMs?: number;
}

const SAVE_MS = 1000;

/** States after which there is none of the same counter. */
const AWAY: readonly CounterEntry["state"][] = ["deleted", "gone"];

/** Counters, and the file that they are in. */
export interface OpenedCounters {
  /** The file. */
  readonly path: string;
  /** The counters. */
  readonly counters: CounterStore;
}

/**
 * The counters of a place whose values are encrypted: in the file that was named, else in one that the user has for it.
 *
 * @param place The place, as the user named it.
 * @param values Options about it.
 * @param options How they are kept, and what stands in front of the options' names.
 * @returns Nothing where values are not encrypted, or where there is no place for a file: that is said.
 */
export async function openCounters(
  place: string,
  values: PlaceValues,
  options: CountersOptions & { readonly dash?: Dash },
): Promise<OpenedCounters | undefined> {
  const { "key-file": keys, counters: named } = values;
  if (keys === undefined) return undefined;
  const { dash = "--" } = options;
  if (named !== undefined) {
    return await openNamed(await realPathOf(userPath(named)), place, options);
  }
  try {
    const name = `counters-${await nameOf(place, values)}`;
    const path = await realPathOf(`${await stateFolder()}/${name}`);
    const { counters } = await openNamed(path, place, options);
    return { path, counters: hinting(counters, dash) };
  } catch (error) {
    if (error instanceof EtcdError && error.code !== "permission") {
      throw elsewhere(error, dash);
    }
    const why = error instanceof Error ? error.message : String(error);
    complain(
      "config",
      `an old value put back into ${place} will not be noticed: there is no place to remember the newest (${why}); name a file with ${dash}counters`,
    );
    return undefined;
  }
}

/** Files of which it was said that they have nothing. */
const told = new Set<string>();

/** Opens a file, and says where it has nothing yet: it may be that the place was named in another way before. */
async function openNamed(
  path: string,
  place: string,
  options: CountersOptions & { readonly dash?: Dash },
): Promise<OpenedCounters> {
  const known = await Deno.lstat(path).then(() => true, () => false);
  const counters = await openFile(path, options, options.dash ?? "--");
  if (!known && !told.has(path) && await isThere(place)) {
    told.add(path);
    complain(
      "config",
      `nothing is remembered of ${place} yet: an old state that was put back before now does not show; from now on it does, by ${path}`,
    );
  }
  return { path, counters };
}

/** Counters in the user's own file: where it can not be written, as on a full disk, the error names another one. */
function hinting(counters: CounterStore, dash: Dash): CounterStore {
  return {
    get: (name) => counters.get(name),
    set: (name, entry) =>
      counters.set(name, entry).catch((error) => {
        throw elsewhere(error, dash);
      }),
    names: (prefix) => counters.names(prefix),
    close: () => counters.close(),
  };
}

function elsewhere<T>(error: T, dash: Dash): T | EtcdError {
  if (!(error instanceof EtcdError) || error.code !== "storage") return error;
  const { code, message } = error;
  const hint = `a file elsewhere is named with ${dash}counters`;
  return new EtcdError(code, `${message}; ${hint}`, { cause: error });
}

/** The folder of what the user's programs remember; made where it is not there. */
async function stateFolder(): Promise<string> {
  const state = Deno.env.get("XDG_STATE_HOME") ?? "";
  const home = Deno.env.get("HOME") ?? "";
  const root = isAbsolute(state)
    ? state
    : isAbsolute(home)
    ? `${home}/.local/state`
    : undefined;
  if (root === undefined) {
    throw new Error("neither XDG_STATE_HOME nor HOME names a folder");
  }
  const folder = `${root}/ml-defender`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Sixteen digits of everything that says which values are meant. */
async function nameOf(place: string, values: PlaceValues): Promise<string> {
  const folder = folderOf(place);
  const where = folder === undefined
    ? endpointsOf(place).toSorted()
    : [await realPathOf(folder)];
  const { namespace = "", prefix = "", "key-file": keys = "" } = values;
  const keyFile = await realPathOf(userPath(keys));
  const which = [where, namespace, prefix, keyFile];
  const bytes = new TextEncoder().encode(JSON.stringify(which));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.toHex().slice(0, 16);
}

async function openFile(
  path: string,
  { hold, waitMs = 10_000 }: CountersOptions,
  dash: Dash,
): Promise<CounterStore> {
  if (hold === "alone") return await openAlone(path, waitMs, dash);
  const failed = (why: string) =>
    complain("config", `what was seen is not remembered: ${why}`);
  return new SharedCounters(await FileCounters.read(path), {
    open: () => openAlone(path, waitMs, dash),
    failed,
  });
}

/** Opens a file when no other process has it. */
async function openAlone(
  path: string,
  waitMs: number,
  dash: Dash,
): Promise<FileCounters> {
  try {
    return await FileCounters.open(path, { waitMs });
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code !== "locked") throw error;
    throw new EtcdError(
      "locked",
      `Cannot open ${path}: another process has had it for ${
        Math.round(waitMs / 1000)
      } s; try again later, or name another file with ${dash}counters`,
      { cause: error },
    );
  }
}

/** Counters in memory that get into a file from time to time; others use it in between. */
export class SharedCounters implements CounterStore {
  readonly #memory: MemoryCounters;
  readonly #file: {
    readonly open: () => Promise<CounterStore>;
    readonly failed: (why: string) => void;
  };
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #closed = false;

  /**
   * @param memory What the file had at the start.
   * @param file How it is opened to put into it what was seen, and who is told at the end that this failed.
   */
  constructor(
    memory: MemoryCounters,
    file: {
      readonly open: () => Promise<CounterStore>;
      readonly failed: (why: string) => void;
    },
  ) {
    this.#memory = memory;
    this.#file = file;
  }

  get(name: string): CounterEntry | undefined {
    return this.#memory.get(name);
  }

  async set(name: string, entry: CounterEntry): Promise<void> {
    await this.#memory.set(name, entry);
    this.#changed.add(name);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // What failed stays to be done: at the end it is said.
      this.#save().catch(() => {});
    }, SAVE_MS);
  }

  names(prefix: string): Iterable<string> {
    return this.#memory.names(prefix);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#save().catch((error) =>
      this.#file.failed(error instanceof Error ? error.message : `${error}`)
    );
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    if (this.#changed.size === 0) return;
    const names = this.#changed;
    this.#changed = new Set();
    try {
      const file = await this.#file.open();
      try {
        for (const name of names) await this.#put(file, name);
      } finally {
        await file.close();
      }
    } catch (error) {
      for (const name of names) this.#changed.add(name);
      throw error;
    }
  }

  /** What another process knows that is newer stays. */
  async #put(file: CounterStore, name: string): Promise<void> {
    const mine = this.get(name);
    const there = file.get(name);
    const newer = mine !== undefined && (there === undefined ||
      mine.counter > there.counter ||
      (mine.counter === there.counter && !AWAY.includes(there.state)));
    if (newer) await file.set(name, mine);
  }
}
