/**
 * `ConfigStore` on etcd, version 3.4 and later, by npm:etcd3.
 *
 * ```ts ignore
 * import { EtcdStore } from "@ml-defender/etcd-client/etcd";
 *
 * await using store = await EtcdStore.open({
 *   endpoints: ["http://localhost:2379"],
 *   namespace: "ml-defender/",
 * });
 * for await (const event of store.watch({ prefix: "scoring/" }, { initial: true })) {
 *   console.log(event.kind);
 * }
 * ```
 *
 * Permissions: `net=<host>,<address>:<port>` of each endpoint (its name is looked up, then an address is used), and what etcd3
 * itself asks for: `read` of Deno's npm cache (its protocol files) and `env`.
 *
 * @module
 */
export * from "./etcd_store.ts";
