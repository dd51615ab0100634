/** Somebody who can write to a store and has no key: memory, folder, etcd. And what a stolen copy shows. */
import assert from "node:assert/strict";
import {
  type BackedStore,
  type Backend,
  FileStore,
  KeyFile,
  KeyRing,
  newKeyLine,
} from "../../etcd_client/mod.ts";
import { FileBackend } from "../../etcd_client/_file_backend.ts";
import { MemoryBackend } from "../../etcd_client/_memory_backend.ts";
import { optional } from "../_optional.ts";
import { type Attack, ATTACKS, onScene } from "./_attacks.ts";
import { noEtcd, openEtcd, openEtcdBackend } from "./_etcd.ts";
import { ROTATIONS } from "./_rotations.ts";
import { TRACES } from "./_traces.ts";
import { EtcdServer } from "../etcd_server.ts";

async function onMemory(attack: Attack): Promise<void> {
  const backend = new MemoryBackend(1000);
  const shared: Backend = new Proxy(backend, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === "close") return () => Promise.resolve();
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await onScene(() => Promise.resolve(shared), attack);
  await backend.close();
}

async function onFolder(attack: Attack): Promise<void> {
  const folder = await Deno.makeTempDir();
  const settings = {
    historyLimit: 1000,
    sync: false,
    pollMs: 100,
    lockTimeoutMs: 5000,
    repair: false,
    now: Date.now,
  };
  await onScene(() => FileBackend.open(folder, settings), attack);
  await Deno.remove(folder, { recursive: true });
}

let server: EtcdServer | undefined;
let spaces = 0;

async function onEtcd(attack: Attack): Promise<void> {
  const { endpoint } = server ??= await EtcdServer.start();
  const namespace = `attack${++spaces}/`;
  await onScene(() => openEtcdBackend(endpoint, namespace), attack);
}

for (const attack of [...ATTACKS, ...ROTATIONS, ...TRACES]) {
  Deno.test(`memory: ${attack.name}`, () => onMemory(attack));
  Deno.test(`folder: ${attack.name}`, () => onFolder(attack));
  optional({
    name: `etcd: ${attack.name}`,
    available: noEtcd === undefined,
    reason: noEtcd ?? "",
    fn: () => onEtcd(attack),
  });
}

const SECRETS = ["hunter2-in-config", "10.99.98.97", "threshold-marker"];
const PUBLIC = "this-may-be-read";

/** Writes, overwrites, deletes and compresses secrets; and one public value, to show that looking finds. */
async function useSecrets(store: BackedStore): Promise<void> {
  await store.set("a", SECRETS[0]!);
  await store.set("a", { host: SECRETS[1]! });
  await store.set("b", Array.from({ length: 300 }, () => SECRETS[2]!));
  await store.set("c", SECRETS[0]!);
  await store.delete("c");
  await store.transaction({
    operations: [{ kind: "put", key: "d", value: { [SECRETS[2]!]: 0.5 } }],
  });
  const lease = await store.lease(5);
  await store.set("e", SECRETS[1]!, { lease });
  await store.register({ kind: "k", id: "i", version: "1", data: SECRETS[0]! });
  await store.set("public/x", PUBLIC, { encrypt: false });
}

/** Every byte of every file, as text that keeps bytes. */
async function everything(folder: string): Promise<string> {
  let all = "";
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) all += await everything(path);
    if (isFile) {
      all += new TextDecoder("latin1").decode(await Deno.readFile(path));
    }
  }
  return all;
}

function nothingIn(dump: string): void {
  for (const secret of SECRETS) {
    for (const form of [secret, btoa(secret).slice(0, 10)]) {
      assert.ok(!dump.includes(form), `found ${form}`);
    }
  }
}

function seal() {
  return { keys: KeyRing.parse(newKeyLine("k1")), plain: ["public/"] };
}

Deno.test("FileStore: the stolen folder shows no value", async () => {
  const folder = await Deno.makeTempDir();
  {
    await using store = await FileStore.open(folder, { seal: seal() });
    await useSecrets(store);
  }
  const dump = await everything(folder);
  const lines = dump.match(/[A-Za-z0-9+/=]{12,}/g) ?? [];
  const decoded = lines.map((text) => {
    try {
      return atob(text);
    } catch {
      return "";
    }
  }).join("\n");
  assert.ok(decoded.includes(PUBLIC));
  nothingIn(dump);
  nothingIn(decoded);
  await Deno.remove(folder, { recursive: true });
});

optional({
  name: "EtcdStore: the stolen snapshot and data folder show no value",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn() {
    await using own = await EtcdServer.start();
    {
      const endpoints = [own.endpoint];
      await using store = await openEtcd({ endpoints, seal: seal() });
      await useSecrets(store);
      await own.ctl("snapshot", "save", `${own.folder}/snapshot.db`);
    }
    await own.kill("SIGTERM");
    for (const path of [`${own.folder}/snapshot.db`, own.dataFolder]) {
      const dump = path.endsWith(".db")
        ? new TextDecoder("latin1").decode(await Deno.readFile(path))
        : await everything(path);
      assert.ok(dump.length > 10_000);
      assert.ok(dump.includes(PUBLIC), path);
      nothingIn(dump);
    }
  },
});

Deno.test("reencrypt rotates keys under a reader that goes on reading, and the old key may go", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/keys`;
  const [first, second] = [newKeyLine("k1"), newKeyLine("k2")];
  const write = (...lines: string[]) =>
    Deno.writeTextFile(path, lines.join("\n"), { mode: 0o600 });
  await write(first);
  const open = async () =>
    await FileStore.open(`${folder}/config`, {
      seal: { keys: await KeyFile.open(path) },
      sync: false,
    });
  {
    await using writer = await open();
    await using reader = await open();
    for (let i = 0; i < 40; i++) await writer.set(`k/${i}`, { i });
    await writer.delete("k/39");
    const lease = await writer.lease(5);
    await writer.set("leased", "x", { lease });
    const events = reader.watch({ prefix: "" }, { initial: true });
    let invalid = 0;
    let reads = 0;
    let done = false;
    const watching = (async () => {
      for await (const event of events) {
        if (event.kind === "invalid") invalid++;
      }
    })();
    const reading = (async () => {
      while (!done) {
        const state = await reader.list("k/");
        assert.deepEqual(state.invalid, []);
        assert.equal(state.entries.length, 39);
        reads++;
      }
    })();
    // The reader learns of the new key by meeting it.
    await write(second, first);
    const result = await writer.reencrypt("");
    assert.deepEqual(result, { rewritten: 41, unchanged: 0, failed: [] });
    assert.equal((await writer.reencrypt("")).rewritten, 0);
    await new Promise((next) => setTimeout(next, 300));
    done = true;
    await reading;
    await events.return(undefined);
    await watching;
    assert.equal(invalid, 0);
    assert.ok(reads > 3);
    await lease.revoke();
    assert.equal(await reader.get("leased"), undefined);
  }
  await write(second);
  {
    await using store = await open();
    assert.equal((await store.list("k/")).entries.length, 39);
    assert.equal(await store.get("k/39"), undefined);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test.afterAll(() => server?.[Symbol.asyncDispose]());
