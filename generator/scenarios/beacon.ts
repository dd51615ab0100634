/** Command-and-control beacons. */

import { httpRequest, httpResponse } from "../apps/http.ts";
import { type Exchange, TLS_PROFILES } from "../apps/tls.ts";
import { be32, join } from "../bytes.ts";
import type { Context } from "../context.ts";
import { whole } from "../frame.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import type { Scenario } from "./scenario.ts";

/** What one check-in carries: mostly nothing, now and then a task and its result. */
function checkIn(
  ctx: Context,
  usual: { up: number; down: number },
  busy: number,
): Exchange {
  const { rng } = ctx;
  if (!rng.chance(busy)) {
    return {
      up: usual.up + rng.int(0, 24),
      down: usual.down + rng.int(0, 40),
      thinkUs: 30_000,
    };
  }
  const up = rng.chance(0.7) ? Math.round(rng.lognormal(2000, 1.3)) : usual.up;
  const down = rng.chance(0.4)
    ? Math.round(rng.lognormal(30_000, 1))
    : Math.round(rng.lognormal(600, 1));
  return {
    up: Math.min(up, 200_000),
    down: Math.min(down, 600_000),
    thinkUs: 40_000,
  };
}

function* beaconHttp(
  ctx: Context,
  call: { host: string; path: string; agent: string; exchange: Exchange },
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const { host, path, agent, exchange } = call;
  const cookie = `Cookie: ${rng.text(6)}=${
    rng.text(Math.min(400, Math.max(40, exchange.up)))
  }`;
  yield {
    from: 0,
    data: httpRequest({ host, path, agent, headers: [cookie] }),
    waitUs: 500,
  };
  yield* httpResponse(sim.filler, {
    length: exchange.down,
    thinkUs: exchange.thinkUs ?? 20_000,
  });
  if (exchange.up < 1000) return;
  const body = sim.filler.bytes(exchange.up);
  yield {
    from: 0,
    data: httpRequest({ host, path, agent, method: "POST", body }),
    waitUs: 90_000,
  };
  yield* httpResponse(sim.filler, { length: 0 });
}

/** A command-and-control beacon. */
export const c2Beacon: Scenario = {
  name: "c2_beacon",
  categories: ["c2"],
  description:
    "Check-ins every 5 s to 10 min with jitter: HTTPS, HTTP, raw TCP or ICMP; some tasks",
  plan: (rng) => {
    const period = rng.split("period").logUniform(5, 600);
    return Math.min(5400, Math.max(150, period * rng.int(14, 50)));
  },
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const client = rng.pick(topology.clients);
    const family = topology.family(rng);
    const server = topology.external(rng, "c2");
    const meanUs = Math.max(ctx.attackUs / rng.int(14, 60), 4e6);
    const jitter = rng.pick([0, 0, 0.05, 0.1, 0.2, 0.3, 0.37, 0.5]);
    const pause = () => meanUs * (1 - jitter * rng.float());
    const kind = rng.pick(
      [
        "https",
        "https",
        "https",
        "http",
        "http",
        "raw",
        "raw",
        "https_kept",
        "icmp",
      ] as const,
    );
    const port = kind === "http"
      ? rng.pick([80, 80, 8080, 8888, 7080])
      : kind === "raw"
      ? rng.pick([4444, 4782, 6606, 8808, 1177, 443, rng.int(1025, 65_000)])
      : rng.pick([443, 443, 443, 8443, 447, 449, rng.int(1025, 65_000)]);
    const usual = {
      up: rng.int(90, 500),
      down: rng.pick([0, 60, 120, 200, 1200]),
    };
    const busy = rng.pick([0, 0.03, 0.1]);
    const named = rng.chance(0.6);
    const profile = rng.pick(TLS_PROFILES);
    const selfSigned = rng.chance(0.5);
    const agent = `Mozilla/5.0 (Windows NT ${
      rng.pick(["6.1", "10.0"])
    }; WOW64; Trident/7.0; rv:11.0) like Gecko`;
    const path = `/${rng.text(rng.int(3, 10))}${
      rng.pick([".php", "/", ".gif", ""])
    }`;
    const lingerUs = rng.chance(0.4) ? rng.logUniform(1e6, 60e6) : 0;
    const failing = rng.chance(0.15) ? 0.3 : 0.01;
    const common = { client, server, port, family };
    const sni = named ? server.name : "";
    const kept = function* (): Generator<Step, void, void> {
      yield {
        from: 0,
        data: sim.filler.bytes(rng.int(150, 700)),
        waitUs: 1000,
      };
      while (ctx.nowUs < ctx.attackEndUs) {
        const { up, down } = checkIn(ctx, {
          up: rng.pick([36, usual.up]),
          down: 40,
        }, busy);
        const body = sim.filler.bytes(up);
        yield { from: 0, data: join(be32(body.length), body), waitUs: pause() };
        yield {
          from: 1,
          data: sim.filler.bytes(Math.max(8, down)),
          waitUs: 20_000,
        };
      }
    };
    const keptTls = function* (): Generator<Exchange, void, void> {
      while (ctx.nowUs < ctx.attackEndUs) {
        yield { ...checkIn(ctx, usual, busy), waitUs: pause() };
      }
    };
    const once = function* (): Actor {
      const ready = named && rng.chance(0.4)
        ? ctx.resolve(client, server.name)
        : 0;
      yield ctx.nowUs + ready;
      const exchange = checkIn(ctx, usual, busy);
      const steps = kind === "http"
        ? beaconHttp(ctx, {
          host: named ? server.name : topology.text(server, family),
          path,
          agent,
          exchange,
        })
        : ctx.secure(client, sni, {
          exchanges: [exchange],
          profile,
          selfSigned,
        });
      const answer = rng.chance(failing)
        ? rng.pick(["silent", "refuse"] as const)
        : "accept";
      yield* ctx.conversation({
        ...common,
        steps,
        answer,
        lingerUs: lingerUs > 0 ? rng.exponential(lingerUs) : 0,
        end: rng.pick(["fin_client", "fin_server", "rst_client"]),
      });
    };
    const icmp = function* (): Actor {
      const [ask, reply] = family === 4 ? [8, 0] : [128, 129];
      const body = whole(sim.filler.bytes(rng.int(64, 400)));
      const rest = (rng.int(1, 65535) * 65536 + rng.int(1, 99)) >>> 0;
      sim.frame.icmp(sim.nowUs, [client, server, family], {
        type: ask,
        code: 0,
        rest,
      }, body);
      yield sim.nowUs + topology.rtt(client, server, rng);
      sim.frame.icmp(sim.nowUs, [server, client, family], {
        type: reply,
        code: 0,
        rest,
      }, body);
    };
    const actor = function* (): Actor {
      if (kind === "raw") {
        return yield* ctx.conversation({
          ...common,
          steps: kept(),
          end: "open",
        });
      }
      if (kind === "https_kept") {
        const steps = ctx.secure(client, sni, {
          exchanges: keptTls(),
          profile,
          selfSigned,
        });
        return yield* ctx.conversation({ ...common, steps, end: "open" });
      }
      while (ctx.nowUs < ctx.attackEndUs) {
        sim.spawn(ctx.nowUs, kind === "icmp" ? icmp() : once());
        yield ctx.nowUs + pause();
      }
    };
    const plan = {
      category: "c2" as const,
      attackers: [client],
      victims: [server],
      subjects: [client],
      family,
    };
    ctx.attack(plan, actor());
  },
};
