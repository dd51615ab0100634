/**
 * What the tests of this member share: which builds there are.
 *
 * @module
 */
import { importWasm } from "./_packed.ts";
import { type Core, openCore } from "./mod.ts";

/** Whether the checkout has a library of the same sources as the wasm build. */
async function findLibrary(): Promise<boolean> {
  const folder = new URL("./build/", import.meta.url);
  const wasm = await importWasm();
  try {
    const { name, sources } = JSON.parse(
      await Deno.readTextFile(new URL("current.json", folder)),
    );
    await Deno.stat(new URL(name, folder));
    return sources === wasm.sources;
  } catch {
    return false;
  }
}

/** For `optional`: tests of the native build. */
export const LIBRARY: { available: boolean; reason: string } = {
  available: await findLibrary(),
  reason: "deno task native has not been run for these sources",
};

/** Both builds, or wasm alone where there is no library. */
export async function openBuilds(): Promise<Core[]> {
  const wasm = await openCore({ build: "wasm" });
  if (!LIBRARY.available) return [wasm];
  return [wasm, await openCore({ build: "native" })];
}
