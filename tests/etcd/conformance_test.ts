/** One suite, three stores, each with and without encryption. */
import {
  type ConfigStore,
  FileStore,
  KeyRing,
  MemoryCounters,
  newKeyLine,
  type StoreOptions,
} from "../../etcd_client/mod.ts";
import { BackedStore } from "../../etcd_client/backed_store.ts";
import { MemoryBackend } from "../../etcd_client/_memory_backend.ts";
import { optional } from "../_optional.ts";
import { type Place, type Rule, RULES } from "./_conformance.ts";
import { noEtcd, openEtcd } from "./_etcd.ts";
import { EtcdServer } from "../etcd_server.ts";

const HISTORY = 50;

/** Options for each client: with keys, each has counters of its own. */
type Options = () => StoreOptions;

function plain(): Options {
  return () => ({});
}

function sealed(): Options {
  const keys = KeyRing.parse(newKeyLine("k1"));
  return () => ({ seal: { keys, counters: new MemoryCounters() } });
}

/** Writes until what was before is let go. */
async function writeOver(store: ConfigStore): Promise<void> {
  for (let i = 0; i < HISTORY * 2; i++) await store.set("zz", i);
}

async function inMemory(rule: Rule, options: Options): Promise<void> {
  const backend = new MemoryBackend(HISTORY);
  const shared = new Proxy(backend, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target);
      if (name === "close") return () => Promise.resolve();
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const place: Place = {
    open: () => Promise.resolve(new BackedStore(shared, options())),
    compact: writeOver,
  };
  try {
    await rule.check(place);
  } finally {
    await backend.close();
  }
}

async function inFolder(rule: Rule, options: Options): Promise<void> {
  const folder = await Deno.makeTempDir();
  const place: Place = {
    open: () =>
      FileStore.open(`${folder}/config`, {
        ...options(),
        historyLimit: HISTORY,
      }),
    compact: writeOver,
  };
  try {
    await rule.check(place);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

let server: EtcdServer | undefined;
let spaces = 0;

async function inEtcd(rule: Rule, options: Options): Promise<void> {
  const { endpoint } = server ??= await EtcdServer.start();
  const namespace = `test${++spaces}/`;
  await rule.check({
    open: () => openEtcd({ ...options(), endpoints: [endpoint], namespace }),
    compact: async (store) => {
      const { revision } = await store.set("zz", 0);
      await server!.ctl("compact", `${revision}`);
    },
  });
}

for (
  const [how, makeOptions] of [["", plain], [", encrypted", sealed]] as const
) {
  for (const rule of RULES) {
    Deno.test(`MemoryStore${how}: ${rule.name}`, () =>
      inMemory(rule, makeOptions()));
    Deno.test(`FileStore${how}: ${rule.name}`, () =>
      inFolder(rule, makeOptions()));
    optional({
      name: `EtcdStore${how}: ${rule.name}`,
      available: noEtcd === undefined,
      reason: noEtcd ?? "",
      fn: () => inEtcd(rule, makeOptions()),
    });
  }
}

Deno.test.afterAll(() => server?.[Symbol.asyncDispose]());
