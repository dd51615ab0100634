// deno-lint-ignore-file no-console
/** `deno task optional`: the optional npm packages into Deno's cache, so that what uses them runs. See `--help`. */
import { helpIfAsked } from "./steps.ts";

/** Packages by the sub-path that uses them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "etcd_client/etcd": ["npm:etcd3@1.1.2"],
  "rag/parquet": ["npm:@duckdb/node-api@1.5.5-r.5"],
  "rag/sentence-transformers": [
    "npm:@huggingface/tokenizers@0.2.0",
    "npm:onnxruntime-node@1.30.0",
  ],
  "rag/llama": ["npm:node-llama-cpp@3.21.1"],
};

helpIfAsked(`
Usage: deno task optional [SUB-PATH...]

Fetches the npm packages of optional sub-paths into Deno's cache; without arguments those of all: about 1 GB. Their tests run
when they are there. No lock file has them: one that had would make every program of this tree fetch them.

Sub-paths: ${Object.keys(PACKAGES).join(", ")}
(rag/faiss has a task of its own: deno task faiss)
`);

const wanted = Deno.args.filter((arg) => arg !== "--");
const unknown = wanted.find((name) => PACKAGES[name] === undefined);
if (unknown !== undefined) {
  console.error(`optional: there is no optional sub-path ${unknown}`);
  Deno.exit(2);
}
const names = wanted.length === 0 ? Object.keys(PACKAGES) : wanted;
for (const name of names) {
  for (const specifier of PACKAGES[name]!) {
    const from = performance.now();
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["cache", "--no-lock", specifier],
      stdin: "null",
      stdout: "null",
    }).output();
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(
      `${name}: ${specifier} ${success ? "is there" : "failed"} (${seconds} s)`,
    );
    if (!success) Deno.exit(1);
  }
}
