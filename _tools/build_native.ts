/**
 * `deno task native`: builds the core. See `--help`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { generate } from "./gen_symbols.ts";
import {
  BUILD,
  BuildError,
  COMPILE,
  COMPILER,
  Compiler,
  compilerVersion,
  hashTexts,
  LINK,
  listSources,
  NATIVE,
  type Profile,
  prune,
  run,
} from "./native_toolchain.ts";
import { pack, readPacked, sha256Hex } from "./pack_native.ts";

const HELP = `Build the core.

Usage: deno task native [options]

  --wasm           only native/bin/core_wasm.json
  --native         only native/build/libmldefender-<hash>.so and native/bin/<os>_<arch>.json
  --check          build wasm and compare with the committed one (same compiler version only); write nothing
  --sanitize       build native/test_cpp/*_test.cpp with address and undefined-behaviour checks and run them
  --drivers        build native/test_cpp/drivers/*.cpp with the same checks as native/build/sanitize-<name>
  --coverage       build them with coverage, run them, print the lines of native/core that ran
  --fuzz SECONDS   build native/fuzz/*_fuzz.cpp with libFuzzer and run each for that long
  --filter TEXT    only tests or fuzz targets whose path contains it
  --json           print one JSON object
  --help           this text

Without options both builds are made. Exit codes: 0 built, 1 failed, 2 wrong usage.`;

const OPTIONS = {
  wasm: { type: "boolean" },
  native: { type: "boolean" },
  check: { type: "boolean" },
  sanitize: { type: "boolean" },
  drivers: { type: "boolean" },
  coverage: { type: "boolean" },
  fuzz: { type: "string" },
  filter: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const WASM_PACKED = new URL("bin/core_wasm.json", NATIVE);
const NATIVE_PACKED = new URL(
  `bin/${Deno.build.os}_${Deno.build.arch}.json`,
  NATIVE,
);

type Row = Record<string, string | number>;

/** What every build of one run shares. */
interface Context {
  readonly compiler: Compiler;
  readonly version: string;
  /** Sources that both builds share. */
  readonly core: readonly string[];
  /** Sources of the `.so` alone. */
  readonly host: readonly string[];
  /** SHA-256 over everything that both builds are made of. */
  readonly sources: string;
}

async function openContext(): Promise<Context> {
  const version = await compilerVersion();
  const compiler = new Compiler(version);
  const core = ["c_api.cpp", ...await listSources(["core"], [".cpp"])];
  const host = await listSources(["host"], [".cpp"]);
  const sources = await hashInputs(compiler, core);
  return { compiler, version, core, host, sources };
}

