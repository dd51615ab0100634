/**
 * The packages as strangers use them: real publishes to a registry on loopback, separate projects that import `jsr:`
 * specifiers with a fresh cache and only the permissions that the members state, and a second run without any network.
 */
import assert from "node:assert/strict";
import { MEMBERS } from "../_tools/members.ts";
import { optional } from "./_optional.ts";
import { Registry } from "./consumer/registry.ts";
import { EtcdServer, noEtcd } from "./etcd_server.ts";

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
  /** npm packages that may be downloaded; undefined for etcd3 and whatever it brings. */
  npm: readonly string[] | undefined;
  /** Builds of the core that may be downloaded. */
  builds: readonly string[];
  /** Whether `deno cache` has everything, so that the first run needs no network for it. @default {false} */
  cachedFirst?: boolean;
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
  await withPublished(async (registry, folder) => {
    for (const [index, consumer] of CONSUMERS.entries()) {
      const granted = consumer.permissions.length > 0 ? " with ffi" : "";
      await t.step(`import ${consumer.name}${granted}`, async () => {
        await checkConsumer(registry, `${folder}/${index}`, consumer);
      });
    }
  });
});

optional({
  name:
    "openConfig of the published package loads etcd's part when it is asked for etcd",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn: () =>
    withPublished(async (registry, folder) => {
      await using server = await EtcdServer.start();
      const endpoint = `http://127.0.0.1:${server.port}`;
      const consumer = {
        ...CONSUMERS.find(({ name }) => name === "sdk/config")!,
        program: etcdProgram(`{ store: "etcd:${endpoint}" }`),
        prints: /^revision \d+$/,
        permissions: [
          `--allow-net=127.0.0.1:${server.port}`,
          "--allow-env",
          "--allow-read",
        ],
        npm: undefined,
      };
      await checkConsumer(registry, `${folder}/by_itself`, consumer);
      await checkConsumer(registry, `${folder}/by_name`, {
        ...consumer,
        program: etcdProgram(
          `{ store: "etcd:${endpoint}", loadEtcd: () => import("jsr:@ml-defender/etcd-client@^0.1.0/etcd") }`,
        ),
        cachedFirst: true,
      });
    }),
});

Deno.test("openConfig names the version of etcd's part that is published with it", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
  const { version } = JSON.parse(await read("etcd_client/deno.json"));
  assert.match(
    await read("config/place.ts"),
    new RegExp(`"etcd-client@\\^${version.replaceAll(".", "\\.")}"`),
  );
});

/** A program that writes a setting and waits for it. */
function etcdProgram(place: string): string {
  return `import { openConfig } from "jsr:@ml-defender/sdk@^0.1.0/config";
await using config = await openConfig(${place});
const { revision } = await config.editor.set({ "search.limit": 3 }, { actor: "a" });
const { applied } = await config.watcher.reached(revision);
console.log("revision", applied.revision);`;
}

/** Publishes every package to a registry, and gives a folder for projects. */
async function withPublished(
  fn: (registry: Registry, folder: string) => Promise<void>,
): Promise<void> {
  await using registry = new Registry();
  const folder = await Deno.makeTempDir({ prefix: "consumer-" });
  try {
    for (const member of [...MEMBERS, "."]) {
      const { code, stderr } = await deno(
        ["publish", "--allow-dirty", "--no-check", "--token", "local"],
        new URL(`${member}/`, ROOT),
        { JSR_URL: registry.url },
      );
      assert.equal(code, 0, `${member}: ${stderr}`);
    }
    await fn(registry, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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

  let offlineArgs: string[] = [];
  if (consumer.cachedFirst) {
    const cached = await deno(["cache", "main.ts"], project, env);
    assert.equal(cached.code, 0, cached.stderr);
    offlineArgs = ["--cached-only"];
  }
  const first = await deno(
    ["run", ...offlineArgs, ...permissions, "main.ts"],
    project,
    env,
  );
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
  const npm = await npmPackages(cache);
  if (consumer.npm === undefined) assert.ok(npm.includes("etcd3"), `${npm}`);
  else assert.deepEqual(npm, consumer.npm);

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
