/**
 * Where the captures are that tests compare on.
 *
 * @module
 */

/** Folder of captures: `ML_DEFENDER_DATA`, else `../shared/data` beside the project; undefined where there is none. */
export function dataFolder(): string | undefined {
  const folder = Deno.env.get("ML_DEFENDER_DATA") ??
    new URL("../../../shared/data", import.meta.url).pathname;
  try {
    return Deno.statSync(folder).isDirectory ? folder : undefined;
  } catch {
    return undefined;
  }
}
