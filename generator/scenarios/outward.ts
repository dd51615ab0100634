/** Infected machines that carry data out or mine. */

import type { Family, Host } from "../address.ts";
import { httpRequest, httpResponse } from "../apps/http.ts";
import { SmbClient } from "../apps/smb.ts";
import { sshSession } from "../apps/ssh.ts";
import { ftpLogin, stratum } from "../apps/text.ts";
import { type Exchange, TLS_PROFILES } from "../apps/tls.ts";
import { utf8 } from "../bytes.ts";
import type { Context } from "../context.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import type { Scenario } from "./scenario.ts";

function* upload(ctx: Context, bytes: number): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const path = `/${rng.text(6)}/upload`;
  const pieces = rng.int(1, 8);
  for (let i = 0; i < pieces; i++) {
    const length = Math.round(bytes / pieces);
    const headers = [`Content-Length: ${length}`];
    const request = httpRequest({
      host: "files",
      path,
      method: "PUT",
      agent: "curl/8.4.0",
      headers,
    });
    yield { from: 0, data: request, waitUs: rng.exponential(200_000) };
    yield { from: 0, data: sim.filler.plain(length) };
    yield* httpResponse(sim.filler, { status: "201 Created", length: 0 });
  }
}

/** How the data leaves. */
interface Way {
  kind: "https" | "http" | "ftp" | "scp";
  client: Host;
  family: Family;
  port: number;
  bytesPerSecond: number;
}

/** The commands of an FTP upload; the data goes over a second connection. */
function* ftpUpload(
  ctx: Context,
  way: Way,
  to: { server: Host; bytes: number },
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const { client, family, bytesPerSecond } = way;
  const { server, bytes } = to;
  const port = rng.int(30_000, 60_000);
  yield* ftpLogin(rng, { tries: 1, accepted: true, delayUs: 30_000 });
  yield { from: 0, data: utf8("EPSV\r\n"), waitUs: 9000 };
  yield {
    from: 1,
    data: utf8(`229 Entering Extended Passive Mode (|||${port}|)\r\n`),
  };
  yield { from: 0, data: utf8(`STOR ${rng.text(8)}.7z\r\n`), waitUs: 9000 };
  yield { from: 1, data: utf8("150 Ok to send data.\r\n"), waitUs: 3000 };
  const steps: Step[] = [{
    from: 0,
    data: sim.filler.plain(Math.round(bytes)),
  }];
  ctx.connect({
    client,
    server,
    family,
    bytesPerSecond,
    loss: 0.002,
    port,
    steps,
  });
  const waitUs = bytes / bytesPerSecond * 1e6 + 500_000;
  yield { from: 1, data: utf8("226 Transfer complete.\r\n"), waitUs };
  yield { from: 0, data: utf8("QUIT\r\n"), waitUs: 50_000 };
  yield { from: 1, data: utf8("221 Goodbye.\r\n") };
}

function carry(
  ctx: Context,
  way: Way,
  to: { server: Host; bytes: number },
): Iterable<Step> {
  const { rng, sim } = ctx;
  const { server, bytes } = to;
  switch (way.kind) {
    case "https": {
      const pieces = rng.int(1, 10);
      const up = Math.round(bytes / pieces);
      const exchanges = Array.from(
        { length: pieces },
        () => ({ up, down: 300 }),
      );
      return ctx.secure(way.client, rng.chance(0.8) ? server.name : "", {
        exchanges,
      });
    }
    case "http":
      return upload(ctx, bytes);
    case "scp":
      return sshSession(rng, sim.filler, {
        keys: 0,
        uploadBytes: Math.round(bytes),
      });
    case "ftp":
      return ftpUpload(ctx, way, to);
  }
}

/** Files gathered from a share before they leave. */
function* staging(ctx: Context, total: number): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const habits = { user: rng.text(6), domain: "CORP", thinkUs: 500 };
  const smb = new SmbClient(rng, sim.filler, habits);
  yield* smb.login();
  yield* smb.tree("\\\\files\\share");
  for (let left = total; left > 0;) {
    const bytes = Math.round(Math.min(900_000, rng.lognormal(80_000, 1)));
    yield* smb.open(`archive\\${rng.text(8)}.pdf`, { bytes });
    yield* smb.read(bytes);
    yield* smb.close();
    left -= bytes;
  }
}

