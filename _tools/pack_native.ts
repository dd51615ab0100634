/**
 * Packs a build of the core as gzip and base64 into a JSON module, the one kind of asset that every registry and every
 * loader passes on.
 *
 * @module
 */
import { gunzipSync, gzipSync } from "node:zlib";

/** A packed build. */
export interface Packed {
  /** File name of the build. */
  readonly name: string;
  /** Bytes before packing. */
  readonly size: number;
  /** SHA-256 of the bytes before packing, hexadecimal. */
  readonly sha256: string;
  /** Version of the compiler that made it. */
  readonly compiler: string;
  /** SHA-256 over the sources that both builds share, hexadecimal. */
  readonly sources: string;
  /** The bytes, gzip and base64. */
  readonly gzip: string;
}

/**
 * SHA-256 of bytes.
 *
 * @param bytes What is hashed.
 * @returns 64 hexadecimal digits.
 */
export async function sha256Hex(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
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
  about: Pick<Packed, "name" | "compiler" | "sources">,
): Promise<Packed> {
  const before = await readPacked(file);
  const sha256 = await sha256Hex(bytes);
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
export async function readPacked(file: URL): Promise<Packed | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file)) as Packed;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The bytes of a packed build.
 *
 * @param packed As read.
 * @returns The build.
 */
export function unpack(packed: Packed): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gunzipSync(Uint8Array.fromBase64(packed.gzip)));
}
