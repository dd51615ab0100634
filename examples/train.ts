// deno-lint-ignore-file no-console
/** `deno task train`: the four forests from generated and labelled captures. */
import { formatForestModel } from "@ml-defender/detectors";
import { openCore } from "@ml-defender/native";
import { parseLabels } from "../evaluation/labels.ts";
import { collectRows } from "../training/collect.ts";
import { type Scored, stump, trainForest } from "../training/forest.ts";
import { FOREST_PLANS, PARAMETERS } from "../training/inputs.ts";
import { rocArea } from "../training/table.ts";
import { readLabels } from "./_files.ts";
import { progress, runProgram, userPath, wholeNumber } from "./_cli.ts";

const HELP = `
Usage: deno task train [--data DIR] [--out DIR] [--seed N] [--captures N] [--json]

Trains the four forests (ddos, ransomware, traffic, internal; 100 trees each) and writes one model file for each.
Training captures are generated; --data adds labelled ones. The same options and data give the same bytes, on any
machine and with either build. Nothing is downloaded.

Options:
  --data DIR       labelled captures: DIR/labels.json (default: ML_DEFENDER_DATA; without it only generated captures)
  --out DIR        where the model files go (default: models of this checkout)
  --seed N         seed of captures and training (default 1)
  --captures N     generated captures of each scenario (default ${PARAMETERS.perScenario})
  --depth N        edges on the longest path of a tree, 1 to 14 (default ${PARAMETERS.depth})
  --build BUILD    native, wasm or auto (default auto)
  --json           print the figures as JSON
  --help           show this text
`;

await runProgram({
  name: "train",
  help: HELP,
  options: {
    data: { type: "string" },
    out: { type: "string" },
    seed: { type: "string" },
    captures: { type: "string" },
    depth: { type: "string" },
    build: { type: "string" },
    json: { type: "boolean" },
  },
}, async (values, _positionals, signal) => {
  const seed = wholeNumber("seed", values.seed, 1, [0, 9999]);
  const { perScenario, ...parameters } = PARAMETERS;
  const count = wholeNumber("captures", values.captures, perScenario, [
    4,
    1000,
  ]);
  const depth = wholeNumber("depth", values.depth, PARAMETERS.depth, [1, 14]);
  const out = values.out === undefined
    ? new URL("../models", import.meta.url).pathname
    : userPath(values.out);
  const core = await openCore({
    build: (values.build ?? "auto") as "native" | "wasm" | "auto",
  });
  const data = values.data ?? Deno.env.get("ML_DEFENDER_DATA");
  if (data === undefined) {
    console.error(
      "train: generated captures only: neither --data nor ML_DEFENDER_DATA names labelled ones",
    );
  }
  const folder = data === undefined ? undefined : `${userPath(data)}/`;
  await Deno.mkdir(out, { recursive: true });
  const captures = await collectRows(core, {
    seed,
    perScenario: count,
    ...(folder !== undefined && {
      labelled: {
        folder,
        captures: parseLabels(await readLabels(`${folder}labels.json`)),
      },
    }),
    onCapture: (name, number, total) => progress(`${number}/${total} ${name}`),
    signal,
  });
  const report = [];
  for (const plan of FOREST_PLANS) {
    signal.throwIfAborted();
    progress(`training ${plan.name}`);
    const { model, scored } = await trainForest(core, plan, captures, {
      ...parameters,
      depth,
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
      rows: model.provenance.rows,
      ...areas(scored),
      stump: stump(plan, scored),
      calibration: model.calibration,
    });
  }
  if (values.json) {
    console.log(JSON.stringify({ seed, captures: captures.length, report }));
    return;
  }
  for (const { model, rows, generated, captured, stump, path } of report) {
    console.log(
      `${model}: ROC area on sources not trained on: ${area(generated)} ` +
        `generated, ${area(captured)} captured; best single threshold ` +
        `${stump.input} ${area(stump.area)}; ${rows} rows -> ${path}`,
    );
  }
});

/** ROC areas over rows that a forest has not seen: of generated captures, and of labelled ones. */
function areas({ scores, table }: Scored): {
  generated: number;
  captured: number;
} {
  const areaOf = (generated: boolean) => {
    const rows = table.captures.flatMap((one, row) =>
      one.generated === generated ? [row] : []
    );
    return rocArea(
      rows.map((row) => scores[row]!),
      rows.map((row) => table.labels[row]!),
    );
  };
  return { generated: areaOf(true), captured: areaOf(false) };
}

function area(value: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(4);
}
