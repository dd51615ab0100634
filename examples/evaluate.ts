// deno-lint-ignore-file no-console
/** `deno task evaluate`: how well is it, on labelled captures? */
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import { evaluate } from "../evaluation/evaluate.ts";
import { parseLabels } from "../evaluation/labels.ts";
import { reportLines } from "../evaluation/report.ts";
import { readLabels } from "./_files.ts";
import { progress, runProgram, UsageError, userPath } from "./_cli.ts";

const HELP = `
Usage: deno task evaluate DIR [--json] [--class NAME] [--build native|wasm]

Reads DIR/labels.json (an object from path to label: class, repo, sha256, attackers, victims, infected_hosts) and judges
every labelled capture. Malicious: right when the highest-scored incident about a labelled host has an accepted category.
Benign: false alerts per host-day, as alerted 5-minute windows. Rules alone and one threshold per category stand beside.
Captures that a model was trained on are reported apart.

Options:
  --json           print one JSON object
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
  const result = await evaluate(folder, captures, {
    core: await openCore({ build }),
    models: await loadModels(),
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
