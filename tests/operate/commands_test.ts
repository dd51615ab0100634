import assert from "node:assert/strict";
import {
  type CommandContext,
  commandOf,
  COMMANDS,
  RefusedError,
  type Role,
  runCommand,
} from "@ml-defender/rag";
import {
  operatorCommands,
  type PromptTargets,
} from "../../operate/commands.ts";
import { runTask } from "../cli/run.ts";
import { inFolder } from "../cli/folder.ts";
import { begin, inputs } from "./_config.ts";

/** The search is asked nothing here. */
function contextOf(role: Role): CommandContext {
  const fail = () => Promise.reject(new Error("nothing was asked"));
  return {
    searcher: undefined as unknown as CommandContext["searcher"],
    role,
    language: "en",
    request: {},
    ask: fail,
  };
}

function commands() {
  const { store, editor } = begin();
  const asked: PromptTargets[] = [];
  const extra = operatorCommands({
    editor,
    actor: "ana",
    measured: undefined,
    inputs: (targets) => {
      asked.push(targets);
      return Promise.resolve({ ...inputs(), told: ["costs: made up"] });
    },
  });
  return { store, editor, extra, asked };
}

Deno.test("operatorCommands run for operators and are kept in the history by name", async () => {
  const { editor, extra, asked } = commands();
  const run = (line: string) =>
    runCommand(line, contextOf("operator"), { extra, allowWrites: true });
  const { text } = await run("accelerate 2");
  assert.match(text, /level 0 -> 2/);
  await run("decelerate --dry-run");
  assert.equal((await editor.get("operate.level")).value, 2);
  await run("decelerate");
  const { text: chosen } = await run(
    "optimize --cpu 50 --ram 2048 --traffic home",
  );
  assert.match(chosen, /^costs: made up\nbatch: /);
  assert.deepEqual(asked, [{
    cpu: "50",
    ram: "2048",
    traffic: "home",
  }]);
  const [entry] = await editor.history();
  assert.deepEqual([entry?.actor, entry?.note], [
    "ana",
    "decelerate: level 2 to 1",
  ]);
});

Deno.test("operatorCommands are refused to viewers and analysts, and where the program only reads", async () => {
  const { store, extra } = commands();
  for (const line of ["accelerate", "decelerate 3", "optimize --cpu 10"]) {
    for (const role of ["viewer", "analyst"] as const) {
      await assert.rejects(
        runCommand(line, contextOf(role), { extra, allowWrites: true }),
        RefusedError,
      );
    }
    await assert.rejects(
      runCommand(line, contextOf("operator"), { extra }),
      /only reads/,
    );
  }
  assert.deepEqual((await store.list("")).entries, []);
});

Deno.test("operatorCommands leave questions that begin with their names to the search", () => {
  const { extra } = commands();
  const nameOf = (line: string) =>
    commandOf(line, [...COMMANDS, ...extra]).command.name;
  for (
    const line of [
      "accelerate",
      "accelerate 3",
      "decelerate --dry-run",
      "optimize",
      "optimize --cpu 80 --ram 4096 --temp 65",
      "optimize --rate 1e5",
    ]
  ) assert.equal(nameOf(line), line.split(" ")[0]);
  for (
    const line of [
      "accelerate attacks of yesterday",
      "accelerate 9",
      "optimize --cpu",
      "optimize everything",
      "optimize --traffic of yesterday",
    ]
  ) assert.equal(nameOf(line), "query", line);
});

Deno.test("rag accelerate changes the configuration that --config or ML_DEFENDER_CONFIG names, and nothing without", async () => {
  await inFolder("rag-operate", async (folder) => {
    const env = { USER: "ana", NO_COLOR: "1" };
    const out = await runTask("analyze", ["scan.pcap", "--out", "log"], {
      folder,
    });
    assert.equal(out.code, 0, out.err);
    const rag = (...args: string[]) =>
      runTask("rag", [...args, "--log", "log"], { folder, env });
    const refused = await rag("accelerate");
    assert.doesNotMatch(refused.out, /level 0 -> 1/);
    const done = await rag("accelerate", "--config", "file:tree");
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /level 0 -> 1/);
    const { out: level } = await runTask("config", [
      ...["get", "operate.level", "--store", "file:tree"],
    ], { folder });
    assert.equal(level, "1\n");
    const named = (place: string, command: string) =>
      runTask("rag", [command, "--log", "log"], {
        folder,
        env: { ...env, ML_DEFENDER_CONFIG: place },
      });
    const second = await named("file:tree", "accelerate");
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /level 1 -> 2/);
    await Deno.writeTextFile(`${folder}/file`, "");
    const away = await named("file:file", "accelerate");
    assert.deepEqual([away.code, away.out], [1, ""]);
    assert.match(away.err, /file/);
    for (const command of ["stats", "accelerate attacks of yesterday"]) {
      const search = await named("file:file", command);
      assert.deepEqual([search.code, search.err], [0, ""], command);
    }
  });
});
