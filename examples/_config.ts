/** What the commands about configuration share: where it is, who writes, how values are read and shown. */
import {
  type ConfigStore,
  EtcdError,
  type Json,
} from "@ml-defender/etcd-client";
import { configModel, openConfigStore } from "@ml-defender/sdk/config";
import {
  type ConfigChange,
  ConfigEditor,
  type ConfigModel,
} from "@ml-defender/watcher";
import { operateModel } from "../operate/section.ts";
import { complain, printable, style, UsageError } from "./_cli.ts";
import { openCounters } from "./_counters.ts";
import { type Dash, isThere, placeOf, type PlaceValues } from "./_place.ts";

/** Options about a place beside its name, as `parseArgs` takes them. */
export const PLACE_OPTIONS = {
  "key-file": { type: "string" },
  counters: { type: "string" },
  ca: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  user: { type: "string" },
  namespace: { type: "string" },
  prefix: { type: "string" },
} as const;

/** Options that all of the commands have. */
export const CONFIG_OPTIONS = {
  store: { type: "string" },
  ...PLACE_OPTIONS,
  actor: { type: "string" },
  note: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Their help. */
export const CONFIG_HELP = `
      --store PLACE      file:DIR, or etcd:URL[,URL...]; default $ML_DEFENDER_CONFIG, else file:ml-defender-config
      --key-file FILE    the values are encrypted; the keys, one \`<id> <base64 of 32 bytes>\` a line, first the active one
      --counters FILE    with a key file: where the highest counters are kept, so that an old value put back shows; default
                         a file for each place and key file, in $XDG_STATE_HOME/ml-defender, else ~/.local/state/ml-defender
      --ca FILE          with https: certificate of the authority that signed the server's
      --cert FILE --key FILE   with https: the client's certificate and key
      --user NAME        user of etcd; the password is in ML_DEFENDER_ETCD_PASSWORD
      --namespace TEXT   what stands before every key in etcd; default nothing
      --prefix NAMES     what the keys of this configuration start with, as several may be in one store; default ml-defender
      --json             print data; an error too, as {"error": {"code", "message"}}`;

/** Help of the options about who writes. */
export const WRITER_HELP = `
      --actor NAME       who writes, for the history; default $USER
      --note TEXT        why, for the history`;

/** Values of those options. */
export interface ConfigValues extends PlaceValues {
  /** Where the configuration is. */
  store?: string | undefined;
  /** Who writes. */
  actor?: string | undefined;
  /** Why. */
  note?: string | undefined;
  /** Only show what would be written. */
  "dry-run"?: boolean | undefined;
}

/** Sections and checks of everything that can be configured, with the place on the ladder. */
export function editorModel(): ConfigModel {
  return configModel(operateModel());
}

/** A configuration that is open for operators. */
export interface OpenedConfig extends AsyncDisposable {
  /** Where it is, as the user named it. */
  readonly place: string;
  /** What its keys start with. */
  readonly prefix: string;
  /** The store. */
  readonly store: ConfigStore;
  /** Reads and writes it. */
  readonly editor: ConfigEditor;
}

/** How a configuration is opened. */
export interface OpenEditorOptions {
  /** What to do where a folder is not there. @default {"make", and "defaults" for a dry run} */
  readonly absent?: "make" | "defaults" | "error";
  /** Ends the opening. */
  readonly signal?: AbortSignal;
  /** What stands in front of the options' names. @default {"--"} */
  readonly dash?: Dash;
  /** Whether it runs for long, and so leaves the file of counters to others meanwhile. @default {false} */
  readonly long?: boolean;
  /** Whether something is to be done also where the keys open nothing. @default {false} */
  readonly anyKey?: boolean;
}

/** Open what the options name. */
export async function openEditor(
  values: ConfigValues,
  options: OpenEditorOptions = {},
): Promise<OpenedConfig> {
  const place = placeNamed(values);
  const { absent = values["dry-run"] ? "defaults" : "make" } = options;
  const { signal, dash } = options;
  const where = await placeOf(place, values, dash);
  const there = absent === "make" || await isThere(place);
  if (!there && absent === "error") {
    throw new Error(
      `there is no configuration in ${place}: make one with \`deno task config set\`, or name it with --store`,
    );
  }
  if (!there) complain("config", `nothing in ${place} yet: the defaults`);
  await using resources = new AsyncDisposableStack();
  const opened = there
    ? await interruptible(
      openCounters(place, values, {
        hold: options.long ? "shared" : "alone",
        ...(dash && { dash }),
      }),
      signal,
      (late) => late?.counters.close(),
    )
    : undefined;
  if (opened) resources.adopt(opened.counters, (one) => one.close());
  const store = resources.use(
    await interruptible(
      openConfigStore(
        there
          ? { ...where, ...(opened && { counters: opened.counters }) }
          : { store: "memory" },
      ),
      signal,
      (late) => late.close(),
    ),
  );
  const { prefix = "ml-defender" } = values;
  const editor = usable(() =>
    new ConfigEditor({ store, prefix, model: editorModel() })
  );
  if (there) {
    const looking = lookAt(store, {
      ...{ place, prefix, file: opened?.path, dash: dash ?? "--" },
      keys: values["key-file"] !== undefined,
      anyKey: options.anyKey ?? false,
    });
    await interruptible(looking, signal);
  }
  const held = resources.move();
  return {
    ...{ place, prefix, store, editor },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Says what a user has to know of values that can not be read before anything is done with them. */
async function lookAt(
  store: ConfigStore,
  { place, prefix, file, dash, keys, anyKey }: {
    readonly place: string;
    readonly prefix: string;
    /** File of counters. */
    readonly file: string | undefined;
    readonly dash: Dash;
    /** Whether there is a key file. */
    readonly keys: boolean;
    /** Whether it may be one with other keys. */
    readonly anyKey: boolean;
  },
): Promise<void> {
  const { entries, invalid } = await store.list(`${prefix}/config/`);
  const sealed = invalid.find(({ error }) => error.code === "key");
  if (sealed !== undefined && !keys) {
    throw new EtcdError(
      "key",
      `the values in ${place} are encrypted: give their keys with ${dash}key-file FILE`,
    );
  }
  if (sealed !== undefined && !anyKey) {
    throw new EtcdError(
      "key",
      `the keys of ${dash}key-file do not open what is in ${place}: ${sealed.error.message}`,
    );
  }
  const plain = keys && entries.length === 0 && invalid.length > 0 &&
    invalid.every(({ error }) => error.code === "integrity");
  if (plain) {
    complain(
      "config",
      `nothing in ${place} was encrypted by who has the keys: if it never was, leave out ${dash}key-file`,
    );
  }
  if (file !== undefined && invalid.some(({ error }) => isReplay(error))) {
    complain(
      "config",
      `${file} remembers values that ${place} has no more, so an old state was put back or something taken away: if you restored it from a backup, \`deno task config check\` says how to write it anew; if you made it anew, fill it with \`deno task config copy\` from another place, or take that file away`,
    );
  }
}

function isReplay({ code }: EtcdError): boolean {
  return code === "replay";
}

/** What is made of options; what they can not be is wrong use. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}

/** How long something that was interrupted may take to come to its end. */
const END_MS = 400;

/** What a promise gives, or an error soon after a signal aborts; what comes later is let go. */
export async function interruptible<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  late: (value: T) => unknown = () => {},
): Promise<T> {
  if (signal === undefined) return await promise;
  const stopped = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () =>
    timer = setTimeout(() => {
      promise.then(late).catch(() => {});
      stopped.reject(new Error("interrupted"));
    }, END_MS);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** The place that the options or the environment name. */
export function placeNamed({ store }: ConfigValues): string {
  return store ?? (Deno.env.get("ML_DEFENDER_CONFIG") ||
    "file:ml-defender-config");
}

/** Who writes. */
export function actorOf(values: ConfigValues): string {
  const actor = values.actor ?? Deno.env.get("USER") ??
    Deno.env.get("LOGNAME");
  if (actor !== undefined && actor !== "") return words("actor", actor, 200);
  throw new UsageError("say who writes: --actor NAME");
}

/** Why, where that was said. */
export function noteOf({ note }: ConfigValues): { readonly note?: string } {
  return note === undefined ? {} : { note: words("note", note, 500) };
}

/** A text for the history. */
function words(name: string, text: string, most: number): string {
  if (text.length > most) {
    throw new UsageError(
      `--${name} must have at most ${most} characters: current length is ${text.length}`,
    );
  }
  if (printable(text) !== text) {
    throw new UsageError(
      `--${name} must be without control and format characters: current value is ${
        printable(text)
      }`,
    );
  }
  return text;
}

/** A value of the command line: JSON, or else a plain text. */
export function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A value as people read it. */
export function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  if (typeof value === "string" && /^[\w.:/-]+$/.test(value)) return value;
  return printable(JSON.stringify(value));
}

/** Whether people want to see a change: what the operator commands keep for the way back is for `--json`. */
export function isTold({ path }: { readonly path: string }): boolean {
  return !/^operate\.(anchors|taken)\b/.test(path);
}

/** Changes that people want to see, a line each. */
export function changeLines(changes: readonly ConfigChange[]): string[] {
  return changes.filter(isTold).map(({ path, before, after, restart }) =>
    `  ${printable(path)}: ${style.dim(shown(before))} -> ${
      style.bold(shown(after))
    }${restart ? style.yellow(" (after a restart)") : ""}`
  );
}
