// deno-lint-ignore-file no-console
/**
 * Thresholds of the profile `default` by a budget of false alerts: every rule is tried over benign traffic with its
 * leading threshold as written and at multiples of it; the smallest multiple that keeps to the budget is taken.
 *
 * A unit is a host in an active five-minute window. Captures are split in two halves by a hash of their names: one half
 * chooses, the other shows what to expect. A rule that fires in a single capture only is left alone: one capture is no
 * reason to move a threshold.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { openCapture } from "@ml-defender/capture";
import {
  BASE_RULES,
  Detector,
  FastRules,
  type Rule,
} from "@ml-defender/detectors";
import {
  FIRING_SCORE,
  FLOW_FEATURES,
  HOST_FEATURES,
} from "@ml-defender/events";
import { type Core, openCore } from "@ml-defender/native";
import { WINDOW_US, WINDOWS_PER_DAY } from "../evaluation/benign.ts";
import { BENIGN, parseLabels } from "../evaluation/labels.ts";
import {
  complain,
  runProgram,
  UsageError,
  userPath,
  wholeNumber,
} from "../examples/_cli.ts";
import { readLabels } from "../examples/_files.ts";
import { collect, generate, SCENARIOS } from "../generator/mod.ts";

const MULTIPLES = [1, 1.25, 1.5, 2, 3, 4, 6, 8];

const HELP = `
Usage: deno task thresholds [--generated N] [--budget X] [--data DIR] [--write] [--json]

Prints how many false alerts per host-day each fast rule gives on benign traffic, and the smallest multiple of its
leading threshold that keeps to the budget.

Options:
  --generated N   benign captures to generate per mix (default 6)
  --budget X      false alerts per host-day for one rule (default 0.02)
  --data DIR      folder with labels.json and captures; its benign ones are used (default: ML_DEFENDER_DATA)
  --write         put the result into detectors/fast/default_profile.json
  --json          print JSON
`;

interface Source {
  name: string;
  half: "chosen on" | "held out";
  sha256: string;
  read(core: Core): Promise<Seen>;
}

/** What one capture showed. */
interface Seen {
  /** Active units of hosts in the home networks. */
  units: number;
  /** Rule variant -> units in which it fired. */
  alerts: Map<string, number>;
}

interface Half {
  hostDays: number;
  units: number;
  captures: number;
}

/** Rules with their first leading threshold at each multiple that the feature's range allows. */
function variants(): Rule[] {
  const ranges = new Map(
    [...HOST_FEATURES, ...FLOW_FEATURES].map((one) => [one.name, one.range]),
  );
  return BASE_RULES.flatMap((rule) =>
    MULTIPLES.flatMap((multiple): Rule[] => {
      const first = rule.terms[0]!;
      const threshold = first.threshold * multiple;
      const share = /1[\])]$/.test(ranges.get(first.feature) ?? "");
      if (share && threshold > 0.98) return [];
      const terms = [{ ...first, threshold }, ...rule.terms.slice(1)];
      return [{ ...rule, code: `${rule.code}*${multiple}`, terms }];
    })
  );
}

