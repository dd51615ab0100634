/** What only a real etcd shows: restarts, kills, compaction behind a watcher's back, TLS, users, how it ends. */
import assert from "node:assert/strict";
import { EtcdError, type EtcdErrorCode } from "../../etcd_client/mod.ts";
import type { EtcdStoreOptions } from "../../etcd_client/etcd/mod.ts";
import { optional } from "../_optional.ts";
import { makeCertificates } from "./_certificates.ts";
import { noEtcd, noOpenssl, openEtcd } from "./_etcd.ts";
import { line, take } from "./_events.ts";
import {
  EtcdServer,
  freePort,
  type ServerOptions,
  sleep,
} from "../etcd_server.ts";

function withEtcd(
  name: string,
  fn: (server: EtcdServer) => Promise<void>,
  options: ServerOptions = {},
): void {
  optional({
    name,
    available: noEtcd === undefined,
    reason: noEtcd ?? "",
    async fn() {
      await using server = await EtcdServer.start(options);
      await fn(server);
    },
  });
}

async function failsToOpen(
  options: EtcdStoreOptions,
  code: EtcdErrorCode,
  message: RegExp,
): Promise<void> {
  try {
    await using _ = await openEtcd({ timeoutMs: 1500, ...options });
  } catch (error) {
    assert.ok(error instanceof EtcdError, `${error}`);
    assert.match(error.message, message);
    assert.equal(error.code, code, error.message);
    return;
  }
  throw new Error(`opened, ${code} expected`);
}

withEtcd(
  "EtcdStore.watch misses nothing over restarts of etcd on the same data",
  async (server) => {
    const endpoints = [server.endpoint];
    await using reader = await openEtcd({ endpoints });
    await using writer = await openEtcd({ endpoints, timeoutMs: 20_000 });
    const events = reader.watch("n", { initial: true });
    await take(events, 1);
    let stop = false;
    let written = 0;
    const writing = (async () => {
      while (!stop) {
        try {
          await writer.set("n", written);
          written++;
        } catch (error) {
          // Written or not: the same number is written again, so that it may come twice.
          assert.equal((error as EtcdError).code, "unreachable");
        }
      }
    })();
    const values: number[] = [];
    const reading = (async () => {
      for await (const event of events) {
        assert.equal(event.kind, "put", line(event));
        values.push((event as { value: number }).value);
      }
    })();
    for (const signal of ["SIGTERM", "SIGKILL", "SIGKILL"] as const) {
      await sleep(300);
      await server.kill(signal);
      await sleep(200);
      await server.up();
    }
    await sleep(300);
    stop = true;
    await writing;
    const end = Date.now() + 10_000;
    while (values.at(-1) !== written - 1 && Date.now() < end) await sleep(20);
    await events.return(undefined);
    const [first] = await Promise.allSettled([reading]);
    assert.equal(first.status, "fulfilled");
    const once = values.filter((value, i) => value !== values[i - 1]);
    assert.deepEqual(once, Array.from({ length: written }, (_, i) => i));
    assert.ok(written > 20);
    assert.equal(reader.health().resyncs, 0);
    assert.ok(reader.health().reconnects >= 3);
  },
);

withEtcd(
  "EtcdStore reads, writes and watches at most 2 s after a killed etcd is back",
  async (server) => {
    await using store = await openEtcd({
      endpoints: [server.endpoint],
      timeoutMs: 30_000,
    });
    const events = store.watch("x", { initial: true });
    await take(events, 1);
    for (let round = 0; round < 3; round++) {
      await server.kill();
      // Long enough that back-offs have grown.
      await sleep(round * 1500);
      const pending = store.get("x");
      await server.up();
      const back = performance.now();
      await pending;
      await store.set("x", round);
      const [event] = await take(events, 1);
      assert.equal(line(event!), `put x ${round}`);
      const ms = performance.now() - back;
      assert.ok(ms < 2000, `${ms} ms`);
    }
    await events.return(undefined);
  },
);

