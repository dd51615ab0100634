// deno-lint-ignore-file no-console
/**
 * Ingest up to the store: `deno run -A bench/prepare.ts [--lines N] [--artifacts N]`.
 *
 * A log of so many lines and artifacts (each with every feature, about 8 KB) is made in a temporary folder and read with
 * `watchLog`; beside it stands the floor, `JSON.parse` of the same lines from memory. Bounds: 25,000 lines and 8,000
 * artifacts a second with `prepare`, which takes at most 8 us of it for an event.
 */
import { parseArgs } from "node:util";
import { FLOW_FEATURES, type Verdict } from "@ml-defender/events";
import {
  formatRecord,
  type LogRecord,
  toEvidence,
  toRecord,
} from "@ml-defender/raglogger";
import { verdict } from "../raglogger/testdata/events.ts";
import { watchLog } from "../rag/ingest/watch_log.ts";
import { prepare } from "../rag/prepare.ts";
import { machine } from "./_measure.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "50000" },
    artifacts: { type: "string", default: "10000" },
  },
});
const RULES = ["vertical_scan", "host_probing", "syn_flood", "beacon"];
const DAY = "2026-01-02";

/** An event with every feature; fractions of the golden ratio stand in for chance. */
function event(number: number): Verdict {
  const share = (step: number) => (number * step * 0.6180339887498949) % 1;
  const features = Object.fromEntries(
    FLOW_FEATURES.map(({ name }, index) => [name, share(index + 1) * 100]),
  );
  const base = verdict(number);
  const code = RULES[number % RULES.length]!;
  return {
    ...base,
    features,
    reasons: base.reasons.map((reason) => ({ ...reason, code })),
    flow: {
      ...base.flow!,
      destinationAddress: `10.0.${number % 7}.${number % 251}`,
      forwardPackets: 1 + number % 2000,
      facts: { httpHost: `host${number % 997}.example`, httpMethod: "GET" },
    },
  };
}

function record(one: Verdict, artifactSha256: string | null): LogRecord {
  return toRecord(one, { nodeId: "sensor-1" }, {
    loggedAtMs: 1_767_312_000_000,
    systemState: {
      events_processed_total: 1,
      events_in_last_minute: 1,
      memory_usage_mb: 148.3,
      cpu_usage_percent: 12.5,
      uptime_seconds: 1234.567,
    },
    requiresRag: true,
    artifactSha256,
  });
}

async function make(folder: string, lines: number, artifacts: number) {
  await Deno.mkdir(`${folder}/lines/events`, { recursive: true });
  await Deno.mkdir(`${folder}/artifacts/${DAY}`, { recursive: true });
  const text = Array.from(
    { length: lines },
    (_, number) => formatRecord(record(event(number), null)) + "\n",
  ).join("");
  await Deno.writeTextFile(`${folder}/lines/events/${DAY}.jsonl`, text);
  for (let number = 0; number < artifacts; number++) {
    const one = event(number);
    await Deno.writeTextFile(
      `${folder}/artifacts/${DAY}/event_${one.eventId}.json`,
      JSON.stringify({
        artifact_version: "1.0",
        record: record(one, "0".repeat(64)),
        evidence: toEvidence(one),
      }),
    );
  }
  return text;
}

/** Reads a folder and gives entries a second; the best of three runs, as other programs share the machine. */
async function read(folder: string, prepares: boolean): Promise<number> {
  let best = 0;
  for (let turn = 0; turn < 3; turn++) {
    let count = 0;
    const start = performance.now();
    for await (const { entries } of watchLog(folder, { once: true })) {
      if (prepares) { for (const entry of entries) prepare(entry); }
      count += entries.length;
    }
    best = Math.max(best, count / (performance.now() - start) * 1000);
  }
  return best;
}

function floor(text: string): number {
  const lines = text.trimEnd().split("\n");
  const start = performance.now();
  for (const line of lines) JSON.parse(line);
  return lines.length / (performance.now() - start) * 1000;
}

async function prepareAlone(folder: string): Promise<number> {
  const all = [];
  for await (const { entries } of watchLog(folder, { once: true })) {
    all.push(...entries);
  }
  let best = Infinity;
  for (let turn = 0; turn < 3; turn++) {
    const start = performance.now();
    for (const entry of all) prepare(entry);
    best = Math.min(best, (performance.now() - start) * 1000 / all.length);
  }
  return best;
}

const folder = await Deno.makeTempDir({ prefix: "prepare_" });
try {
  const text = await make(
    folder,
    Number(values.lines),
    Number(values.artifacts),
  );
  const rate = (value: number) => `${Math.round(value)}/s`;
  console.log(await machine());
  console.log(`lines, JSON.parse alone     ${rate(floor(text))}`);
  const lines = `${folder}/lines`;
  console.log(`lines, watchLog             ${rate(await read(lines, false))}`);
  const ready = await read(lines, true);
  console.log(`lines, with prepare         ${rate(ready)}`);
  const files = `${folder}/artifacts`;
  console.log(`artifacts, watchLog         ${rate(await read(files, false))}`);
  const evident = await read(files, true);
  console.log(`artifacts, with prepare     ${rate(evident)}`);
  const alone = [await prepareAlone(lines), await prepareAlone(files)];
  console.log(`prepare, of a line          ${alone[0]!.toFixed(2)} us`);
  console.log(`prepare, of an artifact     ${alone[1]!.toFixed(2)} us`);
  if (ready < 25_000 || evident < 8_000 || Math.max(...alone) > 8) {
    console.log("below a bound");
    Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
