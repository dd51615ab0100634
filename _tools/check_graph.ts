// deno-lint-ignore-file no-console
/**
 * Walks every export of every member and refuses an import that the house does not allow: the table is the one in
 * ARCHITECTURE.md. Also refuses npm packages and modules of the runtime beyond those listed for a member. An export other
 * than the main one has a line of its own: what needs an npm package is not reached from a main entry.
 */
import { MEMBERS } from "./members.ts";

interface Allowed {
  readonly members: readonly string[];
  readonly npm?: readonly string[];
  /** Modules of the runtime, as what they name after `node:`. */
  readonly node?: readonly string[];
  /** Folders of the package's own that are no members. */
  readonly folders?: readonly string[];
}

const ALLOWED: Readonly<Record<string, Allowed>> = {
  events: { members: [] },
  native: { members: [] },
  capture: { members: ["events", "native"], node: ["stream", "zlib"] },
  detectors: { members: ["events"] },
  scoring: { members: ["events"], npm: ["valibot"] },
  raglogger: { members: ["events"], node: ["crypto", "process"] },
  rag: {
    members: ["events", "raglogger", "native"],
    node: [
      "crypto",
      "fs",
      "path",
      "process",
      "sqlite",
      "stream",
      "url",
      "zlib",
    ],
  },
  "rag/faiss": {
    members: ["native"],
    npm: ["faiss-node"],
    node: ["crypto", "fs", "zlib"],
  },
  "rag/llama": {
    members: ["events", "raglogger"],
    npm: ["node-llama-cpp"],
    node: ["crypto", "process"],
  },
  "rag/parquet": {
    members: ["events", "raglogger"],
    npm: ["@duckdb/node-api"],
    node: ["crypto", "fs", "path", "process", "sqlite", "url", "zlib"],
  },
  "rag/sentence-transformers": {
    members: [],
    npm: ["@huggingface/tokenizers", "onnxruntime-node"],
  },
  "etcd_client": {
    members: [],
    node: ["buffer", "crypto", "zlib"],
  },
  "etcd_client/etcd": {
    members: [],
    npm: ["etcd3"],
    node: ["buffer", "crypto", "zlib"],
  },
  watcher: {
    members: ["etcd_client"],
    node: ["buffer", "crypto", "zlib"],
  },
  ".": {
    members: MEMBERS,
    npm: ["valibot"],
    node: ["crypto", "process", "stream", "zlib"],
    folders: ["models"],
  },
  "./config": {
    members: MEMBERS,
    npm: ["valibot"],
    node: ["buffer", "crypto", "process", "stream", "zlib"],
    folders: ["config", "models"],
  },
};

for (const member of MEMBERS) {
  if (ALLOWED[member] !== undefined) continue;
  console.error(`${member} is a member that the table does not know`);
  Deno.exit(1);
}

const root = new URL("../", import.meta.url);

interface Info {
  modules: { specifier: string }[];
}

async function modulesOf(entry: URL): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry.href],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  return info.modules.map(({ specifier }) => specifier);
}

function problem(
  member: string,
  specifier: string,
  allowed: Allowed,
): string | undefined {
  if (specifier.startsWith("npm:")) {
    const name = specifier.replace(/^npm:\/?/, "").replace(/(.)@.*$/, "$1");
    return allowed.npm?.includes(name) ? undefined : `npm package ${name}`;
  }
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length);
    return allowed.node?.includes(name) ? undefined : specifier;
  }
  if (!specifier.startsWith(root.href)) return specifier;
  const path = specifier.slice(root.href.length);
  const owner = path.includes("/") ? path.split("/")[0]! : ".";
  if (owner === member || allowed.members.includes(owner)) return undefined;
  if (allowed.folders?.includes(owner)) return undefined;
  return owner;
}

let failures = 0;
let walked = 0;
for (const member of [".", ...MEMBERS]) {
  const folder = new URL(member === "." ? "./" : `${member}/`, root);
  const { exports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", folder)),
  );
  const entries: Record<string, string> = typeof exports === "string"
    ? { ".": exports }
    : exports;
  for (const [path, entry] of Object.entries(entries)) {
    const name = path === "." ? member : `${member}/${path.slice(2)}`;
    const allowed = ALLOWED[name];
    if (allowed === undefined) {
      console.error(`${name} is an export that the table does not know`);
      failures++;
      continue;
    }
    for (const specifier of await modulesOf(new URL(entry, folder))) {
      walked++;
      const bad = problem(member, specifier, allowed);
      if (bad === undefined) continue;
      console.error(
        `${member} (${entry}) imports ${bad}, which is not allowed`,
      );
      failures++;
    }
  }
}
if (failures > 0) Deno.exit(1);
console.log(`graph: ${walked} modules, every import allowed`);
