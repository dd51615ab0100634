/** What somebody who can write to a store, and has no key, may try. One suite for every backend. */
import assert from "node:assert/strict";
import {
  BackedStore,
  type Backend,
  type ConfigStore,
  EtcdError,
  type EtcdErrorCode,
  FileCounters,
  type KeyProvider,
  KeyRing,
  newKeyLine,
  type SealSettings,
} from "../../etcd_client/mod.ts";
import { line, take } from "./_events.ts";
import { fails as failsWith } from "../../etcd_client/testdata/fails.ts";

/** What an attack has to work with. */
export interface Scene {
  readonly keys: KeyProvider;
  /** The same as a line of a key file. */
  readonly line: string;
  /** Bytes as they are, past every check. */
  readonly raw: Backend;
  /** Who writes as it should be. */
  readonly writer: ConfigStore;
  /** Who reads, with its counters in a file. */
  readonly reader: ConfigStore;
  /** The reader after a restart: a new client on the same counters. */
  restart(other?: Partial<SealSettings>): Promise<ConfigStore>;
  /** Another client, which remembers nothing. */
  client(keys: KeyProvider, now?: () => number): ConfigStore;
}

/** An attack, and that it shows. */
export interface Attack {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<void>;
}

/** Sets a scene on backends that stand on the same bytes. */
export async function onScene(
  open: () => Promise<Backend>,
  attack: Attack,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const line = newKeyLine("k1");
  const keys = KeyRing.parse(line);
  const raw = await open();
  const writer = new BackedStore(await open(), { seal: { keys } });
  let end = () => Promise.resolve();
  const start = async (other: Partial<SealSettings> = {}) => {
    await end();
    const counters = await FileCounters.open(`${folder}/counters`);
    const store = new BackedStore(await open(), {
      seal: { keys, counters, ...other },
    });
    end = async () => {
      end = () => Promise.resolve();
      await store.close();
      await counters.close();
    };
    return store;
  };
  try {
    const reader = await start();
    // It is never closed, as `raw` is used on.
    const client = (keys: KeyProvider, now = Date.now) =>
      new BackedStore(raw, { seal: { keys }, now });
    await attack.run({
      ...{ keys, line, raw, writer, reader },
      ...{ restart: start, client },
    });
  } finally {
    await end();
    await writer.close();
    await raw.close();
    await Deno.remove(folder, { recursive: true });
  }
}

export async function bytesOf(raw: Backend, key: string): Promise<Uint8Array> {
  return (await raw.read(key)).entries[0]!.value.slice();
}

export async function put(
  raw: Backend,
  key: string,
  value: Uint8Array,
  lease?: string,
): Promise<void> {
  const operations = [{ kind: "put", key, value, lease } as const];
  await raw.commit({ compares: [], operations, otherwise: [] });
}

export async function remove(raw: Backend, key: string): Promise<void> {
  const operations = [{ kind: "delete", key } as const];
  await raw.commit({ compares: [], operations, otherwise: [] });
}

export async function fails(
  action: Promise<unknown>,
  code: EtcdErrorCode,
): Promise<void> {
  const error = await failsWith(action, code);
  for (const secret of ["PLAINTEXT", "one", "two"]) {
    assert.ok(!error.message.includes(secret), error.message);
  }
}

