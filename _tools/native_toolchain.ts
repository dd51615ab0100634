/**
 * Compiles the core: which sources there are, which flags each kind of build takes, and object files named by the hash
 * of everything that went into them.
 *
 * @module
 */
import { availableParallelism } from "node:os";

/** The folder of the member `native`, with a trailing slash. */
export const NATIVE = new URL("../native/", import.meta.url);
/** Where everything that is not committed goes, relative to {@linkcode NATIVE}. */
export const BUILD = "build";
/** The compiler that builds everything. */
export const COMPILER = "clang++-19";

/** The kinds of build. */
export type Profile = "wasm" | "native" | "sanitize" | "fuzz" | "coverage";

/** A build that failed; the message says what to do. */
export class BuildError extends Error {
  /** Always `"BuildError"`. */
  override readonly name = "BuildError";
}

const COMMON = [
  "-std=c++20",
  "-I.",
  "-Wall",
  "-Wextra",
  "-Wconversion",
  "-Wshadow",
  "-Werror",
  "-fno-exceptions",
  "-fno-rtti",
  "-ffp-contract=off",
  "-fvisibility=hidden",
];
const HOST = ["-stdlib=libc++", "-fPIC", "-pthread"];
const BASELINE = Deno.build.arch === "x86_64" ? ["-march=x86-64-v2"] : [];
const SANITIZERS = [
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
  "-fno-omit-frame-pointer",
];
const SECTIONS = ["-ffunction-sections", "-fdata-sections"];

/** Compiler flags of each profile. */
export const COMPILE: Readonly<Record<Profile, readonly string[]>> = {
  wasm: [
    "--target=wasm32-wasi",
    ...COMMON,
    ...["-O3", "-flto", "-msimd128", "-mbulk-memory"],
  ],
  native: [...COMMON, ...HOST, ...BASELINE, ...SECTIONS, "-O3", "-flto"],
  sanitize: [...COMMON, ...HOST, ...BASELINE, ...SANITIZERS, "-O1", "-g"],
  fuzz: [
    ...[...COMMON, ...HOST, ...BASELINE, ...SANITIZERS, "-O2", "-g"],
    "-fsanitize=fuzzer-no-link",
  ],
  coverage: [
    ...[...COMMON, ...HOST, ...BASELINE, "-O1", "-g"],
    ...["-fprofile-instr-generate", "-fcoverage-mapping"],
  ],
};

/** Linker flags of each profile, after the objects. */
export const LINK: Readonly<Record<Profile, readonly string[]>> = {
  wasm: [
    "--target=wasm32-wasi",
    "-mexec-model=reactor",
    "-Wl,--export=malloc,--export=free",
    "-Wl,--max-memory=1073741824",
    "-Wl,--stack-first,-z,stack-size=1048576",
    "-Wl,--gc-sections,--strip-all,--lto-O3",
  ],
  native: [
    ...["-shared", "-fuse-ld=lld", "-nostdlib++", "-static-libgcc"],
    ...["-Wl,-Bstatic", "-lc++", "-lc++abi", "-Wl,-Bdynamic", "-lm"],
    "-Wl,--exclude-libs,ALL,-z,nodelete,-z,defs,-z,relro,-z,now",
    "-Wl,--gc-sections,--strip-all,--build-id=none,--lto-O3",
  ],
  sanitize: ["-stdlib=libc++", ...SANITIZERS, "-pthread"],
  // libFuzzer itself is built against libstdc++; clang would turn -lstdc++ into -lc++
  fuzz: [
    ...[
      "-stdlib=libc++",
      ...SANITIZERS,
      "-fsanitize=fuzzer",
      "-lstdc++",
      "-pthread",
    ],
    ...["-Wl,--no-as-needed", "-l:libstdc++.so.6"],
  ],
  coverage: ["-stdlib=libc++", "-fprofile-instr-generate", "-pthread"],
};

/** A linker can say the same thing a thousand times. */
const MESSAGE_CHARACTERS_MAX = 10_000;

