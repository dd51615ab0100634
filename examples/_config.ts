/** What the commands about configuration share: where it is, who writes, how values are read and shown. */
import type { ConfigStore, Json } from "@ml-defender/etcd-client";
import { configModel, openConfigStore } from "@ml-defender/sdk/config";
import {
  type ConfigChange,
  ConfigEditor,
  type ConfigModel,
} from "@ml-defender/watcher";
import { operateModel } from "../operate/section.ts";
import { complain, printable, style, UsageError } from "./_cli.ts";
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
      --counters FILE    with a key file: where the highest counters are kept, so that an old value put back shows
      --ca FILE          with https: certificate of the authority that signed the server's
      --cert FILE --key FILE   with https: the client's certificate and key
      --user NAME        user of etcd; the password is in ML_DEFENDER_ETCD_PASSWORD
      --namespace TEXT   what stands before every key in etcd; default nothing
      --prefix NAMES     what the keys of this configuration start with, as several may be in one store; default ml-defender
      --json             print data`;

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
  const store = await interruptible(
    openConfigStore(there ? where : { store: "memory" }),
    signal,
    (late) => late.close(),
  );
  const { prefix = "ml-defender" } = values;
  const close = () => store.close();
  try {
    const editor = new ConfigEditor({ store, prefix, model: editorModel() });
    return { place, prefix, store, editor, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
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
