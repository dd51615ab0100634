/**
 * The captures of bench/chain.ts, made where they are absent.
 *
 * @module
 */
import { generate, SCENARIOS, writeCapture } from "../generator/mod.ts";
import { findPackets, merge } from "./merge.ts";

const MEGABYTES = 400;
const SECONDS = 600;
/** Megabytes of one ordinary mix, and of one attack with ordinary traffic around it. */
const MIX_MEGABYTES = 60;
const ATTACK_MEGABYTES = 8;
/** Most packets of one flood, scan or bulk transfer. */
const ATTACK_PACKETS = 2000;

/**
 * A capture of at least 400 MB made by the generator: every ordinary mix, and every attack within ordinary traffic, each
 * with a seed and a network of its own, interleaved in ten minutes.
 *
 * @param folder Where it lies, or goes.
 * @returns Its path.
 */
export function generatedCapture(folder: string): string {
  const path = `${folder}/generated.pcap`;
  if (exists(path)) return path;
  const parts = `${folder}/parts`;
  Deno.mkdirSync(parts, { recursive: true });
  let seed = 1000;
  for (const { name, mix } of SCENARIOS.values()) {
    const megabytes = mix ? MIX_MEGABYTES : ATTACK_MEGABYTES;
    const generation = generate(name, {
      ...{ seed: seed++, format: "pcap", bytes: megabytes * 1e6 },
      ...(mix ? {} : { attackPackets: ATTACK_PACKETS }),
    });
    writeCapture(`${parts}/${name}.pcap`, generation);
  }
  const sources = findPackets([parts]);
  const options = { bytes: MEGABYTES * 1e6, seconds: SECONDS, rewrite: false };
  write(path, (partial) => merge(partial, sources, options));
  Deno.removeSync(parts, { recursive: true });
  return path;
}

/**
 * A capture of at least 400 MB merged from the real captures under `ML_DEFENDER_DATA`.
 *
 * @param folder Where it lies, or goes.
 * @returns Its path, or undefined if there are no captures.
 */
export function mergedCapture(folder: string): string | undefined {
  const path = `${folder}/merged.pcap`;
  if (exists(path)) return path;
  const data = Deno.env.get("ML_DEFENDER_DATA") ??
    new URL("../../shared/data", import.meta.url).pathname;
  if (!exists(data)) return undefined;
  Deno.mkdirSync(folder, { recursive: true });
  const sources = findPackets([data]);
  const options = { bytes: MEGABYTES * 1e6, seconds: SECONDS };
  write(path, (partial) => merge(partial, sources, options));
  return path;
}

/** A file gets its name once it is whole. */
function write(path: string, make: (partial: string) => void): void {
  make(`${path}.partial`);
  Deno.renameSync(`${path}.partial`, path);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
