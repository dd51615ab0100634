// deno-lint-ignore-file no-console
/**
 * Memory of the whole process: `deno run -A bench/memory.ts [--sources N] [--json]`.
 *
 * 100,000 connections of 20,000 hosts stay open, then 5 million forged sources send one packet each to one victim. The
 * highest resident size (VmHWM) is read from the kernel before and after the flood, and the records of a host that talks
 * all the time must be right. The bound is 150 MiB.
 */
import { parseArgs } from "node:util";
import { machine, measure, program } from "./_measure.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "20000" },
    flows: { type: "string", default: "100000" },
    sources: { type: "string", default: "5000000" },
    json: { type: "boolean", default: false },
  },
});
const { hosts, flows, sources } = values;
const temporary = await Deno.makeTempDir({ prefix: "memory_" });
const found: Record<string, unknown>[] = [];
if (!values.json) console.log(await machine());
try {
  for (
    const [what, build, ...rest] of [
      ["features", "native"],
      ["features", "wasm"],
      ["chain", "native", `${temporary}/native`],
      ["chain", "wasm", `${temporary}/wasm`],
    ] as const
  ) {
    const { output, cpuSeconds } = await measure(
      program("memory.ts", what, build, hosts, flows, sources, ...rest),
    );
    const result = { what, build, cpuSeconds, ...JSON.parse(output) };
    found.push(result);
    if (!values.json) console.log(JSON.stringify(result));
  }
  if (values.json) {
    console.log(JSON.stringify({ machine: await machine(), found }, null, 2));
  }
} finally {
  await Deno.remove(temporary, { recursive: true });
}
