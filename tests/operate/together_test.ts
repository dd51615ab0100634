/** Operators who act at the same time, and processes that refuse. */
import assert from "node:assert/strict";
import { configModel, SECTIONS } from "@ml-defender/sdk/config";
import { ConfigError, ConfigWatcher } from "@ml-defender/watcher";
import { applyMove, applyOptimize } from "../../operate/plan.ts";
import { operateModel } from "../../operate/section.ts";
import { moveLines, optimizeLines } from "../../operate/texts.ts";
import { inFolder } from "../cli/folder.ts";
import { runTask } from "../cli/run.ts";
import { begin, inputs } from "./_config.ts";

const ana = { actor: "ana", dryRun: false };
const eva = { actor: "eva", dryRun: false };

Deno.test("accelerate by several at once moves one level for each who is told that it did", async () => {
  const { editor } = begin();
  const all = await Promise.allSettled(
    [ana, eva, ana, eva].map((who) => applyMove(editor, 1, who)),
  );
  let moved = 0;
  for (const one of all) {
    if (one.status === "fulfilled") moved++;
    else {
      assert.ok(one.reason instanceof ConfigError);
      assert.equal(one.reason.code, "conflict");
    }
  }
  assert.ok(moved >= 1);
  assert.equal((await editor.get("operate.level")).value, Math.min(moved, 3));
});

Deno.test("accelerate twice within a second is two levels and two revisions, and both can be taken back", async () => {
  const { editor } = begin();
  const before = (await editor.get("")).value;
  await applyMove(editor, 1, ana);
  const { move, written } = await applyMove(editor, 1, ana);
  assert.deepEqual([move.from, move.to, written.revision], [1, 2, 2]);
  await editor.rollback(1, eva);
  assert.equal((await editor.get("operate.level")).value, 1);
  await applyMove(editor, -1, eva);
  assert.deepEqual((await editor.get("")).value, before);
});

Deno.test("accelerate and optimize name who refuses what is desired, and so this too", async () => {
  const { store, editor } = begin();
  const model = configModel(operateModel());
  await using watcher = await ConfigWatcher.start({
    store,
    model,
    component: { kind: "pipeline", id: "sensor-1", version: "0.1.0" },
    subscribers: [{
      name: "picky",
      sections: [...model.sections],
      prepare(next) {
        if (next.get(SECTIONS.log).compress === "gzip") {
          throw new Error("no gzip today");
        }
        return Promise.resolve({ commit() {}, abort() {} });
      },
    }],
  });
  /** Waits until everybody sees that a revision is refused. */
  const seen = async (revision: number) => {
    for (let i = 0; i < 500; i++) {
      const [member] = await editor.fleet();
      if (member?.refusal?.revision === revision) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    assert.fail(`nobody refuses revision ${revision}`);
  };
  const quiet = await applyMove(editor, 1, ana);
  assert.deepEqual(quiet.refusing, []);
  await watcher.reached(quiet.written.revision);
  const { revision } = await editor.set({ "log.compress": "gzip" }, ana);
  await seen(revision);
  const told =
    /warning: pipeline sensor-1 refused .* stays at revision 1; .*no gzip today/;
  const move = await applyMove(editor, 1, ana);
  assert.match(moveLines(move, undefined).join("\n"), told);
  assert.equal(move.written.written, true);
  await seen(move.written.revision);
  const chosen = await applyOptimize(editor, inputs(), {
    ...ana,
    dryRun: true,
  });
  assert.match(optimizeLines(chosen).join("\n"), told);
  await editor.set({ "log.compress": "none" }, ana);
  const { revision: last } = await editor.get("");
  await watcher.reached(last);
  assert.equal(watcher.status().applied.revision, last);
  assert.deepEqual((await applyMove(editor, 1, ana)).refusing, []);
});

Deno.test("operators at the same time: each process says whether it moved, and the level is the number of those that did", async () => {
  await inFolder("operate-together", async (folder) => {
    const task = (who: string) =>
      runTask("accelerate", ["--actor", who, "--store", "file:tree"], {
        folder,
      });
    const all = await Promise.all(["ana", "eva", "ida"].map(task));
    const moved = all.filter(({ code }) => code === 0);
    for (const { code, err } of all) {
      if (code !== 0) assert.match(err, /someone else changed .*run it again/);
    }
    const { out } = await runTask("config", [
      ...["get", "operate.level", "--store", "file:tree"],
    ], { folder });
    assert.equal(Number(out), moved.length);
  });
});

Deno.test("a dry run of accelerate needs no name, and writes nothing", async () => {
  await inFolder("operate-dry", async (folder) => {
    const env = { USER: "", LOGNAME: "" };
    const args = ["--store", "file:tree"];
    const dry = await runTask("accelerate", [...args, "--dry-run"], {
      folder,
      env,
    });
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /level 0 -> 1[^]*dry run: revision 0 stays/);
    const real = await runTask("accelerate", args, { folder, env });
    assert.equal(real.code, 2);
    assert.match(real.err, /say who writes/);
    for (const name of ["accelerate", "decelerate", "optimize"]) {
      const help = await runTask(name, ["--help"], { folder });
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`deno task ${name}[^]*Exit codes: 0 `));
    }
  });
});
