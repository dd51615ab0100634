/**
 * What the tests of an index in a directory share.
 *
 * @module
 */
import { range } from "../_conformance.ts";
import { VectorIndexError } from "../index.ts";
import type { OwnIndex } from "../own_index.ts";

/** A directory for one test. */
export async function temporary(
  use: (directory: string) => void | Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "own_index_" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Ids below a number that an index has. */
export function idsOf(index: OwnIndex, upTo: number): number[] {
  return range(0, upTo).filter((id) => index.has(id));
}

/** Names in a directory, sorted. */
export function files(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

/** Whether an error is the index's with that code. */
export function errorCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof VectorIndexError && error.code === code;
}
