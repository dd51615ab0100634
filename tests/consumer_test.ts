/**
 * The packages as strangers use them: real publishes to a registry on loopback, separate projects that import `jsr:`
 * specifiers with a fresh cache and only the permissions that the members state, and a second run without any network.
 */
import assert from "node:assert/strict";
import { MEMBERS } from "../_tools/members.ts";
import { Registry } from "./consumer/registry.ts";

const ROOT = new URL("../", import.meta.url);

interface Consumer {
  /** Package that is imported. */
  name: string;
  /** Program; prints one line. */
  program: string;
  /** What it must print. */
  prints: RegExp;
  /** Permissions that the package states. */
  permissions: readonly string[];
  /** Members that may be downloaded, and nothing else. */
  members: readonly string[];
  /** npm packages that may be downloaded. */
  npm: readonly string[];
  /** Builds of the core that may be downloaded. */
  builds: readonly string[];
}

/** A pcap header without packets, as an expression. */
const EMPTY_CAPTURE =
  `new Uint8Array([0xd4,0xc3,0xb2,0xa1,2,0,4,0,0,0,0,0,0,0,0,0,255,255,0,0,1,0,0,0])`;

const CONSUMERS: readonly Consumer[] = [
  {
    name: "native",
    program: `import { openCore } from "jsr:@ml-defender/native@^0.1.0";
const core = await openCore();
console.log(core.build, core.layout.flow.features.length);`,
    prints: /^wasm \d+$/,
    permissions: [],
    members: ["native"],
    npm: [],
    builds: ["core_wasm.json"],
  },
  {
    name: "native",
    program: `import { openCore } from "jsr:@ml-defender/native@^0.1.0";
const core = await openCore({ build: "native" });
console.log(core.build, core.buildReason);`,
    prints: /^native$/,
    permissions: [
      "--allow-ffi",
      "--allow-read",
      "--allow-write",
      "--allow-env=XDG_CACHE_HOME,HOME",
    ],
    members: ["native"],
    npm: [],
    builds: ["core_wasm.json", "linux_x86_64.json"],
  },
  {
    name: "capture",
    program: `import { openCapture } from "jsr:@ml-defender/capture@^0.1.0";
await using capture = await openCapture(${EMPTY_CAPTURE});
for await (const batch of capture) void batch;
console.log("packets", capture.status().packets);`,
    prints: /^packets 0$/,
    permissions: [],
    members: ["capture", "events", "native"],
    npm: [],
    builds: ["core_wasm.json"],
  },
  {
    name: "detectors",
    program: `import * as detectors from "jsr:@ml-defender/detectors@^0.1.0";
console.log("exports", Object.keys(detectors).length > 3);`,
    prints: /^exports true$/,
    permissions: [],
    members: ["detectors", "events"],
    npm: [],
    builds: [],
  },
  {
    name: "scoring",
    program: `import { parsePolicy } from "jsr:@ml-defender/scoring@^0.1.0";
console.log("policy", typeof parsePolicy("{}"));`,
    prints: /^policy object$/,
    permissions: [],
    members: ["scoring", "events"],
    npm: ["valibot"],
    builds: [],
  },
  {
    name: "rag",
    program: `import { openSearch } from "jsr:@ml-defender/rag@^0.1.0";
await using search = await openSearch("store");
const { understood, summary } = await search.find("port scans");
console.log(understood, summary.total);`,
    prints: /^events with category scan 0$/,
    permissions: ["--allow-read", "--allow-write"],
    members: ["rag", "events", "native", "raglogger"],
    npm: [],
    builds: ["core_wasm.json"],
  },
  {
    name: "rag",
    program: `import { openSearchWorker } from "jsr:@ml-defender/rag@^0.1.0";
const search = await openSearchWorker("store", { build: "wasm" });
console.log((await search.stats()).entries.event);
await search.close();`,
    prints: /^0$/,
    permissions: ["--allow-read", "--allow-write"],
    members: ["rag", "events", "native", "raglogger"],
    npm: [],
    builds: ["core_wasm.json"],
  },
  {
    name: "sdk",
    program: `import { analyze } from "jsr:@ml-defender/sdk@^0.1.0";
await using run = await analyze(${EMPTY_CAPTURE});
for await (const update of run.incidents) void update;
console.log("packets", (await run.finished).packets);`,
    prints: /^packets 0$/,
    permissions: [],
    members: [
      "sdk",
      "events",
      "native",
      "capture",
      "detectors",
      "scoring",
      "raglogger",
    ],
    npm: ["valibot"],
    builds: ["core_wasm.json"],
  },
  {
    name: "sdk/config",
    program: `import { openConfig } from "jsr:@ml-defender/sdk@^0.1.0/config";
await using config = await openConfig({ store: "memory" });
const { rules } = await config.live.current();
const { revision } = await config.editor.set({ "search.limit": 3 }, { actor: "a" });
const { applied } = await config.watcher.reached(revision);
console.log("rules", rules.rules.length > 9, "revision", applied.revision);`,
    prints: /^rules true revision 1$/,
    permissions: [],
    members: [
      "sdk",
      "detectors",
      "etcd-client",
      "events",
      "raglogger",
      "scoring",
      "watcher",
    ],
    npm: ["valibot"],
    builds: [],
  },
];

