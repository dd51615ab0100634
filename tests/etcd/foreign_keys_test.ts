/** Keys in etcd that no store writes, such as those that are no UTF-8 text. */
import assert from "node:assert/strict";
import {
  KeyRing,
  newKeyLine,
  type StoreOptions,
} from "../../etcd_client/mod.ts";
import { optional } from "../_optional.ts";
import { EtcdServer } from "../etcd_server.ts";
import { noEtcd, openEtcd, openEtcdBackend } from "./_etcd.ts";
import { line, take } from "./_events.ts";

const SPACE = "ns/";
/** Bytes behind the namespace, and the key that they are here. */
const FOREIGN: readonly (readonly [readonly number[], string])[] = [
  [[0x71, 0x00], "q\0"],
  [[0x71, 0xed, 0xa0, 0x80], "q\udced\udca0\udc80"],
  [[0x71, 0xf0, 0x9f, 0x98, 0x71], "q\udcf0\udc9f\udc98q"],
  [[0x71, 0xfe], "q\udcfe"],
  [[0x71, 0xff], "q\udcff"],
  [[0x71, 0xff, 0xc3, 0xa9, 0xff], "q\udcffé\udcff"],
];

/** All keys behind the namespace as etcd has them. */
async function keysOf(server: EtcdServer): Promise<number[][]> {
  const text = await server.ctl("get", SPACE, "--prefix", "-w=json");
  const { kvs = [] }: { kvs?: { key: string }[] } = JSON.parse(text);
  return kvs.map(({ key }) =>
    Array.from(atob(key), (c) => c.charCodeAt(0)).slice(SPACE.length)
  );
}

async function check(server: EtcdServer, options: StoreOptions) {
  const { endpoint } = server;
  const raw = await openEtcdBackend(endpoint, SPACE);
  await using store = await openEtcd({
    ...options,
    endpoints: [endpoint],
    namespace: SPACE,
  });
  await store.set("qé", 1);
  const keys = FOREIGN.map(([, key]) => key);
  const events = store.watch({ prefix: "q" }, { initial: true });
  await take(events, 1);
  const value = new TextEncoder().encode("7");
  for (const key of keys) {
    const operations = [{ kind: "put", key, value } as const];
    await raw.commit({ compares: [], operations, otherwise: [] });
  }
  const bytes = FOREIGN.map(([bytes]) => [...bytes]);
  const own = [0x71, 0xc3, 0xa9];
  assert.deepEqual(await keysOf(server), [bytes[0], own, ...bytes.slice(1)]);
  const { entries, invalid } = await store.list("q");
  assert.deepEqual(invalid.map(({ key }) => key).sort(), keys);
  assert.equal(entries.length, 1);
  for (const { error } of invalid) assert.equal(error.code, "integrity");
  const seen = (await take(events, 6)).map(line);
  assert.deepEqual(seen, keys.map((key) => `invalid ${key} integrity`));
  const refused = await store.delete(keys[3]!, { expectedRevision: 1 })
    .then(() => undefined, (e) => e);
  assert.equal(refused?.code, "conflict", `${refused}`);
  const revisions = new Map(invalid.map((it) => [it.key, it.revision]));
  const expectedRevision = revisions.get(keys[3]!)!;
  assert.ok((await store.delete(keys[3]!, { expectedRevision })).deleted);
  const rest = keys.filter((key) => key !== keys[3]);
  const { succeeded, deleted } = await store.transaction({
    compare: [{ key: rest[1]!, revision: revisions.get(rest[1]!)! }],
    operations: [
      ...rest.map((key) => ({ kind: "delete", key }) as const),
      { kind: "put", key: "qé", value: 2 },
    ],
  });
  assert.deepEqual([succeeded, [...deleted].sort()], [true, rest]);
  assert.deepEqual(await keysOf(server), [own]);
  const state = await store.list("");
  assert.deepEqual([state.entries.length, state.invalid], [1, []]);
  await assert.rejects(store.set(keys[4]!, 1), TypeError);
  await events.return(undefined);
  await store.delete("qé");
  await raw.close();
}

for (const sealed of [false, true]) {
  optional({
    name: `EtcdStore${
      sealed ? ", encrypted," : ""
    } names keys of others that no store writes apart, and deletes them`,
    available: noEtcd === undefined,
    reason: noEtcd ?? "",
    async fn() {
      await using server = await EtcdServer.start();
      const keys = KeyRing.parse(newKeyLine("k1"));
      await check(server, sealed ? { seal: { keys } } : {});
    },
  });
}
