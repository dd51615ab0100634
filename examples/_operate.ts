/** What `optimize` measures and is told, for its task and for the prompt of the search. */
import type { ForestModel } from "@ml-defender/detectors";
import { type Core, openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import sdk from "../deno.json" with { type: "json" };
import { type Costs, measureCosts } from "../operate/costs.ts";
import { machineName, readCosts, writeCosts } from "../operate/costs_file.ts";
import { type Effects, type Table, tableOf } from "../operate/effects.ts";
import measured from "../operate/effects.json" with { type: "json" };
import mixes from "../operate/mixes.json" with { type: "json" };
import { measurePacketRate } from "../operate/packet_rate.ts";
import type { OptimizeInputs } from "../operate/plan.ts";
import { readSensors } from "../operate/thermal.ts";
import {
  countTraffic,
  FEW_PACKETS,
  type Mixes,
  type TrafficByForests,
} from "../operate/traffic.ts";
import { progress, UsageError, userPath, wholeNumber } from "./_cli.ts";

/** What levels and forests found on labelled captures. */
export const MEASURED: Table = tableOf(measured as unknown as Effects);

/** What kinds of traffic are made of. */
const MIXES: Mixes = mixes;

const RATE_MS = 1000;

/** Options of `optimize`, as text. */
export interface OptimizeValues {
  /** Percent of a processor. */
  cpu?: string | undefined;
  /** MiB. */
  ram?: string | undefined;
  /** Degrees Celsius. */
  temp?: string | undefined;
  /** Packets a second. */
  rate?: string | undefined;
  /** Kind of network. */
  traffic?: string | undefined;
  /** Capture file of what this machine gets. */
  sample?: string | undefined;
  /** Measure anew. */
  measure?: boolean | undefined;
  /** File of costs. */
  costs?: string | undefined;
  /** Write nothing, costs neither. */
  "dry-run"?: boolean | undefined;
}

/** Everything that `optimize` goes by, with words about where it comes from. */
export async function optimizeInputs(
  values: OptimizeValues,
): Promise<OptimizeInputs & { readonly told: readonly string[] }> {
  const targets = {
    cpuPercent: wholeNumber("cpu", values.cpu, 80, [1, 100]),
    ramMib: wholeNumber("ram", values.ram, 4096, [64, 1_048_576]),
    temperature: wholeNumber("temp", values.temp, 65, [20, 120]),
  };
  const told: string[] = [];
  const core = await openCore();
  const models = await loadModels();
  const traffic = await trafficOf(values, { core, models, told });
  const packetsPerSecond = await rateOf(values.rate, told);
  const costs = await costsOf(values, { core, models, told });
  const { sensors: [hottest], reason } = await readSensors();
  if (hottest !== undefined) {
    told.push(`hottest sensor: ${hottest.name}, ${hottest.degrees} degrees`);
  }
  return {
    costs,
    targets,
    packetsPerSecond,
    temperature: hottest?.degrees,
    noTemperature: reason,
    effects: MEASURED,
    told,
    traffic,
    flood: MIXES.flood,
  };
}

/** What all parts of it use. */
interface Shared {
  readonly core: Core;
  readonly models: readonly ForestModel[];
  /** Words about where figures come from. */
  readonly told: string[];
}

/** Every kind, unless it is said or shown which it is. */
async function trafficOf(
  { traffic, sample }: OptimizeValues,
  { core, models, told }: Shared,
): Promise<OptimizeInputs["traffic"]> {
  const { kinds } = MIXES;
  if (sample !== undefined) {
    if (traffic !== undefined) {
      throw new UsageError("say either --traffic or --sample");
    }
    return { sample: await counted(sample, { core, models, told }) };
  }
  if (traffic === undefined) return kinds;
  if (Object.hasOwn(kinds, traffic)) return { [traffic]: kinds[traffic]! };
  throw new UsageError(
    `--traffic must be ${Object.keys(kinds).join(", ")}: it is '${traffic}'`,
  );
}

async function counted(
  sample: string,
  { core, models, told }: Shared,
): Promise<TrafficByForests> {
  const input = userPath(sample);
  if (!(await Deno.stat(input)).isFile) {
    throw new UsageError(`--sample must be a capture file: ${sample}`);
  }
  progress("reading the sample");
  const { packets, traffic, damage } = await inFolder((folder) =>
    countTraffic(core, models, { input, folder })
  );
  progress("");
  if (packets === 0) {
    throw new UsageError(`--sample has no packet in it: ${sample}`);
  }
  const few = packets < FEW_PACKETS ? ", which is few" : "";
  const cut = damage.map((text) => `; ${text}`).join("");
  told.push(`sample: ${packets} packets${few}${cut}`);
  return traffic;
}

async function rateOf(
  text: string | undefined,
  told: string[],
): Promise<number> {
  if (text !== undefined) {
    return wholeNumber("rate", text, 0, [1, 1_000_000_000]);
  }
  const found = await measurePacketRate(RATE_MS);
  if (found === undefined) {
    throw new UsageError(
      "no interface tells this process how many packets arrive: say --rate N",
    );
  }
  const { packetsPerSecond, interface: name } = found;
  told.push(
    `rate: ${
      packetsPerSecond.toFixed(0)
    } packets/s on ${name} just now; for the busiest hour say --rate N`,
  );
  return packetsPerSecond;
}

async function costsOf(
  { measure, costs: file, "dry-run": dryRun = false }: OptimizeValues,
  { core, models, told }: Shared,
): Promise<Costs> {
  const machine = await machineName(sdk.version, core.build);
  const path = file === undefined ? cachePath() : userPath(file);
  const known = measure ? undefined : await readCosts(path, machine);
  if (known !== undefined) {
    told.push(`costs: measured earlier, ${path}`);
    return known;
  }
  const start = performance.now();
  const costs = await inFolder((folder) =>
    measureCosts(core, models, {
      machine,
      folder,
      onPart: (part) => progress(`measuring: ${part}`),
    })
  );
  progress("");
  if (!dryRun) await writeCosts(path, costs);
  const seconds = (performance.now() - start) / 1000;
  told.push(
    `costs: measured in ${seconds.toFixed(1)} s, within ${
      (100 * costs.worst).toFixed(0)
    } % of what they were measured on, ${
      dryRun ? "not kept" : `kept in ${path}`
    }`,
  );
  return costs;
}

/** A folder for logs that nobody reads. */
async function inFolder<T>(
  doing: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "optimize-" });
  try {
    return await doing(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function cachePath(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME") ?? Deno.cwd()}/.cache`;
  return `${cache}/ml-defender/costs.json`;
}
