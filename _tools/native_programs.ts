/**
 * Programs around the core: its C++ tests with sanitizers or counters, and its fuzz targets.
 *
 * @module
 */
import { type Context, link, type Row } from "./native_context.ts";
import {
  BUILD,
  LINK,
  listSources,
  NATIVE,
  type Profile,
  run,
} from "./native_toolchain.ts";
import { digestHex } from "../native/_packed.ts";
import { pathToFileURL } from "node:url";

/** Build one program, linked with the whole core. */
async function buildProgram(
  context: Context,
  profile: Profile,
  source: string,
): Promise<{ stem: string; program: string }> {
  const stem = source.replace(/^.*\//, "").replace(/\.cpp$/, "");
  const name = `${profile}-${stem}`;
  await link(context, profile, [source, ...context.core], name);
  return { stem, program: `${BUILD}/${name}` };
}

/**
 * Build the programs that read captures, with every check.
 *
 * @param context The compiler.
 * @param filter Only those whose path contains it.
 * @returns One row each.
 */
export async function buildDrivers(
  context: Context,
  filter: string,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of await listSources(["test_cpp/drivers"], [".cpp"])) {
    if (!source.includes(filter)) continue;
    const { program } = await buildProgram(context, "sanitize", source);
    rows.push({ build: "driver", name: `native/${program}` });
  }
  return rows;
}

/**
 * Build and run every program of the C++ tests.
 *
 * @param context The compiler.
 * @param profile With which checks or counters.
 * @param filter Only those whose path contains it.
 * @returns One row each, and the programs.
 */
export async function runTests(
  context: Context,
  profile: "sanitize" | "coverage",
  filter: string,
): Promise<{ rows: Row[]; programs: string[] }> {
  const rows: Row[] = [];
  const programs: string[] = [];
  for (const source of await listSources(["test_cpp"], ["_test.cpp"])) {
    if (!source.includes(filter)) continue;
    const { stem, program } = await buildProgram(context, profile, source);
    const start = performance.now();
    await run([`./${program}`], {
      UBSAN_OPTIONS: "print_stacktrace=1",
      LLVM_PROFILE_FILE: `${BUILD}/profiles/${stem}.profraw`,
    });
    const seconds = Math.round(performance.now() - start) / 1000;
    rows.push({ build: profile, test: source, state: "passed", seconds });
    programs.push(program);
  }
  return { rows, programs };
}

/**
 * Lines of the core that its tests run: the C++ programs, and the TypeScript tests over a library with counters.
 *
 * @param context The compiler.
 * @param filter Only programs whose path contains it.
 * @returns Lines of each file and in all.
 */
export async function coverage(
  context: Context,
  filter: string,
): Promise<Row[]> {
  await Deno.remove(new URL(`${BUILD}/profiles`, NATIVE), { recursive: true })
    .catch(() => {});
  const { rows, programs } = await runTests(context, "coverage", filter);
  const library = await buildCountingLibrary(context);
  rows.push(await runCountedTests(context, library));
  const folder = new URL(`${BUILD}/profiles/`, NATIVE);
  const profiles: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    profiles.push(`${BUILD}/profiles/${name}`);
  }
  const merged = `${BUILD}/coverage.profdata`;
  await run([
    ...["llvm-profdata-19", "merge", "-sparse", ...profiles],
    ...["-o", merged],
  ]);
  const { stdout } = await run([
    ...["llvm-cov-19", "export", "-summary-only", `${BUILD}/${library}`],
    ...programs.flatMap((program) => ["-object", program]),
    ...[`-instr-profile=${merged}`, "-ignore-filename-regex=test_cpp/|/usr/"],
  ]);
  const { files, totals } = JSON.parse(stdout).data[0] as CoverageExport;
  const root = decodeURIComponent(NATIVE.pathname);
  const row = (file: string, { lines }: CoverageSummary): Row => ({
    ...{ build: "coverage", file, lines: lines.count, covered: lines.covered },
    percent: Math.round(lines.percent * 10) / 10,
  });
  return [
    ...rows,
    ...files.map((f) => row(f.filename.replace(root, ""), f.summary)),
    row("total", totals),
  ];
}

interface CoverageSummary {
  lines: { count: number; covered: number; percent: number };
}

interface CoverageExport {
  files: { filename: string; summary: CoverageSummary }[];
  totals: CoverageSummary;
}