withEtcd(
  "EtcdStore.watch resyncs when changes were compacted while it was away",
  async (server) => {
    const endpoints = [server.endpoint];
    await using store = await openEtcd({ endpoints });
    const { revision } = await store.set("x", 1);
    const events = store.watch("x", { fromRevision: revision });
    await take(events, 1);
    await server.kill();
    await server.up();
    await using other = await openEtcd({ endpoints });
    // Whether the watch is back by now or not, it starts at a revision that is compacted when it is not.
    for (let i = 2; i < 30; i++) await other.set("x", i);
    await server.kill();
    await server.up();
    await server.ctl("compact", `${(await other.list("")).revision}`);
    await other.set("x", 30);
    let last: string | undefined;
    while (last !== "put x 30") {
      const [event] = await take(events, 1);
      last = line(event!);
      assert.match(last, /^(put x \d+|resync compacted x=\d+)$/);
      if (last === "resync compacted x=30") break;
    }
    await events.return(undefined);
  },
);

withEtcd(
  "EtcdStore.watch says that the store is another one when its data were lost",
  async (server) => {
    const endpoints = [server.endpoint];
    await using store = await openEtcd({ endpoints, timeoutMs: 20_000 });
    await store.set("gone", 1);
    for (let i = 0; i < 10; i++) await store.set("x", i);
    const events = store.watch({ prefix: "" }, { initial: true });
    await take(events, 1);
    await server.kill();
    await Deno.remove(server.dataFolder, { recursive: true });
    await server.up();
    const [event] = await take(events, 1);
    assert.equal(line(event!), "resync restored ");
    await store.set("x", "new");
    assert.equal(line((await take(events, 1))[0]!), 'put x "new"');
    await events.return(undefined);
  },
);

withEtcd(
  "EtcdStore takes the next endpoint when one is dead, and registers again",
  async (server) => {
    const endpoints = [`http://localhost:${freePort()}`, server.endpoint];
    await using store = await openEtcd({ endpoints });
    await store.set("x", 1);
    assert.equal((await store.get("x"))?.value, 1);
    const own = await store.register({
      kind: "pipeline",
      id: "one",
      version: "1",
      ttlSeconds: 2,
    });
    await server.kill();
    await Deno.remove(server.dataFolder, { recursive: true });
    await server.up();
    const end = Date.now() + 8000;
    while (own.renewals === 0 && Date.now() < end) await sleep(50);
    assert.equal((await store.discover("pipeline"))[0]?.id, "one");
    await own.close();
  },
);

withEtcd(
  "EtcdStore says that etcd cannot be reached, in time and without a hang",
  async (server) => {
    const nowhere = `http://localhost:${freePort()}`;
    const started = performance.now();
    await failsToOpen(
      { endpoints: [nowhere], timeoutMs: 500 },
      "unreachable",
      /within 500 ms; does it run there\?/,
    );
    assert.ok(performance.now() - started < 1500);
    await using store = await openEtcd({
      endpoints: [server.endpoint],
      timeoutMs: 500,
    });
    await server.kill();
    for (const action of [() => store.get("x"), () => store.set("x", 1)]) {
      const error = await action().then(() => undefined, (e) => e);
      assert.equal((error as EtcdError).code, "unreachable");
      assert.equal(store.health().reachable, false);
    }
  },
);

withEtcd(
  "EtcdStore.watch notices within 3 s that a server has fallen silent, and goes on when it speaks again",
  async (server) => {
    const endpoints = [server.endpoint];
    await using store = await openEtcd({ endpoints, timeoutMs: 20_000 });
    const events = store.watch("x", { initial: true });
    await take(events, 1);
    await store.set("x", 1);
    await take(events, 1);
    const next = events.next();
    server.signal("SIGSTOP");
    const stopped = performance.now();
    while (store.health().reachable && performance.now() - stopped < 5000) {
      await sleep(20);
    }
    const ms = performance.now() - stopped;
    server.signal("SIGCONT");
    assert.ok(ms < 3000, `${ms} ms`);
    await store.set("x", 2);
    assert.equal(line((await next).value!), "put x 2");
    await events.return(undefined);
  },
);

withEtcd("EtcdStore.open refuses what cannot work", async (server) => {
  const open = (options: EtcdStoreOptions) => openEtcd(options);
  const tls = { ca: "" };
  await assert.rejects(open({ endpoints: [] }), TypeError);
  await assert.rejects(open({ endpoints: ["localhost"] }), TypeError);
  await assert.rejects(
    open({ endpoints: [server.endpoint], tls }),
    /'tls' must not be there for http/,
  );
  await assert.rejects(
    open({ endpoints: ["https://a:1"] }),
    /'tls' must be there for https/,
  );
  await assert.rejects(
    open({ endpoints: ["https://a:1", "http://b:1"], tls }),
    /all http or all https/,
  );
  await assert.rejects(
    open({ endpoints: ["https://a:1"], tls: { ca: "", cert: "" } }),
    /must be there together/,
  );
  await assert.rejects(
    open({ endpoints: [server.endpoint], timeoutMs: 1 }),
    RangeError,
  );
});

