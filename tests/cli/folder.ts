/**
 * Folders with a capture in them, as a user stands in one.
 *
 * @module
 */
import { generateBytes } from "../../generator/generate.ts";

/** A scan: incidents, reasons and lines in the log are certain. */
export const SCAN = generateBytes("scan_vertical", { seed: 1_000_000_000 });
/** Its bytes. */
export const CAPTURE = new Uint8Array(SCAN.bytes);

/** Runs a test in a folder of its own with the capture in it. */
export async function inFolder(
  name: string,
  fn: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: `cli-${name}-` });
  try {
    await Deno.writeFile(`${folder}/scan.pcap`, CAPTURE);
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
