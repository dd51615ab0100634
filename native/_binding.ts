/**
 * Loads either build and gives both the same face.
 *
 * @module
 */
import { importWasm, type Packed, unpack } from "./_packed.ts";
import {
  bindNative,
  bindWasm,
  type CoreFunctions,
  SYMBOLS,
} from "./_symbols.ts";
import { type Region, type WasmExports, WasmMemory } from "./_wasm_memory.ts";
import { NativeError } from "./native_error.ts";

/** Version of include/mldefender.h that this code is written for. */
export const ABI_VERSION = 1;

/** A loaded build. */
export interface Binding {
  /** Which it is. */
  readonly build: "native" | "wasm";
  /** Its functions. */
  readonly functions: CoreFunctions;
  /** Bytes that it fills without a copy. */
  allocate(size: number): Region;
  /** Let no call that takes fewer bytes than this move what is viewed from now on. */
  keepRoom(bytes: number): void;
}

let wasm: Promise<{ packed: Packed; module: WebAssembly.Module }> | undefined;
const libraries = new Map<string, Binding>();

/** The compiled wasm build and what is recorded about it; once per process. */
export function loadWasm(): Promise<
  { packed: Packed; module: WebAssembly.Module }
> {
  wasm ??= importWasm().then(async (packed) => ({
    packed,
    module: await WebAssembly.compile(await unpack(packed)),
  }));
  return wasm;
}

/**
 * A new instance of the wasm build.
 *
 * @returns The instance.
 */
export async function instantiateWasm(): Promise<Binding> {
  const { module } = await loadWasm();
  const instance = new WebAssembly.Instance(module);
  const exports = instance.exports as unknown as WasmExports;
  const memory = instance.exports.memory as WebAssembly.Memory;
  exports._initialize!();
  const wasmMemory = new WasmMemory(exports, memory);
  return checked({
    build: "wasm",
    functions: bindWasm(exports, wasmMemory),
    allocate: (size) => wasmMemory.allocate(size),
    keepRoom: (bytes) => wasmMemory.keepRoom(bytes),
  });
}

/**
 * Open a shared library, or give the one that this process has opened. It is never closed: calls into a library that is
 * gone would end the process.
 *
 * @param path Where it is.
 * @returns The library.
 * @throws {NativeError} `corrupt` if it cannot be loaded, `mismatch` if its interface is another one.
 */
export function openLibrary(path: string): Binding {
  const known = libraries.get(path);
  if (known) return known;
  let library: Deno.DynamicLibrary<typeof SYMBOLS>;
  try {
    library = Deno.dlopen(path, SYMBOLS);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new NativeError("corrupt", `${path} cannot be loaded: ${message}`, {
      cause,
    });
  }
  const binding = checked({
    build: "native",
    functions: bindNative(library.symbols),
    allocate: ownRegion,
    keepRoom: () => {},
  });
  libraries.set(path, binding);
  return binding;
}

function checked(binding: Binding): Binding {
  const version = binding.functions.abiVersion();
  if (version === ABI_VERSION) return binding;
  throw new NativeError(
    "mismatch",
    `Cannot use the ${binding.build} build as its ABI version must be ${ABI_VERSION}: current value is ${version}`,
  );
}

function ownRegion(size: number): Region {
  let bytes: Uint8Array<ArrayBuffer> | undefined = new Uint8Array(size);
  return {
    get bytes(): Uint8Array<ArrayBuffer> {
      if (bytes) return bytes;
      throw new TypeError("Cannot use core memory as it was given back");
    },
    free: (): void => {
      bytes = undefined;
    },
  };
}
