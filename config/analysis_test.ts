import assert from "node:assert/strict";
import { openCore, openHandles } from "@ml-defender/native";
import { analyze, loadModels } from "../mod.ts";
import { generateBytes } from "../generator/generate.ts";
import { openConfig } from "./mod.ts";

const core = await openCore();
const { bytes, truth } = generateBytes("ssh_guessing", { seed: 1_000_000_002 });
const CAPTURE = new Uint8Array(bytes);
const OPTIONS = { core, homeNets: truth.homeNets };
const ANA = { actor: "ana" };
const CHANGE = { "policy.incidents.quietSeconds": 60 };

/** Changes something and says how long it took; it must be in force. */
async function changed(
  config: Awaited<ReturnType<typeof openConfig>>,
): Promise<number> {
  const started = performance.now();
  const { revision } = await config.editor.set(CHANGE, ANA);
  const { state, refusal } = await config.watcher.reached(revision);
  assert.equal(state, "in_force", refusal?.reason ?? "");
  return performance.now() - started;
}

Deno.test("an analysis that nobody began, whose reader pauses, or that was left keeps up no change", async () => {
  await using config = await openConfig({ store: "memory" });
  const { live } = config;
  await using _untouched = await analyze(CAPTURE, { ...OPTIONS, config: live });
  await using paused = await analyze(CAPTURE, { ...OPTIONS, config: live });
  for await (const { state } of paused.incidents) {
    assert.equal(state, "opened");
    const tookMs = await changed(config);
    assert.ok(tookMs < 1000, `${tookMs} ms`);
    break;
  }
  const left = await analyze(CAPTURE, { ...OPTIONS, config: live });
  for await (const _ of left.incidents) break;
  await left.close();
  await config.editor.reset(Object.keys(CHANGE), ANA);
  const tookMs = await changed(config);
  assert.ok(tookMs < 1000, `${tookMs} ms`);
  assert.equal((await paused.finished).packets, truth.packets);
});

Deno.test("analyze ends with its capture although its configuration was closed before; nothing stays open", async () => {
  const handles = openHandles();
  const config = await openConfig({ store: "memory" });
  await using run = await analyze(CAPTURE, { ...OPTIONS, config: config.live });
  for await (const _ of run.incidents) break;
  await config.close();
  const { packets, incidents } = await run.finished;
  assert.equal(packets, truth.packets);
  await using plain = await analyze(CAPTURE, OPTIONS);
  assert.deepEqual(incidents, (await plain.finished).incidents);
  await run.close();
  await plain.close();
  assert.equal(openHandles(), handles);
});

Deno.test("analyze takes from the configuration how the capture is read, unless its own options say so", async () => {
  await using config = await openConfig({ store: "memory" });
  const read = async (own: { homeNets?: string[] }) => {
    await using run = await analyze(CAPTURE, {
      core,
      digest: true,
      config: config.live,
      ...own,
    });
    return (await run.finished).digest;
  };
  const nets = ["203.0.113.0/24"];
  const own = await read({ homeNets: nets });
  const usual = await read({});
  assert.notEqual(own, usual);
  const { revision } = await config.editor.set({
    "capture.homeNets": nets,
  }, ANA);
  const { restartPending } = await config.watcher.reached(revision);
  assert.deepEqual(restartPending, ["capture.homeNets"]);
  assert.equal(await read({}), own);
  await config.editor.set({ "capture.maxFlows": 3 }, ANA);
  await config.watcher.reached(revision + 1);
  assert.notEqual(await read({}), own);
});

Deno.test("a model's file is read when the section changes, and refuses the change when it is not that model's", async () => {
  const folder = await Deno.makeTempDir({ prefix: "config-" });
  try {
    await using config = await openConfig({
      store: "memory",
      retryMs: 600_000,
    });
    await using run = await analyze(CAPTURE, {
      ...OPTIONS,
      config: config.live,
    });
    const model = `${folder}/model.json`;
    const packed = new URL("../models/ddos.json", import.meta.url);
    await Deno.copyFile(packed, model);
    const set = async (settings: Record<string, string>) => {
      const { revision } = await config.editor.set(settings, ANA);
      return await config.watcher.reached(revision);
    };
    const first = await set({ "models.ddos.file": model });
    assert.equal(first.state, "in_force", first.refusal?.reason ?? "");
    const bad = await set({ "models.traffic.file": model });
    assert.match(
      bad.refusal?.reason ?? "",
      /models\.traffic\.file: must be a model named traffic: it is named ddos/,
    );
    await Deno.writeTextFile(model, "{}");
    const torn = await set({
      "models.traffic.file": "",
      "models.internal.file": model,
    });
    assert.match(torn.refusal?.reason ?? "", /models\.(ddos|internal)\.file:/);
    const { models } = await config.live.current();
    assert.equal(models.length, (await loadModels()).length);
    const back = await set({
      "models.ddos.file": "",
      "models.internal.file": "",
    });
    assert.equal(back.state, "in_force", back.refusal?.reason ?? "");
    assert.deepEqual((await config.live.current()).models, await loadModels());
    assert.equal((await run.finished).packets, truth.packets);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
