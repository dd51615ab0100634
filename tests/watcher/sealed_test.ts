import assert from "node:assert/strict";
import { type ConfigStore, FileStore, KeyRing } from "@ml-defender/etcd-client";
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
    await using watcher = await ConfigWatcher.start({
      store,
      model: model(),
      onAudit: (record) => records.push(record),
    });
    assert.ok((await store.reencrypt("")).rewritten >= 5);
    const editor = new ConfigEditor({ store, model: model() });
    assert.deepEqual(
      (await editor.history()).map(({ revision }) => revision),
      [2, 1],
    );
    assert.equal((await watcher.reached(2)).applied.revision, 2);
    assert.deepEqual(records, []);
    const { revision } = await editor.rollback(1, ana);
    assert.equal((await watcher.reached(revision)).state, "in_force");
    assert.equal(watcher.tree.get(scoring).alert, 0.91);
    assert.equal(records.length, 1);
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
