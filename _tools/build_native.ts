/**
 * `deno task native`: builds the core. See `--help`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { generate } from "./gen_symbols.ts";
import {
  type Context,
  hashInputs,
  libraryName,
  link,
  openContext,
  type Row,
} from "./native_context.ts";
import { buildDrivers, coverage, fuzz, runTests } from "./native_programs.ts";
import { BUILD, BuildError, NATIVE, prune } from "./native_toolchain.ts";
import { digestHex } from "../native/_packed.ts";
import { pack, readPacked } from "./pack_native.ts";

const HELP = `Build the core.

Usage: deno task native [options]

  --wasm           only native/bin/core_wasm.json
  --native         only native/build/libmldefender-<hash>.so and native/bin/<os>_<arch>.json
  --check          build wasm and compare with the committed one (same compiler version only); write nothing
  --sanitize       build native/test_cpp/*_test.cpp with address and undefined-behaviour checks and run them
  --drivers        build native/test_cpp/drivers/*.cpp with the same checks as native/build/sanitize-<name>
  --coverage       run them and the TypeScript tests over a counting library; print the lines of native/core that ran
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
  const name = await libraryName(version, await hashInputs(compiler, all));
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
  const sha256 = await digestHex(await linkWasm(context));
  if (sha256 !== committed.sha256) {
    throw new BuildError(
      `native/bin/core_wasm.json differs from a rebuild by the same compiler: ${committed.sha256} is committed, ${sha256} was built`,
    );
  }
  return { build: "check", state: "equal", sha256 };
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
