/**
 * What every build of one run shares, and linking.
 *
 * @module
 */
import {
  BUILD,
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
  const core = ["c_api.cpp", ...await listSources(["core"], [".cpp"])];
  const host = await listSources(["host"], [".cpp"]);
  const sources = await hashInputs(compiler, core);
  return { compiler, version, core, host, sources };
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
