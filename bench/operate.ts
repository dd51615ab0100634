// deno-lint-ignore-file no-console
/**
 * How far detection and false alerts move with each level of the ladder and with forests cut short:
 * `deno run -A bench/operate.ts [--folds N] [--generated N] [--write] [--json]`.
 *
 * Labelled captures come from ML_DEFENDER_DATA (default ../shared/data): with `--folds` each is judged by forests that were
 * trained without its source, else by the shipped ones, which have seen most of them. Generated captures have seeds that no
 * training takes. Every way of detecting sees the same batches. `--write` keeps the table where the commands read it.
 */
import { parseArgs } from "node:util";
import type { ForestModel } from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";
import { limitModel, loadModels, type PipelineOptions } from "@ml-defender/sdk";
import { type BenignCount, falseAlerts } from "../evaluation/benign.ts";
import { judge } from "../evaluation/judge.ts";
import {
  ACCEPTED,
  type LabelledCapture,
  parseLabels,
} from "../evaluation/labels.ts";
import { type Observation, observe } from "../evaluation/observe.ts";
import { generateBytes } from "../generator/generate.ts";
import { SCENARIOS } from "../generator/scenarios/index.ts";
import type { Effect, Effects } from "../operate/effects.ts";
import { FOREST_CHOICES } from "../operate/forest_choices.ts";
import { MAX_LEVEL } from "../operate/ladder.ts";
import { policyAtLevel } from "../operate/policy_at_level.ts";

import { collectRows } from "../training/collect.ts";
import { partsOf, trainForest } from "../training/forest.ts";
import { FOREST_PLANS, PARAMETERS } from "../training/inputs.ts";
import { machine } from "./_measure.ts";

/** Training takes seeds far below; the generated captures of the tests are others. */
const FIRST_SEED = 4_000_000_000;
const CLASS_OF: Readonly<Record<string, string>> = {
  c2: "botnet",
  mining: "cryptomining",
};

/** Every way of detecting, by its name. */
function waysOf(
  models: readonly ForestModel[],
): Record<string, PipelineOptions> {
  const ways: Record<string, PipelineOptions> = {};
  for (let level = -MAX_LEVEL; level <= MAX_LEVEL; level++) {
    ways[`level ${level}`] = { models, policy: policyAtLevel(level) };
  }
  // The first choice is level 0.
  for (const { name, cut } of FOREST_CHOICES.slice(1)) {
    ways[name] = {
      models: cut === undefined
        ? []
        : models.map((model) => limitModel(model, cut)),
    };
  }
  return ways;
}

/** What one way of detecting came to on one set of captures. */
class Tally {
  captures = 0;
  right = 0;
  otherHosts = 0;
  high = 0;
  readonly benign: BenignCount[] = [];

  attack(capture: LabelledCapture, { incidents }: Observation): void {
    const { right, otherHosts } = judge(capture, incidents);
    this.captures++;
    if (right) this.right++;
    this.otherHosts += otherHosts ?? 0;
  }

  ordinary(source: string, active: number, seen: Observation): void {
    this.benign.push({
      source,
      activeWindows: active,
      alerted: seen.alerted.size,
      alertedHigh: seen.alertedHigh.size,
    });
  }

  effect(): Effect {
    const { alerts, highAlerts, hostDays } = falseAlerts(this.benign);
    return {
      attacks: this.captures,
      found: this.right,
      otherHosts: this.otherHosts,
      hostDays: Number(hostDays.toFixed(2)),
      falseAlertWindows: alerts.count,
      falseHighWindows: highAlerts.count,
    };
  }
}

class Tallies {
  readonly #byWay = new Map<string, Tally>();

  of(way: string): Tally {
    const tally = this.#byWay.get(way) ?? new Tally();
    this.#byWay.set(way, tally);
    return tally;
  }

