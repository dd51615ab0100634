/** The commands on a real etcd: copies over TLS and to users, an etcd that is silent or goes away, many writers. */
import assert from "node:assert/strict";
import { ConfigEditor } from "@ml-defender/watcher";
import { model } from "../../watcher/testdata/sections.ts";
import { editorModel } from "../../examples/_config.ts";
import { commandOf, runTask, spawn } from "../cli/run.ts";
import { makeCertificates } from "../etcd/_certificates.ts";
import { EtcdServer, missing, noEtcd, openEtcd } from "../etcd_server.ts";
import { optional } from "../_optional.ts";
import { inFolder } from "./_cli.ts";

const lacking = noEtcd ?? missing("openssl");

function test(name: string, fn: () => Promise<void>): void {
  optional({
    name,
    available: lacking === undefined,
    reason: lacking ?? "",
    fn,
  });
}

test("config copy goes from a folder to etcd over TLS with a client certificate, encrypted, under a namespace and a prefix, and back", async () => {
  await inFolder(async (run, folder) => {
    const paths = await makeCertificates(folder);
    await using server = await EtcdServer.start({
      secure: true,
      args: [
        `--cert-file=${paths.server}.crt`,
        `--key-file=${paths.server}.key`,
        `--trusted-ca-file=${paths.ca}.crt`,
        "--client-cert-auth",
      ],
    });
    await run("config", "set", "log.compress", "gzip");
    const { out } = await run("config", "new-key", "one");
    await Deno.writeTextFile(`${folder}/keys`, out, { mode: 0o600 });
    const place = `etcd:${server.endpoint}`;
    const options = (to: string) => [
      ...[`--${to}ca`, "ca.crt", `--${to}namespace`, "plant/"],
      ...[`--${to}cert`, "client.crt", `--${to}key`, "client.key"],
      ...[`--${to}key-file`, "keys", `--${to}prefix`, "team"],
    ];
    const there = await run("config", "copy", place, ...options("to-"));
    assert.equal(there.code, 0, there.err);
    assert.match(there.out, /^revision 2\n {2}log\.compress: none -> gzip\n$/);
    const from = ["--store", place, ...options("")];
    const got = await run("config", "get", "log.compress", ...from);
    assert.equal(got.out, "gzip\n");
    const back = await run("config", "copy", "file:x", ...from, "--to-plain");
    assert.equal(back.code, 0, back.err);
    const self = await run("config", "copy", place, ...from, ...options("to-"));
    assert.deepEqual(
      [self.code, /is the configuration itself/.test(self.err)],
      [
        2,
        true,
      ],
    );
    const tls = { ca: "", cert: "", key: "" };
    tls.ca = await Deno.readTextFile(`${paths.ca}.crt`);
    tls.cert = await Deno.readTextFile(`${paths.client}.crt`);
    tls.key = await Deno.readTextFile(`${paths.client}.key`);
    await using store = await openEtcd({ endpoints: [server.endpoint], tls });
    const { invalid } = await store.list("");
    // A copy leaves a trace for each section that is not set.
    const sections = editorModel().sections.map(({ name }) => name);
    assert.deepEqual(invalid.map(({ key }) => key), [
      ...["@change", ...sections].sort().map((name) =>
        `plant/team/config/${name}`
      ),
      "plant/team/history/000000000002",
    ]);
  });
});

