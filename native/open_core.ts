import {
  type Binding,
  instantiateWasm,
  loadWasm,
  openLibrary,
} from "./_binding.ts";
import { findBuilt, requirePermission, unpackLibrary } from "./_library.ts";
import { Core } from "./core.ts";
import { NativeError } from "./native_error.ts";

/** Options of {@linkcode openCore}. */
export interface OpenCoreOptions {
  /**
   * Which build: `native` is faster and needs permission `ffi`, `wasm` needs none, `auto` takes `native` where it may and
   * `wasm` otherwise. Results are the same.
   *
   * @default {"auto"}
   */
  readonly build?: "auto" | "native" | "wasm";
  /** The shared library to use for `native` and `auto`, instead of the checkout's or the packed one. */
  readonly libraryPath?: string;
}

/**
 * Load the C++ core. Never prompts for a permission.
 *
 * The shared library is the one that `deno task native` has built (permissions: `ffi` for it, `read` for the folder), or
 * else the packed one, unpacked into the user's cache (`ffi`, `read` and `write` for the cache, `env` for XDG_CACHE_HOME
 * and HOME). It is opened once per process and never closed. The wasm build is a new instance at every call, with a memory
 * of its own of at most 1 GiB.
 *
 * @example
 * ```ts
 * import { openCore } from "@ml-defender/native";
 *
 * const core = await openCore({ build: "wasm" });
 * const digest = core.sha256(new TextEncoder().encode("abc"));
 * console.log(core.build, digest.toHex().slice(0, 8)); // wasm ba7816bf
 * ```
 *
 * @param options Which build.
 * @returns The core; nothing needs closing but what is opened from it.
 * @throws {NativeError} If `native` is asked for and cannot be had.
 */
export async function openCore(options: OpenCoreOptions = {}): Promise<Core> {
  const { build = "auto", libraryPath } = options;
  if (build !== "auto" && build !== "native" && build !== "wasm") {
    throw new TypeError(
      `Cannot open core as 'build' must be "auto", "native" or "wasm": current value is ${build}`,
    );
  }
  if (build === "wasm") {
    return new Core(await instantiateWasm(), "asked for");
  }
  try {
    return new Core(await loadNative(libraryPath), "");
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (build === "auto") {
      return new Core(await instantiateWasm(), error.message);
    }
    const { code, message, cause } = error;
    throw new NativeError(code, `Cannot open the native core as ${message}`, {
      cause,
    });
  }
}

async function loadNative(libraryPath?: string): Promise<Binding> {
  if (libraryPath !== undefined) {
    await requirePermission({ name: "ffi", path: libraryPath });
    return openLibrary(libraryPath);
  }
  const { sources } = (await loadWasm()).packed;
  let built: NativeError;
  try {
    return openLibrary((await findBuilt(sources)).path);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    built = error;
  }
  try {
    return openLibrary((await unpackLibrary(sources)).path);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    const { code, message, cause } = error;
    const { state } = await Deno.permissions.query({ name: "ffi" });
    throw new NativeError(
      code,
      state !== "granted" && code === built.code && code === "no_permission"
        ? 'permission "ffi" is not granted, for everything or for the library that it could read'
        : `${built.message}; ${message}`,
      { cause },
    );
  }
}
