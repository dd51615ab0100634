/** Three members of one cluster over TLS, of which one is not to be trusted: no client stays with it. */
import assert from "node:assert/strict";
import type { EtcdStoreOptions } from "../../etcd_client/etcd/mod.ts";
import { optional } from "../_optional.ts";
import { EtcdServer, freePort, sleep } from "../etcd_server.ts";
import { makeCertificates } from "./_certificates.ts";
import { noEtcd, noOpenssl, openConnection, openEtcd } from "./_etcd.ts";
import { line, take } from "./_events.ts";
import { fails } from "../../etcd_client/testdata/fails.ts";

type CertificateName = "server" | "expired" | "elsewhere";

/** What a test has. */
interface Scene {
  readonly ca: string;
  readonly servers: readonly EtcdServer[];
  /** Gives a member another certificate, which it shows from the next connection on. */
  show(member: number, name: CertificateName): Promise<void>;
}

/** Runs a test on a cluster whose members have such certificates. */
function withMembers(
  name: string,
  certificates: readonly CertificateName[],
  fn: (scene: Scene) => Promise<void>,
): void {
  optional({
    name,
    available: noOpenssl === undefined,
    reason: noOpenssl ?? "",
    async fn() {
      const folder = await Deno.makeTempDir();
      const paths = await makeCertificates(folder);
      const show = async (member: number, which: CertificateName) => {
        for (const end of ["key", "crt"]) {
          await Deno.copyFile(
            `${paths[which]}.${end}`,
            `${folder}/member${member}.${end}`,
          );
        }
      };
      for (const [i, which] of certificates.entries()) await show(i, which);
      const ca = await Deno.readTextFile(`${paths.ca}.crt`);
      const servers = await startAll(folder, certificates.length);
      try {
        await fn({ ca, servers, show });
      } finally {
        for (const server of servers) await server[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function startAll(
  folder: string,
  count: number,
): Promise<EtcdServer[]> {
  const peers = Array.from(
    { length: count },
    () => `http://127.0.0.1:${freePort()}`,
  );
  const all = peers.map((peer, i) => `m${i}=${peer}`).join(",");
  return Promise.all(peers.map((peer, i) =>
    EtcdServer.start({
      secure: true,
      args: [
        `--name=m${i}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=${all}`,
        `--cert-file=${folder}/member${i}.crt`,
        `--key-file=${folder}/member${i}.key`,
      ],
    })
  ));
}

/** Within 2 s. */
async function soon<T>(what: string, action: Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await action;
  const ms = performance.now() - began;
  assert.ok(ms < 2000, `${what}: ${ms} ms`);
  return result;
}

/** Waits until the cluster has a leader: without one, etcd lets a write wait for seconds, whoever sends it. */
async function answers(options: EtcdStoreOptions): Promise<void> {
  await using store = await openEtcd({ ...options, timeoutMs: 30_000 });
  await store.get("ready");
  await store.set("ready", true);
}

for (const which of ["expired", "elsewhere"] as const) {
  withMembers(
    `EtcdStore goes on where the first of three members shows a certificate that is ${which}, at start and later`,
    [which, "server", "server"],
    async ({ ca, servers, show }) => {
      const tls = { ca };
      const endpoints = servers.map(({ endpoint }) => endpoint);
      await answers({ endpoints: endpoints.slice(1), tls });
      await using store = await soon("open", openEtcd({ endpoints, tls }));
      const events = store.watch({ prefix: "" }, { initial: true });
      const first = await soon("watch", take(events, 1));
      assert.match(line(first[0]!), /^resync start ready=true/);
      const use = async (value: string, healthy?: number) => {
        if (healthy !== undefined) {
          await answers({ endpoints: [endpoints[healthy]!], tls });
          await soon("the watch is back", take(events, 1));
        }
        await soon(`${value}: set`, store.set("x", value));
        const event = await soon(`${value}: event`, take(events, 1));
        assert.equal(line(event[0]!), `put x "${value}"`);
        assert.equal((await soon("get", store.get("x")))?.value, value);
        const { reachable, lastError } = store.health();
        assert.deepEqual([reachable, lastError], [true, undefined]);
      };
      await use("start");
      // No connection of calls is left; the watch is on the member that dies.
      await sleep(300);
      await servers[1]!.kill();
      await use("one dead", 2);
      await servers[1]!.up();
      await show(0, "server");
      await show(2, which);
      await sleep(2500);
      await use("another one is bad");
      await servers[2]!.kill();
      await use("the bad one dead", 1);
      await events.return(undefined);
    },
  );
}

withMembers(
  "EtcdStore names every member and what is wrong with it when no one can be used, at once",
  ["expired", "elsewhere"],
  async ({ ca, servers, show }) => {
    const tls = { ca };
    const endpoints = servers.map(({ endpoint }) => endpoint);
    const all = await soon(
      "open",
      fails(openEtcd({ endpoints, tls, timeoutMs: 20_000 }), "tls"),
    );
    for (const endpoint of endpoints) {
      assert.ok(all.message.includes(endpoint), all.message);
    }
    assert.match(all.message, /has expired; renew it.*another host name/);
    const one = await soon(
      "open one",
      fails(openEtcd({ endpoints: [endpoints[0]!], tls }), "tls"),
    );
    assert.match(one.message, /^Cannot use etcd at \S+: .* expired; renew it$/);
    const nowhere = `https://localhost:${freePort()}`;
    const half = await fails(
      openEtcd({ endpoints: [nowhere, endpoints[0]!], tls, timeoutMs: 800 }),
      "unreachable",
    );
    assert.match(half.message, /within 800 ms/);
    assert.ok(half.message.includes(endpoints[0]!), half.message);
    assert.match(half.message, /has expired; renew it/);
    await show(0, "server");
    await show(1, "server");
    await answers({ endpoints, tls });
    await using store = await openEtcd({ endpoints, tls });
    await show(0, "expired");
    await show(1, "elsewhere");
    // The connection of calls that are over is gone.
    await sleep(300);
    const later = await soon("get", fails(store.get("ready"), "tls"));
    for (const endpoint of endpoints) {
      assert.ok(later.message.includes(endpoint), later.message);
    }
    const { reachable, lastError } = store.health();
    assert.deepEqual([reachable, lastError], [false, later.message]);
  },
);

withMembers(
  "EtcdStore on one member tells of its certificate as long as that is bad, and its watch goes on when it is renewed",
  ["server"],
  async ({ ca, servers, show }) => {
    const [server] = servers;
    const endpoints = [server!.endpoint];
    await answers({ endpoints, tls: { ca } });
    await using store = await openEtcd({ endpoints, tls: { ca } });
    const events = store.watch("x", { initial: true });
    await take(events, 1);
    await show(0, "expired");
    await server!.kill();
    await server!.up();
    for (const action of [() => store.get("x"), () => store.set("x", 1)]) {
      const error = await soon("refusal", fails(action(), "tls"));
      assert.match(error.message, /expired; renew it$/);
      const { reachable, lastError } = store.health();
      assert.equal(reachable, false);
      assert.match(lastError ?? "", /expired; renew it$/);
    }
    await show(0, "server");
    await soon("set", store.set("x", 2));
    assert.equal(line((await soon("event", take(events, 1)))[0]!), "put x 2");
    const { reachable, lastError } = store.health();
    assert.deepEqual([reachable, lastError], [true, undefined]);
    await events.return(undefined);
  },
);

optional({
  name:
    "EtcdStore says that a member may not speak TLS where it is asked by https",
  available: noOpenssl === undefined,
  reason: noOpenssl ?? "",
  async fn() {
    const folder = await Deno.makeTempDir();
    const paths = await makeCertificates(folder);
    const ca = await Deno.readTextFile(`${paths.ca}.crt`);
    await using server = await EtcdServer.start();
    const endpoints = [server.endpoint.replace("http:", "https:")];
    const error = await fails(
      openEtcd({ endpoints, tls: { ca }, timeoutMs: 800 }),
      "unreachable",
    );
    assert.match(
      error.message,
      /does not speak TLS, the endpoint must be http\. /,
    );
    await Deno.remove(folder, { recursive: true });
  },
});

optional({
  name:
    "a watch takes what is wrong with one of several members for no answer of the cluster, and that of the only one for its",
  available: noEtcd === undefined,
  reason: noEtcd ?? "",
  fn() {
    const cause = new Error("14 UNAVAILABLE: certificate has expired");
    const [a, b] = ["https://a:1", "https://b:1"] as const;
    const one = openConnection([a]);
    assert.equal(one.fail(a, cause).code, "tls");
    const two = openConnection([a, b]);
    const error = two.fail(a, cause);
    assert.deepEqual([error.code, two.endpoint], ["unreachable", b]);
    assert.match(error.message, /has expired; renew it/);
    for (const connection of [one, two]) {
      assert.equal(connection.reachable, false);
      assert.match(connection.lastError!, /has expired; renew it/);
      connection.close();
    }
  },
});
