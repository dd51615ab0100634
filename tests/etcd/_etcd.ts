/** The store on etcd, loaded only where its npm package is in Deno's cache: tests download nothing. */
import { cached } from "../_optional.ts";
import { missing } from "./_server.ts";
import type {
  EtcdStore,
  EtcdStoreOptions,
} from "../../etcd_client/etcd/mod.ts";
import type { EtcdBackend } from "../../etcd_client/etcd/_backend.ts";

type Store = typeof import("../../etcd_client/etcd/mod.ts");
type Inside = typeof import("../../etcd_client/etcd/_backend.ts");

/** Why tests with a real etcd cannot run here; undefined if they can. */
export const noEtcd: string | undefined = missing("etcd") ??
  missing("etcdctl") ??
  (await cached("npm:etcd3@1.1.2")
    ? undefined
    : "npm:etcd3 is not in the cache: deno task optional");
/** Why tests that need certificates cannot run here. */
export const noOpenssl: string | undefined = noEtcd ?? missing("openssl");

// The paths reach `import` as values, so that nothing is fetched before this line.
const folder = "../../etcd_client/etcd/";
const store: Store | undefined = noEtcd === undefined
  ? await import(`${folder}mod.ts`)
  : undefined;
const inside: Inside | undefined = noEtcd === undefined
  ? await import(`${folder}_backend.ts`)
  : undefined;

/** As `EtcdStore.open`. */
export function openEtcd(options: EtcdStoreOptions): Promise<EtcdStore> {
  return store!.EtcdStore.open(options);
}

/** What an `EtcdStore` stands on: bytes past every check. */
export function openEtcdBackend(
  endpoint: string,
  namespace: string,
): Promise<EtcdBackend> {
  const settings = { endpoints: [endpoint], timeoutMs: 5000 };
  return inside!.EtcdBackend.open(settings, namespace);
}