async function buildCountingLibrary(context: Context): Promise<string> {
  const name = "libmldefender-coverage.so";
  const sources = [...context.core, ...context.host];
  const flags = LINK.native.map((flag) =>
    flag.replace(/,?--(gc-sections|strip-all)/g, "")
  );
  await link(context, "coverage", sources, name, [
    ...flags,
    "-fprofile-instr-generate",
  ]);
  return name;
}

/** Run the tests that use the core in a copy of the tree whose library counts. */
async function runCountedTests(
  { sources }: Context,
  library: string,
): Promise<Row> {
  // Not below the root: a second copy of every module would be part of its checks and tests.
  const folder = await Deno.makeTempDir({ prefix: "ml-defender-coverage-" });
  try {
    const copy = pathToFileURL(`${folder}/`);
    await copyTree(copy, sources, library);
    return await runCopiedTests(copy);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copyTree(
  copy: URL,
  sources: string,
  library: string,
): Promise<void> {
  const root = new URL("../", NATIVE);
  const { stdout } = await run(["git", "ls-files", "--full-name", ":/"]);
  for (const path of stdout.split("\n")) {
    const from = new URL(path, root);
    const isFile = path !== "" &&
      await Deno.stat(from).then((s) => s.isFile, () => false);
    if (!isFile) continue;
    const to = new URL(path, copy);
    await Deno.mkdir(new URL("./", to), { recursive: true });
    await Deno.copyFile(from, to);
  }
  const build = new URL(`native/${BUILD}/`, copy);
  await Deno.mkdir(build, { recursive: true });
  const bytes = await Deno.readFile(new URL(`${BUILD}/${library}`, NATIVE));
  await Deno.writeFile(new URL(library, build), bytes);
  const about = { name: library, sha256: await digestHex(bytes), sources };
  await Deno.writeTextFile(
    new URL("current.json", build),
    JSON.stringify(about),
  );
  const packed = new URL("native/bin/core_wasm.json", copy);
  const wasm = JSON.parse(await Deno.readTextFile(packed));
  await Deno.writeTextFile(packed, JSON.stringify({ ...wasm, sources }));
}

/** Tests that use the core: those of its members, of the root, and forests across members. */
const COUNTED = [
  "native",
  "capture",
  "raglogger",
  "rag/vectors",
  "mod_test.ts",
  "tests/forest_test.ts",
];

async function runCopiedTests(copy: URL): Promise<Row> {
  const start = performance.now();
  await run([
    ...[Deno.execPath(), "test", "--no-prompt", "--no-check", "-A"],
    ...["--config", new URL("deno.json", copy).pathname],
    ...COUNTED.map((folder) => new URL(folder, copy).pathname),
  ], {
    NO_COLOR: "1",
    LLVM_PROFILE_FILE: new URL(`${BUILD}/profiles/%p.profraw`, NATIVE).pathname,
  });
  const seconds = Math.round(performance.now() - start) / 1000;
  return { build: "coverage", test: "deno test", state: "passed", seconds };
}

/**
 * Build every fuzz target and run it.
 *
 * @param context The compiler.
 * @param seconds For how long, each.
 * @param filter Only those whose path contains it.
 * @returns One row each.
 */
export async function fuzz(
  context: Context,
  seconds: number,
  filter: string,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of await listSources(["fuzz"], ["_fuzz.cpp"])) {
    if (!source.includes(filter)) continue;
    const { stem, program } = await buildProgram(context, "fuzz", source);
    const corpus = `${BUILD}/corpus-${stem}/`;
    await Deno.mkdir(new URL(corpus, NATIVE), { recursive: true });
    const { stderr } = await run([
      ...[`./${program}`, `-max_total_time=${seconds}`, "-timeout=10"],
      ...["-rss_limit_mb=2048", "-print_final_stats=1"],
      ...[`-artifact_prefix=${BUILD}/crash-${stem}-`, corpus],
      ...await seedFolder(stem),
    ]);
    const runs = /stat::number_of_executed_units:\s*(\d+)/.exec(stderr)?.[1];
    const row = { build: "fuzz", target: source, state: "passed" };
    rows.push({ ...row, runs: Number(runs ?? NaN), seconds });
  }
  return rows;
}

/** Inputs that are committed beside a fuzz target, where there are any. */
async function seedFolder(stem: string): Promise<string[]> {
  const folder = `fuzz/seeds/${stem}`;
  const there = await Deno.stat(new URL(folder, NATIVE)).catch(() => undefined);
  return there?.isDirectory ? [folder] : [];
}
