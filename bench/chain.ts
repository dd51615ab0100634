// deno-lint-ignore-file no-console
/**
 * CPU time of the whole way against ndpiReader:
 * `deno run -A bench/chain.ts [--capture FILE] [--folder DIR] [--runs N] [--json]`.
 *
 * Without `--capture` it makes two captures of at least 400 MB in the folder (default: a temporary one that is removed;
 * one that is given keeps them): one by the generator, one merged from ML_DEFENDER_DATA. Every figure is the least CPU
 * time (user and system) of whole processes, start included, that took turns.
 */
import { parseArgs } from "node:util";
import { generatedCapture, mergedCapture } from "./_captures.ts";
import { exists, machine, measure, program } from "./_measure.ts";

interface Row {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly ratio: number | null;
  readonly target: number | null;
  readonly output: string;
}

async function compare(
  path: string,
  runs: number,
  logs: string,
): Promise<Row[]> {
  const ndpi = await exists("ndpiReader");
  const log = (turn: number) => `${logs}/${turn}`;
  const contenders = [
    {
      name: "ndpiReader -q",
      target: null,
      command: () => ["ndpiReader", "-q", "-i", path],
    },
    {
      name: "floor: records walked in TypeScript",
      target: null,
      command: () => program("read.ts", "floor", "-", path),
    },
    {
      name: "features, native",
      target: 1 / 4,
      command: () => program("read.ts", "features", "native", path),
    },
    {
      name: "features, wasm",
      target: 1 / 2.5,
      command: () => program("read.ts", "features", "wasm", path),
    },
    {
      name: "analyze with log, native",
      target: 1 / 2,
      command: (turn: number) =>
        program("read.ts", "chain", "native", path, log(turn)),
    },
  ].filter(({ name }) => ndpi || !name.startsWith("ndpi"));
  const least = contenders.map(() => Infinity);
  const outputs = contenders.map(() => "");
  for (let turn = 0; turn < runs; turn++) {
    for (const [index, { name, command }] of contenders.entries()) {
      const { cpuSeconds, output } = await measure(command(turn));
      least[index] = Math.min(least[index]!, cpuSeconds);
      if (!name.startsWith("ndpi")) outputs[index] = output.trim();
      await Deno.remove(log(turn), { recursive: true }).catch(() => {});
    }
  }
  return contenders.map(({ name, target }, index) => ({
    name,
    target,
    cpuSeconds: least[index]!,
    ratio: ndpi ? least[index]! / least[0]! : null,
    output: outputs[index]!,
  }));
}

function print(path: string, rows: readonly Row[]): void {
  const { size } = Deno.statSync(path);
  console.log(`\n${path}: ${(size / 1e6).toFixed(0)} MB`);
  for (const { name, cpuSeconds, ratio, target, output } of rows) {
    const share = ratio === null ? "-" : `1/${(1 / ratio).toFixed(2)}`;
    const verdict = ratio === null || target === null
      ? ""
      : ratio <= target
      ? `  (holds: 1/${1 / target})`
      : `  (MISSED: 1/${1 / target})`;
    console.log(
      `${name.padEnd(36)} ${cpuSeconds.toFixed(2).padStart(7)} s  ${
        share.padStart(7)
      }${verdict}  ${output}`,
    );
  }
}

const { values } = parseArgs({
  options: {
    capture: { type: "string" },
    folder: { type: "string" },
    runs: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const temporary = await Deno.makeTempDir({ prefix: "chain_" });
try {
  const folder = values.folder ?? temporary;
  const captures = values.capture === undefined
    ? [generatedCapture(folder), mergedCapture(folder)]
    : [values.capture];
  const found: Record<string, unknown>[] = [];
  if (!values.json) {
    console.log(await machine());
    if (!await exists("ndpiReader")) {
      console.log("ndpiReader is not there (Debian: libndpi-bin): no ratios");
    }
  }
  for (const path of captures) {
    if (path === undefined) {
      console.error("no captures under ML_DEFENDER_DATA: nothing is merged");
      continue;
    }
    const rows = await compare(path, Number(values.runs), `${temporary}/logs`);
    found.push({ path, rows });
    if (!values.json) print(path, rows);
  }
  if (values.json) {
    console.log(JSON.stringify({ machine: await machine(), found }, null, 2));
  }
} finally {
  await Deno.remove(temporary, { recursive: true });
}
