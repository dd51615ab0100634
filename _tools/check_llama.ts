// deno-lint-ignore-file no-console
/**
 * Holds the types of npm:node-llama-cpp to what `library.ts` says of them. The program that is checked is written to a
 * temporary folder and checked without a lock file: nothing in the tree may name the package in a way that Deno follows.
 */
import { PACKAGE } from "../rag/llama/library.ts";
import { helpIfAsked } from "./steps.ts";

helpIfAsked(`
Usage: deno task check:llama

Fetches npm:node-llama-cpp into Deno's cache, about 740 MB, and holds its types to what rag/llama/library.ts says of them.
`);

const folder = await Deno.makeTempDir();
const library = new URL("../rag/llama/library.ts", import.meta.url).href;
const program = `import * as found from "${PACKAGE}";
import type * as used from "${library}";
export const library: used.LlamaLibrary = found;
type Unknown<Used, Known> = Exclude<keyof Used, keyof Known>;
type Options<F extends (...all: never[]) => unknown, At extends number = 0> =
  Parameters<F>[At];
/** Names of options that the package does not have: none. */
export const unknown: [
  Unknown<Options<used.LlamaLibrary["getLlama"]>, found.LlamaOptions>,
  Unknown<Options<used.LlamaEngine["loadModel"]>, found.LlamaModelOptions>,
  Unknown<Options<used.LlamaWeights["createContext"]>, found.LlamaContextOptions>,
  Unknown<
    ConstructorParameters<used.LlamaLibrary["LlamaChatSession"]>[0],
    found.LlamaChatSessionOptions
  >,
  Unknown<Options<used.LlamaSession["prompt"], 1>, found.LLamaChatPromptOptions>,
] extends never[] ? true : false = true;
`;
let code: number;
try {
  await Deno.writeTextFile(`${folder}/types.ts`, program);
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({
      nodeModulesDir: "none",
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
      },
    }),
  );
  const { code: found } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", "--quiet", "types.ts"],
    cwd: folder,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  code = found;
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (code === 0) console.log(`${PACKAGE} has every type that is used of it`);
Deno.exit(code);
