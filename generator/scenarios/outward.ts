/** Infected machines that carry data out or mine. */

import type { Host } from "../address.ts";
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

/** Data carried out of the network. */
export const exfiltration: Scenario = {
  name: "exfiltration",
  categories: ["exfiltration"],
  description:
    "A large or stealthy upload to outside: HTTPS, HTTP, FTP or scp, to one host or several",
  plan: (rng) => rng.logUniform(15, 400),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const client = rng.pick([
      ...topology.clients,
      ...topology.fileServers,
      ...topology.publicServers,
    ]);
    const family = topology.family(rng);
    const kind = rng.pick(
      ["https", "https", "https", "http", "ftp", "scp"] as const,
    );
    const servers: Host[] = Array.from(
      { length: rng.pick([1, 1, 1, 3, 6]) },
      () => topology.external(rng),
    );
    const total = Math.min(rng.logUniform(1.5e6, 3e7), ctx.attackPackets * 950);
    const rounds = rng.pick([1, 1, 3, 8, 20]);
    const staged = rng.chance(0.35) && client !== topology.fileServers[0];
    const rate = Math.max(
      total / (ctx.attackUs / 1e6),
      rng.logUniform(80_000, 6e6),
    );
    const port = {
      https: rng.pick([443, 443, 8443, 4443]),
      http: rng.pick([80, 8080]),
      ftp: 21,
      scp: 22,
    }[kind];
    const send = function* (server: Host, bytes: number): Actor {
      const common = {
        client,
        server,
        family,
        port,
        bytesPerSecond: rate,
        loss: 0.002,
      };
      if (kind === "https") {
        const pieces = rng.int(1, 10);
        const exchanges = Array.from(
          { length: pieces },
          () => ({ up: Math.round(bytes / pieces), down: 300 }),
        );
        const steps = ctx.secure(client, rng.chance(0.8) ? server.name : "", {
          exchanges,
        });
        yield* ctx.conversation({ ...common, steps });
      } else if (kind === "http") {
        yield* ctx.conversation({ ...common, steps: upload(ctx, bytes) });
      } else if (kind === "scp") {
        const steps = sshSession(rng, sim.filler, {
          keys: 0,
          uploadBytes: Math.round(bytes),
        });
        yield* ctx.conversation({ ...common, steps });
      } else {
        const dataPort = rng.int(30_000, 60_000);
        const control = function* (): Generator<Step, void, void> {
          yield* ftpLogin(rng, { tries: 1, accepted: true, delayUs: 30_000 });
          yield { from: 0, data: utf8("EPSV\r\n"), waitUs: 9000 };
          yield {
            from: 1,
            data: utf8(
              `229 Entering Extended Passive Mode (|||${dataPort}|)\r\n`,
            ),
          };
          yield {
            from: 0,
            data: utf8(`STOR ${rng.text(8)}.7z\r\n`),
            waitUs: 9000,
          };
          yield {
            from: 1,
            data: utf8("150 Ok to send data.\r\n"),
            waitUs: 3000,
          };
          const steps: Step[] = [{
            from: 0,
            data: sim.filler.plain(Math.round(bytes)),
          }];
          ctx.connect({ ...common, port: dataPort, steps });
          yield {
            from: 1,
            data: utf8("226 Transfer complete.\r\n"),
            waitUs: bytes / rate * 1e6 + 500_000,
          };
          yield { from: 0, data: utf8("QUIT\r\n"), waitUs: 50_000 };
          yield { from: 1, data: utf8("221 Goodbye.\r\n") };
        };
        yield* ctx.conversation({ ...common, steps: control() });
      }
    };
    const staging = function* (): Generator<Step, void, void> {
      const smb = new SmbClient(rng, sim.filler, {
        user: rng.text(6),
        domain: "CORP",
        thinkUs: 500,
      });
      yield* smb.login();
      yield* smb.tree("\\\\files\\share");
      for (let left = total * 0.5; left > 0;) {
        const bytes = Math.round(Math.min(900_000, rng.lognormal(80_000, 1)));
        yield* smb.open(`archive\\${rng.text(8)}.pdf`, { bytes });
        yield* smb.read(bytes);
        yield* smb.close();
        left -= bytes;
      }
    };
    const actor = function* (): Actor {
      if (staged) {
        const server = topology.fileServers[0] as Host;
        yield* ctx.conversation({
          client,
          server,
          family,
          port: 445,
          steps: staging(),
        });
      }
      for (let i = 0; i < rounds; i++) {
        const server = servers[i % servers.length] as Host;
        const ready = rng.chance(0.5) ? ctx.resolve(client, server.name) : 0;
        yield ctx.nowUs + ready;
        sim.spawn(ctx.nowUs, send(server, total * (staged ? 0.5 : 1) / rounds));
        yield ctx.nowUs + rng.uniform(0.3, 0.95) * ctx.attackUs / rounds;
      }
    };
    const plan = {
      category: "exfiltration" as const,
      attackers: [client],
      victims: servers,
      subjects: [client],
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
