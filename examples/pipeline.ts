// deno-lint-ignore-file no-console
/** `deno task pipeline`: detection under a configuration that changes while it runs. */
import { openCore } from "@ml-defender/native";
import { analyze } from "@ml-defender/sdk";
import { openConfig } from "@ml-defender/sdk/config";
import sdk from "../deno.json" with { type: "json" };
import { operateModel } from "../operate/section.ts";
import {
  complain,
  printable,
  runProgram,
  UsageError,
  userPath,
} from "./_cli.ts";
import {
  CONFIG_HELP,
  CONFIG_OPTIONS,
  interruptible,
  placeNamed,
} from "./_config.ts";
import { placeOf } from "./_place.ts";
import { checkId, idOf } from "./_process_id.ts";
import { tellStore, toBeMended } from "./_store_news.ts";

const HELP = `
Usage: deno task pipeline FILE|- [--id NAME] [--out DIR] [--store PLACE]

Analyses a capture, or with - what comes in on standard input until it ends, such as
  tcpdump -i eth0 -s 512 -w - | deno task pipeline - --id sensor-1
under the configuration of --store: a change is in force between two batches, without a packet lost. Incidents are printed as
they open, changes of the configuration on standard error. It registers, so that \`deno task status\` shows it, and goes on
with what ran last where the store is away; why, and when it is there again, is on standard error. Where nothing ran before,
and the key file, certificates or user are not those of the store, it ends.

Options:
      --id NAME          name of this process in status, of its own; default the host's name and eight digits of DIR
      --out DIR          the event log; default events-log. Changes of the configuration are written there too
      --last-good FILE   keeps the last configuration that ran, encrypted where keys are given; default DIR/last-good.json
                         --counters is DIR/counters by default: one file for each process${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 the input ended, 1 it could not be read to its end, the log not written or the store not be opened as it was
named, 2 wrong use, 130 interrupted.
`;

await runProgram({
  name: "pipeline",
  help: HELP,
  positionals: true,
  options: {
    ...CONFIG_OPTIONS,
    id: { type: "string" },
    out: { type: "string" },
    "last-good": { type: "string" },
  },
}, async (values, positionals, signal) => {
  const [input] = positionals;
  if (input === undefined || positionals.length > 1) {
    throw new UsageError("name one capture, or - for standard input");
  }
  const given = values.id === undefined ? undefined : checkId(values.id);
  const place = placeNamed(values);
  const where = await placeOf(place, values);
  const out = userPath(values.out ?? "events-log");
  await Deno.mkdir(out, { recursive: true });
  const id = given ?? await idOf(out);
  const { prefix = "ml-defender" } = values;
  const opening = openConfig({
    ...where,
    prefix,
    ...(values["key-file"] === undefined ? {} : {
      counters: values.counters === undefined
        ? `${out}/counters`
        : userPath(values.counters),
    }),
    more: operateModel(),
    component: {
      ...{ kind: "pipeline", id, version: sdk.version },
      onTaken: once(() =>
        complain(
          "pipeline",
          `another process has registered as '${id}': this one goes on under another name; give each an --id of its own`,
        )
      ),
    },
    lastGood: values["last-good"] === undefined
      ? `${out}/last-good.json`
      : userPath(values["last-good"]),
    changes: out,
    onAudit: ({ revision, outcome, actor, reason = "" }) =>
      complain(
        "pipeline",
        `configuration ${revision} ${outcome}, by ${actor}${
          reason === "" ? "" : `: ${reason}`
        }`,
      ),
  });
  const close = (late: Awaited<typeof opening>) => late.close();
  await using config = await interruptible(opening, signal, close)
    .catch((error) => {
      // No place, prefix or id such as it must be.
      throw error instanceof TypeError ? new UsageError(error.message) : error;
    });
  const wrong = await toBeMended(config, {
    keys: values["key-file"] !== undefined,
    prefix,
  });
  if (wrong !== undefined) throw new Error(`${place}: ${wrong}`);
  const { state, applied, lastGoodFailure } = config.status();
  complain("pipeline", `runs revision ${applied.revision} (${state})`);
  if (lastGoodFailure) complain("pipeline", lastGoodFailure.message);
  using _news = tellStore(
    place,
    () => config.status(),
    (line) => complain("pipeline", line),
  );
  await using run = await analyze(userPath(input), {
    core: await openCore(),
    config: config.live,
    log: out,
    sourceId: id,
    signal,
  });
  for await (const { state, incident } of run.incidents) {
    if (state !== "opened") continue;
    const { severity, category, subject, finalScore } = incident;
    const line = `${severity} ${category} ${subject} ${finalScore.toFixed(2)}`;
    console.log(values.json ? JSON.stringify(incident) : printable(line));
  }
  const { packets, incidents, logged, logFailure, health } = await run.finished;
  complain(
    "pipeline",
    `${packets} packets, ${incidents.length} incidents, ${logged} lines in the log`,
  );
  if (logFailure !== undefined) throw logFailure;
  const damage = health.filter(({ code }) =>
    code === "truncated_file" || code === "broken_record"
  );
  for (const { text } of damage) complain("pipeline", text);
  return damage.length > 0 && !signal.aborted ? 1 : 0;
});

/** Calls it for the first time only. */
function once(action: () => void): () => void {
  let called = false;
  return () => {
    if (!called) action();
    called = true;
  };
}
