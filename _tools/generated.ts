// deno-lint-ignore-file no-console
/**
 * Every generated file of the tree that needs no compiler: makes those that differ from what they are made of anew, or
 * refuses them. The packed builds of the core are refused where they were made of other sources; a compiler makes them.
 */
import { printPowers } from "../native/core/log/print_powers.ts";
import { printColumns } from "../raglogger/testdata/print_columns.ts";
import { printRecord } from "../raglogger/testdata/print_record.ts";
import { configurationFiles } from "./gen_configuration.ts";
import { featureFiles } from "./gen_features.ts";
import { generate as generateSymbols } from "./gen_symbols.ts";
import { stalePacked } from "./native_context.ts";
import { helpIfAsked } from "./steps.ts";

helpIfAsked(`
Usage: deno run -A _tools/generated.ts [--check]

Makes the generated files of the tree that differ anew: configuration, features, symbols of the core, columns and record of the log,
powers of ten. Names packed builds of the core that were made of other sources (deno task native makes them).

Options:
  --check    write nothing
  --help     show this text

Exit codes: 0 everything is as it should be, 1 something is stale.
`);

const check = Deno.args.includes("--check");
const root = new URL("../", import.meta.url);
const files: Record<string, string> = {
  ...configurationFiles(),
  ...featureFiles(),
  "native/core/log/powers.gen.hpp": printPowers(),
  "raglogger/_columns.ts": printColumns(),
  "raglogger/record.ts": printRecord(),
};

const differing: string[] = [];
for (const [path, text] of Object.entries(files)) {
  const url = new URL(path, root);
  if (await Deno.readTextFile(url).catch(() => "") === text) continue;
  differing.push(path);
  if (!check) await Deno.writeTextFile(url, text);
}
const symbols = await generateSymbols({ check });
if (symbols.changed) differing.push(symbols.file);
for (const path of differing) {
  console.error(
    check ? `${path} is stale: run deno run -A _tools/generated.ts` : path,
  );
}
const stale = await stalePacked();
for (const path of stale) {
  console.error(`${path} was made of other sources: run deno task native`);
}
if (stale.length > 0 || check && differing.length > 0) Deno.exit(1);
