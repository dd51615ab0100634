// deno-lint-ignore-file no-console
/** `deno task coverage`: share of the lines that tests run, in TypeScript and in the C++ core. See `--help`. */
import { MEMBERS } from "./members.ts";
import { helpIfAsked } from "./steps.ts";

helpIfAsked(`
Usage: deno task coverage [--json]

Runs the tests of the members and of the root and prints the share of lines that ran: TypeScript of the members and the
root, and C++ of the core. Fails below 80 % of either. Needs the compiler (deno task native --help).

Options:
  --json    print one JSON object
  --help    show this text
`);

const LINES_MIN = 80;
const ROOT = new URL("../", import.meta.url);

/** Lines that could run and lines that did. */
interface Lines {
  count: number;
  covered: number;
}

async function run(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return text(stdout);
  console.error(text(stdout) + text(stderr));
  console.error(`coverage: deno ${args[0]} failed`);
  Deno.exit(1);
}

/** The modules that count: of the members and the root, without tests. */
async function modules(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [".", ...MEMBERS]) {
    await walk(folder, folder === ".");
  }
  return found.sort();

  async function walk(folder: string, flat: boolean): Promise<void> {
    for await (
      const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))
    ) {
      const path = folder === "." ? name : `${folder}/${name}`;
      if (isDirectory) {
        if (!flat && !/^(build|core|testdata|test_cpp)$/.test(name)) {
          await walk(path, false);
        }
      } else if (name.endsWith(".ts") && !/_test\.ts$|^_test_/.test(name)) {
        found.push(path);
      }
    }
  }
}

/** Lines of each file of a report in lcov's format. */
function linesOf(lcov: string): Map<string, Lines> {
  const files = new Map<string, Lines>();
  let lines: Lines = { count: 0, covered: 0 };
  for (const line of lcov.split("\n")) {
    if (line.startsWith("SF:")) {
      lines = { count: 0, covered: 0 };
      files.set(line.slice(3).replace(ROOT.pathname, ""), lines);
    } else if (line.startsWith("DA:")) {
      lines.count++;
      if (Number(line.split(",")[1]) > 0) lines.covered++;
    }
  }
  return files;
}

async function typescriptLines(): Promise<Map<string, Lines>> {
  const folder = await Deno.makeTempDir({ prefix: "ml-defender-coverage-" });
  try {
    await run([
      ...["test", "--no-prompt", "--no-check", "-A", "--quiet"],
      ...["--permit-no-files", `--coverage=${folder}`],
      ...[...MEMBERS, "mod_test.ts"],
    ]);
    const ran = linesOf(await run(["coverage", "--quiet", "--lcov", folder]));
    const files = new Map<string, Lines>();
    for (const path of await modules()) {
      const lines = ran.get(path) ?? await unloaded(path);
      if (lines.count > 0) files.set(path, lines);
    }
    return files;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A module that no test loads: nothing, if it has only types or passes on others' exports. */
async function unloaded(path: string): Promise<Lines> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const hasCode = /^(export )?(async )?(function|class|const|let) /m.test(text);
  return { count: hasCode ? text.split("\n").length : 0, covered: 0 };
}

async function coreLines(): Promise<Map<string, Lines>> {
  const text = await run([
    ...["run", "--no-prompt", "-A", "_tools/build_native.ts"],
    ...["--coverage", "--json"],
  ]);
  const { rows } = JSON.parse(text) as {
    rows: { file?: string; lines?: number; covered?: number }[];
  };
  const files = new Map<string, Lines>();
  for (const { file, lines = 0, covered = 0 } of rows) {
    if (file?.startsWith("core/")) files.set(file, { count: lines, covered });
  }
  return files;
}

function percent(files: Iterable<Lines>): number {
  const all = [...files];
  const sum = (of: (lines: Lines) => number) =>
    all.reduce((total, lines) => total + of(lines), 0);
  return 100 * sum(({ covered }) => covered) / sum(({ count }) => count);
}

const parts = {
  "TypeScript of the members and the root": await typescriptLines(),
  "C++ of the core": await coreLines(),
};
// NaN, where nothing was counted, is not enough either.
const enough = Object.values(parts)
  .every((files) => percent(files.values()) >= LINES_MIN);
if (Deno.args.includes("--json")) {
  console.log(JSON.stringify(
    Object.fromEntries(
      Object.entries(parts).map(([name, files]) => [name, {
        percent: percent(files.values()),
        files: Object.fromEntries(files),
      }]),
    ),
  ));
} else {
  for (const [name, files] of Object.entries(parts)) {
    console.log(
      `${name}: ${
        percent(files.values()).toFixed(1)
      } % of lines (${files.size} files)`,
    );
    for (const [path, lines] of files) {
      const share = percent([lines]);
      if (share < LINES_MIN) {
        console.log(`  ${share.toFixed(1).padStart(5)} %  ${path}`);
      }
    }
  }
}
if (!enough) {
  console.error(`coverage: at least ${LINES_MIN} % of both must run`);
  Deno.exit(1);
}
