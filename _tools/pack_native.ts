/**
 * Packs a build of the core as gzip and base64 into a JSON module, the one kind of asset that every registry and every
 * loader passes on.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { digestHex, type Packed } from "../native/_packed.ts";

/** A packed build, with what made it. */
export interface Made extends Packed {
  /** Version of the compiler that made it. */
  readonly compiler: string;
}

/**
 * Write a packed build; a file that holds the same bytes already is left as it is.
 *
 * @param file Where to.
 * @param bytes The build.
 * @param about What is recorded beside it.
 * @returns What was written.
 */
export async function pack(
  file: URL,
  bytes: Uint8Array<ArrayBuffer>,
  about: Pick<Made, "name" | "compiler" | "sources">,
): Promise<Made> {
  const before = await readPacked(file);
  const sha256 = await digestHex(bytes);
  const gzip = before?.sha256 === sha256
    ? before.gzip
    : new Uint8Array(gzipSync(bytes, { level: 9 })).toBase64();
  const { name, compiler, sources } = about;
  const packed = { name, size: bytes.length, sha256, compiler, sources, gzip };
  const partial = new URL(`${file.href}.${Deno.pid}`);
  await Deno.mkdir(new URL("./", file), { recursive: true });
  await Deno.writeTextFile(partial, JSON.stringify(packed, null, 1) + "\n");
  await Deno.rename(partial, file);
  return packed;
}

/**
 * Read a packed build.
 *
 * @param file Which.
 * @returns Its content, or undefined where there is none.
 */
export async function readPacked(file: URL): Promise<Made | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file)) as Made;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