/** What a linker misses and the package that has it; the first that fits. */
const MISSING: readonly (readonly [RegExp, string])[] = [
  [/Executable "wasm-ld|invalid linker name/, "lld-19"],
  [
    /wasm32.*libclang_rt\.builtins|builtins-wasm32/,
    "libclang-rt-19-dev-wasm32",
  ],
  [/crt1-reactor\.o|wasm-ld.* -lc$/, "wasi-libc"],
  [/wasm-ld.* -lc\+\+/, "libc++-19-dev-wasm32"],
  [/libclang_rt\./, "libclang-rt-19-dev"],
  [/-lstdc\+\+/, "libstdc++-12-dev"],
  [/-lc\+\+abi/, "libc++abi-19-dev"],
  [/-lc\+\+/, "libc++-19-dev"],
];

/**
 * The package without which the compiler or the linker says such things.
 *
 * @param text What it said.
 * @param wasm Whether it was building wasm.
 * @returns The package, or undefined where that is not what is wrong.
 */
export function missingPackage(
  text: string,
  wasm: boolean,
): string | undefined {
  const header = /fatal error: '([\w/.]+)' file not found/.exec(text)?.[1];
  if (header !== undefined) {
    if (header.startsWith("core/") || header.endsWith(".hpp")) return undefined;
    if (/^(std(def|arg|int)|\w*intrin)\.h$/.test(header)) {
      return "libclang-common-19-dev";
    }
    if (header.endsWith(".h")) return wasm ? "wasi-libc" : "libc6-dev";
    return wasm ? "libc++-19-dev-wasm32" : "libc++-19-dev";
  }
  const lines = text.split("\n").filter((line) =>
    /cannot find|unable to find|cannot open|doesn't exist|invalid linker/
      .test(line)
  );
  for (const line of lines) {
    const found = MISSING.find(([pattern]) => pattern.test(line));
    if (found) return found[1];
  }
  return undefined;
}

/** The packages that one line of the documentation names, by build. */
export const PACKAGES: Readonly<Record<"wasm" | "native", string>> = {
  wasm:
    "clang-19 lld-19 libc++-19-dev libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32 wasi-libc",
  native:
    "clang-19 lld-19 libc++-19-dev libc++abi-19-dev libclang-rt-19-dev llvm-19",
};

/**
 * Run one program in the folder of `native`.
 *
 * @param command Program and arguments.
 * @param env Additional environment.
 * @returns What it wrote.
 * @throws {BuildError} If it is missing or fails.
 */
export async function run(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  const [program, ...args] = command as [string, ...string[]];
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, cwd: NATIVE, env })
      .output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const name = program.startsWith("llvm-") ? "llvm-19" : "clang-19";
    throw new BuildError(
      `Cannot build as ${program} is missing: install the package ${name}`,
      { cause: error },
    );
  }
  const decoder = new TextDecoder();
  const stdout = decoder.decode(output.stdout);
  const stderr = decoder.decode(output.stderr);
  if (output.success) return { stdout, stderr };
  const text = stdout + stderr;
  const wasm = args.includes("--target=wasm32-wasi");
  const missing = program === COMPILER ? missingPackage(text, wasm) : undefined;
  if (missing !== undefined) {
    throw new BuildError(
      `Cannot build as the package ${missing} is missing: apt-get install ${
        PACKAGES[wasm ? "wasm" : "native"]
      }`,
    );
  }
  throw new BuildError(
    `${program} failed (${output.signal ?? output.code}): ${
      args.at(-1) ?? ""
    }\n${shortened(text)}`,
  );
}

function shortened(text: string): string {
  if (text.length <= MESSAGE_CHARACTERS_MAX) return text;
  const half = MESSAGE_CHARACTERS_MAX / 2;
  return `${text.slice(0, half)}\n...\n${text.slice(-half)}`;
}

/**
 * First line of the compiler's version.
 *
 * @returns For example `Debian clang version 19.1.7 (3~deb12u1)`.
 */
export async function compilerVersion(): Promise<string> {
  const { stdout } = await run([COMPILER, "--version"]);
  return stdout.split("\n")[0]!.trim();
}

/**
 * Files below some folders of `native`, sorted.
 *
 * @param folders Folders relative to `native`; one that does not exist is empty.
 * @param suffixes What the names end with.
 * @returns Paths relative to `native`.
 */