/** Hash over sources and everything that they include. */
async function hashInputs(
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

async function link(
  { compiler }: Context,
  profile: Profile,
  sources: readonly string[],
  name: string,
): Promise<URL> {
  const objects = await compiler.objects(profile, sources);
  const partial = `${BUILD}/${name}.${Deno.pid}`;
  await run([COMPILER, "-o", partial, ...objects, ...LINK[profile]]);
  const file = new URL(`${BUILD}/${name}`, NATIVE);
  await Deno.rename(new URL(partial, NATIVE), file);
  return file;
}

async function linkWasm(context: Context): Promise<Uint8Array<ArrayBuffer>> {
  const file = await link(context, "wasm", context.core, "core.wasm");
  const bytes = await Deno.readFile(file);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  if (imports.length > 0) {
    throw new BuildError(
      `Cannot pack the wasm build as it must import nothing: it imports ${
        imports.map(({ module, name }) => `${module}.${name}`).join(", ")
      }`,
    );
  }
  return bytes;
}

async function buildWasm(context: Context): Promise<Row> {
  const bytes = await linkWasm(context);
  const { version, sources } = context;
  const { name, size, sha256 } = await pack(WASM_PACKED, bytes, {
    ...{ name: "core.wasm", compiler: version, sources },
  });
  return { build: "wasm", name, size, sha256 };
}

async function buildNative(context: Context): Promise<Row> {
  const { compiler, version, core, host, sources } = context;
  const all = [...core, ...host];
  const flags = [...COMPILE.native, ...LINK.native, version];
  const hash = await hashTexts([...flags, await hashInputs(compiler, all)]);
  const name = `libmldefender-${hash.slice(0, 16)}.so`;
  const file = await link(context, "native", all, name);
  const about = { name, compiler: version, sources };
  const { size, sha256 } = await pack(
    NATIVE_PACKED,
    await Deno.readFile(file),
    about,
  );
  const current = new URL(`${BUILD}/current.json`, NATIVE);
  const partial = new URL(`${current.href}.${Deno.pid}`);
  await Deno.writeTextFile(
    partial,
    JSON.stringify({ name, size, sha256, sources }) + "\n",
  );
  await Deno.rename(partial, current);
  await removeOldLibraries(name);
  return { build: "native", name, size, sha256 };
}

/** Remove libraries that are not `name` and that nobody can be about to open. */
async function removeOldLibraries(name: string): Promise<void> {
  const folder = new URL(`${BUILD}/`, NATIVE);
  for await (const entry of Deno.readDir(folder)) {
    if (!/^libmldefender-.*\.so$/.test(entry.name) || entry.name === name) {
      continue;
    }
    const file = new URL(entry.name, folder);
    const { mtime } = await Deno.stat(file);
    if (mtime && Date.now() - mtime.getTime() > 3_600_000) {
      await Deno.remove(file);
    }
  }
}

async function check(context: Context): Promise<Row> {
  const committed = await readPacked(WASM_PACKED);
  if (!committed) {
    throw new BuildError(
      "Cannot check native/bin/core_wasm.json as it is missing: run deno task native",
    );
  }
  if (committed.sources !== context.sources) {
    throw new BuildError(
      "native/bin/core_wasm.json was made of other sources: run deno task native and commit it",
    );
  }
  if (committed.compiler !== context.version) {
    return {
      ...{ build: "check", state: "sources equal, compiler differs" },
      ...{ committed: committed.compiler, present: context.version },
    };
  }
  const sha256 = await sha256Hex(await linkWasm(context));
  if (sha256 !== committed.sha256) {
    throw new BuildError(
      `native/bin/core_wasm.json differs from a rebuild by the same compiler: ${committed.sha256} is committed, ${sha256} was built`,
    );
  }
  return { build: "check", state: "equal", sha256 };
}

/** Build one program of the C++ tests, linked with the whole core. */
async function buildProgram(
  { compiler, core }: Context,
  profile: Profile,
  source: string,
): Promise<{ stem: string; program: string }> {
  const stem = source.replace(/^.*\//, "").replace(/\.cpp$/, "");
  const program = `${BUILD}/${profile}-${stem}`;
  const objects = await compiler.objects(profile, [source, ...core]);
  await run([COMPILER, "-o", program, ...objects, ...LINK[profile]]);
  return { stem, program };
}

async function buildDrivers(context: Context, filter: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of await listSources(["test_cpp/drivers"], [".cpp"])) {
    if (!source.includes(filter)) continue;
    const { program } = await buildProgram(context, "sanitize", source);
    rows.push({ build: "driver", name: `native/${program}` });
  }
  return rows;
}

/** Build and run every program of the C++ tests. */
async function runTests(
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
      LLVM_PROFILE_FILE: `${BUILD}/${stem}.profraw`,
    });
    const seconds = Math.round(performance.now() - start) / 1000;
    rows.push({ build: profile, test: source, state: "passed", seconds });
    programs.push(program);
  }
  return { rows, programs };
}

async function coverage(context: Context, filter: string): Promise<Row[]> {
  const { rows, programs } = await runTests(context, "coverage", filter);
  if (programs.length === 0) return rows;
  const raw = programs.map((p) =>
    `${p.replace("/coverage-", "/").concat(".profraw")}`
  );
  const merged = `${BUILD}/coverage.profdata`;
  await run(["llvm-profdata-19", "merge", "-sparse", ...raw, "-o", merged]);
  const [first, ...others] = programs;
  const { stdout } = await run([
    ...["llvm-cov-19", "export", "-summary-only", first!],
    ...others.flatMap((program) => ["-object", program]),
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

async function fuzz(
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
    ]);
    const runs = /stat::number_of_executed_units:\s*(\d+)/.exec(stderr)?.[1];
    const row = { build: "fuzz", target: source, state: "passed" };
    rows.push({ ...row, runs: Number(runs ?? NaN), seconds });
  }
  return rows;
}

function parse(args: string[]) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const seconds = values.fuzz === undefined ? undefined : Number(values.fuzz);
  if (seconds !== undefined && !(seconds >= 1 && Number.isInteger(seconds))) {
    throw new TypeError(
      `Cannot fuzz as SECONDS must be an integer of at least 1: current value is ${values.fuzz}`,
    );
  }
  return { ...values, seconds };
}

async function build(options: ReturnType<typeof parse>): Promise<Row[]> {
  const rows: Row[] = [];
  const filter = options.filter ?? "";
  const { wasm, native, sanitize, drivers, coverage: cover, seconds } = options;
  if (options.check) return [await check(await openContext())];
  const symbols = await generate();
  if (symbols.changed) rows.push({ build: "symbols", name: symbols.file });
  const context = await openContext();
  const both = ![wasm, native, sanitize, drivers, cover, seconds].some(Boolean);
  if (wasm || both) rows.push(await buildWasm(context));
  if (native || both) rows.push(await buildNative(context));
  if (sanitize) {
    rows.push(...(await runTests(context, "sanitize", filter)).rows);
  }
  if (drivers) rows.push(...await buildDrivers(context, filter));
  if (cover) rows.push(...await coverage(context, filter));
  if (seconds) rows.push(...await fuzz(context, seconds, filter));
  await prune();
  return rows;
}

if (import.meta.main) {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(Deno.args);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(2);
  }
  if (options.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  try {
    const rows = await build(options);
    if (options.json) console.log(JSON.stringify({ rows }));
    else for (const row of rows) console.log(Object.values(row).join("  "));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
