/**
 * Where the configuration is: one setting for memory, a folder or etcd.
 *
 * @module
 */
import {
  type Algorithm,
  type ConfigStore,
  type CounterStore,
  EtcdError,
  FileCounters,
  FileStore,
  KeyFile,
  type KeyProvider,
  KeyRing,
  MemoryStore,
  type StoreOptions,
} from "@ml-defender/etcd-client";
import { LateStore, type Opened } from "./_late_store.ts";

/** Certificates for etcd, as PEM text. */
export interface TlsSettings {
  /** Authority that signed the server's certificate. */
  readonly ca: string;
  /** The client's certificate, where the server wants one (mTLS). */
  readonly cert?: string;
  /** The client's key. */
  readonly key?: string;
}

/** Where the configuration is, and who may read it. */
export interface ConfigPlace {
  /**
   * `memory`: in this process alone. `file:DIR`: in a folder, for one machine. `etcd:URL,URL`: in etcd, for many, for example
   * `etcd:https://a.example:2379,https://b.example:2379`.
   */
  readonly store: string;
  /** Certificates; needed for https. */
  readonly tls?: TlsSettings;
  /** User of etcd, where it has users. */
  readonly auth?: {
    /** Name. */
    readonly username: string;
    /** Password; it appears in no message. */
    readonly password: string;
  };
  /** What stands before every key in etcd. @default {""} */
  readonly namespace?: string;
  /** Milliseconds until an operation on etcd gives up, 100 to 600,000. @default {5000} */
  readonly timeoutMs?: number;
  /**
   * Keys that encrypt the values: `file:PATH` (read again when it changes), `env:NAME`, or a provider. Without any, values
   * are stored as they are. The format is that of `KeyRing`.
   */
  readonly keys?: string | KeyProvider;
  /**
   * File that remembers the highest counter of each value, so that an old value put back is refused after a restart too;
   * for use with `keys`, one file for each process. Or counters that the caller opened, and closes after the store.
   * @default {remembered while the process runs}
   */
  readonly counters?: string | CounterStore;
  /** How values are encrypted. @default {"aes-256-gcm"} */
  readonly algorithm?: Algorithm;
  /**
   * Loads etcd's part of the client, which needs npm:etcd3; for programs in which that part has another name.
   *
   * @default {() => import("@ml-defender/etcd-client/etcd")}
   */
  readonly loadEtcd?: () => Promise<EtcdPart>;
}

/** What is used of `@ml-defender/etcd-client/etcd`. */
export interface EtcdPart {
  /** Its store. */
  readonly EtcdStore: {
    /** Connects. */
    open(
      options: StoreOptions & {
        /** Where etcd is. */
        readonly endpoints: readonly string[];
        /** Certificates. */
        readonly tls?: TlsSettings;
        /** User. */
        readonly auth?: {
          /** Name. */
          readonly username: string;
          /** Password. */
          readonly password: string;
        };
        /** What stands before every key. */
        readonly namespace?: string;
        /** Milliseconds until an operation gives up. */
        readonly timeoutMs?: number;
        /** Gives up connecting. */
        readonly signal?: AbortSignal;
      },
    ): Promise<ConfigStore>;
  };
}

/**
 * Open the store of a configuration: for editors and commands, which want to know at once when it is not there.
 *
 * @param place Where it is.
 * @returns The store; to be closed.
 * @throws {EtcdError} When it cannot be reached or used; the message says what to do.
 * @throws {TypeError} When the place is none.
 */
