// deno-lint-ignore-file no-console
/**
 * `deno task faiss`: makes npm:faiss-node load. See `--help`.
 *
 * @module
 */
import { parseArgs } from "node:util";

const PACKAGE = "npm:faiss-node@0.5.1";
const HEADERS = "npm:node-api-headers@1.9.0";
const ADDON = "npm:node-addon-api@6.1.0";
const BINARY = "build/Release/faiss-node.node";

const HELP = `Make npm:faiss-node load, which "ask --index faiss" needs.

Usage: deno task faiss [options]

The package has no binary inside, and its install script downloads one, which many machines cannot. This compiles its one
source file against the system's faiss library and puts the result into Deno's npm cache, where the package looks for it.
Nothing else stays behind. Where it loads already, nothing happens.

  --check    only say whether it loads and what is missing; build nothing
  --force    build again though it loads
  --help     this text

Needs Linux, a C++ compiler and the faiss library: apt-get install -y g++ libfaiss-dev libopenblas-dev libomp-dev

Exit codes: 0 it loads, 1 it does not (what is missing is said), 2 wrong usage.`;

/** Newer versions of faiss have this name in their namespace, older ones in a class. */
const COMPATIBILITY = `#pragma once
#include <cstdint>
namespace faiss { using idx_t = int64_t; }
`;

const PROBE = `
import faiss from "${PACKAGE}";
const index = new faiss.IndexFlatIP(2);
index.add([1, 0, 0, 1]);
const { labels } = index.search([0, 1], 1);
if (labels[0] !== 1) throw new Error("its search gives a wrong result");
`;

const LOCATE = `
const never = () => [import("${PACKAGE}"), import("${HEADERS}"), import("${ADDON}")];
console.log(JSON.stringify(["${PACKAGE}", "${HEADERS}", "${ADDON}"].map((name) => import.meta.resolve(name))), never.length);
`;

/** Something that the build needs. */
interface Prerequisite {
  readonly name: string;
  readonly package: string;
  readonly present: boolean;
}

/** Ended with a message that says what to do. */
class InstallError extends Error {
  override readonly name = "InstallError";
}

interface Result {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: string[]): Promise<Result> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { success, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, stdout: "", stderr: `${program} was not found` };
  }
}

/** Run a module in a process of its own, outside of the workspace and its lock file. */
async function runModule(folder: string, text: string): Promise<Result> {
  const file = `${folder}/${crypto.randomUUID()}.ts`;
  await Deno.writeTextFile(file, text);
  const options = ["--no-prompt", "--no-config", "--no-lock", "--quiet", "-A"];
  return await run(Deno.execPath(), ["run", ...options, file]);
}

/** Why faiss-node does not load, or undefined where it does. */
async function whyNot(folder: string): Promise<string | undefined> {
  const { success, stderr } = await runModule(folder, PROBE);
  if (success) return undefined;
  const line = stderr.split("\n").find((text) => /error/i.test(text));
  return (line ?? stderr).slice(0, 300);
}

/** Folders of the packages in the npm cache; downloads what is not there. */
async function locate(folder: string): Promise<URL[]> {
  const { success, stdout, stderr } = await runModule(folder, LOCATE);
  const entries: string[] = success
    ? JSON.parse(stdout.slice(0, stdout.lastIndexOf("]") + 1))
    : [];
  const roots = await Promise.all(entries.map(packageRoot));
  if (roots.length === 3 && roots.every((root) => root !== undefined)) {
    return roots;
  }
  throw new InstallError(
    `Cannot get ${PACKAGE}, ${HEADERS} and ${ADDON} from the npm registry: ${
      stderr.split("\n")[0]
    }`,
  );
}

async function packageRoot(entry: string): Promise<URL | undefined> {
  if (!entry.startsWith("file:")) return undefined;
  let folder = new URL("./", entry);
  for (let depth = 0; depth < 4; depth++) {
    const there = await Deno.stat(new URL("package.json", folder))
      .then(() => true, () => false);
    if (there) return folder;
    folder = new URL("../", folder);
  }
  return undefined;
}

async function compiles(
  folder: string,
  text: string,
  flags: string[],
): Promise<boolean> {
  const source = `${folder}/${crypto.randomUUID()}.cpp`;
  await Deno.writeTextFile(source, text);
  const out = ["-o", `${folder}/probe.out`];
  return (await run("g++", [...["-std=c++17", source], ...out, ...flags]))
    .success;
}

