import assert from "node:assert/strict";
import { FileStore } from "@ml-defender/etcd-client";
import { ConfigEditor } from "@ml-defender/watcher";
import { model } from "../../watcher/testdata/sections.ts";
import { optional } from "../_optional.ts";
import { EtcdServer, noEtcd } from "../etcd_server.ts";
import { openStore } from "./open_store.ts";
import { type Line, Program } from "./program.ts";

const ana = { actor: "ana" };

/** Both settings belong to one revision. */
function isWhole({ revision, alert, sampling }: Line): boolean {
  return revision === 0
    ? alert === 0.8 && sampling === 1
    : alert === alertOf(revision) && sampling === revision;
}

const alertOf = (revision: number) => 0.8 + (revision % 100) / 1000;

const change = (editor: ConfigEditor, revision: number) =>
  editor.set({
    "scoring.alert": alertOf(revision),
    "logging.sampling": revision,
  }, ana);

const runs = (revision: number) => (line: Line) =>
  line.at === "runs" && line.revision === revision;

/** All that any of them ever ran was whole, and the last of each is this revision. */
function checkAll(programs: readonly Program[], revision: number): void {
  for (const { lines } of programs) {
    const ran = lines.filter(({ at }) => at === "runs");
    for (const line of ran) assert.ok(isWhole(line), JSON.stringify(line));
    assert.equal(ran.at(-1)?.revision, revision);
    assert.ok(!lines.some(({ at }) => at === "torn"));
  }
}

for (const phase of ["prepared", "committing"]) {
  Deno.test(`A process killed while it is ${phase} leaves all others on the new revision, and comes back to it`, async () => {
    const folder = await Deno.makeTempDir();
    const place = `file:${folder}`;
    try {
      await using store = await FileStore.open(folder);
      const editor = new ConfigEditor({ store, model: model() });
      await change(editor, 1);
      await using one = new Program("member.ts", place, "one");
      await using two = new Program("member.ts", place, "two");
      await using victim = new Program("member.ts", place, "victim", phase);
      const ready = (line: Line) => line.at === "ready";
      await Promise.all([one, two, victim].map((it) => it.until(ready)));
      await change(editor, 2);
      const stopped = await victim.until(({ at }) => at === phase);
      assert.equal(stopped.revision, 2);
      await victim.kill();
      if (phase === "committing") {
        assert.ok(!isWhole(stopped), "it was in the middle of it");
      }
      assert.ok(!victim.lines.some(runs(2)), "it never ran it");
      await using again = new Program("member.ts", place, "victim");
      const all = [one, two, again];
      await Promise.all(all.map((it) => it.until(runs(2))));
      checkAll(all, 2);
      await change(editor, 3);
      await Promise.all(all.map((it) => it.until(runs(3))));
      checkAll(all, 3);
      const digests = async () =>
        (await editor.fleet()).map(({ appliedRevision, digest, status }) =>
          `${appliedRevision} ${digest} ${status}`
        );
      const shows = async () =>
        (await digests()).every((text) => text.startsWith("3 "));
      for (let i = 0; i < 100 && !(await shows()); i++) {
        await new Promise((done) => setTimeout(done, 50));
      }
      const shown = await digests();
      assert.equal(shown.length, 3);
      assert.match(shown[0]!, /^3 [0-9a-f]{16} in_force$/);
      assert.equal(new Set(shown).size, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Kills a process that writes without a pause, several times, and looks at what is there and what runs. */
async function killWriters(place: string, rounds: number): Promise<void> {
  await using one = new Program("member.ts", place, "one");
  await using two = new Program("member.ts", place, "two");
  await using store = await openStore(place);
  const editor = new ConfigEditor({ store, model: model() });
  for (let round = 0; round < rounds; round++) {
    const before = (await editor.get("")).revision;
    await using writer = new Program("writer.ts", place);
    await one.until(({ at, revision }) =>
      at === "runs" && revision > before + 5
    );
    await new Promise((done) => setTimeout(done, round * 7));
    await writer.kill();
    const { revision, value } = await editor.get("");
    const values = value as unknown as {
      scoring: { alert: number };
      logging: { sampling: number };
    };
    assert.equal(values.logging.sampling, revision);
    assert.equal(values.scoring.alert, alertOf(revision));
    const [last] = await editor.history(1);
    assert.equal(last?.revision, revision);
    await Promise.all([one, two].map((it) => it.until(runs(revision))));
    checkAll([one, two], revision);
  }
}

Deno.test("A writer killed in the middle of a change leaves the old or the new revision, whole, and all run it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await killWriters(`file:${folder}`, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

optional({
  name:
    "etcd killed while configuration changes leaves all on one revision when it is back, and nobody stops meanwhile",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: async () => {
    await using etcd = await EtcdServer.start();
    const place = `etcd:${etcd.endpoint}`;
    await killWriters(place, 1);
    await using one = new Program("member.ts", place, "one");
    await using two = new Program("member.ts", place, "two");
    const all = [one, two];
    await Promise.all(all.map((it) => it.until(({ at }) => at === "ready")));
    {
      await using _writer = new Program("writer.ts", place);
      const [{ revision }] = [await one.until(({ at }) => at === "ready")];
      await one.until((line) =>
        line.at === "runs" && line.revision > revision + 5
      );
      await etcd.kill();
    }
    await new Promise((done) => setTimeout(done, 300));
    const silent = all.map(({ lines }) => lines.length);
    await etcd.up();
    await using store = await openStore(place);
    const editor = new ConfigEditor({ store, model: model() });
    const { revision } = await editor.get("");
    await Promise.all(all.map((it) => it.until(runs(revision))));
    checkAll(all, revision);
    await change(editor, revision + 1);
    await Promise.all(
      all.map((it, i) => it.until(runs(revision + 1), { from: silent[i]! })),
    );
    checkAll(all, revision + 1);
  },
});
