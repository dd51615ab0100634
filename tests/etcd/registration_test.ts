/** Registrations that somebody else gets in the way of. */
import assert from "node:assert/strict";
import {
  BackedStore,
  type ComponentOptions,
  EtcdError,
  KeyRing,
  newKeyLine,
} from "../../etcd_client/mod.ts";
import { MemoryBackend } from "../../etcd_client/_memory_backend.ts";
import { sleep } from "../etcd_server.ts";

const KEY = "components/pipeline/one";
const ONE = { kind: "pipeline", id: "one", version: "1", ttlSeconds: 2 };

function open() {
  const backend = new MemoryBackend(1000);
  const seal = { keys: KeyRing.parse(newKeyLine("k1")) };
  return { backend, store: new BackedStore(backend, { seal }) };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await what())) {
    assert.ok(Date.now() < end, "it did not happen within 5 s");
    await sleep(20);
  }
}

Deno.test("a registration whose key went away is there again, also where something else was put in its place", async () => {
  const { backend, store } = open();
  await using _ = store;
  await using own = await store.register(ONE);
  for (
    const operation of [
      { kind: "delete", key: KEY },
      { kind: "put", key: KEY, value: new TextEncoder().encode("{}") },
    ] as const
  ) {
    const { renewals } = own;
    const operations = [operation];
    await backend.commit({ compares: [], operations, otherwise: [] });
    await until(() => own.renewals > renewals);
    assert.equal((await store.discover("pipeline"))[0]?.id, "one");
  }
  await own.update({ status: "busy" });
  assert.equal((await store.discover("pipeline"))[0]?.status, "busy");
  assert.deepEqual([own.renewals, own.taken], [2, false]);
});

Deno.test("a second component with the same id takes the place of the first, which is told, and comes back", async () => {
  const { store } = open();
  await using _ = store;
  const told: boolean[] = [];
  await using first = await store.register({
    ...ONE,
    onTaken: (taken) => told.push(taken),
  });
  const second = await store.register({ ...ONE, version: "2" });
  const seen = async () => (await store.discover())[0]?.version;
  const error = await first.update({ status: "busy" })
    .then(() => undefined, (e) => e);
  assert.ok(error instanceof EtcdError, `${error}`);
  assert.equal(error.code, "conflict");
  await until(() => first.taken);
  assert.equal(await seen(), "2");
  await second.update({ status: "up" });
  assert.equal(second.taken, false);
  await second.close();
  await until(() => !first.taken);
  assert.equal(await seen(), "1");
  assert.equal((await store.discover())[0]?.status, "busy");
  assert.deepEqual(told, [true, false]);
});

Deno.test("components under one prefix are not seen under another, nor without one, and may have the same id", async () => {
  const { backend, store } = open();
  await using _ = store;
  const places = [undefined, "a", "a/b"];
  for (const [i, prefix] of places.entries()) {
    const version = `${i}`;
    await store.register({ ...ONE, version, ...(prefix && { prefix }) });
  }
  const stop = new AbortController();
  for (const [i, prefix] of places.entries()) {
    const where = prefix === undefined ? {} : { prefix };
    const versions = [`${i}`];
    for (const kind of [undefined, "pipeline"]) {
      const found = await store.discover(kind, where);
      assert.deepEqual(found.map(({ version }) => version), versions);
      assert.deepEqual([found[0]?.kind, found[0]?.id], ["pipeline", "one"]);
      const { signal } = stop;
      for await (
        const seen of store.watchComponents(kind, { ...where, signal })
      ) {
        assert.deepEqual(seen.map(({ version }) => version), versions);
        break;
      }
    }
  }
  const { entries } = await backend.read({ prefix: "" });
  assert.deepEqual(entries.map(({ key }) => key), [
    "a/b/components/pipeline/one",
    "a/components/pipeline/one",
    KEY,
  ]);
});

Deno.test("what is no component is refused before anything is stored", async () => {
  const { backend, store } = open();
  await using _ = store;
  const wrong: readonly (readonly [object, ErrorConstructor])[] = [
    [{ id: "a b" }, TypeError],
    [{ id: "" }, TypeError],
    [{ id: 7 }, TypeError],
    [{ id: undefined }, TypeError],
    [{ id: "a\u0000" }, TypeError],
    [{ id: "\ud800" }, TypeError],
    [{ id: "a".repeat(101) }, RangeError],
    [{ kind: "a/b" }, TypeError],
    [{ version: 1 }, TypeError],
    [{ status: null }, TypeError],
    [{ data: () => 1 }, TypeError],
    [{ prefix: "/a" }, TypeError],
    [{ prefix: "a/" }, TypeError],
    [{ prefix: "a b" }, TypeError],
    [{ ttlSeconds: 1 }, RangeError],
  ];
  for (const [change, type] of wrong) {
    const options = { ...ONE, ...change } as ComponentOptions;
    await assert.rejects(store.register(options), type, JSON.stringify(change));
  }
  await assert.rejects(store.discover("a/b"), TypeError);
  assert.equal(await backend.grantLease(5), "1");
});