  effects(): Record<string, Effect> {
    return Object.fromEntries(
      [...this.#byWay].map(([way, tally]) => [way, tally.effect()]),
    );
  }
}

async function labelled(
  core: Core,
  folds: number,
): Promise<Record<string, Effect> | undefined> {
  const folder = new URL(
    `${Deno.env.get("ML_DEFENDER_DATA") ?? "../shared/data"}/`,
    `file://${Deno.cwd()}/`,
  ).pathname;
  const text = await Deno.readTextFile(`${folder}labels.json`)
    .catch(() => undefined);
  if (text === undefined) return undefined;
  const captures = parseLabels(JSON.parse(text));
  const waysFor = folds < 2
    ? await shippedWays()
    : await crossValidated(core, folder, captures, folds);
  const tallies = new Tallies();
  for (const [index, capture] of captures.entries()) {
    if (index % 50 === 0) console.error(`${index}/${captures.length}`);
    const bytes = await Deno.readFile(`${folder}${capture.path}`)
      .catch(() => undefined);
    if (bytes === undefined) continue;
    const { by, active } = await observe(core, bytes, waysFor(capture));
    for (const [way, seen] of Object.entries(by)) {
      const tally = tallies.of(way);
      if (capture.accepted.length > 0) tally.attack(capture, seen);
      else tally.ordinary(capture.source, active.size, seen);
    }
  }
  return tallies.effects();
}

type WaysFor = (capture: LabelledCapture) => Record<string, PipelineOptions>;

async function shippedWays(): Promise<WaysFor> {
  const ways = waysOf(await loadModels());
  return () => ways;
}

async function crossValidated(
  core: Core,
  folder: string,
  captures: readonly LabelledCapture[],
  folds: number,
): Promise<WaysFor> {
  const rows = await collectRows(core, {
    seed: 1,
    perScenario: PARAMETERS.perScenario,
    labelled: { folder, captures },
  });
  const parts = partsOf(captures, folds);
  const ways: Record<string, PipelineOptions>[] = [];
  for (let part = 0; part < folds; part++) {
    const others = rows.filter(({ source }) => parts.get(source) !== part);
    const models: ForestModel[] = [];
    for (const plan of FOREST_PLANS) {
      console.error(`training without part ${part + 1}: ${plan.name}`);
      const parameters = { ...PARAMETERS, seed: 1 };
      models.push((await trainForest(core, plan, others, parameters)).model);
    }
    ways.push(waysOf(models));
  }
  return ({ source }) => ways[parts.get(source)!]!;
}

/** Attacks of unseen seeds, and as many ordinary mixes, some of them long. */
async function generated(
  core: Core,
  count: number,
): Promise<Record<string, Effect>> {
  const ways = waysOf(await loadModels());
  const tallies = new Tallies();
  for (const [scenario, { categories }] of SCENARIOS) {
    console.error(scenario);
    for (let i = 0; i < count; i++) {
      const ordinary = categories.length === 0;
      const long = ordinary && i % 5 === 0
        ? { durationSeconds: 5400, benignPacketsPerSecond: 15 }
        : {};
      const { bytes, truth } = generateBytes(scenario, {
        seed: FIRST_SEED + i,
        ...long,
      });
      const { by, active } = await observe(
        core,
        bytes as Uint8Array<ArrayBuffer>,
        ways,
        truth.homeNets,
      );
      for (const [way, seen] of Object.entries(by)) {
        const tally = tallies.of(way);
        if (ordinary) tally.ordinary(scenario, active.size, seen);
        for (const { category, subjects } of truth.attacks) {
          const accepted = ACCEPTED[CLASS_OF[category] ?? category] ??
            [category];
          tally.attack({ accepted, hosts: subjects } as never, seen);
        }
      }
    }
  }
  return tallies.effects();
}

function print(title: string, effects: Readonly<Record<string, Effect>>): void {
  console.log(`\n${title}\n`);
  console.log(
    "| | attacks found | incidents about other hosts | false alerts per host-day | windows | high |",
  );
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [way, effect] of Object.entries(effects)) {
    const { found, attacks, otherHosts, hostDays } = effect;
    const { falseAlertWindows: alerts, falseHighWindows: high } = effect;
    const rate = hostDays === 0 ? "-" : (alerts / hostDays).toFixed(2);
    console.log(
      `| ${way} | ${found} of ${attacks} | ${otherHosts} | ${rate} | ${alerts} in ${hostDays} host-days | ${high} |`,
    );
  }
}

const { values } = parseArgs({
  options: {
    folds: { type: "string", default: "0" },
    generated: { type: "string", default: "10" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const core = await openCore();
const folds = Number(values.folds);
const found: Effects = {
  folds,
  labelled: await labelled(core, folds) ?? null,
  generatedPerScenario: Number(values.generated),
  generated: await generated(core, Number(values.generated)),
};
if (values.write) {
  const path = new URL("../operate/effects.json", import.meta.url);
  await Deno.writeTextFile(path, `${JSON.stringify(found, null, 2)}\n`);
}
if (values.json) console.log(JSON.stringify(found, null, 2));
else {
  console.log(await machine());
  if (found.labelled === null) {
    console.log("no labelled captures: set ML_DEFENDER_DATA");
  } else {
    const how = folds < 2
      ? "the shipped forests, which have seen most of them"
      : `forests trained without their source, ${folds} parts`;
    print(`Labelled captures, ${how}`, found.labelled);
  }
  print(
    `Generated captures, ${found.generatedPerScenario} of each scenario`,
    found.generated,
  );
}