export async function listSources(
  folders: readonly string[],
  suffixes: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    let entries: Deno.DirEntry[];
    try {
      entries = await Array.fromAsync(Deno.readDir(new URL(folder, NATIVE)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    for (const { name, isDirectory } of entries) {
      const path = `${folder}/${name}`;
      if (isDirectory) await walk(path);
      else if (suffixes.some((s) => name.endsWith(s))) found.push(path);
    }
  };
  for (const folder of folders) await walk(folder);
  return found.sort();
}

/**
 * SHA-256 over texts, each with its length in front.
 *
 * @param texts What is hashed, in order.
 * @returns 64 hexadecimal digits.
 */
export async function hashTexts(texts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(
    texts.map((t) => `${t.length}:${t}`).join(""),
  );
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Compiles sources into object files, skipping those that exist already. */
export class Compiler {
  readonly #version: string;
  readonly #jobs: number;
  readonly #texts = new Map<string, Promise<string | undefined>>();

  /**
   * @param version Version of the compiler: part of every object's name.
   * @param jobs Compilers at a time.
   */
  constructor(version: string, jobs: number = Math.min(2, cpus())) {
    this.#version = version;
    this.#jobs = jobs;
  }

  /** Text of a file of `native`, or undefined where there is none. */
  text(path: string): Promise<string | undefined> {
    let text = this.#texts.get(path);
    if (!text) {
      text = Deno.readTextFile(new URL(path, NATIVE)).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      });
      this.#texts.set(path, text);
    }
    return text;
  }

  /** A source and every project header that it includes, sorted. */
  async inputs(source: string): Promise<string[]> {
    const seen = new Set<string>([source]);
    for (const path of seen) {
      const text = await this.text(path);
      for (const [, name] of (text ?? "").matchAll(INCLUDE)) {
        if (await this.text(name!) !== undefined) seen.add(name!);
      }
    }
    return [...seen].sort();
  }

  /**
   * Compile what is not compiled yet.
   *
   * @param profile Kind of build.
   * @param sources Paths relative to `native`.
   * @returns Object files, in the order of `sources`, relative to `native`.
   */
  async objects(
    profile: Profile,
    sources: readonly string[],
  ): Promise<string[]> {
    await Deno.mkdir(new URL(`${BUILD}/obj`, NATIVE), { recursive: true });
    const objects: string[] = [];
    const queue = sources.entries();
    const worker = async (): Promise<void> => {
      for (const [i, source] of queue) {
        objects[i] = await this.#object(profile, source);
      }
    };
    await Promise.all(Array.from({ length: this.#jobs }, worker));
    return objects;
  }

  async #object(profile: Profile, source: string): Promise<string> {
    const inputs = await this.inputs(source);
    const texts = await Promise.all(inputs.map((path) => this.text(path)));
    const flags = COMPILE[profile];
    const hash = await hashTexts([
      ...[this.#version, ...flags, ...inputs],
      ...texts.map((text) => text ?? ""),
    ]);
    const stem = source.replace(/^.*\//, "").replace(/\.cpp$/, "");
    const object = `${BUILD}/obj/${profile}-${stem}-${hash.slice(0, 20)}.o`;
    try {
      await Deno.utime(new URL(object, NATIVE), new Date(), new Date());
      return object;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const partial = `${object}.${Deno.pid}`;
    await run([COMPILER, ...flags, "-c", "-o", partial, source]);
    await Deno.rename(new URL(partial, NATIVE), new URL(object, NATIVE));
    return object;
  }
}

const INCLUDE = /^\s*#\s*include\s+"([^"]+)"/gm;
const OBJECT_AGE_MS = 3 * 24 * 3600 * 1000;

function cpus(): number {
  return availableParallelism();
}

/** Remove object files that no build has used for three days. */
export async function prune(): Promise<void> {
  const folder = new URL(`${BUILD}/obj/`, NATIVE);
  for await (const { name } of Deno.readDir(folder)) {
    const file = new URL(name, folder);
    const { mtime } = await Deno.stat(file);
    if (mtime && Date.now() - mtime.getTime() > OBJECT_AGE_MS) {
      await Deno.remove(file);
    }
  }
}
