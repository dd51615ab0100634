/** Captures and their truth on disk. */

import {
  closeSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { Generation, Truth } from "./generate.ts";

/** Where the truth of a capture lies: `a/b.pcap` has `a/b.truth.json`. */
export function truthPath(path: string): string {
  return `${path.replace(/\.(pcapng|pcap|cap)$/, "")}.truth.json`;
}

/** Bytes and packets that are in the file. */
interface Written {
  bytes: number;
  packets: number;
}

/** Options of writing. */
export interface WriteOptions {
  /** Told after each chunk; what it throws ends the writing. */
  progress?: (bytes: number, packets: number) => void;
}

/** Writes chunk by chunk; left early, it takes away what there is. */
function* chunksTo(path: string, generation: Generation): Generator<Written> {
  const partial = `${path}.partial`;
  const file = openSync(partial, "w");
  const written = { bytes: 0, packets: 0 };
  let whole = false;
  try {
    for (const chunk of generation.chunks) {
      for (let at = 0; at < chunk.bytes.length;) {
        at += writeSync(file, chunk.bytes, at);
      }
      written.bytes += chunk.bytes.length;
      written.packets += chunk.packets;
      yield written;
    }
    whole = true;
  } finally {
    closeSync(file);
    if (!whole) rmSync(partial, { force: true });
  }
  const truth = JSON.stringify(generation.truth(), null, 2);
  writeFileSync(truthPath(path), `${truth}\n`);
  renameSync(partial, path);
}

/**
 * Writes a generation to `path` and its truth beside it. The file gets its name once it is whole;
 * a failure leaves neither of the two.
 */
export function writeCapture(
  path: string,
  generation: Generation,
  { progress }: WriteOptions = {},
): Truth {
  for (const { bytes, packets } of chunksTo(path, generation)) {
    progress?.(bytes, packets);
  }
  return generation.truth();
}

/** Same as {@linkcode writeCapture}, but signals and timers have their turn between chunks. */
export async function writeCaptureInTurns(
  path: string,
  generation: Generation,
  { progress }: WriteOptions = {},
): Promise<Truth> {
  for (const { bytes, packets } of chunksTo(path, generation)) {
    await new Promise((resolve) => setTimeout(resolve));
    progress?.(bytes, packets);
  }
  return generation.truth();
}
