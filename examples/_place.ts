/** Where a configuration is, as options name it: folder or etcd, keys, certificates, user. */
import type { ConfigPlace, TlsSettings } from "@ml-defender/sdk/config";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError, userPath } from "./_cli.ts";

/** What stands in front of a name in a message: the options of a copy's target have names of their own. */
export type Dash = "--" | "--to-";

/** Values of the options about a place. */
export interface PlaceValues {
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
  /** What stands before every key in etcd. */
  namespace?: string | undefined;
  /** What the tree's keys start with. */
  prefix?: string | undefined;
}

const PASSWORDS: Readonly<Record<Dash, string>> = {
  "--": "ML_DEFENDER_ETCD_PASSWORD",
  "--to-": "ML_DEFENDER_TO_ETCD_PASSWORD",
};

const ETCD_ONLY = ["ca", "cert", "key", "user", "namespace"] as const;

/** The folder of a place, as a path; undefined for etcd. */
export function folderOf(place: string): string | undefined {
  if (!place.startsWith("file:")) return undefined;
  return userPath(place.slice("file:".length));
}

/** A path without links in it, however it was named; also of what is not there yet. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    const folder = dirname(path);
    if (!(error instanceof Deno.errors.NotFound) || folder === path) {
      return path;
    }
    const linked = await Deno.readLink(path).catch(() => undefined);
    return linked === undefined
      ? join(await realPathOf(folder), basename(path))
      : await realPathOf(resolve(folder, linked));
  }
}

/** Whether a folder is there; what a server has, it says itself. */
export async function isThere(place: string): Promise<boolean> {
  const folder = folderOf(place);
  if (folder === undefined) return true;
  return await Deno.stat(folder).then(() => true, () => false);
}

/** A place with its keys, certificates and user, as the options name them; counters are opened beside it. */
export async function placeOf(
  place: string,
  values: PlaceValues,
  dash: Dash = "--",
): Promise<ConfigPlace> {
  const [, kind, where = ""] = /^(file|etcd):(.+)$/.exec(place) ?? [];
  if (kind === undefined) {
    throw new UsageError(
      `${
        dash === "--" ? "--store" : "the place"
      } must be file:DIR or etcd:URL[,URL...]: current value is ${place}`,
    );
  }
  const { "key-file": keys, user, namespace } = values;
  if (values.counters !== undefined && keys === undefined) {
    throw new UsageError(`${dash}counters needs ${dash}key-file`);
  }
  checkEtcd(place, values, dash);
  const tls = await tlsOf(values, dash);
  return {
    store: kind === "file" ? `file:${userPath(where)}` : place,
    ...(keys === undefined ? {} : { keys: `file:${userPath(keys)}` }),
    ...(tls === undefined ? {} : { tls }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(user === undefined ? {} : {
      auth: {
        username: user,
        password: Deno.env.get(PASSWORDS[dash]) ?? "",
      },
    }),
    // Only whoever has an etcd loads its package.
    loadEtcd: () =>
      import(new URL("../etcd_client/etcd/mod.ts", import.meta.url).href),
  };
}

/** Options that go with etcd, and with https, only. */
function checkEtcd(place: string, values: PlaceValues, dash: Dash): void {
  const given = ETCD_ONLY.find((name) => values[name] !== undefined);
  if (place.startsWith("file:")) {
    if (given === undefined) return;
    throw new UsageError(
      `${dash}${given} goes with etcd: the place is ${place}`,
    );
  }
  const secure = /^etcd:\s*https:|,\s*https:/.test(place);
  if (secure && values.ca === undefined) {
    throw new UsageError(
      `https needs ${dash}ca FILE, the certificate of the authority that signed the server's: the place is ${place}`,
    );
  }
  if (!secure && values.ca !== undefined) {
    throw new UsageError(`${dash}ca goes with https: the place is ${place}`);
  }
  const { cert, key, ca } = values;
  const alone = (cert === undefined) !== (key === undefined);
  if (alone || (cert !== undefined && ca === undefined)) {
    throw new UsageError(
      `${dash}cert and ${dash}key go together, and need ${dash}ca`,
    );
  }
}

async function tlsOf(
  { ca, cert, key }: PlaceValues,
  dash: Dash,
): Promise<TlsSettings | undefined> {
  if (ca === undefined) return undefined;
  const read = async (name: string, path: string) => {
    try {
      return await Deno.readTextFile(userPath(path));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${dash}${name} can not be read: ${why}`, { cause });
    }
  };
  if (cert === undefined || key === undefined) {
    return { ca: await read("ca", ca) };
  }
  return {
    ca: await read("ca", ca),
    cert: await read("cert", cert),
    key: await read("key", key),
  };
}

/** Whether two places are one: the same folder, or an endpoint that both have, under the same keys. */
export async function isSamePlace(
  one: ConfigPlace,
  other: ConfigPlace,
): Promise<boolean> {
  const folders = [folderOf(one.store), folderOf(other.store)];
  if (folders[0] === undefined || folders[1] === undefined) {
    if (folders[0] !== folders[1]) return false;
    const endpoints = endpointsOf(other.store);
    return (one.namespace ?? "") === (other.namespace ?? "") &&
      endpointsOf(one.store).some((url) => endpoints.includes(url));
  }
  const real = await Promise.all(
    folders.map((path) => realPathOf(path!)),
  );
  return real[0] === real[1];
}

/** Host and port of each endpoint; loopback has several names. */
export function endpointsOf(store: string): string[] {
  return store.slice("etcd:".length).split(",").map((text) => {
    const url = URL.parse(text.trim());
    if (url === null) return text;
    const host = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
      ? "localhost"
      : url.hostname;
    return `${host}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
  });
}