withEtcd(
  "EtcdStore lets the process end at once after close, whatever was open",
  async (server) => {
    const module = new URL("../../etcd_client/etcd/mod.ts", import.meta.url);
    const program = `
      import { EtcdStore } from ${JSON.stringify(module.href)};
      const store = await EtcdStore.open({ endpoints: [Deno.args[0]] });
      const events = store.watch("x", { initial: true });
      await events.next();
      events.next().catch(() => {});
      await store.register({ kind: "a", id: "b", version: "1" });
      await store.lease(5);
      if (Deno.args[1] === "down") {
        console.log("kill");
        await Deno.stdin.read(new Uint8Array(1));
        await new Promise((done) => setTimeout(done, 300));
      }
      await store.close();
      console.log("closed");`;
    for (const how of ["up", "down"]) {
      const folder = await Deno.makeTempDir();
      const file = `${folder}/program.ts`;
      await Deno.writeTextFile(file, program);
      const process = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "-A", file, server.endpoint, how],
        cwd: new URL("../../", import.meta.url),
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let closed = 0;
      for await (
        const text of process.stdout.pipeThrough(new TextDecoderStream())
      ) {
        if (text.includes("kill")) {
          await server.kill();
          await process.stdin.close();
        }
        if (text.includes("closed")) closed = performance.now();
      }
      const { success } = await process.status;
      const ms = performance.now() - closed;
      if (how === "up") await process.stdin.close();
      await Deno.remove(folder, { recursive: true });
      assert.ok(success && closed > 0);
      assert.ok(ms < 500, `${ms} ms with etcd ${how}`);
    }
  },
);

optional({
  name:
    "EtcdStore with TLS: host name works; IP, expired, wrong authority, wrong host, no client certificate say what to do",
  available: noOpenssl === undefined,
  reason: noOpenssl ?? "",
  async fn() {
    const folder = await Deno.makeTempDir();
    const paths = await makeCertificates(folder);
    const text = (path: string) => Deno.readTextFile(path);
    const start = (name: string) =>
      EtcdServer.start({
        secure: true,
        args: [
          `--cert-file=${name}.crt`,
          `--key-file=${name}.key`,
          `--trusted-ca-file=${paths.ca}.crt`,
          "--client-cert-auth",
        ],
      });
    await using good = await start(paths.server);
    await using expired = await start(paths.expired);
    await using elsewhere = await start(paths.elsewhere);
    const tls = {
      ca: await text(`${paths.ca}.crt`),
      cert: await text(`${paths.client}.crt`),
      key: await text(`${paths.client}.key`),
    };
    {
      await using store = await openEtcd({
        endpoints: [good.endpoint],
        tls,
      });
      const events = store.watch("x", { initial: true });
      await take(events, 1);
      await store.set("x", "over mTLS");
      assert.equal(line((await take(events, 1))[0]!), 'put x "over mTLS"');
      await events.return(undefined);
    }
    const at = (endpoint: string, other: object = {}) => ({
      endpoints: [endpoint],
      tls: { ...tls, ...other },
    });
    const byIp = good.endpoint.replace("localhost", "127.0.0.1");
    await failsToOpen(at(byIp), "tls", /IP address .* use a host name/);
    await failsToOpen(
      at("https://[::1]:2379"),
      "tls",
      /IP address .* use a host name/,
    );
    await failsToOpen(at(expired.endpoint), "tls", /has expired; renew it/);
    await failsToOpen(at(elsewhere.endpoint), "tls", /another host name/);
    const otherCa = await text(`${paths.otherCa}.crt`);
    await failsToOpen(
      at(good.endpoint, { ca: otherCa }),
      "tls",
      /not signed by the given authority; check 'tls.ca'/,
    );
    await failsToOpen(
      { endpoints: [good.endpoint], tls: { ca: tls.ca } },
      "tls",
      /client certificate|'tls.cert'/,
    );
    await failsToOpen(
      { endpoints: [good.endpoint.replace("https", "http")] },
      "unreachable",
      /https/,
    );
    await Deno.remove(folder, { recursive: true });
  },
});

