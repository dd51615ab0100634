/** Costs as they are kept between runs. */
import { BATCHES, type Costs, COSTS_VERSION } from "./costs.ts";
import { FOREST_CHOICES } from "./forest_choices.ts";
import { readSystemFile } from "./system_files.ts";

/**
 * What costs hold for: another processor, Deno, package or build is measured anew.
 *
 * @param version Version of the package.
 * @param build Build of the core.
 */
export async function machineName(
  version: string,
  build: string,
): Promise<string> {
  const file = await readSystemFile("/proc/cpuinfo");
  const text = file.state === "read" ? file.text : "";
  const cpu = /model name\s*:\s*(.*)/.exec(text)?.[1] ?? Deno.build.arch;
  const { hardwareConcurrency } = navigator;
  return `${Deno.hostname()}, ${cpu}, ${hardwareConcurrency} processors, Deno ${Deno.version.deno}, ${version}, ${build}`;
}

/**
 * Costs that were kept.
 *
 * @param path The file.
 * @param machine What they must hold for.
 * @returns Undefined where there are none, or of another machine or version.
 */
export async function readCosts(
  path: string,
  machine: string,
): Promise<Costs | undefined> {
  let found: Partial<Costs>;
  try {
    found = JSON.parse(await Deno.readTextFile(path));
  } catch {
    return undefined;
  }
  const { version, machine: of } = found ?? {};
  return version === COSTS_VERSION && of === machine && isWhole(found)
    ? found as Costs
    : undefined;
}

function isWhole(found: Partial<Costs>): boolean {
  const numbers = [
    found.startNs,
    found.packetNs,
    found.flowNs,
    found.judgedNs,
    found.eventNs,
    found.incidentNs,
    found.worst,
    found.processBytes,
    found.flowBytes,
    found.hostBytes,
    ...BATCHES.map((batch) => found.batchNs?.[batch]),
    ...FOREST_CHOICES.map(({ name }) => found.forestsNs?.[name]),
  ];
  return numbers.every((one) => typeof one === "number" && one >= 0);
}

/**
 * Keep costs.
 *
 * @param path The file; its folder is made.
 * @param costs The costs.
 */
export async function writeCosts(path: string, costs: Costs): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  await Deno.writeTextFile(temporary, `${JSON.stringify(costs, null, 2)}\n`);
  await Deno.rename(temporary, path);
}
