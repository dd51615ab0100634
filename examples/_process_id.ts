/** What a process is called that nobody has named. */

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
