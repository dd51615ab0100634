/**
 * What every build of one run shares, and linking.
 *
 * @module
 */
import {
  BUILD,
  COMPILE,
  COMPILER,
  Compiler,
  compilerVersion,
  hashTexts,
  LINK,
  listSources,
  NATIVE,
  type Profile,
  run,
} from "./native_toolchain.ts";
import { readPacked } from "./pack_native.ts";

/** One line of what a run did. */
export type Row = Record<string, string | number>;

/** What every build of one run shares. */
export interface Context {
  /** Compiles. */
  readonly compiler: Compiler;
  /** Its version. */
  readonly version: string;
  /** Sources that both builds share. */
  readonly core: readonly string[];
  /** Sources of the `.so` alone. */
  readonly host: readonly string[];
  /** SHA-256 over everything that both builds are made of. */
  readonly sources: string;
}

/**
 * Look at the compiler and the sources.
 *
 * @returns What the builds share.
 */
export async function openContext(): Promise<Context> {
  const version = await compilerVersion();
  const compiler = new Compiler(version);
  const core = await coreSources();
  const host = await listSources(["host"], [".cpp"]);
  const sources = await hashInputs(compiler, core);
  return { compiler, version, core, host, sources };
}

/**
 * Packed builds in the tree that were not made of the present sources. Needs no compiler: what a build was made of, and
 * by which version, stands beside it.
 *
 * @returns Their paths from the root.
 */
export async function stalePacked(): Promise<string[]> {
  const reader = new Compiler("");
  const core = await coreSources();
  const sources = await hashInputs(reader, core);
  const host = await listSources(["host"], [".cpp"]);
  const all = await hashInputs(reader, [...core, ...host]);
  const stale: string[] = [];
  for await (const { name } of Deno.readDir(new URL("bin/", NATIVE))) {
    const packed = await readPacked(new URL(`bin/${name}`, NATIVE));
    if (packed === undefined) continue;
    const named = packed.name.endsWith(".so")
      ? await libraryName(packed.compiler, all)
      : packed.name;
    if (packed.sources !== sources || packed.name !== named) {
      stale.push(`native/bin/${name}`);
    }
  }
  return stale.sort();
}

async function coreSources(): Promise<string[]> {
  return ["c_api.cpp", ...await listSources(["core"], [".cpp"])];
}

/**
 * File name of the shared library: it tells what the library was made of.
 *
 * @param version Version of the compiler.
 * @param inputs Hash over all its sources.
 * @returns `libmldefender-<hash>.so`.
 */
export async function libraryName(
  version: string,
  inputs: string,
): Promise<string> {
  const flags = [...COMPILE.native, ...LINK.native, version];
  const hash = await hashTexts([...flags, inputs]);
  return `libmldefender-${hash.slice(0, 16)}.so`;
}

/**
 * Hash over sources and everything that they include.
 *
 * @param compiler Reads them.
 * @param sources Paths relative to `native`.
 * @returns 64 hexadecimal digits.
 */
export async function hashInputs(
  compiler: Compiler,
  sources: readonly string[],
): Promise<string> {
  const paths = new Set<string>();
  for (const source of sources) {
    for (const path of await compiler.inputs(source)) paths.add(path);
  }
  const sorted = [...paths].sort();
  const texts = await Promise.all(sorted.map((path) => compiler.text(path)));
  return await hashTexts([...sorted, ...texts.map((text) => text ?? "")]);
}

/**
 * Compile and link.
 *
 * @param context The compiler.
 * @param profile Kind of build.
 * @param sources Paths relative to `native`.
 * @param name File name of the result.
 * @param flags Linker flags.
 * @returns The file.
 */
export async function link(
  { compiler }: Context,
  profile: Profile,
  sources: readonly string[],
  name: string,
  flags: readonly string[] = LINK[profile],
): Promise<URL> {
  const objects = await compiler.objects(profile, sources);
  const partial = `${BUILD}/${name}.${Deno.pid}`;
  await run([COMPILER, "-o", partial, ...objects, ...flags]);
  const file = new URL(`${BUILD}/${name}`, NATIVE);
  await Deno.rename(new URL(partial, NATIVE), file);
  return file;
}
