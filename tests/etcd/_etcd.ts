/** What the tests of the store on etcd need of it. */
import { missing, noEtcd } from "../etcd_server.ts";
import type { EtcdBackend } from "../../etcd_client/etcd/_backend.ts";

export { noEtcd, openEtcd } from "../etcd_server.ts";

type Inside = typeof import("../../etcd_client/etcd/_backend.ts");

/** Why tests that need certificates cannot run here. */
export const noOpenssl: string | undefined = noEtcd ?? missing("openssl");

// The path reaches `import` as a value, so that nothing is fetched before this line.
const folder = "../../etcd_client/etcd/";
const inside: Inside | undefined = noEtcd === undefined
  ? await import(`${folder}_backend.ts`)
  : undefined;

/** What an `EtcdStore` stands on: bytes past every check. */
export function openEtcdBackend(
  endpoint: string,
  namespace: string,
): Promise<EtcdBackend> {
  const settings = { endpoints: [endpoint], timeoutMs: 5000 };
  return inside!.EtcdBackend.open(settings, { namespace, signal: undefined });
}