test("config copy gives the target's user the password from ML_DEFENDER_TO_ETCD_PASSWORD", async () => {
  await inFolder(async (run, folder) => {
    await using server = await EtcdServer.start();
    for (
      const args of [
        ["user", "add", "root:root-password"],
        // Some versions have this role from the start.
        ["role", "add", "root"],
        ["user", "grant-role", "root", "root"],
        ["auth", "enable"],
      ]
    ) {
      const done = server.ctl(...args);
      await (args[0] === "role" ? done.catch(() => {}) : done);
    }
    await run("config", "set", "log.compress", "gzip");
    const place = `etcd:${server.endpoint}`;
    const copy = (env: Record<string, string>) =>
      runTask("config", ["copy", place, "--to-user", "root"], {
        folder,
        env: { USER: "ana", ML_DEFENDER_CONFIG: "file:tree", ...env },
      });
    const wrong = await copy({ ML_DEFENDER_ETCD_PASSWORD: "root-password" });
    assert.equal(wrong.code, 1);
    const right = await copy({ ML_DEFENDER_TO_ETCD_PASSWORD: "root-password" });
    assert.equal(right.code, 0, right.err);
    assert.match(right.out, /^revision 2\n/);
  });
});

/** The commands, and what they need beside the store. */
const COMMANDS: readonly (readonly string[])[] = [
  ["config", "get"],
  ["config", "set", "log.compress", "gzip"],
  ["config", "watch"],
  ["status", "--wait", "60"],
  ["accelerate"],
  ["pipeline", "-"],
];

test("Ctrl-C ends each command within a second while etcd takes connections and says nothing", async () => {
  await inFolder(async (_, folder) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const held: Deno.Conn[] = [];
    let arrived = () => {};
    const taking = (async () => {
      for await (const one of listener) {
        held.push(one);
        arrived();
      }
    })();
    for (const [task, ...args] of COMMANDS) {
      const connected = new Promise<void>((done) => arrived = done);
      const store = ["--store", `etcd:http://localhost:${port}`];
      const words = await commandOf(task!, [...args, ...store]);
      const env = { USER: "ana" };
      const child = spawn(words, { folder, env }, "piped");
      await connected;
      const start = performance.now();
      child.kill("SIGINT");
      const { code } = await child.status;
      const ms = performance.now() - start;
      await child.stdin.close().catch(() => {});
      await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
      assert.equal(code, 130, `${task} ${args}`);
      assert.ok(ms < 1000, `${task} ${args} ended after ${ms} ms`);
    }
    for (const one of held) one.close();
    listener.close();
    await taking.catch(() => {});
  });
});

test("config watch tells when etcd is away and when it is back, and what was written then", async () => {
  await inFolder(async (run, folder) => {
    await using server = await EtcdServer.start();
    const store = ["--store", `etcd:${server.endpoint}`];
    await run("config", "set", "search.limit", "7", ...store);
    const words = await commandOf("config", ["watch", "--json", ...store]);
    const child = spawn(words, { folder }, "null");
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (wanted: RegExp) => {
      while (!wanted.test(text)) {
        const { value, done } = await lines.read();
        assert.ok(!done, text);
        text += value;
      }
    };
    await until(/"revision":1/);
    await server.kill();
    await until(/"kind":"away","reason":".+"/);
    await server.up();
    await until(/"kind":"back"/);
    await run("config", "set", "search.limit", "8", ...store);
    await until(/"revision":2.*"before":7,"after":8/);
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    clearTimeout(timer);
    await lines.cancel();
    await child.stderr.cancel();
    const kinds = text.trim().split("\n").map((line) => JSON.parse(line).kind);
    assert.deepEqual(kinds, ["config", "away", "back", "config"]);
  });
});

test("ConfigEditor.set comes through among 20 writers at once on etcd", async () => {
  await using server = await EtcdServer.start();
  const endpoints = [server.endpoint];
  const sections = model();
  const writers = Array.from({ length: 20 }, async (_, i) => {
    await using store = await openEtcd({ endpoints });
    const editor = new ConfigEditor({ store, model: sections });
    for (let j = 0; j < 10; j++) {
      const actor = `w${i}`;
      await editor.set({ [`scoring.models.${actor}_${j}`]: 0.5 }, { actor });
    }
  });
  await Promise.all(writers);
  await using store = await openEtcd({ endpoints });
  const { revision } = await new ConfigEditor({ store, model: sections }).get(
    "",
  );
  assert.equal(revision, 200);
});
