/** Pipelines of one host, with and without names. */
import assert from "node:assert/strict";
import { inFolder, isThere } from "./_cli.ts";
import { Pipeline } from "./_pipeline.ts";

interface Member {
  readonly id: string;
  readonly health: string;
}

Deno.test("pipelines of one host have names of their own, the same after a restart; of two that are named alike one complains, once, and both are seen", async () => {
  await inFolder(async (run, folder) => {
    const members = async (): Promise<Member[]> => {
      const { out } = await run("status", "--json");
      return JSON.parse(out).components;
    };
    const names: string[][] = [];
    for (let i = 0; i < 2; i++) {
      await using a = await Pipeline.start(folder, "--out", "a");
      await using b = await Pipeline.start(folder, "--out", "b");
      await Promise.all([a, b].map((one) => one.until(/runs revision/)));
      let seen: Member[] = [];
      for (let tries = 0; tries < 50 && seen.length < 2; tries++) {
        seen = await members();
      }
      names.push(seen.map(({ id }) => id).sort());
    }
    const [first, again] = names;
    assert.equal(new Set(first).size, 2);
    assert.deepEqual(again, first);
    for (const id of first!) {
      assert.match(id, new RegExp(`^${Deno.hostname()}-[0-9a-f]{8}$`));
    }
    const alike = ["--id", "sensor-1", "--out"];
    await using early = await Pipeline.start(folder, ...alike, "a");
    await early.until(/runs revision/);
    await using late = await Pipeline.start(folder, ...alike, "b");
    await late.until(/runs revision/);
    const complaint = /another process has registered as 'sensor-1'/g;
    await early.until(complaint);
    let ids: string[] = [];
    for (let tries = 0; tries < 50 && ids.length < 2; tries++) {
      ids = (await members()).map(({ id }) => id).sort();
    }
    assert.equal(ids[0], "sensor-1");
    assert.match(ids[1]!, /^sensor-1~[0-9a-f]{8}$/);
    assert.equal(early.said.match(complaint)!.length, 1);
    assert.doesNotMatch(late.said, complaint);
  });
});

Deno.test("pipeline --id that could not be shown in status is wrong use, and nothing is made", async () => {
  await inFolder(async (run, folder) => {
    for (const id of ["", "a/b", "a b", "a\u202eb", "x".repeat(91)]) {
      const args = ["-", "--id", id, "--out", "log"];
      const { code, err } = await run("pipeline", ...args);
      assert.equal(code, 2, id);
      assert.match(err, /--id must be a name of 1 to 90 characters/);
    }
    assert.ok(!await isThere(`${folder}/log`));
  });
});
