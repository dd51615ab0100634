/** What the commands about configuration share: where it is, who writes, how values are read and shown. */
import type { ConfigStore, Json } from "@ml-defender/etcd-client";
import {
  configModel,
  type ConfigPlace,
  openConfigStore,
  type TlsSettings,
} from "@ml-defender/sdk/config";
import {
  type ConfigChange,
  ConfigEditor,
  type ConfigModel,
} from "@ml-defender/watcher";
import { operateModel } from "../operate/section.ts";
import { complain, printable, style, UsageError, userPath } from "./_cli.ts";

/** Options that all of them have, as `parseArgs` takes them. */
export const CONFIG_OPTIONS = {
  store: { type: "string" },
  "key-file": { type: "string" },
  counters: { type: "string" },
  ca: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  user: { type: "string" },
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
      --json             print data`;

/** Help of the options about who writes. */
export const WRITER_HELP = `
      --actor NAME       who writes, for the history; default $USER
      --note TEXT        why, for the history`;

/** Values of those options. */
export interface ConfigValues {
  /** Where the configuration is. */
  store?: string | undefined;
  /** Keys. */
  "key-file"?: string | undefined;
  /** Where counters are kept. */
  counters?: string | undefined;
  /** Authority. */
  ca?: string | undefined;
  /** Certificate. */
  cert?: string | undefined;
  /** Its key. */
  key?: string | undefined;
  /** User of etcd. */
  user?: string | undefined;
  /** Who writes. */
  actor?: string | undefined;
  /** Why. */
  note?: string | undefined;
}

/** Sections and checks of everything that can be configured, with the place on the ladder. */
export function editorModel(): ConfigModel {
  return configModel(operateModel());
}

/** A configuration that is open for operators. */
export interface OpenedConfig extends AsyncDisposable {
  /** Where it is, as the user named it. */
  readonly place: string;
  /** The store. */
  readonly store: ConfigStore;
  /** Reads and writes it. */
  readonly editor: ConfigEditor;
}

/** Open what the options name. */
export async function openEditor(
  values: ConfigValues,
  options: {
    /** What to do where a folder is not there. @default {"make"} */
    readonly absent?: "make" | "defaults" | "error";
  } = {},
): Promise<OpenedConfig> {
  const place = placeNamed(values);
  const { absent = "make" } = options;
  const there = absent === "make" || await isThere(place);
  if (!there && absent === "error") {
    throw new Error(
      `there is no configuration in ${place}: make one with \`deno task config set\`, or name it with --store`,
    );
  }
  if (!there) complain("config", `nothing in ${place} yet: the defaults`);
  const store = await openConfigStore(
    there ? await placeOf(place, values) : { store: "memory" },
  );
  const editor = new ConfigEditor({ store, model: editorModel() });
  return {
    place,
    store,
    editor,
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The place that the options or the environment name. */
export function placeNamed({ store }: ConfigValues): string {
  return store ?? (Deno.env.get("ML_DEFENDER_CONFIG") ||
    "file:ml-defender-config");
}

/** Whether a folder is there; what a server has, it says itself. */
async function isThere(place: string): Promise<boolean> {
  if (!place.startsWith("file:")) return true;
  const found = await Deno.stat(userPath(place.slice("file:".length)))
    .catch(() => undefined);
  return found !== undefined;
}

/** A place with its keys, certificates and user, as the options name them. */
export async function placeOf(
  place: string,
  values: ConfigValues,
): Promise<ConfigPlace> {
  const [, kind, where = ""] = /^(file|etcd):(.+)$/.exec(place) ?? [];
  if (kind === undefined) {
    throw new UsageError(
      `--store must be file:DIR or etcd:URL[,URL...]: current value is ${place}`,
    );
  }
  const { "key-file": keys, counters, user } = values;
  if (counters !== undefined && keys === undefined) {
    throw new UsageError("--counters needs --key-file");
  }
  const tls = await tlsOf(values);
  return {
    store: kind === "file" ? `file:${userPath(where)}` : place,
    ...(keys === undefined ? {} : { keys: `file:${userPath(keys)}` }),
    ...(counters === undefined ? {} : { counters: userPath(counters) }),
    ...(tls === undefined ? {} : { tls }),
    ...(user === undefined ? {} : {
      auth: {
        username: user,
        password: Deno.env.get("ML_DEFENDER_ETCD_PASSWORD") ?? "",
      },
    }),
    // Only whoever has an etcd loads its package.
    loadEtcd: () =>
      import(new URL("../etcd_client/etcd/mod.ts", import.meta.url).href),
  };
}

async function tlsOf(
  { ca, cert, key }: ConfigValues,
): Promise<TlsSettings | undefined> {
  if (ca === undefined && cert === undefined && key === undefined) {
    return undefined;
  }
  if (ca === undefined || (cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key go together, and need --ca");
  }
  const read = (path: string) => Deno.readTextFile(userPath(path));
  if (cert === undefined || key === undefined) return { ca: await read(ca) };
  return { ca: await read(ca), cert: await read(cert), key: await read(key) };
}

/** Who writes. */
export function actorOf(values: ConfigValues): string {
  const actor = values.actor ?? Deno.env.get("USER") ??
    Deno.env.get("LOGNAME");
  if (actor !== undefined && actor !== "") return actor;
  throw new UsageError("say who writes: --actor NAME");
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
