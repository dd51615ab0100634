/** Bytes of a packed file, unpacked. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/**
 * Unpacks a file piece by piece; leaving the loop closes it.
 *
 * @throws {Error} If it is damaged or ends early.
 */
export async function* unpacked(
  path: string,
  packed: "gzip" | "zstd",
): AsyncGenerator<Uint8Array, void, void> {
  const unpack = packed === "gzip" ? createGunzip() : createZstdDecompress();
  // What fails ends the iteration below with its error.
  pipeline(createReadStream(path), unpack, () => {});
  for await (const piece of unpack) yield piece;
}
