/** What the tests of the store on etcd need of it. */
import { missing, noEtcd } from "../etcd_server.ts";
import type { EtcdBackend } from "../../etcd_client/etcd/_backend.ts";
import type { Connection } from "../../etcd_client/etcd/_connection.ts";

export { noEtcd, openEtcd } from "../etcd_server.ts";

type Connections = typeof import("../../etcd_client/etcd/_connection.ts");
type Inside = typeof import("../../etcd_client/etcd/_backend.ts");

/** Why tests that need certificates cannot run here. */
export const noOpenssl: string | undefined = noEtcd ?? missing("openssl");

// The path reaches `import` as a value, so that nothing is fetched before this line.
const folder = "../../etcd_client/etcd/";
const inside: Inside | undefined = noEtcd === undefined
  ? await import(`${folder}_backend.ts`)
  : undefined;
const connections: Connections | undefined = noEtcd === undefined
  ? await import(`${folder}_connection.ts`)
  : undefined;

/** What an `EtcdBackend` calls through. */
export function openConnection(endpoints: readonly string[]): Connection {
  return new connections!.Connection({ endpoints, timeoutMs: 1000 });
}

/** What an `EtcdStore` stands on: bytes past every check. */
export function openEtcdBackend(
  endpoint: string,
  namespace: string,
): Promise<EtcdBackend> {
  const settings = { endpoints: [endpoint], timeoutMs: 5000 };
  return inside!.EtcdBackend.open(settings, { namespace, signal: undefined });
}