withEtcd(
  "EtcdStore with users: wrong password, no user and missing permission say what to do",
  async (server) => {
    const password = "correct-horse";
    for (
      const args of [
        ["user", "add", "root:root-password"],
        ["role", "add", "app"],
        ["role", "grant-permission", "app", "readwrite", "app/", "app0"],
        ["user", "add", `alice:${password}`],
        ["user", "grant-role", "root", "root"],
        ["user", "grant-role", "alice", "app"],
        ["auth", "enable"],
      ]
    ) {
      await server.ctl(...args).catch(async (error) => {
        if (!args.includes("grant-role") || !args.includes("root")) throw error;
        await server.ctl("role", "add", "root");
        await server.ctl(...args);
      });
    }
    const endpoints = [server.endpoint];
    const alice = { username: "alice", password };
    await using store = await openEtcd({
      endpoints,
      auth: alice,
      timeoutMs: 20_000,
    });
    await store.set("app/x", 1);
    const events = store.watch({ prefix: "app/" }, { initial: true });
    await take(events, 1);
    await store.set("app/x", 2);
    assert.equal(line((await take(events, 1))[0]!), "put app/x 2");
    const denied = await store.set("other/x", 1).catch((error) => error);
    assert.equal((denied as EtcdError).code, "permission");
    assert.match(denied.message, /grant its role/);
    const watching = store.watch("other/x");
    const refused = await watching.next().catch((error) => error);
    assert.equal((refused as EtcdError).code, "permission");
    await failsToOpen(
      { endpoints, auth: { username: "alice", password: "wrong-horse" } },
      "auth",
      /^(?!.*horse).*user name or password is wrong/,
    );
    await using nobody = await openEtcd({ endpoints });
    const empty = await nobody.get("app/x").catch((error) => error);
    assert.equal((empty as EtcdError).code, "auth");
    assert.match(empty.message, /give 'auth'/);
    // Tokens do not outlive a restart.
    await server.kill();
    await server.up();
    await store.set("app/x", 3);
    assert.equal(line((await take(events, 1))[0]!), "put app/x 3");
    await events.return(undefined);
  },
);

withEtcd("EtcdStore keeps to its namespace", async (server) => {
  const endpoints = [server.endpoint];
  await using a = await openEtcd({ endpoints, namespace: "a/" });
  await using b = await openEtcd({ endpoints, namespace: "b/" });
  await using all = await openEtcd({ endpoints });
  await a.set("x", 1);
  await b.set("x", 2);
  assert.equal((await a.get("x"))?.value, 1);
  assert.deepEqual((await a.list("")).entries.map(({ key }) => key), ["x"]);
  assert.deepEqual((await all.list("")).entries.map(({ key }) => key), [
    "a/x",
    "b/x",
  ]);
});

withEtcd(
  "EtcdStore says which permission is missing, and needs no more than it says",
  async (server) => {
    const module = new URL("../../etcd_client/etcd/mod.ts", import.meta.url);
    const folder = await Deno.makeTempDir();
    const file = `${folder}/program.ts`;
    await Deno.writeTextFile(
      file,
      `import { EtcdStore } from ${JSON.stringify(module.href)};
      const endpoints = [${JSON.stringify(server.endpoint)}];
      try {
        await using store = await EtcdStore.open({ endpoints, timeoutMs: 800 });
        await store.set("x", 1);
        console.log("ok");
      } catch (error) {
        console.log(error.code, error.message);
      }`,
    );
    const say = async (net: string) => {
      const flags = ["--no-check", "--no-prompt", "--allow-read"];
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", ...flags, "--allow-env", `--allow-net=${net}`, file],
        cwd: new URL("../../", import.meta.url),
      }).output();
      return new TextDecoder().decode(stdout);
    };
    const { port } = server;
    for (const net of [`localhost:${port}`, "localhost"]) {
      assert.match(await say(net), /^permission .*--allow-net=<host>/);
    }
    assert.equal(await say(`localhost,127.0.0.1:${port}`), "ok\n");
    await Deno.remove(folder, { recursive: true });
  },
);
