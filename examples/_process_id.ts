/** What a process is called. */
import { printable, UsageError } from "./_cli.ts";

/** So that what is added where two have one id has room. */
const MOST = 90;

/**
 * A name that was given.
 *
 * @param id The name.
 * @throws {UsageError} When it can not be shown in status.
 */
export function checkId(id: string): string {
  const good = new RegExp(`^[^/\\s]{1,${MOST}}$`, "u");
  if (good.test(id) && printable(id) === id) return id;
  throw new UsageError(
    `--id must be a name of 1 to ${MOST} characters, without slash, space and control characters: current value is ${
      JSON.stringify(id)
    }`,
  );
}

/**
 * The host's name with eight digits of the folder that the process writes: of several on one host each has its own, and has
 * it again after a restart.
 *
 * @param folder The folder; it is there.
 */
export async function idOf(folder: string): Promise<string> {
  const path = new TextEncoder().encode(await Deno.realPath(folder));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", path));
  return `${Deno.hostname()}-${hash.toHex().slice(0, 8)}`;
}
