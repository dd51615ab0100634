// deno-lint-ignore-file no-console
/** `deno task demo`: traffic with attacks in it, and what is found in it. */
import { addressOf } from "@ml-defender/events";
import { openCore } from "@ml-defender/native";
import { type AnalysisSummary, analyze, loadModels } from "@ml-defender/sdk";
import { generateBytes, type Truth } from "../generator/generate.ts";
import { ACCEPTED } from "../evaluation/labels.ts";
import {
  progress,
  runProgram,
  shownPath,
  style,
  userPath,
  wholeNumber,
} from "./_cli.ts";
import { summaryLines } from "./_report.ts";

const HELP = `
Usage: deno task demo [--seed N] [--out DIR] [--keep]

Generates captures of attacks in ordinary traffic and one of ordinary traffic alone, none of which a model has seen,
analyses them, and prints what is in them beside what was found. Writes the event log. Downloads nothing, needs no rights.

Options:
  --seed N    seed of the captures; printed, so that a run can be repeated (default: random)
  --out DIR   folder of the event log (default: a new temporary folder)
  --keep      also write the captures there, with their ground truth
  --help      show this text
`;

/** Seeds from here on are never used for training. */
const FIRST_SEED = 1_000_000_000;

/** One of each line is shown. */
const SHOWN: readonly (readonly string[])[] = [
  ["syn_flood", "udp_flood", "amplification"],
  ["scan_vertical", "scan_horizontal"],
  ["ssh_guessing"],
  ["smb_worm"],
  ["dns_tunnel", "c2_beacon", "exfiltration"],
  ["benign_office", "benign_home"],
];

await runProgram({
  name: "demo",
  help: HELP,
  options: {
    seed: { type: "string" },
    out: { type: "string" },
    keep: { type: "boolean" },
  },
}, async (values, _positionals, signal) => {
  const random = FIRST_SEED +
    crypto.getRandomValues(new Uint32Array(1))[0]! % FIRST_SEED;
  const seed = wholeNumber("seed", values.seed, random, [0, 2 ** 31 - 1]);
  const log = values.out === undefined
    ? await Deno.makeTempDir({ prefix: "ml-defender-" })
    : userPath(values.out);
  const core = await openCore();
  const models = await loadModels();
  console.log(
    `seed ${seed}, core ${core.build}${
      core.buildReason === "" ? "" : ` (${core.buildReason})`
    }`,
  );
  let right = 0;
  for (const [index, names] of SHOWN.entries()) {
    signal.throwIfAborted();
    const scenario = names[seed % names.length]!;
    progress(`generating ${scenario}`);
    const { bytes, truth } = generateBytes(scenario, { seed: seed + index });
    if (values.keep) {
      await Deno.mkdir(log, { recursive: true });
      await Deno.writeFile(`${log}/${scenario}.pcap`, bytes);
      await Deno.writeTextFile(
        `${log}/${scenario}.truth.json`,
        JSON.stringify(truth, null, 2),
      );
    }
    progress(`analysing ${scenario}`);
    await using run = await analyze(bytes as Uint8Array<ArrayBuffer>, {
      core,
      models,
      homeNets: truth.homeNets,
      sourceId: `${scenario}/${seed + index}`,
      log,
      signal,
    });
    const summary = await run.finished;
    progress("");
    const found = matches(truth, summary);
    right += found ? 1 : 0;
    console.log("");
    for (const line of summaryLines(scenario, summary)) console.log(line);
    console.log(truthLine(truth, found));
  }
  console.log(`\n${right} of ${SHOWN.length} as the ground truth says`);
  console.log(`event log: ${shownPath(log)}`);
});

/** Whether each attack has an incident of an accepted category about one of its hosts, or ordinary traffic none. */
function matches(truth: Truth, { incidents }: AnalysisSummary): boolean {
  if (truth.attacks.length === 0) return incidents.length === 0;
  return truth.attacks.every(({ category, subjects }) =>
    incidents.some((incident) =>
      subjects.includes(addressOf(incident.subject)) &&
      (incident.category === category ||
        ACCEPTED[category]?.includes(incident.category))
    )
  );
}

function truthLine(truth: Truth, found: boolean): string {
  const said = truth.attacks.length === 0
    ? "ordinary traffic"
    : truth.attacks.map(({ category, subjects }) =>
      `${category} about ${subjects.slice(0, 3).join(", ")}`
    ).join("; ");
  const mark = found ? style.green("found") : style.red("not as it is");
  return `  truth: ${said} -> ${mark}`;
}
