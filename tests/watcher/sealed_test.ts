import assert from "node:assert/strict";
import {
  type ConfigStore,
  FileStore,
  KeyFile,
  KeyRing,
  MemoryCounters,
  newKeyLine,
} from "@ml-defender/etcd-client";
import { ConfigEditor, ConfigWatcher } from "@ml-defender/watcher";
import { feed, model, scoring } from "../../watcher/testdata/sections.ts";
import { optional } from "../_optional.ts";
import { EtcdServer, noEtcd, openEtcd } from "../etcd_server.ts";

const ana = { actor: "ana" };
const KEY = "ml-defender/config/scoring";
const keys = (fill: number) =>
  new KeyRing([{ id: "one", bytes: new Uint8Array(32).fill(fill) }]);

/** Refused for its integrity, with what ran before still running; then put right by a rollback. */
async function checkRefused(
  watcher: ConfigWatcher,
  editor: ConfigEditor,
  reason: RegExp,
): Promise<void> {
  for (let i = 0; i < 200 && watcher.status().state !== "refused"; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  const { state, refusal } = watcher.status();
  assert.deepEqual([state, refusal?.kind], ["refused", "integrity"]);
  assert.match(refusal!.reason, reason);
  assert.equal(refusal!.issues[0]?.path, "scoring");
  assert.equal(watcher.tree.get(scoring).alert, 0.92);
  await assert.rejects(editor.set({ "scoring.suspicious": 0.5 }, ana), {
    code: "damaged",
  });
  const { revision } = await editor.rollback(2, ana);
  assert.equal((await watcher.reached(revision)).state, "in_force");
  assert.equal(watcher.tree.get(scoring).alert, 0.92);
}

async function begin(store: ConfigStore) {
  const editor = new ConfigEditor({ store, model: model() });
  await editor.set({ "scoring.alert": 0.91, "feed.token": "my-secret" }, ana);
  await editor.set({ "scoring.alert": 0.92 }, ana);
  const watcher = await ConfigWatcher.start({ store, model: model() });
  return { editor, watcher };
}

Deno.test("ConfigWatcher refuses a value that was not encrypted, or with another key, and keeps what ran", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using store = await FileStore.open(folder, {
      seal: { keys: keys(1) },
    });
    const { editor, watcher } = await begin(store);
    await using _closed = watcher;
    {
      await using plain = await FileStore.open(folder);
      await plain.set(KEY, { alert: 0.99 });
    }
    await checkRefused(watcher, editor, /^scoring: .*not encrypted/);
    {
      const seal = { keys: keys(2) };
      await using other = await FileStore.open(folder, { seal });
      await other.set(KEY, { alert: 0.99 });
    }
    await checkRefused(watcher, editor, /^scoring: .*key/);
    const log = await Deno.readTextFile(`${folder}/config.log`);
    assert.doesNotMatch(log, /my-secret|suspicious|token/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ConfigWatcher that lacks a key takes what it is for as soon as the key is there, without a new change", async () => {
  const folder = await Deno.makeTempDir();
  const keyFile = `${folder}/keys`;
  const [one, two] = [newKeyLine("one"), newKeyLine("two")];
  const write = (text: string) =>
    Deno.writeTextFile(keyFile, text, { mode: 0o600 });
  try {
    await using older = await FileStore.open(`${folder}/tree`, {
      seal: { keys: KeyRing.parse(one) },
    });
    const editor = new ConfigEditor({ store: older, model: model() });
    await editor.set({ "scoring.alert": 0.91 }, ana);
    await write(one);
    await using sensor = await FileStore.open(`${folder}/tree`, {
      seal: { keys: await KeyFile.open(keyFile) },
    });
    await using watcher = await ConfigWatcher.start({
      store: sensor,
      model: model(),
      retryMs: 20,
    });
    await using newer = await FileStore.open(`${folder}/tree`, {
      seal: { keys: KeyRing.parse(`${two}\n${one}`) },
    });
    await new ConfigEditor({ store: newer, model: model() })
      .set({ "scoring.alert": 0.92 }, ana);
    const until = async (state: string) => {
      const end = performance.now() + 15_000;
      while (watcher.status().state !== state) {
        assert.ok(performance.now() < end, `not ${state} after 15 s`);
        await new Promise((done) => setTimeout(done, 10));
      }
    };
    await until("refused");
    assert.equal(watcher.status().refusal?.kind, "integrity");
    assert.equal(watcher.tree.get(scoring).alert, 0.91);
    await write(`${two}\n${one}`);
    await until("in_force");
    assert.equal(watcher.tree.get(scoring).alert, 0.92);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a sealed history that is let go leaves nothing behind", async () => {
  const counters = new MemoryCounters();
  const folder = await Deno.makeTempDir();
  try {
    await using store = await FileStore.open(folder, {
      seal: { keys: keys(1), counters },
    });
    const options = { store, model: model(), historyEntries: 5 };
    const editor = new ConfigEditor(options);
    for (let i = 1; i <= 60; i++) {
      await editor.set({ "logging.sampling": i + 1 }, ana);
    }
    const { entries, invalid } = await store.list("");
    assert.deepEqual([entries.length, invalid.length], [5 + 2, 0]);
    assert.equal((await store.reencrypt("")).unchanged, 5 + 2);
    assert.deepEqual(
      (await editor.history()).map(({ revision, damage }) => [
        revision,
        damage,
      ]),
      [60, 59, 58, 57, 56].map((revision) => [revision, undefined]),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ConfigWatcher takes rotated keys for no change, and the history stays as it was", async () => {
  const folder = await Deno.makeTempDir();
  const one = { id: "one", bytes: new Uint8Array(32).fill(1) };
  const two = { id: "two", bytes: new Uint8Array(32).fill(2) };
  try {
    await using store = await FileStore.open(folder, {
      seal: { keys: new KeyRing([two, one]) },
    });
    {
      const seal = { keys: new KeyRing([one]) };
      await using older = await FileStore.open(folder, { seal });
      const { watcher } = await begin(older);
      await watcher.close();
    }
    const records: unknown[] = [];
    const told: unknown[] = [];
    await using watcher = await ConfigWatcher.start({
      store,
      model: model(),
      onAudit: (record) => records.push(record),
    });
    const editor = new ConfigEditor({ store, model: model() });
    const events = editor.watch();
    const event = async () => (await events.next()).value;
    const first = await event();
    assert.ok(first?.kind === "config");
    assert.deepEqual([first.revision, first.actor], [2, "ana"]);
    assert.ok((await store.reencrypt("")).rewritten >= 5);
    await using late = await ConfigWatcher.start({
      store,
      model: model(),
      lastGood: {
        load: () =>
          Promise.resolve({
            ...{ version: 1, revision: 1, actor: "ana" },
            sections: { scoring: { alert: 0.91 } },
          }),
        save: () => Promise.resolve(),
      },
      onAudit: ({ revision, outcome, actor }) =>
        told.push([revision, outcome, actor]),
    });
    assert.equal(late.status().state, "in_force");
    assert.deepEqual(told, [["2", "applied", "ana"]]);
    assert.deepEqual(
      (await editor.history()).map(({ revision }) => revision),
      [2, 1],
    );
    assert.equal((await watcher.reached(2)).applied.revision, 2);
    assert.deepEqual(records, []);
    const { revision } = await editor.rollback(1, { actor: "eva" });
    assert.equal((await watcher.reached(revision)).state, "in_force");
    assert.equal(watcher.tree.get(scoring).alert, 0.91);
    assert.equal(records.length, 1);
    const next = await event();
    assert.ok(next?.kind === "config");
    assert.deepEqual([next.revision, next.actor, next.changes.length], [
      ...[3, "eva"],
      1,
    ]);
    await events.return(undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Somebody who can read and write etcd, without the key. */
class Attacker {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = `${endpoint}/v3/kv`;
  }

  /** Bytes of a key, in base64. */
  async read(key: string): Promise<string> {
    const { kvs } = await this.#call("range", { key: btoa(key) });
    return kvs[0].value;
  }

  async write(key: string, value: string): Promise<void> {
    await this.#call("put", { key: btoa(key), value });
  }

  async remove(key: string): Promise<void> {
    await this.#call("deleterange", { key: btoa(key) });
  }

  /** Everything there is, as one text. */
  async dump(): Promise<string> {
    const all = { key: btoa("\0"), range_end: btoa("\0") };
    const { kvs } = await this.#call("range", all);
    return kvs.map(({ key, value }: { key: string; value: string }) =>
      `${atob(key)} ${atob(value)}`
    ).join("\n");
  }

  async #call(what: string, body: object) {
    const response = await fetch(`${this.#endpoint}/${what}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return await response.json();
  }
}

optional({
  name:
    "ConfigWatcher refuses a flipped bit, a value of another key and an old value put back in etcd, and a dump shows nothing",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: async () => {
    await using etcd = await EtcdServer.start();
    await using store = await openEtcd({
      endpoints: [etcd.endpoint],
      seal: { keys: keys(1) },
    });
    const attacker = new Attacker(etcd.endpoint);
    const editor = new ConfigEditor({ store, model: model() });
    await editor.set({ "scoring.alert": 0.91, "feed.token": "my-secret" }, ana);
    const old = await attacker.read(KEY);
    await editor.set({ "scoring.alert": 0.92 }, ana);
    await using watcher = await ConfigWatcher.start({ store, model: model() });
    const flipped = atob(await attacker.read(KEY)).split("");
    const last = flipped.length - 20;
    flipped[last] = String.fromCharCode(flipped[last]!.charCodeAt(0) ^ 1);
    await attacker.write(KEY, btoa(flipped.join("")));
    await checkRefused(watcher, editor, /^scoring: /);
    const other = await attacker.read("ml-defender/config/feed");
    await attacker.write(KEY, other);
    await checkRefused(watcher, editor, /^scoring: /);
    await attacker.write(KEY, old);
    await checkRefused(watcher, editor, /^scoring: .*old/);
    assert.equal(watcher.tree.get(feed).token, "my-secret");
    const dump = await attacker.dump();
    assert.match(dump, /ml-defender\/history\//);
    assert.doesNotMatch(dump, /my-secret|suspicious|alert|ana/);
  },
});

optional({
  name:
    "ConfigWatcher that was away refuses a section put back to what it saw last under a mark that it has not seen",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: async () => {
    await using etcd = await EtcdServer.start();
    await using store = await openEtcd({
      endpoints: [etcd.endpoint],
      seal: { keys: keys(1) },
    });
    await using sensor = await openEtcd({
      endpoints: [etcd.endpoint],
      seal: { keys: keys(1) },
    });
    const attacker = new Attacker(etcd.endpoint);
    const editor = new ConfigEditor({ store, model: model() });
    await editor.set({ "scoring.alert": 0.91 }, ana);
    const before = await ConfigWatcher.start({ store: sensor, model: model() });
    assert.equal(before.tree.get(scoring).alert, 0.91);
    await before.close();
    const old = await attacker.read(KEY);
    await editor.set({ "scoring.alert": 0.92, "logging.sampling": 5 }, ana);
    await attacker.write(KEY, old);
    await using after = await ConfigWatcher.start({
      store: sensor,
      model: model(),
    });
    const { applied, refusal } = after.status();
    assert.deepEqual([applied.source, refusal?.kind], [
      "defaults",
      "integrity",
    ]);
    assert.match(refusal!.reason, /^scoring: is not what revision 2 has/);
  },
});

for (const erased of [false, true]) {
  optional({
    name: `a whole old state put back in etcd${
      erased ? ", and the history erased," : ""
    } reaches no process that ran a newer one, whatever operators without counters write on it`,
    available: noEtcd === undefined,
    reason: noEtcd ?? "",
    fn: async () => {
      await using etcd = await EtcdServer.start();
      const open = () =>
        openEtcd({ endpoints: [etcd.endpoint], seal: { keys: keys(1) } });
      const attacker = new Attacker(etcd.endpoint);
      await using store = await open();
      const editor = new ConfigEditor({ store, model: model() });
      await editor.set({ "scoring.alert": 0.99 }, ana);
      const mark = "ml-defender/config/@change";
      const old = [mark, KEY].map(async (key) =>
        [key, await attacker.read(key)] as const
      );
      const bytes = await Promise.all(old);
      for (const alert of [0.85, 0.84, 0.83]) {
        await editor.set({ "scoring.alert": alert }, ana);
      }
      await using sensor = await open();
      await using watcher = await ConfigWatcher.start({
        store: sensor,
        model: model(),
      });
      assert.equal(watcher.tree.get(scoring).alert, 0.83);
      for (const [key, value] of bytes) await attacker.write(key, value);
      if (erased) {
        for (const revision of [2, 3, 4]) {
          await attacker.remove(`ml-defender/history/00000000000${revision}`);
        }
      }
      // He has never seen what was, and remembers nothing.
      await using other = await open();
      const operator = new ConfigEditor({ store: other, model: model() });
      const eva = { actor: "eva" };
      if (!erased) {
        await assert.rejects(operator.set({ "logging.sampling": 2 }, eva), {
          code: "damaged",
          message: /says 1, and revision 4 is in the history/,
        });
        await operator.rollback(4, eva);
        await watcher.reached(5);
      } else {
        for (const sampling of [2, 3, 4, 5, 6]) {
          await operator.set({ "logging.sampling": sampling }, eva);
          assert.equal(watcher.tree.get(scoring).alert, 0.83);
        }
        const end = performance.now() + 15_000;
        while (watcher.status().desiredRevision !== 6) {
          assert.ok(performance.now() < end, "revision 6 after 15 s");
          await new Promise((done) => setTimeout(done, 10));
        }
        const { refusal } = await watcher.reached(6);
        assert.match(refusal!.reason, /came about without it/);
        assert.equal(watcher.tree.get(scoring).alert, 0.83);
        await operator.set({ "scoring.alert": 0.83 }, { ...eva, above: 6 });
        await watcher.reached(7);
      }
      assert.equal(watcher.status().state, "in_force");
      assert.equal(watcher.tree.get(scoring).alert, 0.83);
    },
  });
}
