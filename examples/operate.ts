// deno-lint-ignore-file no-console
/** `deno task accelerate`, `decelerate`, `optimize`: operator commands on the configuration. */
import { ConfigError } from "@ml-defender/watcher";
import { printable, runProgram, UsageError, wholeNumber } from "./_cli.ts";
import {
  actorOf,
  CONFIG_HELP,
  CONFIG_OPTIONS,
  type ConfigValues,
  interruptible,
  noteOf,
  openEditor,
  WRITER_HELP,
} from "./_config.ts";
import { MEASURED, optimizeInputs } from "./_operate.ts";
import {
  applyMove,
  applyOptimize,
  type ApplyOptions,
} from "../operate/plan.ts";
import { moveLines, optimizeLines } from "../operate/texts.ts";

/** The task's command names it first. */
const [verb] = Deno.args;

const LADDER_HELP = `
Usage: deno task ${verb} [--steps N] [--dry-run]

Moves ${
  verb === "accelerate"
    ? "up the ladder of sensitivity: more is found, more of it is false"
    : "down the ladder of sensitivity: less is false, less is found"
}. The ladder has seven levels, -3 to 3, and 0 is what you have
set yourself; ${
  verb === "accelerate" ? "decelerate" : "accelerate"
} goes back to exactly the same settings. It prints what moved, why, and what that did on labelled
captures. docs/operate.md has the whole table.

Options:
      --steps N          levels at once, 1 to 6; default 1
      --dry-run          show it, write nothing${WRITER_HELP}${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 done (also at the end of the ladder), 1 refused, or someone else wrote at the same time (nothing is written
then), or the store cannot be used, 2 wrong use.
`;

const OPTIMIZE_HELP = `
Usage: deno task optimize [--cpu PERCENT] [--ram MIB] [--temp DEGREES] [--rate N] [--traffic KIND | --sample FILE] [--dry-run]

Measures in a few seconds what packets, flows, forests, verdicts, events and hosts cost on this machine (kept until machine or
version change), and chooses the room for flows and hosts, the sampling of the log and how much of the forests is used, so
that the predicted load fits. What costs least detection gives way first; what goes below the floor is said with what it
misses. It prints what it chose, what that is predicted to take, and why.

Options:
      --cpu PERCENT      share of one processor, 1 to 100; default 80
      --ram MIB          memory of the process, 64 to 1048576; default 4096
      --temp DEGREES     hottest sensor wanted, 20 to 120; each degree above takes 5 % of --cpu away, at most half;
                         default 65
      --rate N           packets a second; default what the busiest interface gets now
      --traffic KIND     office, home, server or infrastructure; default the one that takes most
      --sample FILE      a capture of what arrives here, instead of --traffic; better, from 20,000 packets on
      --measure          measure anew
      --costs FILE       where the costs are kept; default ~/.cache/ml-defender/costs.json
      --dry-run          show it, write nothing, costs neither${WRITER_HELP}${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 done, 1 nothing fits (the least is written all the same), or refused, or someone else wrote at the same time, or
the store or the sample cannot be read (nothing is written then), 2 wrong use.
`;

const COMMON = { ...CONFIG_OPTIONS, "dry-run": { type: "boolean" } } as const;

if (verb === "optimize") {
  await runProgram({
    name: "optimize",
    help: OPTIMIZE_HELP,
    positionals: true,
    jsonErrors: true,
    options: {
      ...COMMON,
      cpu: { type: "string" },
      ram: { type: "string" },
      temp: { type: "string" },
      rate: { type: "string" },
      traffic: { type: "string" },
      sample: { type: "string" },
      measure: { type: "boolean" },
      costs: { type: "string" },
    },
  }, async (values, positionals, signal) => {
    alone(positionals);
    const options = writerOf(values);
    const inputs = await optimizeInputs(values);
    await using config = await openEditor(values, { signal });
    const writing = applyOptimize(config.editor, inputs, options);
    const result = await interruptible(refusals(writing), signal);
    if (values.json) console.log(JSON.stringify({ ...result, inputs }));
    else print([...inputs.told, ...optimizeLines(result)]);
    return result.proposal.fits ? 0 : 1;
  });
} else {
  await runProgram({
    name: verb ?? "accelerate",
    help: LADDER_HELP,
    positionals: true,
    jsonErrors: true,
    options: { ...COMMON, steps: { type: "string" } },
  }, async (values, positionals, signal) => {
    alone(positionals);
    if (verb !== "accelerate" && verb !== "decelerate") {
      throw new UsageError("say accelerate, decelerate or optimize");
    }
    const steps = wholeNumber("steps", values.steps, 1, [1, 6]);
    const options = writerOf(values);
    await using config = await openEditor(values, { signal });
    const way = verb === "accelerate" ? steps : -steps;
    const writing = applyMove(config.editor, way, options);
    const result = await interruptible(refusals(writing), signal);
    if (values.json) console.log(JSON.stringify(result));
    else print(moveLines(result, MEASURED));
  });
}

function alone([, more]: readonly string[]): void {
  if (more === undefined) return;
  throw new UsageError(`${verb} takes options only: there is '${more}'`);
}

/** A dry run writes nothing, so nobody has to be named. */
function writerOf(values: ConfigValues): ApplyOptions {
  const dryRun = values["dry-run"] ?? false;
  const named = dryRun ? { actor: "dry run", ...values } : values;
  return { actor: actorOf(named), dryRun, ...noteOf(values) };
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(printable(line));
}

async function refusals<T>(doing: Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof ConfigError && error.code === "conflict") {
      throw new Error("someone else changed the configuration: run it again", {
        cause: error,
      });
    }
    throw error;
  }
}
