/** A server that says goodbye (a restart by SIGTERM) must end no client: `node:http2` of Deno 2.9 can abort the process then. */
import assert from "node:assert/strict";
import { optional } from "../_optional.ts";
import { noEtcd } from "./_etcd.ts";
import { EtcdServer, sleep } from "../etcd_server.ts";

const PROGRAM = `
const store = await EtcdStore.open({ endpoints: [Deno.args[0]], timeoutMs: 20_000 });
const how = Deno.args[1];
for (let i = 0; i < 20; i++) await store.set("x" + how, i);
if (how === "watch") {
  (async () => { for await (const _ of store.watch("x", { initial: true })); })().catch(() => {});
}
if (how === "component") {
  await store.register({ kind: "a", id: "b", version: "1", ttlSeconds: 3 });
}
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
for (let i = 0; i < 3; i++) await store.set("x" + how, i);
await store.close();
console.log("fine");
`;

optional({
  name: "EtcdStore survives a server that says goodbye, whatever it is doing",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  async fn() {
    await using server = await EtcdServer.start();
    const module = new URL("../../etcd_client/etcd/mod.ts", import.meta.url);
    const file = `${server.folder}/program.ts`;
    await Deno.writeTextFile(
      file,
      `import { EtcdStore } from ${JSON.stringify(module.href)};\n${PROGRAM}`,
    );
    const clients = ["idle", "idle", "watch", "watch", "component"].map((how) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "-A", file, server.endpoint, how],
        cwd: new URL("../../", import.meta.url),
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn()
    );
    const outputs = clients.map((client) => new Response(client.stdout).text());
    await sleep(8000);
    await server.kill("SIGTERM");
    await sleep(500);
    await server.up();
    for (const client of clients) {
      await client.stdin.close();
    }
    const ends = await Promise.all(clients.map(({ status }) => status));
    const texts = await Promise.all(outputs);
    assert.deepEqual(ends.map(({ code }) => code), [0, 0, 0, 0, 0]);
    for (const text of texts) assert.equal(text, "ready\nfine\n");
  },
});
