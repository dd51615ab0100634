/** The search daemon under a configuration, as a user runs it. */
import assert from "node:assert/strict";
import { runTask } from "../cli/run.ts";
import { EtcdServer, noEtcd } from "../etcd_server.ts";
import { optional } from "../_optional.ts";
import { inFolder, NOW, smallLog, until } from "../search_cli/logs.ts";
import { Running } from "../search_cli/running.ts";

Deno.test("rag follows the section search while it runs, shows in status, and goes from there when it ends", async () => {
  await inFolder(async (folder) => {
    const log = await smallLog(folder);
    const store = `file:${folder}/tree`;
    await using rag = await Running.start("rag", [
      ...["--log", log, "--listen", "127.0.0.1:0", "--now", NOW],
      ...["--config", store, "--actor", "ana"],
    ]);
    const [, token] = await rag.says(/token for this run: (\S+)/);
    const [, url] = await rag.says(/listening on (http:\S+)\/api/);
    await rag.says(/left out of the log: 1 torn/);
    const shown = async () => {
      const response = await fetch(`${url}/api/ask?q=port+scans+yesterday`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await response.json()).hits.length;
    };
    assert.equal(await shown(), 5);
    const { code, err } = await runTask("config", [
      ...["set", "search.limit", "2", "--store", store, "--actor", "ana"],
    ]);
    assert.equal(code, 0, err);
    let hits = 5;
    await until(
      async () => (hits = await shown()) === 2,
      () => `${hits} hits are shown: ${rag.err}`,
    );
    const status = async () => {
      const { out } = await runTask("status", ["--json", "--store", store]);
      const { components } = JSON.parse(out);
      return components.map((
        { kind, appliedRevision, health }: Record<string, unknown>,
      ) => [kind, appliedRevision, health]);
    };
    assert.deepEqual(await status(), [["search", 1, "well"]]);
    rag.kill("SIGINT");
    assert.equal((await rag.end()).code, 130);
    assert.deepEqual(await status(), []);
  });
});

/** What a search that runs says of how many events it has. */
async function eventsOf(rag: Running): Promise<() => Promise<number>> {
  const [, token] = await rag.says(/token for this run: (\S+)/);
  const [, url] = await rag.says(/listening on (http:\S+)\/api/);
  return async () => {
    const response = await fetch(`${url}/api/command`, {
      ...{ method: "POST", headers: { authorization: `Bearer ${token}` } },
      body: JSON.stringify({ command: "stats" }),
    });
    return (await response.json()).entries.event;
  };
}

async function set(store: string, path: string, value: string): Promise<void> {
  const { code, err } = await runTask("config", [
    ...["set", path, value, "--store", store, "--actor", "ana"],
  ]);
  assert.equal(code, 0, err);
}

Deno.test("rag applies search.retention to what it reads at the start; --keep-days comes before it", async () => {
  await inFolder(async (folder) => {
    const cases = [["1", []], ["4000", ["--keep-days", "1"]]] as const;
    for (const [days, more] of cases) {
      const log = await smallLog(`${folder}/${days}`);
      const store = `file:${folder}/${days}/tree`;
      await set(store, "search.retention.maxAgeDays", days);
      await using rag = await Running.start("rag", [
        ...["--log", log, "--listen", "127.0.0.1:0", "--now", NOW],
        ...["--config", store, "--actor", "ana", ...more],
      ]);
      const events = await eventsOf(rag);
      await rag.says(/left out of the log: 1 torn/);
      let now = 0;
      await until(
        async () => (now = await events()) === 25,
        () => `${now} events stay: ${rag.err}`,
      );
    }
  });
});

Deno.test("rag needs nobody's name to follow what the environment names, only to change it, and makes no folder of it", async () => {
  await inFolder(async (folder) => {
    const log = ["--log", await smallLog(folder), "--now", NOW];
    const nobody = { USER: "", LOGNAME: "" };
    const at = (name: string) => ({
      ...nobody,
      ML_DEFENDER_CONFIG: `file:${folder}/${name}`,
    });
    await set(at("tree").ML_DEFENDER_CONFIG, "search.limit", "2");
    {
      await using rag = await Running.start(
        "rag",
        [...log, "--listen", "127.0.0.1:0"],
        { env: at("tree") },
      );
      const events = await eventsOf(rag);
      await rag.says(/left out of the log: 1 torn/);
      assert.equal(await events(), 26);
      const { out } = await runTask("status", ["--json"], { env: at("tree") });
      assert.equal(JSON.parse(out).components[0].kind, "search");
    }
    const change = await runTask("rag", ["accelerate", ...log], {
      env: at("tree"),
    });
    assert.equal(change.code, 2, change.err);
    assert.match(change.err, /say who writes: --actor NAME/);
    await using away = await Running.start(
      "rag",
      [...log, "--listen", "127.0.0.1:0"],
      { env: at("none") },
    );
    await away.says(/nothing is followed: there is no configuration in file:/);
    assert.equal(await (await eventsOf(away))(), 26);
    const lost = await runTask("rag", ["accelerate", ...log], {
      env: { ...at("none"), USER: "ana" },
    });
    assert.equal(lost.code, 1, lost.out + lost.err);
    assert.match(lost.err, /there is no configuration in file:/);
    await assert.rejects(Deno.stat(`${folder}/none`));
  });
});

optional({
  name:
    "rag goes on where the etcd of --config is away at its start, and follows it when it comes; a single command ends with 1",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn() {
    await inFolder(async (folder) => {
      await using server = await EtcdServer.start();
      const store = `etcd:${server.endpoint}`;
      await set(store, "search.limit", "2");
      await server.kill();
      const log = ["--log", await smallLog(folder), "--now", NOW];
      const config = ["--config", store, "--actor", "ana"];
      const once = await runTask("rag", ["stats", ...log, ...config]);
      assert.equal(once.code, 1, once.out);
      await using rag = await Running.start("rag", [
        ...[...log, "--listen", "127.0.0.1:0", ...config],
      ]);
      await rag.says(/no commands that change the configuration until/);
      await rag.says(/the configuration in etcd:\S+ can not be used/);
      const events = await eventsOf(rag);
      assert.ok(await events() >= 0);
      await server.up();
      await rag.says(/is there again/);
      const { out, err } = await runTask("status", [
        ...["--json", "--store", store, "--expect", "1", "--wait", "20"],
      ]);
      const [search] = JSON.parse(out).components;
      assert.deepEqual([search?.kind, search?.health], ["search", "well"], err);
    });
  },
});