async function deno(
  args: readonly string[],
  cwd: URL | string,
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("published packages work for strangers, with their stated permissions, and offline the second time", async (t) => {
  await using registry = new Registry();
  const folder = await Deno.makeTempDir({ prefix: "consumer-" });
  try {
    for (const member of [...MEMBERS, "."]) {
      await t.step(`publish ${member}`, async () => {
        const { code, stderr } = await deno(
          ["publish", "--allow-dirty", "--no-check", "--token", "local"],
          new URL(`${member}/`, ROOT),
          { JSR_URL: registry.url },
        );
        assert.equal(code, 0, stderr);
      });
    }
    for (const [index, consumer] of CONSUMERS.entries()) {
      const granted = consumer.permissions.length > 0 ? " with ffi" : "";
      await t.step(`import ${consumer.name}${granted}`, async () => {
        await checkConsumer(registry, `${folder}/${index}`, consumer);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function checkConsumer(
  registry: Registry,
  folder: string,
  consumer: Consumer,
): Promise<void> {
  const project = `${folder}/project`;
  const cache = `${folder}/cache`;
  await Deno.mkdir(project, { recursive: true });
  await Deno.writeTextFile(`${project}/deno.json`, "{}\n");
  await Deno.writeTextFile(`${project}/main.ts`, consumer.program);
  const env = { JSR_URL: registry.url, DENO_DIR: cache, HOME: folder };
  const permissions = ["--no-prompt", ...consumer.permissions];
  registry.takeServed();

  const first = await deno(["run", ...permissions, "main.ts"], project, env);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout.trim(), consumer.prints);

  const served = registry.takeServed();
  const members = new Set(served.map((path) => path.split("/")[1]!));
  assert.deepEqual([...members].sort(), [...consumer.members].sort());
  const strange = served.filter((path) =>
    /_test\.|testdata|test_cpp|fuzz|\.(cpp|hpp|h)$/.test(path)
  );
  assert.deepEqual(strange, [], "tests or C++ sources were downloaded");
  const builds = served.filter((path) => path.includes("/bin/"))
    .map((path) => path.split("/").at(-1)!);
  assert.deepEqual(builds.sort(), [...consumer.builds].sort());
  assert.deepEqual(await npmPackages(cache), consumer.npm);

  const offline = await deno(
    ["run", "--cached-only", ...permissions, "main.ts"],
    project,
    env,
  );
  assert.equal(offline.code, 0, offline.stderr);
  assert.match(offline.stdout.trim(), consumer.prints);
  assert.deepEqual(registry.takeServed(), [], "the second run went online");
}

/** Names of the npm packages in a cache; a folder without a version holds only a package's index. */
async function npmPackages(cache: string): Promise<string[]> {
  const names: string[] = [];
  for (const registry of await folders(`${cache}/npm`)) {
    for (const name of await folders(registry)) {
      if ((await folders(name)).length > 0) names.push(name.split("/").at(-1)!);
    }
  }
  return names.sort();
}

async function folders(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => `${path}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