async function prerequisites(folder: string): Promise<Prerequisite[]> {
  const compiler = await compiles(folder, "int main() {}", []);
  const main = "int main() {}";
  const check = async (text: string, flags: string[] = []): Promise<boolean> =>
    compiler && await compiles(folder, text, flags);
  const faiss = await check(`#include <faiss/IndexFlat.h>\n${main}`);
  const blas = await check(main, ["-lopenblas"]);
  return [
    {
      name: "C++ compiler (g++)",
      package: "g++",
      present: compiler,
    },
    { name: "faiss headers", package: "libfaiss-dev", present: faiss },
    {
      name: "OpenBLAS (-lopenblas)",
      package: "libopenblas-dev",
      present: blas,
    },
    {
      name: "faiss library (-lfaiss)",
      package: "libfaiss-dev libomp-dev",
      present: faiss && blas &&
        await check(
          `#include <faiss/IndexFlat.h>\nint main() { faiss::IndexFlatIP index(4); return index.d - 4; }`,
          ["-fopenmp", "-lfaiss", "-lopenblas"],
        ),
    },
  ];
}

async function build(folder: string): Promise<string> {
  const [faiss, headers, addon] = (await locate(folder)).map(({ pathname }) =>
    decodeURIComponent(pathname)
  ) as [string, string, string];
  const compatibility = `${folder}/compatibility.h`;
  await Deno.writeTextFile(compatibility, COMPATIBILITY);
  const target = `${faiss}${BINARY}`;
  await Deno.mkdir(target.replace(/\/[^/]*$/, ""), { recursive: true });
  const partial = `${target}.${Deno.pid}`;
  const { success, stderr } = await run("g++", [
    ...["-O3", "-std=c++17", "-fPIC", "-shared", "-fopenmp"],
    ...["-DNAPI_VERSION=6", "-DNAPI_CPP_EXCEPTIONS"],
    "-DNODE_GYP_MODULE_NAME=faiss-node",
    ...["-include", compatibility, `-I${headers}include`, `-I${addon}`],
    ...[`${faiss}src/faiss.cc`, "-o", partial, "-lfaiss", "-lopenblas"],
  ]);
  if (!success) {
    await Deno.remove(partial).catch(() => {});
    const line = stderr.split("\n").find((text) => /error/.test(text));
    throw new InstallError(
      `Cannot compile faiss-node: ${line ?? stderr.slice(0, 300)}`,
    );
  }
  await Deno.rename(partial, target);
  return target;
}

async function install(
  folder: string,
  { check = false, force = false }: { check?: boolean; force?: boolean },
): Promise<number> {
  const before = await whyNot(folder);
  if (before === undefined && !force) {
    console.log(`${PACKAGE} loads. Nothing to do.`);
    return 0;
  }
  if (before !== undefined) console.log(`${PACKAGE} does not load: ${before}`);
  if (Deno.build.os !== "linux") {
    throw new InstallError(
      `Cannot build faiss-node on ${Deno.build.os}: this knows Linux only. The index "own" needs none of it.`,
    );
  }
  const needed = await prerequisites(folder);
  for (const { name, present } of needed) {
    console.log(`  ${present ? "found  " : "missing"}  ${name}`);
  }
  const missing = needed.filter(({ present }) => !present);
  if (missing.length > 0) {
    const packages = new Set(missing.flatMap((one) => one.package.split(" ")));
    throw new InstallError(
      `Missing. On Debian or Ubuntu: apt-get install -y ${
        [...packages].join(" ")
      }`,
    );
  }
  if (check) {
    console.log("Everything is there to build it: deno task faiss");
    return 1;
  }
  console.log(`Built ${await build(folder)}`);
  const after = await whyNot(folder);
  if (after !== undefined) {
    throw new InstallError(`${PACKAGE} was built but does not load: ${after}`);
  }
  console.log(`${PACKAGE} loads.`);
  return 0;
}

async function main(): Promise<number> {
  let options: { check?: boolean; force?: boolean; help?: boolean };
  try {
    options = parseArgs({
      args: Deno.args,
      options: {
        check: { type: "boolean" },
        force: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const folder = await Deno.makeTempDir({ prefix: "ml-defender-faiss-" });
  try {
    return await install(folder, options);
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
