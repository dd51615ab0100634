/** Reads that are older than what a client knows by the time they arrive, and values that only look like the last one. */
import assert from "node:assert/strict";
import {
  BackedStore,
  type Backend,
  EtcdError,
  KeyRing,
  MemoryCounters,
  newKeyLine,
} from "../../etcd_client/mod.ts";
import { seal } from "../../etcd_client/envelope.ts";
import { MemoryBackend } from "../../etcd_client/_memory_backend.ts";

/** A memory backend whose next read can be held on its way back. */
function slow(): { backend: Backend; hold: () => () => void; reads: number } {
  const inner = new MemoryBackend(1000);
  let gate: Promise<void> | undefined;
  const state = {
    reads: 0,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    backend: new Proxy<Backend>(inner, {
      get(target, name) {
        if (name === "read") {
          return async (...args: Parameters<Backend["read"]>) => {
            const held = gate;
            gate = undefined;
            state.reads++;
            const raw = await inner.read(...args);
            await held;
            return raw;
          };
        }
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  };
  return state;
}

const keys = KeyRing.parse(newKeyLine("k1"));

Deno.test("a list that was on its way while a leased value was written does not take it for gone", async () => {
  const { backend, hold } = slow();
  await using store = new BackedStore(backend, { seal: { keys } });
  await store.set("a", 1);
  const release = hold();
  const listing = store.list("");
  await store.set("leased", 2, { ttlSeconds: 60 });
  release();
  const { entries, invalid } = await listing;
  assert.deepEqual(invalid, []);
  assert.deepEqual(entries.map(({ key }) => key), ["a", "leased"]);
  assert.equal((await store.get("leased"))?.value, 2);
  assert.equal(store.health().invalid, 0);
});

Deno.test("a read that was on its way while a value was written is made anew, and a store that stays older is refused", async () => {
  const slowly = slow();
  const counters = new MemoryCounters();
  const options = { seal: { keys, counters } };
  await using store = new BackedStore(slowly.backend, options);
  await store.set("a", 1);
  const release = slowly.hold();
  const reading = store.get("a");
  await store.set("a", 2);
  release();
  assert.equal((await reading)?.value, 2);
  assert.equal(store.health().invalid, 0);

  const past = await slowly.backend.read({ prefix: "" });
  await store.set("a", 3);
  await store.set("leased", 4, { ttlSeconds: 60 });
  slowly.reads = 0;
  const older = new Proxy<Backend>(slowly.backend, {
    get(target, name) {
      if (name === "read") {
        slowly.reads++;
        return () => Promise.resolve(past);
      }
      return Reflect.get(target, name, target);
    },
  });
  const again = new BackedStore(older, options);
  const { invalid } = await again.list("");
  assert.deepEqual(invalid.map(({ key, error }) => [key, error.code]), [
    ["a", "replay"],
    ["leased", "replay"],
  ]);
  assert.ok(slowly.reads > 1 && slowly.reads < 100, `${slowly.reads} reads`);
  const known = counters.get("leased");
  assert.equal(known?.state, "leased");
  assert.equal((await store.get("leased"))?.value, 4);
});

Deno.test("a counter that is slow to be stored does not take the place of a higher one", async () => {
  const backend = new MemoryBackend(1000);
  const writer = new BackedStore(backend, { seal: { keys } });
  const counters = new MemoryCounters();
  const set = counters.set.bind(counters);
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  counters.set = async (name, entry) => {
    if (++calls === 1) await promise;
    await set(name, entry);
  };
  await using reader = new BackedStore(backend, { seal: { keys, counters } });
  await writer.set("a", 1);
  const first = reader.get("a");
  while (calls === 0) await new Promise((next) => setTimeout(next, 1));
  const { revision } = await writer.set("a", 2);
  const second = reader.get("a");
  await new Promise((next) => setTimeout(next, 20));
  resolve();
  assert.equal((await first)?.value, 1);
  assert.equal((await second)?.value, 2);
  assert.equal(counters.get("a")?.revision, revision);
});

Deno.test("a value with the counter of the last one and another content is refused", async () => {
  const backend = new MemoryBackend(1000);
  await using store = new BackedStore(backend, { seal: { keys } });
  const key = await keys.active();
  const put = async (text: string) => {
    const value = seal(new TextEncoder().encode(text), {
      name: "a",
      counter: 7,
      algorithm: "aes-256-gcm",
      key,
      compress: false,
    });
    const operations = [{ kind: "put", key: "a", value } as const];
    await backend.commit({ compares: [], operations, otherwise: [] });
  };
  await put("1");
  assert.equal((await store.get("a"))?.value, 1);
  await put("2");
  const error = await store.get("a").then(() => undefined, (e) => e);
  assert.ok(error instanceof EtcdError, `${error}`);
  assert.equal(error.code, "replay");
});