export async function openConfigStore(
  place: ConfigPlace,
): Promise<ConfigStore> {
  const store = openLater(place);
  try {
    await store.ready();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens it in the background, again and again until it is there. */
export function openLater(place: ConfigPlace): LateStore {
  const parsed = parsePlace(place);
  return new LateStore(parsed.kind, (signal) => open(parsed, place, signal));
}

type Parsed =
  | { readonly kind: "memory" }
  | { readonly kind: "file"; readonly folder: string }
  | { readonly kind: "etcd"; readonly endpoints: readonly string[] };

function parsePlace({ store, tls, auth }: ConfigPlace): Parsed {
  const refuse = (wanted: string) =>
    new TypeError(
      `Cannot open configuration as 'store' must be ${wanted}: current value is ${
        JSON.stringify(store)
      }`,
    );
  const found = /^(file|etcd):(.+)$/s.exec(store);
  const kind = store === "memory" ? "memory" : found?.[1];
  const where = found?.[2] ?? "";
  if (kind === undefined) {
    throw refuse("memory, file:DIR or etcd:URL[,URL...]");
  }
  if (kind === "etcd") {
    const endpoints = where.split(",").map((one) => one.trim());
    if (endpoints.every((one) => /^https?:$/.test(protocolOf(one)))) {
      return { kind, endpoints };
    }
    throw refuse("etcd: and URLs such as https://a.example:2379");
  }
  for (const [name, value] of Object.entries({ tls, auth })) {
    if (value === undefined) continue;
    throw new TypeError(
      `Cannot open configuration as '${name}' must only be there for etcd: the store is ${kind}`,
    );
  }
  return kind === "file" ? { kind, folder: where } : { kind: "memory" };
}

function protocolOf(url: string): string {
  return URL.parse(url)?.protocol ?? "";
}

async function open(
  parsed: Parsed,
  place: ConfigPlace,
  signal: AbortSignal,
): Promise<Opened> {
  await using resources = new AsyncDisposableStack();
  const options = await storeOptions(place, resources);
  const store = await openStore(parsed, place, { ...options, signal });
  const held = resources.move();
  return {
    store,
    close: async () => {
      try {
        await store.close();
      } finally {
        await held.disposeAsync();
      }
    },
  };
}

async function openStore(
  parsed: Parsed,
  place: ConfigPlace,
  { signal, ...options }: StoreOptions & { readonly signal: AbortSignal },
): Promise<ConfigStore> {
  if (parsed.kind === "memory") return new MemoryStore(options);
  if (parsed.kind === "file") {
    return await FileStore.open(parsed.folder, options);
  }
  const { tls, auth, namespace, timeoutMs, loadEtcd = loadEtcdPart } = place;
  const { EtcdStore } = await loadEtcd();
  return await EtcdStore.open({
    ...options,
    signal,
    endpoints: parsed.endpoints,
    ...(tls && { tls }),
    ...(auth && { auth }),
    ...(namespace !== undefined && { namespace }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

async function storeOptions(
  place: ConfigPlace,
  resources: AsyncDisposableStack,
): Promise<StoreOptions> {
  const { keys, counters, algorithm } = place;
  if (keys === undefined) {
    if (counters === undefined) return {};
    throw new TypeError(
      "Cannot open configuration as 'counters' must only be there together with 'keys'",
    );
  }
  const remembered = typeof counters === "string"
    ? resources.adopt(await FileCounters.open(counters), (one) => one.close())
    : counters;
  return {
    seal: {
      keys: await keysOf(keys),
      ...(remembered && { counters: remembered }),
      ...(algorithm && { algorithm }),
    },
  };
}

/**
 * The keys of a place that may not be there yet: looked for when they are needed.
 *
 * @param keys As in `ConfigPlace`.
 */
export function laterKeys(keys: string | KeyProvider): KeyProvider {
  let found: KeyProvider | undefined;
  const get = async () => found ??= await keysOf(keys);
  return {
    active: async () => (await get()).active(),
    find: async (id) => (await get()).find(id),
  };
}

async function keysOf(keys: string | KeyProvider): Promise<KeyProvider> {
  if (typeof keys !== "string") return keys;
  const found = /^(file|env):(.+)$/s.exec(keys);
  if (found === null) {
    throw new EtcdError(
      "key",
      "Cannot use keys: 'keys' must be file:PATH or env:NAME",
    );
  }
  const where = found[2]!;
  return found[1] === "env"
    ? KeyRing.fromEnvironment(where)
    : await KeyFile.open(where);
}

/** The name is put together so that npm:etcd3 is in nobody's graph who does not use etcd. */
const ETCD_PART = import.meta.url.startsWith("file:")
  ? ["@ml-defender/etcd-client", "etcd"].join("/")
  : ["jsr:@ml-defender", "etcd-client@^0.1.0", "etcd"].join("/");

async function loadEtcdPart(): Promise<EtcdPart> {
  try {
    return await import(ETCD_PART);
  } catch (cause) {
    throw new TypeError(
      `Cannot load ${ETCD_PART}: install npm:etcd3, or say how to load it with 'loadEtcd'`,
      { cause },
    );
  }
}