export const ATTACKS: readonly Attack[] = [
  {
    name: "a value copied to another key is refused, the last good one stays",
    async run({ raw, writer, reader }) {
      await writer.set("limits/a", "one");
      await writer.set("limits/b", "two");
      const events = reader.watch({ prefix: "limits/" }, { initial: true });
      assert.match(
        line((await take(events, 1))[0]!),
        /a="one" limits\/b="two"/,
      );
      await put(raw, "limits/a", await bytesOf(raw, "limits/b"));
      const [event] = await take(events, 1);
      assert.equal(line(event!), "invalid limits/a integrity");
      assert.ok(!JSON.stringify(event).includes("two"));
      await fails(reader.get("limits/a"), "integrity");
      const state = await reader.list("limits/");
      assert.deepEqual(state.invalid.map(({ key }) => key), ["limits/a"]);
      assert.deepEqual(state.entries.map(({ key }) => key), ["limits/b"]);
      // Whoever holds the key writes over it.
      await writer.set("limits/a", "three");
      assert.equal((await reader.get("limits/a"))?.value, "three");
      await events.return(undefined);
    },
  },
  {
    name: "an old value put back is refused, after a restart too",
    async run({ raw, writer, reader, restart }) {
      await writer.set("x", "one");
      const old = await bytesOf(raw, "x");
      await writer.set("x", "two");
      const { revision } = (await reader.get("x"))!;
      const events = reader.watch("x", { fromRevision: revision + 1 });
      await put(raw, "x", old);
      assert.equal(line((await take(events, 1))[0]!), "invalid x replay");
      await fails(reader.get("x"), "replay");
      await events.return(undefined);
      const again = await restart();
      await fails(again.get("x"), "replay");
      const watch = again.watch("x", { initial: true });
      const [first] = await take(watch, 1);
      assert.ok(first?.kind === "resync");
      assert.equal(first.invalid[0]?.error.code, "replay");
      assert.deepEqual(first.entries, []);
      await writer.set("x", "three");
      assert.equal(line((await take(watch, 1))[0]!), 'put x "three"');
      await watch.return(undefined);
    },
  },
  {
    name: "a deleted value put back, and a value taken away, are refused",
    async run({ raw, writer, reader, restart }) {
      await writer.set("x", "one");
      await writer.set("y", "two");
      const old = await bytesOf(raw, "x");
      await reader.list("");
      const events = reader.watch({ prefix: "" }, { initial: true });
      await take(events, 1);
      assert.equal((await writer.delete("x")).deleted, true);
      assert.equal(line((await take(events, 1))[0]!), "delete x");
      assert.equal(await reader.get("x"), undefined);
      await put(raw, "x", old);
      assert.equal(line((await take(events, 1))[0]!), "invalid x replay");
      await remove(raw, "x");
      assert.equal(line((await take(events, 1))[0]!), "delete x");
      await remove(raw, "y");
      assert.equal(line((await take(events, 1))[0]!), "invalid y replay");
      await events.return(undefined);
      await fails(reader.get("y"), "replay");
      const again = await restart();
      await fails(again.get("y"), "replay");
      assert.deepEqual((await again.list("")).invalid.map(({ key }) => key), [
        "y",
      ]);
      await writer.set("y", "three");
      assert.equal((await again.get("y"))?.value, "three");
    },
  },
  {
    name: "what goes with its lease may go, and may not come back as it was",
    async run({ raw, writer, reader }) {
      const lease = await writer.lease(5);
      await writer.set("c", "one", { lease });
      const events = reader.watch("c", { initial: true });
      await take(events, 1);
      const old = await bytesOf(raw, "c");
      await lease.revoke();
      assert.equal(line((await take(events, 1))[0]!), "delete c");
      assert.equal(await reader.get("c"), undefined);
      await put(raw, "c", old);
      assert.equal(line((await take(events, 1))[0]!), "invalid c integrity");
      for (const client of [reader, writer]) {
        await fails(client.get("c"), "integrity");
      }
      await put(raw, "c", old, await raw.grantLease(5));
      assert.equal(line((await take(events, 1))[0]!), "invalid c replay");
      await fails(reader.get("c"), "replay");
      await writer.set("c", "two");
      assert.equal((await reader.get("c"))?.value, "two");
      await events.return(undefined);
    },
  },
  {
    name:
      "an expendable value may go, and may not come back as it was to who remembers it",
    async run({ raw, writer, reader, restart }) {
      for (const key of ["h/1", "h/2"]) {
        await writer.set(key, "one", { expendable: true });
      }
      await writer.set("h/3", "two");
      const old = await bytesOf(raw, "h/1");
      const events = reader.watch({ prefix: "h/" }, { initial: true });
      await take(events, 1);
      assert.equal((await writer.delete("h/1")).deleted, true);
      assert.deepEqual((await raw.read("h/1")).entries, []);
      await remove(raw, "h/2");
      const gone = (await take(events, 2)).map(line);
      assert.deepEqual(gone, ["delete h/1", "delete h/2"]);
      assert.deepEqual((await reader.list("")).invalid, []);
      assert.equal(await reader.get("h/1"), undefined);
      await put(raw, "h/1", old);
      assert.equal(line((await take(events, 1))[0]!), "invalid h/1 replay");
      await events.return(undefined);
      // Whoever deleted it remembers it, too.
      for (const client of [reader, writer]) {
        await fails(client.get("h/1"), "replay");
      }
      const again = await restart();
      await fails(again.get("h/1"), "replay");
      await again.delete("h/1");
      assert.deepEqual((await raw.read("h/1")).entries, []);
      assert.deepEqual((await again.list("h/")).invalid, []);
      await writer.set("h/1", "three", { expendable: true });
      assert.equal((await again.get("h/1"))?.value, "three");
      // What is not expendable, is not.
      const flagged = await bytesOf(raw, "h/3");
      flagged[7]! |= 4;
      await put(raw, "h/3", flagged);
      await fails(again.get("h/3"), "integrity");
    },
  },
  {
    name: "plain text and a checksum without a key are refused",
    async run({ raw, reader }) {
      const text = JSON.stringify("PLAINTEXT".repeat(200));
      await put(raw, "x", new TextEncoder().encode(text));
      await fails(reader.get("x"), "integrity");
      const plain = new BackedStore(raw);
      await plain.set("y", "PLAINTEXT".repeat(1000));
      assert.equal((await bytesOf(raw, "y"))[0], 0x8b);
      await fails(reader.get("y"), "integrity");
      await put(raw, "z", new Uint8Array());
      await fails(reader.get("z"), "integrity");
      assert.equal(reader.health().invalid >= 3, true);
    },
  },
  {
    name:
      "another key under the same id, and an unknown id, are told apart from a change",
    async run({ raw, writer, restart }) {
      await writer.set("x", "one");
      const foreign = KeyRing.parse(newKeyLine("k1"));
      const stranger = await restart({ keys: foreign });
      await fails(stranger.get("x"), "key");
      const missing = await restart({ keys: KeyRing.parse(newKeyLine("k2")) });
      await fails(missing.get("x"), "key");
      await fails(new BackedStore(raw).get("x"), "key");
      await fails(
        new BackedStore(raw).set("y", 1, { encrypt: true }),
        "key",
      );
    },
  },
  {
    name: "encryption cannot be left out except where that was allowed",
    async run({ writer, restart }) {
      await fails(writer.set("x", "one", { encrypt: false }), "invalid");
      const store = await restart({ plain: ["public/"] });
      await store.set("public/x", "two", { encrypt: false });
      assert.equal((await store.get("public/x"))?.value, "two");
      await store.set("public/x", "three");
      assert.equal((await store.get("public/x"))?.value, "three");
      assert.equal((await store.delete("public/x")).deleted, true);
      assert.equal(await store.get("public/x"), undefined);
      await fails(store.set("x", "one", { encrypt: false }), "invalid");
    },
  },
  {
    name: "every bit flipped in a stored value shows",
    async run({ raw, writer, reader }) {
      await writer.set("x", "one");
      await reader.get("x");
      const good = await bytesOf(raw, "x");
      for (let bit = 0; bit < good.length * 8; bit += 7) {
        const changed = good.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        await put(raw, "x", changed);
        const error = await reader.get("x").then(() => undefined, (e) => e);
        assert.ok(error instanceof EtcdError, `bit ${bit}: ${error}`);
        assert.ok(["integrity", "key"].includes(error.code), error.message);
      }
      await put(raw, "x", good);
      assert.equal((await reader.get("x"))?.value, "one");
    },
  },
  {
    name: "a history that is read again is not taken for a replay",
    async run({ writer, reader, restart }) {
      const revisions: number[] = [];
      for (let i = 0; i < 5; i++) {
        revisions.push((await writer.set("x", i)).revision);
      }
      assert.equal((await reader.get("x"))?.value, 4);
      const [fromRevision] = revisions;
      const check = async (store: ConfigStore) => {
        const events = store.watch("x", { fromRevision: fromRevision! });
        assert.deepEqual((await take(events, 5)).map(line), [
          "put x 0",
          "put x 1",
          "put x 2",
          "put x 3",
          "put x 4",
        ]);
        await events.return(undefined);
        const past = await store.get("x", { revision: revisions[2]! });
        assert.equal(past?.value, 2);
      };
      await check(reader);
      await check(await restart());
    },
  },
  {
    name: "reads and watches beside a busy writer never look like a replay",
    async run({ writer, reader }) {
      await writer.set("x", 0);
      const events = reader.watch("x", { initial: true });
      let last = 0;
      const reading = (async () => {
        while (last < 150) {
          assert.ok(typeof (await reader.get("x"))?.value === "number");
          assert.deepEqual((await reader.list("")).invalid, []);
        }
      })();
      const watching = (async () => {
        for await (const event of events) {
          assert.ok(
            event.kind === "put" || event.kind === "resync",
            line(event),
          );
          if (event.kind === "put") last = event.value as number;
          if (last === 150) break;
        }
      })();
      const writing = (async () => {
        for (let i = 1; i <= 150; i++) await writer.set("x", i);
      })();
      try {
        await Promise.all([reading, watching, writing]);
      } finally {
        last = 150;
        await events.return(undefined);
        await Promise.allSettled([reading, watching, writing]);
      }
      assert.equal(reader.health().invalid, 0);
    },
  },
];
