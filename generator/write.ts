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

/**
 * Writes a generation to `path` and its truth beside it. The file gets its name once it is whole;
 * a failure leaves neither of the two.
 */
export function writeCapture(
  path: string,
  generation: Generation,
  options: { progress?: (bytes: number, packets: number) => void } = {},
): Truth {
  const partial = `${path}.partial`;
  const file = openSync(partial, "w");
  let bytes = 0;
  let packets = 0;
  try {
    for (const chunk of generation.chunks) {
      for (let at = 0; at < chunk.bytes.length;) {
        at += writeSync(file, chunk.bytes, at);
      }
      bytes += chunk.bytes.length;
      packets += chunk.packets;
      options.progress?.(bytes, packets);
    }
    closeSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(partial, { force: true });
    throw error;
  }
  const truth = generation.truth();
  writeFileSync(truthPath(path), `${JSON.stringify(truth, null, 2)}\n`);
  renameSync(partial, path);
  return truth;
}
