// deno-lint-ignore-file no-console
/** `deno task evaluate`: how well is it, on labelled captures? */
import type { ForestModel } from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { evaluate } from "../evaluation/evaluate.ts";
import { type LabelledCapture, parseLabels } from "../evaluation/labels.ts";
import { reportLines } from "../evaluation/report.ts";
import { collectRows } from "../training/collect.ts";
import { partsOf, trainForest } from "../training/forest.ts";
import { FOREST_PLANS, PARAMETERS } from "../training/inputs.ts";
import { readLabels } from "./_files.ts";
import {
  progress,
  runProgram,
  UsageError,
  userPath,
  wholeNumber,
} from "./_cli.ts";

const HELP = `
Usage: deno task evaluate DIR [--json] [--class NAME] [--build native|wasm]

Reads DIR/labels.json (an object from path to label: class, repo, sha256, attackers, victims, infected_hosts) and judges
every labelled capture. Malicious: right when the highest-scored incident about a labelled host has an accepted category.
Benign: false alerts per host-day, as alerted 5-minute windows. Rules alone and one threshold per category stand beside.
Captures that a model was trained on are reported apart.

With --folds N the sources of the captures are divided into N parts, and each part is judged with forests that were
trained without it: what to expect of captures that no model has seen. The rules are the same in all parts.

Options:
  --json           print one JSON object
  --folds N        train N times, and judge each part of the sources with forests that have not seen it
  --class NAME     only captures of this class; may be repeated
  --build BUILD    native, wasm or auto (default)
  --help           show this text
`;

await runProgram({
  name: "evaluate",
  help: HELP,
  positionals: true,
  options: {
    json: { type: "boolean" },
    class: { type: "string", multiple: true },
    build: { type: "string" },
    folds: { type: "string" },
  },
}, async (values, positionals, signal) => {
  if (positionals.length !== 1) throw new UsageError("name one folder");
  const build = values.build ?? "auto";
  if (build !== "auto" && build !== "native" && build !== "wasm") {
    throw new UsageError("--build must be one of auto, native, wasm");
  }
  const folder = `${userPath(positionals[0]!)}/`;
  const labels = await readLabels(`${folder}labels.json`);
  const captures = parseLabels(labels).filter(({ className }) =>
    values.class === undefined || values.class.includes(className)
  );
  if (captures.length === 0) {
    throw new Error(`${folder}labels.json names no capture that can be judged`);
  }
  const core = await openCore({ build });
  const folds = wholeNumber("folds", values.folds, 0, [0, 20]);
  const shipped = await loadModels();
  const modelsFor = folds < 2
    ? () => shipped
    : await crossValidated(core, folder, captures, folds, signal);
  const result = await evaluate(folder, captures, {
    core,
    modelsFor,
    onCapture: (path, number, total) => progress(`${number}/${total} ${path}`),
    signal,
  });
  progress("");
  if (values.json) console.log(JSON.stringify(result));
  else for (const line of reportLines(result)) console.log(line);
  for (const { path, reason } of result.unreadable) {
    console.error(`evaluate: ${path}: ${reason.replaceAll("\n", " ")}`);
  }
  if (result.captures === 0) throw new Error("no labelled capture is there");
});

/** Forests for each part of the sources, trained as the shipped ones but without that part. */
async function crossValidated(
  core: Core,
  folder: string,
  captures: readonly LabelledCapture[],
  folds: number,
  signal: AbortSignal,
): Promise<(capture: LabelledCapture) => readonly ForestModel[]> {
  const rows = await collectRows(core, {
    seed: 1,
    perScenario: PARAMETERS.perScenario,
    labelled: { folder, captures },
    onCapture: (name, number, total) => progress(`${number}/${total} ${name}`),
    signal,
  });
  const parts = partsOf(captures, folds);
  const models: ForestModel[][] = [];
  for (let part = 0; part < folds; part++) {
    const others = rows.filter(({ source }) => parts.get(source) !== part);
    const own: ForestModel[] = [];
    for (const plan of FOREST_PLANS) {
      signal.throwIfAborted();
      progress(`training without part ${part + 1} of ${folds}: ${plan.name}`);
      const { model } = await trainForest(core, plan, others, {
        ...PARAMETERS,
        seed: 1,
      });
      own.push(model);
    }
    models.push(own);
  }
  return ({ source }) => models[parts.get(source)!]!;
}
