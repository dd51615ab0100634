/** The search daemon under a configuration, as a user runs it. */
import assert from "node:assert/strict";
import { runTask } from "../cli/run.ts";
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