async function readCapture(
  core: Core,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<Seen> {
  const rules = new FastRules(variants());
  const detector = new Detector({ rules });
  const units = new Set<string>();
  const fired = new Map<string, Set<string>>();
  await using capture = await openCapture(input, { core });
  for await (const { flows, hosts } of capture) {
    for (const batch of [hosts, flows]) {
      const { fast } = "address" in batch
        ? detector.hosts(batch)
        : detector.flows(batch);
      for (let row = 0; row < batch.length; row++) {
        const unit = Math.floor(batch.endUs(row) / WINDOW_US);
        if ("address" in batch && batch.host(row).internal) {
          units.add(`${batch.address(row)} ${unit}`);
        }
        const scores = fast.subarray(row * 10, row * 10 + 10);
        if (!scores.some((score) => score >= FIRING_SCORE)) continue;
        for (const { detector, subject } of rules.explain(batch, row)) {
          const seen = fired.get(detector) ?? new Set();
          fired.set(detector, seen.add(`${subject} ${unit}`));
        }
      }
    }
  }
  // Merged captures have no rates worth judging.
  const broken = capture.status().health.some(({ code }) =>
    code === "time_jump" || code === "time_regression"
  );
  if (broken) throw new Error("left out: its times jump");
  return {
    units: units.size,
    alerts: new Map([...fired].map(([code, set]) => [code, set.size])),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function halfOf(name: string): Source["half"] {
  const odd = createHash("sha256").update(name).digest()[0]! & 1;
  return odd === 1 ? "chosen on" : "held out";
}

function* generated(count: number): Generator<Source> {
  for (const scenario of SCENARIOS.keys()) {
    if (!scenario.startsWith("benign_")) continue;
    for (let index = 0; index < count; index++) {
      const seed = 7_000_000 + index;
      const bytes = new Uint8Array(collect(generate(scenario, { seed })).bytes);
      const name = `generated ${scenario} ${seed}`;
      yield {
        name,
        half: halfOf(name),
        sha256: sha256(bytes),
        read: (core) => readCapture(core, bytes),
      };
    }
  }
}

async function* labelled(folder: string): AsyncGenerator<Source> {
  const labels = parseLabels(await readLabels(`${folder}/labels.json`));
  for (const { path, className } of labels) {
    if (!BENIGN.includes(className)) continue;
    const file = `${folder}/${path}`;
    yield {
      name: basename(path),
      half: halfOf(path),
      sha256: sha256(await Deno.readFile(file)),
      read: (core) => readCapture(core, file),
    };
  }
}

async function* allSources(
  count: number,
  folder: string | undefined,
): AsyncGenerator<Source> {
  yield* generated(count);
  if (folder !== undefined) yield* labelled(folder);
}

/** Units and captures in which one variant of a rule fired, by half. */
type Fired = Readonly<Record<Source["half"], [number, number]>>;

/** What all captures showed. */
class Tally {
  readonly halves: Readonly<Record<Source["half"], Half>> = {
    "chosen on": { hostDays: 0, units: 0, captures: 0 },
    "held out": { hostDays: 0, units: 0, captures: 0 },
  };
  readonly sources: { name: string; sha256: string }[] = [];
  readonly #alerts = new Map<string, Fired>();
  readonly #where = new Map<string, string[]>();

  add(source: Source, seen: Seen): void {
    this.sources.push({ name: source.name, sha256: source.sha256 });
    const half = this.halves[source.half];
    half.units += seen.units;
    half.captures++;
    half.hostDays = half.units / WINDOWS_PER_DAY;
    for (const [code, units] of seen.alerts) {
      const entry = this.of(code);
      entry[source.half][0] += units;
      entry[source.half][1]++;
      this.#alerts.set(code, entry);
      this.#where.set(code, [...this.where(code), source.name]);
    }
  }

  of(code: string): Fired {
    return this.#alerts.get(code) ??
      { "chosen on": [0, 0], "held out": [0, 0] };
  }

  where(code: string): string[] {
    return this.#where.get(code) ?? [];
  }
}

/** What is proposed for one rule. */
function proposalOf(rule: Rule, tally: Tally, budget: number) {
  const at = (multiple: number) => tally.of(`${rule.code}*${multiple}`);
  const { hostDays } = tally.halves["chosen on"];
  const keeps = (multiple: number) => {
    const [units, captures] = at(multiple)["chosen on"];
    return captures <= 1 || units / hostDays <= budget;
  };
  const allowed = variants()
    .filter((one) => one.code.startsWith(`${rule.code}*`))
    .map((one) => Number(one.code.split("*")[1]));
  const multiple = allowed.find(keeps) ?? allowed.at(-1)!;
  const first = rule.terms[0]!;
  const rate = (half: Source["half"], which: number) =>
    at(which)[half][0] / tally.halves[half].hostDays;
  return {
    rule: rule.code,
    feature: first.feature,
    written: first.threshold,
    multiple,
    threshold: first.threshold * multiple,
    asWritten: rate("chosen on", 1),
    chosen: rate("chosen on", multiple),
    heldOut: rate("held out", multiple),
    captures: at(1)["chosen on"][1] + at(1)["held out"][1],
    where: tally.where(`${rule.code}*1`).join(" "),
  };
}

type Proposal = ReturnType<typeof proposalOf>;

function print(halves: Tally["halves"], report: readonly Proposal[]): void {
  for (const [name, half] of Object.entries(halves)) {
    console.log(
      `${name}: ${half.captures} captures, ${half.units} active host windows, ${
        half.hostDays.toFixed(2)
      } host-days`,
    );
  }
  console.log(
    "\nfalse alerts per host-day: as written -> at the multiple, held out",
  );
  for (const one of report) {
    console.log(
      `${one.rule.padEnd(24)} x${String(one.multiple).padEnd(5)} ${
        one.asWritten.toFixed(2).padStart(7)
      } -> ${one.chosen.toFixed(2).padStart(6)}, ${
        one.heldOut.toFixed(2).padStart(6)
      }  ${one.where.slice(0, 120)}`,
    );
  }
}

async function write(
  { halves, sources }: Tally,
  report: readonly Proposal[],
  budget: number,
): Promise<void> {
  const digest = createHash("sha256");
  for (const one of sources) digest.update(`${one.sha256}\n`);
  const hostDays = halves["chosen on"].hostDays + halves["held out"].hostDays;
  const profile = {
    name: "default",
    provenance: {
      method:
        "smallest multiple of the written leading threshold with at most this many false alerts per host-day, on half of the benign captures",
      falseAlertsPerHostDayAndRule: budget,
      unit: "host in an active five-minute window",
      captures: sources.length,
      hostDays: Number(hostDays.toFixed(3)),
      capturesSha256: digest.digest("hex"),
    },
    thresholds: Object.fromEntries(
      report.filter(({ multiple }) => multiple > 1).map((one) => [
        one.rule,
        { [one.feature]: one.threshold },
      ]),
    ),
  };
  const path = "../detectors/fast/default_profile.json";
  await Deno.writeTextFile(
    new URL(path, import.meta.url),
    `${JSON.stringify(profile, null, 2)}\n`,
  );
}

await runProgram({
  name: "thresholds",
  help: HELP,
  options: {
    generated: { type: "string" },
    budget: { type: "string", default: "0.02" },
    data: { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
}, async (values, _, signal) => {
  const count = wholeNumber("generated", values.generated, 6, [0, 1000]);
  const budget = Number(values.budget);
  if (!(budget >= 0)) {
    throw new UsageError(
      `--budget must be a number of at least 0, is ${values.budget}`,
    );
  }
  const folder = values.data === undefined
    ? Deno.env.get("ML_DEFENDER_DATA")
    : userPath(values.data);
  const tally = new Tally();
  const core = await openCore();
  for await (const source of allSources(count, folder)) {
    if (signal.aborted) return;
    try {
      tally.add(source, await source.read(core));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      complain("thresholds", `${source.name}: ${why}`);
    }
  }
  const report = BASE_RULES.map((rule) => proposalOf(rule, tally, budget));
  const { halves } = tally;
  if (values.json) console.log(JSON.stringify({ budget, halves, report }));
  else print(halves, report);
  if (values.write) await write(tally, report, budget);
});
