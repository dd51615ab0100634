/** What `optimize` measures and is told, for its task and for the prompt of the search. */
import { openCore } from "@ml-defender/native";
import { loadModels } from "@ml-defender/sdk";
import sdk from "../deno.json" with { type: "json" };
import { type Costs, measureCosts } from "../operate/costs.ts";
import { machineName, readCosts, writeCosts } from "../operate/costs_file.ts";
import { type Effects, type Table, tableOf } from "../operate/effects.ts";
import measured from "../operate/effects.json" with { type: "json" };
import { measurePacketRate } from "../operate/packet_rate.ts";
import type { OptimizeInputs } from "../operate/plan.ts";
import { readSensors } from "../operate/thermal.ts";
import { progress, UsageError, userPath, wholeNumber } from "./_cli.ts";

/** What levels and forests found on labelled captures. */
export const MEASURED: Table = tableOf(measured as unknown as Effects);

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
  /** Flow records for a thousand packets. */
  flows?: string | undefined;
  /** Measure anew. */
  measure?: boolean | undefined;
  /** File of costs. */
  costs?: string | undefined;
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
  const flows = values.flows === undefined
    ? undefined
    : wholeNumber("flows", values.flows, 0, [1, 1000]) / 1000;
  const told: string[] = [];
  const packetsPerSecond = await rateOf(values.rate, told);
  const costs = await costsOf(values, told);
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
    ...(flows === undefined ? {} : { flowsPerPacket: flows }),
  };
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
    `rate: ${packetsPerSecond.toFixed(0)} packets/s on ${name} just now`,
  );
  return packetsPerSecond;
}

async function costsOf(
  { measure, costs: file }: OptimizeValues,
  told: string[],
): Promise<Costs> {
  const core = await openCore();
  const machine = await machineName(sdk.version, core.build);
  const path = file === undefined ? cachePath() : userPath(file);
  const known = measure ? undefined : await readCosts(path, machine);
  if (known !== undefined) {
    told.push(`costs: measured earlier, ${path}`);
    return known;
  }
  const folder = await Deno.makeTempDir({ prefix: "optimize-" });
  const start = performance.now();
  try {
    const costs = await measureCosts(core, await loadModels(), {
      machine,
      folder,
      onPart: (part) => progress(`measuring: ${part}`),
    });
    progress("");
    await writeCosts(path, costs);
    const seconds = (performance.now() - start) / 1000;
    told.push(`costs: measured in ${seconds.toFixed(1)} s, kept in ${path}`);
    return costs;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function cachePath(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME") ?? Deno.cwd()}/.cache`;
  return `${cache}/ml-defender/costs.json`;
}
