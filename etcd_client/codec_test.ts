/** Counters and what is remembered of them, where clocks, stores and writers do not go together. */
import assert from "node:assert/strict";
import { BackedStore } from "./backed_store.ts";
import type { Backend, RawTransaction } from "./backend.ts";
import { MemoryCounters } from "./counters.ts";
import { KeyRing, newKeyLine } from "./key_ring.ts";
import { MemoryBackend } from "./_memory_backend.ts";
import { fails } from "./testdata/fails.ts";

const keys = KeyRing.parse(newKeyLine("k1"));

function storeOn(
  backend: Backend,
  now: () => number = Date.now,
  counters = new MemoryCounters(),
): BackedStore {
  return new BackedStore(backend, { seal: { keys, counters }, now });
}

async function bytesOf(backend: Backend, key: string): Promise<Uint8Array> {
  return (await backend.read(key)).entries[0]!.value.slice();
}

function commit(
  backend: Backend,
  ...operations: RawTransaction["operations"]
): Promise<unknown> {
  return backend.commit({ compares: [], operations, otherwise: [] });
}

Deno.test("a writer whose clock went back stays above what it remembers of a key that is gone", async () => {
  let now = 2e12;
  const store = storeOn(new MemoryBackend(100), () => now);
  const lease = await store.lease(5);
  await store.set("leased", 1, { lease });
  await store.set("h", 1, { expendable: true });
  await lease.revoke();
  assert.equal(await store.get("leased"), undefined);
  await store.delete("h");
  now = 1e12;
  for (const key of ["leased", "h"]) {
    await store.set(key, 2);
    assert.equal((await store.get(key))?.value, 2);
  }
  await store.close();
});

Deno.test("a write that is heard of late does not make a client forget what came after it", async () => {
  const backend = new MemoryBackend(100);
  const writer = storeOn(backend);
  let old = new Uint8Array();
  let meanwhile = async () => {};
  const late: Backend = new Proxy(backend as Backend, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "commit") {
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (transaction: RawTransaction) => {
        const outcome = await target.commit(transaction);
        await meanwhile();
        return outcome;
      };
    },
  });
  const client = storeOn(late);
  meanwhile = async () => {
    meanwhile = async () => {};
    old = await bytesOf(backend, "x") as Uint8Array<ArrayBuffer>;
    await writer.set("x", "newer");
    assert.equal((await client.get("x"))?.value, "newer");
  };
  await client.set("x", "older");
  await commit(backend, { kind: "put", key: "x", value: old });
  await fails(client.get("x"), "replay");
  await backend.close();
});

Deno.test("a delete that is heard of late does not make a client forget what came after it", async () => {
  const backend = new MemoryBackend(100);
  const counters = new MemoryCounters();
  const client = storeOn(backend, Date.now, counters);
  const writer = storeOn(backend);
  const expendable = true;
  await writer.set("h", 1, { expendable });
  assert.equal((await client.get("h"))?.value, 1);
  let old = new Uint8Array();
  const { commit: really } = backend;
  backend.commit = async (transaction) => {
    backend.commit = really;
    const outcome = await backend.commit(transaction);
    await writer.set("h", 2, { expendable });
    old = await bytesOf(backend, "h") as Uint8Array<ArrayBuffer>;
    await writer.set("h", 3, { expendable });
    assert.equal((await client.get("h"))?.value, 3);
    return outcome;
  };
  await client.delete("h");
  await commit(backend, { kind: "put", key: "h", value: old });
  await fails(client.get("h"), "replay");
  await backend.close();
});

Deno.test("a watch on another store takes no old value that was copied there, whatever its revision", async () => {
  const first = new MemoryBackend(100);
  const writer = storeOn(first);
  await writer.set("x", "old");
  const old = await bytesOf(first, "x");
  for (let i = 0; i < 10; i++) await writer.set("x", i);
  const counters = new MemoryCounters();
  const reader = storeOn(first, Date.now, counters);
  assert.equal((await reader.get("x"))?.value, 9);
  const second = new MemoryBackend(100);
  const moved = storeOn(second, Date.now, counters);
  const events = moved.watch("x", { initial: true });
  await events.next();
  const next = events.next();
  await commit(second, { kind: "put", key: "x", value: old });
  const { value } = await next;
  assert.equal(value?.kind, "invalid");
  assert.equal(value?.kind === "invalid" && value.error.code, "replay");
  await events.return(undefined);
  for (const store of [writer, reader, moved]) await store.close();
});

Deno.test("plain text in the place of a value is written over and deleted", async () => {
  const backend = new MemoryBackend(100);
  const store = storeOn(backend);
  const value = new TextEncoder().encode('"PLAINTEXT"');
  const place = () => commit(backend, { kind: "put", key: "x", value });
  await place();
  await fails(store.get("x"), "integrity");
  await store.set("x", 1);
  assert.equal((await store.get("x"))?.value, 1);
  await place();
  assert.equal((await store.delete("x")).deleted, true);
  assert.equal(await store.get("x"), undefined);
  await store.close();
});

Deno.test("a clock beyond what counters hold stores nothing, and what is there stays readable", async () => {
  let now = Date.UTC(2026, 0);
  const backend = new MemoryBackend(100);
  const store = storeOn(backend, () => now);
  await store.set("x", 1);
  now = Date.UTC(2261, 0);
  const { revision } = await backend.read({ prefix: "" });
  const writes = [
    () => store.set("x", 2),
    () => store.set("y", 2),
    () => store.delete("x"),
  ];
  for (const write of writes) {
    const error = await fails(write(), "limit");
    assert.match(error.message, /clock/);
  }
  assert.equal((await backend.read({ prefix: "" })).revision, revision);
  assert.equal((await store.get("x"))?.value, 1);
  now = Date.UTC(2255, 0);
  await store.set("x", 3);
  assert.equal((await store.get("x"))?.value, 3);
  await store.close();
});

Deno.test("a value written with a lease is refused where it has none", async () => {
  const backend = new MemoryBackend(100);
  const writer = storeOn(backend);
  const lease = await writer.lease(5);
  await writer.set("c", 1, { lease });
  const value = await bytesOf(backend, "c");
  const fresh = storeOn(backend);
  assert.equal((await fresh.get("c"))?.value, 1);
  await lease.revoke();
  await commit(backend, { kind: "put", key: "c", value });
  const stranger = storeOn(backend);
  const error = await fails(stranger.get("c"), "integrity");
  assert.match(error.message, /lease/);
  const { entries, invalid } = await stranger.list("");
  assert.deepEqual([entries.length, invalid.length], [0, 1]);
  assert.equal((await stranger.delete("c")).deleted, true);
  await writer.set("c", 2);
  assert.equal((await stranger.get("c"))?.value, 2);
  await writer.close();
});
