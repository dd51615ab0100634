/**
 * The builds that travel inside the package, gzip and base64 in JSON modules.
 *
 * @module
 */
import { NativeError } from "./native_error.ts";

/** A packed build, as `_tools/pack_native.ts` writes it. */
export interface Packed {
  /** File name of the build. */
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** SHA-256 of those bytes, hexadecimal. */
  readonly sha256: string;
  /** SHA-256 over the sources that both builds share, hexadecimal. */
  readonly sources: string;
  /** The bytes. */
  readonly gzip: string;
}

const PLATFORMS: readonly string[] = ["linux_x86_64"];

/** The machine's name in file names. */
export const PLATFORM: string = `${Deno.build.os}_${Deno.build.arch}`;

/** The packed wasm build. */
export async function importWasm(): Promise<Packed> {
  const module = await import("./bin/core_wasm.json", {
    with: { type: "json" },
  });
  return module.default;
}

/** The packed shared library of this machine. The path is computed, so that no other machine downloads it. */
export async function importLibrary(): Promise<Packed> {
  if (!PLATFORMS.includes(PLATFORM)) {
    throw new NativeError(
      "no_library",
      `the package has no library for ${PLATFORM}`,
    );
  }
  const module = await import(`./bin/${PLATFORM}.json`, {
    with: { type: "json" },
  });
  return module.default;
}

/**
 * SHA-256, by the runtime.
 *
 * @param bytes What is hashed.
 * @returns 64 hexadecimal digits.
 */
export async function digestHex(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * The bytes of a packed build.
 *
 * @param packed The JSON module.
 * @returns Exactly the bytes that were packed.
 * @throws {NativeError} `corrupt` if they are not.
 */
export async function unpack(
  { name, size, sha256, gzip }: Packed,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const stream = new Blob([Uint8Array.fromBase64(gzip)]).stream()
      .pipeThrough(new DecompressionStream("gzip"));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new NativeError("corrupt", `packed ${name} cannot be unpacked`, {
      cause,
    });
  }
  if (bytes.length !== size || await digestHex(bytes) !== sha256) {
    throw new NativeError(
      "corrupt",
      `packed ${name} does not match its SHA-256`,
    );
  }
  return bytes;
}
