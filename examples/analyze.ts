// deno-lint-ignore-file no-console
/** `deno task analyze`: what happened in capture files, and why. */
import { readModels, reasonOf, walkCaptures } from "./_files.ts";
import { analyze, loadModels } from "@ml-defender/sdk";
import { FastRules, type ForestModel } from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";
import { parsePolicy, type Policy } from "@ml-defender/scoring";
import {
  complain,
  printable,
  progress,
  runProgram,
  shownPath,
  style,
  UsageError,
  userPath,
  wholeNumber,
} from "./_cli.ts";
import { type FileReport, fileReport, summaryLines } from "./_report.ts";

const HELP = `
Usage: deno task analyze FILE|DIR... [--json] [--out DIR] [--build native|wasm]

Reads captures (pcap, pcapng; plain, gzip or zstd; - for standard input), prints incidents with their reasons, and writes
the event log if --out names a folder.

Options:
  --out DIR          write the event log there: events/, incidents.jsonl, artifacts/
  --json             print one JSON object: files[], totals
  --build BUILD      core to use: native, wasm, or auto (default); results are the same
  --home-nets LIST   networks that count as internal, CIDR, comma-separated (default: private, ULA, link-local, loopback)
  --prefix-bytes N   payload bytes per direction in which names are looked for, 0 to 4096 (default 512)
  --policy FILE      policy of scoring and incidents, JSON
  --profile NAME     fast rules: default or legacy
  --models DIR       forests to use: the model files in the folder, *.json, one to four (default: those of the package)
  --no-models        rules only
  --help             show this text

Exit codes: 0 done, 1 an input could not be read to its end or the log not written, 2 wrong use, 130 interrupted.
`;

interface Settings {
  core: Core;
  policy: Policy | undefined;
  rules: FastRules;
  models: readonly ForestModel[];
  homeNets: string[] | undefined;
  prefixBytes: number;
  out: string | undefined;
}

await runProgram({
  name: "analyze",
  help: HELP,
  positionals: true,
  options: {
    out: { type: "string" },
    json: { type: "boolean" },
    build: { type: "string" },
    "home-nets": { type: "string" },
    "prefix-bytes": { type: "string" },
    policy: { type: "string" },
    profile: { type: "string" },
    models: { type: "string" },
    "no-models": { type: "boolean" },
  },
}, async (values, positionals, signal) => {
  if (positionals.length === 0) {
    throw new UsageError("name at least one capture file or folder");
  }
  if (values["no-models"] && values.models !== undefined) {
    throw new UsageError("--models and --no-models exclude each other");
  }
  const build = oneOf("build", values.build ?? "auto", [
    "auto",
    "native",
    "wasm",
  ]);
  const profile = oneOf("profile", values.profile ?? "default", [
    "default",
    "legacy",
  ]);
  const settings: Settings = {
    core: await openCore({ build }),
    policy: values.policy === undefined
      ? undefined
      : await readPolicy(userPath(values.policy)),
    rules: new FastRules({ profile }),
    models: values["no-models"]
      ? []
      : values.models === undefined
      ? await loadModels()
      : await readModels(userPath(values.models)),
    homeNets: values["home-nets"]?.split(",").map((net) => net.trim()),
    prefixBytes: wholeNumber("prefix-bytes", values["prefix-bytes"], 512, [
      0,
      4096,
    ]),
    out: values.out === undefined ? undefined : userPath(values.out),
  };
  const { files, failures } = await walkCaptures(positionals);
  const reports: FileReport[] = [];
  for (const file of files) {
    if (signal.aborted) break;
    try {
      const { report, logFailure } = await analyzeFile(
        file,
        settings,
        signal,
        !!values.json,
      );
      reports.push(report);
      failures.push(...damageOf(report));
      if (logFailure !== undefined) failures.push(logFailure.message);
    } catch (error) {
      if (error instanceof Error && error.name === "LogError") throw error;
      if (error instanceof RangeError) throw new UsageError(error.message);
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  for (const failure of failures) {
    complain("analyze", failure);
  }
  if (values.json) {
    console.log(JSON.stringify({ files: reports, totals: totalsOf(reports) }));
  } else if (settings.out !== undefined && reports.length > 0) {
    console.log(`log: ${printable(settings.out)}`);
  }
  return failures.length > 0 ? 1 : 0;
});

async function analyzeFile(
  file: { path: string; shown: string },
  settings: Settings,
  signal: AbortSignal,
  quiet: boolean,
): Promise<{ report: FileReport; logFailure: Error | undefined }> {
  const { core, policy, rules, homeNets, prefixBytes, out } = settings;
  progress(`reading ${file.shown}`);
  await using run = await analyze(file.path, {
    core,
    rules,
    prefixBytes,
    digest: true,
    signal,
    ...(policy && { policy }),
    ...(homeNets && { homeNets }),
    models: settings.models,
    ...(out !== undefined && { log: out }),
  });
  let seen = 0;
  for await (const { state } of run.incidents) {
    if (state === "opened") progress(`${file.shown}: ${++seen} incidents`);
  }
  const summary = await run.finished;
  progress("");
  if (!quiet) {
    for (const line of summaryLines(file.shown, summary)) console.log(line);
    console.log(style.dim(`  digest ${summary.digest} (${core.build})`));
  }
  const report = fileReport(file.shown, summary);
  return { report, logFailure: summary.logFailure };
}

/** A line if the file could be read in part only: what it holds before the damage was analysed all the same. */
function damageOf({ path, packets, health }: FileReport): string[] {
  return health.filter(({ code }) =>
    code === "truncated_file" || code === "broken_record"
  ).map(({ text }) => `${path}: ${text}; ${packets} packets were read`);
}

function totalsOf(reports: readonly FileReport[]): Record<string, number> {
  const sum = (of: (report: FileReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    files: reports.length,
    packets: sum(({ packets }) => packets),
    malformed: sum(({ malformed }) => malformed),
    flows: sum(({ flows }) => flows),
    hosts: sum(({ hosts }) => hosts),
    incidents: sum(({ incidents }) => incidents.length),
  };
}

async function readPolicy(path: string): Promise<Policy> {
  try {
    return parsePolicy(await Deno.readTextFile(path));
  } catch (error) {
    throw new Error(
      `Cannot use policy ${shownPath(path)}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

function oneOf<T extends string>(
  name: string,
  value: string,
  allowed: readonly T[],
): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new UsageError(
    `--${name} must be one of ${allowed.join(", ")}: current value is ${value}`,
  );
}
