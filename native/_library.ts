/**
 * Finds the shared library, without ever prompting: in the checkout's build folder, or unpacked into the user's cache.
 *
 * @module
 */
import { digestHex, importLibrary, type Packed, unpack } from "./_packed.ts";
import { NativeError } from "./native_error.ts";

const BUILD = new URL("./build/", import.meta.url);
const GROUP_OR_OTHERS_MAY_WRITE = 0o022;

/**
 * Refuse what has not been allowed; never prompts.
 *
 * @param descriptor The permission.
 * @throws {NativeError} `no_permission`.
 */
export async function requirePermission(
  descriptor: Deno.PermissionDescriptor,
): Promise<void> {
  const { state } = await Deno.permissions.query(descriptor);
  if (state === "granted") return;
  const of = "path" in descriptor && descriptor.path !== undefined
    ? ` for ${descriptor.path}`
    : "variable" in descriptor
    ? ` for ${descriptor.variable}`
    : "";
  throw new NativeError(
    "no_permission",
    `permission "${descriptor.name}"${of} is not granted`,
  );
}

/** A library on disk whose bytes have been verified. */
export interface Library {
  /** Where it is. */
  readonly path: string;
  /** SHA-256 over the sources that both builds share. */
  readonly sources: string;
}

/**
 * The library that `deno task native` has built in this checkout.
 *
 * @param wanted Sources of the wasm build: the library must be of the same.
 * @returns The library.
 * @throws {NativeError} If there is none that may be used.
 */
export async function findBuilt(wanted: string): Promise<Library> {
  if (BUILD.protocol !== "file:") {
    throw new NativeError("no_library", "this is not a checkout");
  }
  const folder = decodeURIComponent(BUILD.pathname);
  await requirePermission({ name: "read", path: folder });
  let about: Omit<Packed, "gzip">;
  try {
    about = JSON.parse(await Deno.readTextFile(`${folder}current.json`));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw unreadable(cause);
    throw new NativeError("no_library", "deno task native has not been run", {
      cause,
    });
  }
  const path = `${folder}${about.name}`;
  if (about.sources !== wanted) {
    throw new NativeError(
      "mismatch",
      `${about.name} was built from other sources than bin/core_wasm.json: run deno task native`,
    );
  }
  await requirePermission({ name: "ffi", path });
  if (await hashOf(path) !== about.sha256) {
    throw new NativeError("corrupt", `${path} does not match its SHA-256`);
  }
  return { path, sources: about.sources };
}

/**
 * The packed library, unpacked into `$XDG_CACHE_HOME/ml-defender` (or `~/.cache/ml-defender`).
 *
 * @param wanted Sources of the wasm build: the library must be of the same.
 * @returns The library.
 * @throws {NativeError} If it may not be unpacked or is not what it should be.
 */
export async function unpackLibrary(wanted: string): Promise<Library> {
  const cache = await cacheFolder();
  await requirePermission({ name: "read", path: cache });
  await requirePermission({ name: "write", path: cache });
  const packed = await importLibrary();
  if (packed.sources !== wanted) {
    throw new NativeError(
      "mismatch",
      `packed ${packed.name} was built from other sources than bin/core_wasm.json`,
    );
  }
  const folder = `${cache}/ml-defender/${packed.sha256}`;
  const path = `${folder}/${packed.name}`;
  await requirePermission({ name: "ffi", path });
  await storeVerified(packed, folder, path);
  return { path, sources: packed.sources };
}

/** The user's cache folder, by the rules of the XDG base directories. */
async function cacheFolder(): Promise<string> {
  await requirePermission({ name: "env", variable: "XDG_CACHE_HOME" });
  const xdg = Deno.env.get("XDG_CACHE_HOME");
  if (xdg?.startsWith("/")) return xdg;
  await requirePermission({ name: "env", variable: "HOME" });
  const home = Deno.env.get("HOME");
  if (home?.startsWith("/")) return `${home}/.cache`;
  throw new NativeError("no_library", "HOME is not set");
}

/** Make sure that the file holds exactly the packed bytes, in a folder that only its owner writes to. */
async function storeVerified(
  packed: Packed,
  folder: string,
  path: string,
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const { mode, isSymlink } = await Deno.lstat(folder);
    if (isSymlink || ((mode ?? 0) & GROUP_OR_OTHERS_MAY_WRITE) !== 0) {
      throw new NativeError("corrupt", `others may write to ${folder}`);
    }
    if (await isRegular(path) && await hashOf(path) === packed.sha256) return;
    const bytes = await unpack(packed);
    const partial = `${path}.${crypto.randomUUID()}`;
    await Deno.writeFile(partial, bytes, { mode: 0o700, createNew: true });
    await Deno.rename(partial, path);
  } catch (cause) {
    throw cause instanceof NativeError ? cause : unreadable(cause);
  }
}

async function isRegular(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  try {
    return await digestHex(await Deno.readFile(path));
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): NativeError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NativeError("no_library", message, { cause });
}
