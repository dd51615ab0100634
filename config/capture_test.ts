import assert from "node:assert/strict";
import { openCapture } from "@ml-defender/capture";
import { openCore } from "@ml-defender/native";
import { analyze } from "../mod.ts";
import { generateBytes } from "../generator/generate.ts";
import { FIELDS, openConfig } from "./mod.ts";

const core = await openCore();

/** Paths of the section's numbers with the bounds that the reference names. */
const NUMBERS = FIELDS.capture.flatMap(({ path, wanted }) => {
  const found = /^a whole number from (\d+) to (\d+)$/.exec(wanted);
  return found === null ? [] : [
    [path, Number(found[1])] as const,
    [path, Number(found[2])] as const,
  ];
});

Deno.test("a capture opens with every setting of the section at its low and at its high bound", async () => {
  const paths = new Set(NUMBERS.map(([path]) => path));
  assert.equal(paths.size, FIELDS.capture.length - 1, "all but homeNets");
  await using config = await openConfig({ store: "memory" });
  for (const [path, value] of NUMBERS) {
    const { revision } = await config.editor.set({ [path]: value }, {
      actor: "ana",
    });
    const { state } = await config.watcher.reached(revision);
    assert.equal(state, "in_force", `${path} ${value}`);
    const { homeNets, prefixBytes, tables } = await config.live.current();
    assert.equal(homeNets, undefined);
    try {
      await using _ = await openCapture(new Uint8Array(1), {
        core,
        prefixBytes,
        tables,
      });
    } catch (error) {
      assert.fail(`${path} ${value}: ${error}`);
    }
    await config.editor.reset([path], { actor: "ana" });
  }
});

Deno.test("a running flow is reported as often as the configuration says", async () => {
  const { bytes } = generateBytes("ssh_guessing", {
    seed: 1_000_000_001,
    durationSeconds: 600,
  });
  const input = new Uint8Array(bytes);
  const reported = async (activeTimeoutMs: number) => {
    await using config = await openConfig({ store: "memory" });
    const { revision } = await config.editor.set(
      { "capture.activeTimeoutMs": activeTimeoutMs },
      { actor: "ana" },
    );
    await config.watcher.reached(revision);
    let records = 0;
    await using run = await analyze(input, {
      core,
      config: config.live,
      observe: () => records++,
    });
    await run.finished;
    return records;
  };
  const [often, seldom] = [await reported(5000), await reported(86_400_000)];
  assert.ok(often > seldom && seldom > 0, `${often} and ${seldom}`);
});
