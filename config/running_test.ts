import assert from "node:assert/strict";
import {
  type ConfigStore,
  EtcdError,
  MemoryStore,
  newKeyLine,
} from "@ml-defender/etcd-client";
import {
  applying,
  ConfigEditor,
  ConfigModel,
  defineSection,
} from "@ml-defender/watcher";
import * as v from "valibot";
import {
  configModel,
  type EtcdPart,
  openConfig,
  openConfigStore,
  POLICY,
  SEARCH,
} from "./mod.ts";
import { inFolder } from "./testdata/in_folder.ts";

const ANA = { actor: "ana" };

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!what()) {
    assert.ok(performance.now() < end, `not so after 10 s: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** An etcd that is away until it is said to be there; its store is in memory. */
class Away {
  there = false;
  opened = 0;
  readonly memory = new MemoryStore();

  get part(): EtcdPart {
    const open = (): Promise<ConfigStore> => {
      this.opened++;
      return this.there ? Promise.resolve(this.memory) : Promise.reject(
        new EtcdError("unreachable", "Cannot reach etcd: start it"),
      );
    };
    return { EtcdStore: { open } };
  }
}

Deno.test("openConfig on a folder takes what another process writes there, and keeps it over a restart", async () => {
  await inFolder(async (folder) => {
    const store = `file:${folder}/tree`;
    {
      await using config = await openConfig({ store });
      await using other = await openConfig({ store });
      const { revision } = await other.editor.set(
        { "policy.thresholds.alert": 0.8 },
        ANA,
      );
      await until(() => config.watcher.tree.revision === revision);
      assert.equal(config.watcher.tree.get(POLICY).thresholds.alert, 0.8);
    }
    await using again = await openConfig({ store });
    assert.equal(again.watcher.tree.get(POLICY).thresholds.alert, 0.8);
    assert.equal(again.status().applied.source, "store");
  });
});

Deno.test("openConfig where etcd is away starts with what ran last, says why, and takes what is there when it comes", async () => {
  await inFolder(async (folder) => {
    const lastGood = `${folder}/last.json`;
    const etcd = new Away();
    const options = {
      store: "etcd:http://localhost:1",
      loadEtcd: () => Promise.resolve(etcd.part),
      lastGood,
    };
    {
      await using before = await openConfig({ store: "memory", lastGood });
      const { revision } = await before.editor.set({ "search.limit": 7 }, ANA);
      await before.watcher.reached(revision);
    }
    const started = performance.now();
    await using config = await openConfig(options);
    assert.ok(performance.now() - started < 1500);
    const { applied, storeFailure, store, storeAttempts } = config.status();
    assert.equal(applied.source, "last_good");
    assert.equal(config.watcher.tree.get(SEARCH).limit, 7);
    assert.equal(storeFailure?.code, "unreachable");
    assert.equal(store.reachable, false);
    assert.ok(storeAttempts > 0);
    await assert.rejects(config.editor.set({ "search.limit": 8 }, ANA), {
      name: "EtcdError",
      code: "unreachable",
    });
    const editor = new ConfigEditor({
      store: etcd.memory,
      model: configModel(),
    });
    await editor.set({ "search.limit": 6 }, { ...ANA, above: 1 });
    etcd.there = true;
    await until(() => config.status().applied.source === "store");
    assert.equal(config.watcher.tree.get(SEARCH).limit, 6);
    assert.equal(config.status().storeFailure, undefined);
    const { revision } = await config.editor.set({ "search.limit": 8 }, ANA);
    await config.watcher.reached(revision);
    assert.equal(config.watcher.tree.get(SEARCH).limit, 8);
  });
});

Deno.test("openConfig where etcd is away and nothing ran before starts with the defaults; closing ends the attempts", async () => {
  const etcd = new Away();
  const config = await openConfig({
    store: "etcd:http://localhost:1",
    loadEtcd: () => Promise.resolve(etcd.part),
  });
  assert.equal(config.status().applied.source, "defaults");
  await config.close();
  const { opened } = etcd;
  await new Promise((done) => setTimeout(done, 400));
  assert.equal(etcd.opened, opened);
  await assert.rejects(config.store.get("a"), { code: "closed" });
  await config.close();
});

Deno.test("openConfig says in its status that what ran last could be read by others, and does not start with it", async () => {
  await inFolder(async (folder) => {
    const lastGood = `${folder}/last.json`;
    await Deno.writeTextFile(lastGood, "{}", { mode: 0o644 });
    await using config = await openConfig({ store: "memory", lastGood });
    const { revision } = await config.editor.set({ "search.limit": 7 }, ANA);
    await config.watcher.reached(revision);
    await until(() => (Deno.statSync(lastGood).mode! & 0o777) === 0o600);
    const { lastGoodFailure, counters } = config.status();
    assert.match(lastGoodFailure!.message, /nobody but its owner.*chmod 600/);
    assert.equal(counters.reportFailures, 1);
  });
});

Deno.test("openConfig says in its status that what runs could not be kept, until it could", async () => {
  await inFolder(async (folder) => {
    const away = `${folder}/away`;
    const lastGood = `${away}/last.json`;
    await using config = await openConfig({ store: "memory", lastGood });
    await until(() => config.status().lastGoodFailure !== undefined);
    await Deno.mkdir(away);
    const { revision } = await config.editor.set({ "search.limit": 7 }, ANA);
    await config.watcher.reached(revision);
    await until(() => config.status().lastGoodFailure === undefined);
    assert.ok((await Deno.stat(lastGood)).size > 0);
  });
});

Deno.test("openConfig.close ends an attempt to connect to an etcd that stays silent", async () => {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const part: EtcdPart = {
    EtcdStore: {
      open: ({ signal }) => {
        asked.resolve(signal);
        return new Promise(() => {});
      },
    },
  };
  const config = await openConfig({
    store: "etcd:http://localhost:1",
    loadEtcd: () => Promise.resolve(part),
    startTimeoutMs: 1,
  });
  const signal = await asked.promise;
  assert.equal(signal?.aborted, false);
  await config.close();
  assert.equal(signal.aborted, true);
});

Deno.test("RunningConfig.store ends a watch at once that is returned from while it waits", async () => {
  await using config = await openConfig({ store: "memory" });
  for (
    const one of [
      config.store.watch("a"),
      config.store.watchComponents("none"),
    ]
  ) {
    const next = one.next();
    const ended = one.return(undefined).then(() => "ended");
    const late = new Promise((done) => setTimeout(done, 2000, "late"));
    assert.equal(await Promise.race([ended, late]), "ended");
    await next;
  }
});

Deno.test("openConfig says in its status, and once to who wants to know, what is wrong use and shows after the start", async () => {
  const loading = Promise.withResolvers<EtcdPart>();
  const told: Error[] = [];
  let loads = 0;
  await using config = await openConfig({
    store: "etcd:http://localhost:1",
    loadEtcd: () => {
      loads++;
      return loading.promise;
    },
    startTimeoutMs: 1,
    onMisuse: (error) => told.push(error),
  });
  assert.equal(config.status().storeMisuse, undefined);
  loading.reject(new TypeError("install npm:etcd3"));
  await until(() => told.length > 0);
  const { storeMisuse, storeFailure, store, applied } = config.status();
  assert.match(storeMisuse!.message, /install npm:etcd3/);
  assert.equal(storeFailure, undefined);
  assert.match(store.lastError!, /install npm:etcd3/);
  assert.equal(applied.source, "defaults");
  await new Promise((done) => setTimeout(done, 500));
  assert.deepEqual([loads, told.length], [1, 1]);
});

Deno.test("openConfig on a folder that can not be used starts all the same, says why, and takes it when it can", async () => {
  await inFolder(async (folder) => {
    const place = `${folder}/tree`;
    await Deno.writeTextFile(place, "no folder");
    await using config = await openConfig({ store: `file:${place}` });
    const { applied, storeFailure } = config.status();
    assert.equal(applied.source, "defaults");
    assert.equal(storeFailure?.name, "EtcdError");
    await Deno.remove(place);
    await until(() => config.status().applied.source === "store");
    const { revision } = await config.editor.set({ "search.limit": 8 }, ANA);
    await config.watcher.reached(revision);
    assert.equal(config.watcher.tree.get(SEARCH).limit, 8);
  });
});

Deno.test("openConfig refuses places that are none, and options that do not go with them", async () => {
  const cases: [Parameters<typeof openConfig>[0], RegExp][] = [
    [{ store: "redis:x" }, /'store' must be memory, file:DIR or etcd:URL/],
    [{ store: "file:" }, /'store' must be memory, file:DIR or etcd:URL/],
    [{ store: "etcd:localhost:2379" }, /URLs such as https/],
    [{ store: "memory", tls: { ca: "" } }, /'tls' must only be there for etcd/],
    [{ store: "memory", counters: "x" }, /together with 'keys'/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(openConfig(options), { name: "TypeError", message });
  }
});

Deno.test("openConfigStore says at once when the store can not be used", async () => {
  const etcd = new Away();
  await assert.rejects(
    openConfigStore({
      store: "etcd:http://localhost:1",
      loadEtcd: () => Promise.resolve(etcd.part),
    }),
    { name: "EtcdError", code: "unreachable" },
  );
  assert.equal(etcd.opened, 1);
});

Deno.test("openConfig with keys and counters encrypts what it writes, and another process with the key reads it", async () => {
  await inFolder(async (folder) => {
    const keys = `${folder}/keys`;
    await Deno.writeTextFile(keys, newKeyLine("one"), { mode: 0o600 });
    const place = (name: string) => ({
      store: `file:${folder}/tree`,
      keys: `file:${keys}`,
      counters: `${folder}/${name}`,
    });
    const lastGood = `${folder}/last.json`;
    await using config = await openConfig({ ...place("a"), lastGood });
    const { revision } = await config.editor.set({
      "policy.suppressions": [{
        domain: "backup.example",
        until: "2030-01-01T00:00:00Z",
        reason: "known",
      }],
    }, ANA);
    await using other = await openConfig(place("b"));
    assert.equal(other.watcher.tree.revision, revision);
    const stored = await Deno.readTextFile(`${folder}/tree/config.log`);
    assert.ok(!stored.includes("backup.example"));
    await config.watcher.reached(revision);
    await config.watcher.close();
    const kept = await Deno.readTextFile(lastGood);
    assert.doesNotMatch(kept, /backup\.example|policy|suppressions/);
    {
      const away = { ...place("c"), store: "etcd:http://localhost:1" };
      const loadEtcd = () => Promise.resolve(new Away().part);
      await using config = await openConfig({ ...away, lastGood, loadEtcd });
      assert.equal(config.status().applied.source, "last_good");
      assert.equal(config.watcher.tree.revision, revision);
    }
    await using blind = await openConfig({ store: `file:${folder}/tree` });
    assert.equal(blind.status().state, "refused");
    assert.equal(blind.watcher.tree.revision, 0);
  });
});

Deno.test("a later stage plugs in with its section and a function", async () => {
  const blocking = defineSection({
    name: "blocking",
    schema: v.strictObject({ dryRun: v.boolean() }),
    defaults: { dryRun: true },
  });
  const seen: boolean[] = [];
  await using config = await openConfig({
    store: "memory",
    more: { sections: [blocking] },
    subscribers: [
      applying("blocker", blocking, ({ dryRun }) => seen.push(dryRun)),
    ],
  });
  const { revision } = await config.editor.set(
    { "blocking.dryRun": false },
    ANA,
  );
  await config.watcher.reached(revision);
  assert.deepEqual(seen, [true, false]);
});

Deno.test("each change is written down in the folder of the log, those that are refused too", async () => {
  await inFolder(async (folder) => {
    {
      await using config = await openConfig({
        store: "memory",
        changes: folder,
      });
      const { revision } = await config.editor.set({ "log.benignShare": 0.5 }, {
        actor: "eva",
      });
      await config.watcher.reached(revision);
      // By an editor that takes anything: the own one would not let it in.
      const search = defineSection({
        name: "search",
        schema: v.looseObject({}),
        defaults: {},
      });
      const { store } = config;
      const model = new ConfigModel({ sections: [search] });
      await new ConfigEditor({ store, model })
        .set({ search: { limit: 0 } }, { actor: "max" });
      await until(() => config.status().refusal !== undefined);
    }
    const text = await Deno.readTextFile(`${folder}/changes.jsonl`);
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ actor, outcome, changes }) => [actor, outcome, changes]),
      [
        ["eva", "applied", [{
          path: "log.benignShare",
          before: "0.01",
          after: "0.5",
        }]],
        ["max", "refused", [{
          path: "search.limit",
          before: "10",
          after: "0",
        }]],
      ],
    );
  });
});
