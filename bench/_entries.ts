/**
 * Many events for benches of search: records that `analyze()` makes of generated captures, repeated with other times,
 * hosts, ports, sizes and scores.
 *
 * @module
 */
import { analyze } from "@ml-defender/sdk";
import { type LogRecord, recordFrom } from "./_records.ts";
import { generateBytes } from "../generator/generate.ts";

const SCENARIOS = [
  "scan_vertical",
  "scan_horizontal",
  "ssh_guessing",
  "smb_worm",
  "dns_tunnel",
  "c2_beacon",
  "exfiltration",
  "syn_flood",
  "benign_office",
  "benign_home",
];
const PER_SCENARIO = 400;

/** Events over the 30 days before `endMs`. */
export interface EntryPlan {
  /** How many. */
  readonly count: number;
  /** End of the last day, milliseconds since the Unix epoch. */
  readonly endMs: number;
  /** Seed of what differs. */
  readonly seed: number;
}

/** Records of real analyses of generated captures. */
export async function templates(): Promise<LogRecord[]> {
  const folder = await Deno.makeTempDir({ prefix: "ml-defender-bench-" });
  try {
    for (const [index, name] of SCENARIOS.entries()) {
      const { bytes } = generateBytes(name, { seed: 2_000_000_000 + index });
      await using run = await analyze(new Uint8Array(bytes), {
        log: folder,
        sourceId: name,
        logOptions: {
          policy: { benignShare: 1, perIncident: PER_SCENARIO },
          artifactsPerIncident: 0,
        },
      });
      for await (const update of run.incidents) void update;
      await run.finished;
    }
    const records: LogRecord[] = [];
    for await (const { name } of Deno.readDir(`${folder}/events`)) {
      if (!name.endsWith(".jsonl")) continue;
      const text = await Deno.readTextFile(`${folder}/events/${name}`);
      for (const line of text.trimEnd().split("\n")) {
        records.push(JSON.parse(line));
      }
    }
    return records;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The events of a plan, as lines of a log, in order of time. */
export function* entryLines(
  records: readonly LogRecord[],
  plan: EntryPlan,
): Generator<string> {
  for (let i = 0; i < plan.count; i++) {
    yield JSON.stringify(recordFrom(records, i, plan));
  }
}
