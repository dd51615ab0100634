/** Command-and-control beacons. */

import type { Family, Host } from "../address.ts";
import { httpRequest, httpResponse } from "../apps/http.ts";
import { type Exchange, TLS_PROFILES, type TlsProfile } from "../apps/tls.ts";
import { be32, join } from "../bytes.ts";
import type { Context } from "../context.ts";
import { whole } from "../frame.ts";
import type { Rng } from "../rng.ts";
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

type Kind = "https" | "http" | "raw" | "https_kept" | "icmp";

/** What stays the same from one check-in to the next. */
interface Beacon {
  kind: Kind;
  client: Host;
  server: Host;
  family: Family;
  port: number;
  pause: () => number;
  usual: { up: number; down: number };
  busy: number;
  named: boolean;
  profile: TlsProfile;
  selfSigned: boolean;
  agent: string;
  path: string;
  failing: number;
  lingerUs: number;
}

function portOf(rng: Rng, kind: Kind): number {
  const any = rng.int(60_100, 65_000);
  if (kind === "http") return rng.pick([80, 80, 8080, 8888, 7080]);
  if (kind === "raw") return rng.pick([4444, 4782, 6606, 8808, 1177, 443, any]);
  return rng.pick([443, 443, 443, 8443, 447, 449, any]);
}

function beaconOf(ctx: Context): Beacon {
  const { rng, topology } = ctx;
  const meanUs = Math.max(ctx.attackUs / rng.int(14, 60), 4e6);
  const jitter = rng.pick([0, 0, 0.05, 0.1, 0.2, 0.3, 0.37, 0.5]);
  const kind = rng.pick<Kind>(
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
    ],
  );
  const system = rng.pick(["6.1", "10.0"]);
  return {
    kind,
    client: rng.pick(topology.clients),
    server: topology.external(rng, "c2"),
    family: topology.family(rng),
    port: portOf(rng, kind),
    pause: () => meanUs * (1 - jitter * rng.float()),
    usual: { up: rng.int(90, 500), down: rng.pick([0, 60, 120, 200, 1200]) },
    busy: rng.pick([0, 0.03, 0.1]),
    named: rng.chance(0.6),
    profile: rng.pick(TLS_PROFILES),
    selfSigned: rng.chance(0.5),
    agent:
      `Mozilla/5.0 (Windows NT ${system}; WOW64; Trident/7.0; rv:11.0) like Gecko`,
    path: `/${rng.text(rng.int(3, 10))}${rng.pick([".php", "/", ".gif", ""])}`,
    failing: rng.chance(0.15) ? 0.3 : 0.01,
    lingerUs: rng.chance(0.4) ? rng.logUniform(1e6, 60e6) : 0,
  };
}

/** Messages of one connection that is kept open. */
function* kept(ctx: Context, beacon: Beacon): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  yield { from: 0, data: sim.filler.bytes(rng.int(150, 700)), waitUs: 1000 };
  while (ctx.nowUs < ctx.attackEndUs) {
    const usual = { up: rng.pick([36, beacon.usual.up]), down: 40 };
    const { up, down } = checkIn(ctx, usual, beacon.busy);
    const body = sim.filler.bytes(up);
    yield {
      from: 0,
      data: join(be32(body.length), body),
      waitUs: beacon.pause(),
    };
    yield {
      from: 1,
      data: sim.filler.bytes(Math.max(8, down)),
      waitUs: 20_000,
    };
  }
}

function* keptExchanges(
  ctx: Context,
  beacon: Beacon,
): Generator<Exchange, void, void> {
  while (ctx.nowUs < ctx.attackEndUs) {
    yield {
      ...checkIn(ctx, beacon.usual, beacon.busy),
      waitUs: beacon.pause(),
    };
  }
}

/** One check-in on a connection of its own. */
function* once(ctx: Context, beacon: Beacon): Actor {
  const { rng, topology } = ctx;
  const { kind, client, server, port, family, named, lingerUs, agent, path } =
    beacon;
  yield ctx.nowUs +
    (named && rng.chance(0.4) ? ctx.resolve(client, server.name) : 0);
  const exchange = checkIn(ctx, beacon.usual, beacon.busy);
  const host = named ? server.name : topology.text(server, family);
  const steps = kind === "http"
    ? beaconHttp(ctx, { host, path, agent, exchange })
    : secure(ctx, beacon, [exchange]);
  const fails = rng.chance(beacon.failing);
  yield* ctx.conversation({
    client,
    server,
    port,
    family,
    steps,
    answer: fails ? rng.pick(["silent", "refuse"] as const) : "accept",
    lingerUs: lingerUs > 0 ? rng.exponential(lingerUs) : 0,
    end: rng.pick(["fin_client", "fin_server", "rst_client"]),
  });
}

function secure(
  ctx: Context,
  beacon: Beacon,
  exchanges: Iterable<Exchange>,
): Generator<Step, void, void> {
  const { client, server, named, profile, selfSigned } = beacon;
  return ctx.secure(client, named ? server.name : "", {
    exchanges,
    profile,
    selfSigned,
  });
}

/** One check-in inside an echo request and its reply. */
function* echo(ctx: Context, { client, server, family }: Beacon): Actor {
  const { rng, sim, topology } = ctx;
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
}

function* run(ctx: Context, beacon: Beacon): Actor {
  const { kind, client, server, port, family } = beacon;
  if (kind === "raw" || kind === "https_kept") {
    const steps = kind === "raw"
      ? kept(ctx, beacon)
      : secure(ctx, beacon, keptExchanges(ctx, beacon));
    return yield* ctx.conversation({
      client,
      server,
      port,
      family,
      steps,
      end: "open",
    });
  }
  while (ctx.nowUs < ctx.attackEndUs) {
    ctx.sim.spawn(
      ctx.nowUs,
      kind === "icmp" ? echo(ctx, beacon) : once(ctx, beacon),
    );
    yield ctx.nowUs + beacon.pause();
  }
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
    const beacon = beaconOf(ctx);
    const { client, server, family } = beacon;
    const attackers = [client];
    const plan = {
      category: "c2" as const,
      attackers,
      victims: [server],
      subjects: attackers,
      family,
    };
    ctx.attack(plan, run(ctx, beacon));
  },
};
