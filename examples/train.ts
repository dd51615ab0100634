// deno-lint-ignore-file no-console
/** `deno task train`: the four forests from generated captures. */
import { formatForestModel } from "@ml-defender/detectors";
import { openCore } from "@ml-defender/native";
import { SCENARIOS } from "../generator/scenarios/index.ts";
import { type CaptureRows, captureRows } from "../training/dataset.ts";
import { rocArea, stump, trainForest } from "../training/forest.ts";
import { FOREST_PLANS } from "../training/inputs.ts";
import { progress, runProgram, userPath, wholeNumber } from "./_cli.ts";

const HELP = `
Usage: deno task train [--out DIR] [--seed N] [--captures N] [--depth N] [--json]

Generates captures of every scenario, trains the four forests (ddos, ransomware, traffic, internal; 100 trees each) on
them, calibrates them on further captures that they have not seen, and writes one model file for each. The same options
give the same bytes. Nothing is downloaded.

Options:
  --out DIR        where the model files go (default: models of this checkout)
  --seed N         seed of captures and training (default 1)
  --captures N     captures of each scenario; a quarter as many are kept for calibration (default 24)
  --depth N        edges on the longest path of a tree, 1 to 14 (default 10)
  --build BUILD    native, wasm or auto (default auto); both give the same bytes
  --json           print the figures as JSON
  --help           show this text
`;

const TREES = 100;
const MIN_LEAF_WEIGHT = 4;

await runProgram({
  name: "train",
  help: HELP,
  options: {
    out: { type: "string" },
    seed: { type: "string" },
    captures: { type: "string" },
    depth: { type: "string" },
    build: { type: "string" },
    json: { type: "boolean" },
  },
}, async (values, _positionals, signal) => {
  const seed = wholeNumber("seed", values.seed, 1, [0, 2 ** 31]);
  const count = wholeNumber("captures", values.captures, 24, [4, 1000]);
  const depth = wholeNumber("depth", values.depth, 10, [1, 14]);
  const out = values.out === undefined
    ? new URL("../models", import.meta.url).pathname
    : userPath(values.out);
  const core = await openCore({
    build: (values.build ?? "auto") as "native" | "wasm" | "auto",
  });
  await Deno.mkdir(out, { recursive: true });

  const inputs = [...new Set(FOREST_PLANS.flatMap((plan) => plan.inputs))];
  const collect = async (first: number, captures: number) => {
    const rows: CaptureRows[] = [];
    const total = SCENARIOS.size * captures;
    for (const scenario of SCENARIOS.keys()) {
      for (let i = 0; i < captures; i++) {
        signal.throwIfAborted();
        progress(`capture ${rows.length + 1} of ${total}: ${scenario}`);
        const options = { seed: first + i };
        rows.push(await captureRows(core, scenario, options, inputs));
      }
    }
    progress("");
    return rows;
  };
  const training = await collect(seed * 100_000, count);
  const held = await collect(seed * 100_000 + 50_000, Math.ceil(count / 4));

  const report = [];
  for (const plan of FOREST_PLANS) {
    signal.throwIfAborted();
    progress(`training ${plan.name}`);
    const { model, scored } = await trainForest(core, plan, training, held, {
      trees: TREES,
      depth,
      minLeafWeight: MIN_LEAF_WEIGHT,
      seed,
    });
    const text = `${JSON.stringify(formatForestModel(model))}\n`;
    const path = `${out}/${plan.name}.json`;
    await Deno.writeTextFile(`${path}.part`, text);
    await Deno.rename(`${path}.part`, path);
    progress("");
    report.push({
      model: plan.name,
      path,
      bytes: text.length,
      trainingRows: model.provenance.rows,
      heldRows: scored.length,
      rocArea: rocArea(scored),
      stump: stump(plan, training, held),
      calibration: model.calibration,
    });
  }
  if (values.json) {
    console.log(JSON.stringify({ seed, captures: count, depth, report }));
    return;
  }
  for (
    const { model, rocArea, stump, trainingRows, heldRows, path } of report
  ) {
    console.log(
      `${model}: ROC area ${rocArea.toFixed(4)} on ${heldRows} unseen rows ` +
        `(best single threshold: ${stump.input} ${stump.area.toFixed(4)}), ` +
        `${trainingRows} training rows -> ${path}`,
    );
  }
});