/** Data carried out of the network. */
export const exfiltration: Scenario = {
  name: "exfiltration",
  categories: ["exfiltration"],
  description:
    "A large or stealthy upload to outside: HTTPS, HTTP, FTP or scp, to one host or several",
  plan: (rng) => rng.logUniform(15, 400),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const { clients, fileServers, publicServers } = topology;
    const client = rng.pick([...clients, ...fileServers, ...publicServers]);
    const family = topology.family(rng);
    const kind = rng.pick(
      ["https", "https", "https", "http", "ftp", "scp"] as const,
    );
    const count = rng.pick([1, 1, 1, 3, 6]);
    const servers: Host[] = Array.from(
      { length: count },
      () => topology.external(rng),
    );
    const total = Math.min(rng.logUniform(8e6, 4e7), ctx.attackPackets * 5000);
    const rounds = rng.pick([1, 1, 3, 8, 20]);
    const source = fileServers[0] as Host;
    const staged = rng.chance(0.35) && client !== source;
    const bytesPerSecond = Math.max(
      total / (ctx.attackUs / 1e6),
      rng.logUniform(80_000, 6e6),
    );
    const ports = {
      https: rng.pick([443, 443, 8443, 4443]),
      http: rng.pick([80, 8080]),
      ftp: 21,
      scp: 22,
    };
    const way: Way = {
      kind,
      client,
      family,
      port: ports[kind],
      bytesPerSecond,
    };
    const actor = function* (): Actor {
      if (staged) {
        const steps = staging(ctx, total * 0.5);
        yield* ctx.conversation({
          client,
          server: source,
          family,
          port: 445,
          steps,
        });
      }
      for (let i = 0; i < rounds; i++) {
        const server = servers[i % servers.length] as Host;
        yield ctx.nowUs +
          (rng.chance(0.5) ? ctx.resolve(client, server.name) : 0);
        const steps = carry(ctx, way, {
          server,
          bytes: total * (staged ? 0.5 : 1) / rounds,
        });
        const { port } = way;
        const conn = {
          client,
          server,
          family,
          port,
          steps,
          bytesPerSecond,
          loss: 0.002,
        };
        sim.spawn(ctx.nowUs, ctx.conversation(conn));
        yield ctx.nowUs + rng.uniform(0.3, 0.95) * ctx.attackUs / rounds;
      }
    };
    const subjects = [client];
    const plan = {
      category: "exfiltration" as const,
      attackers: subjects,
      victims: servers,
      subjects,
      family,
    };
    ctx.attack(plan, actor());
  },
};

/** Mining of coins for a pool. */
export const mining: Scenario = {
  name: "mining",
  categories: ["mining"],
  description:
    "Stratum connections to a pool, in the clear or inside TLS, from one machine or a few",
  plan: (rng) => rng.uniform(180, 1500),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const miners = [
      ...new Set(
        rng.shuffle(topology.clients).slice(0, rng.pick([1, 1, 2, 4])),
      ),
    ];
    const family = topology.family(rng);
    const server = topology.external(rng, "pool");
    const hidden = rng.chance(0.25);
    const coin = rng.pick(["xmr", "xmr", "btc"] as const);
    const port = hidden
      ? rng.pick([443, 5555, 14433])
      : rng.pick([3333, 4444, 5555, 7777, 14444, 5222, 45700, 80, 8080]);
    const jobUs = rng.uniform(8e6, 60e6);
    const shareUs = rng.uniform(3e6, 60e6);
    const drops = rng.chance(0.3);
    const inTls = function* (): Generator<Exchange, void, void> {
      yield { up: 420, down: 500 };
      while (ctx.nowUs < ctx.attackEndUs) {
        const share = rng.chance(0.6);
        yield share
          ? { up: 230, down: 90, waitUs: rng.exponential(shareUs) }
          : { up: 0, down: 420, waitUs: rng.exponential(jobUs) };
      }
    };
    const mine = function* (client: Host): Actor {
      while (ctx.nowUs < ctx.attackEndUs) {
        yield ctx.nowUs + ctx.resolve(client, server.name);
        const left = ctx.attackEndUs - ctx.nowUs;
        const durationUs = drops
          ? Math.min(left, rng.exponential(left / 3))
          : left;
        const steps = hidden
          ? ctx.secure(client, server.name, {
            exchanges: inTls(),
            profile: TLS_PROFILES[3]!,
          })
          : stratum(rng, { durationUs, jobUs, shareUs, coin });
        yield* ctx.conversation({
          client,
          server,
          port,
          family,
          steps,
          end: "rst_server",
        });
        yield ctx.nowUs + rng.uniform(1e6, 1e7);
      }
    };
    const actor = function* (): Actor {
      for (const client of miners) {
        sim.spawn(ctx.nowUs, mine(client));
        yield ctx.nowUs + rng.exponential(10e6);
      }
    };
    const plan = {
      category: "mining" as const,
      attackers: miners,
      victims: [server],
      subjects: miners,
      family,
    };
    ctx.attack(plan, actor());
  },
};
