/** What servers, devices and timers do: regular traffic without a user. */

import type { Host } from "../address.ts";
import {
  BROWSERS,
  httpRequest,
  httpResponse,
  httpSession,
} from "../apps/http.ts";
import {
  dhcp,
  mdnsAnswer,
  mdnsQuestion,
  ntp,
  snmp,
  ssdpSearch,
  syslog,
} from "../apps/datagrams.ts";
import { smtp } from "../apps/text.ts";
import { makeHost } from "../address.ts";
import type { Context } from "../context.ts";
import { whole } from "../frame.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import { type Activity, webExchanges } from "./activities.ts";

/** Someone outside uses a public server: web, mail, an interface, sometimes a crawler. */
export const visitor: Activity = (ctx) => {
  const { rng, topology, sim } = ctx;
  const server = rng.pick(topology.publicServers);
  const client = topology.external(rng, "visitor");
  const kind = rng.pick(
    ["https", "https", "https", "http", "mail", "crawler", "gone"] as const,
  );
  if (kind === "https") {
    for (let i = rng.int(1, 6); i > 0; i--) {
      const exchanges = webExchanges(ctx, rng.int(1, 5), 12_000);
      const steps = ctx.secure(client, `www.home-${server.name}.org`, {
        exchanges,
      });
      ctx.connect(
        { client, server, port: 443, steps },
        ctx.nowUs + rng.exponential(60_000),
      );
    }
  } else if (kind === "mail") {
    const steps = smtp(rng, sim.filler, {
      host: server.name,
      bytes: rng.int(900, 60_000),
    });
    ctx.connect({ client, server, port: 25, steps });
  } else if (kind === "gone") {
    const answer = rng.pick(["refuse", "silent"] as const);
    ctx.connect({
      client,
      server,
      port: rng.pick([80, 443, 8080]),
      steps: [],
      answer,
    });
  } else {
    const requests = kind === "crawler" ? rng.int(10, 40) : rng.int(1, 8);
    const agent = kind === "crawler"
      ? "Mozilla/5.0 (compatible; Searchbot/2.1)"
      : rng.pick(BROWSERS);
    const steps = httpSession(rng, sim.filler, {
      host: server.name,
      agent,
      requests,
    });
    ctx.connect({ client, server, port: 80, steps });
  }
};

/** A service that calls an interface of another machine, one connection per request. */
export const apiBurst: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = rng.pick(topology.publicServers);
  if (server === client) return;
  const gapUs = rng.logUniform(20_000, 1_500_000);
  const port = rng.pick([80, 8080, 9200, 8000]);
  const length = rng.int(40, 4000);
  let at = ctx.nowUs;
  for (let i = rng.int(5, 60); i > 0; i--) {
    const body = rng.chance(0.4)
      ? new TextEncoder().encode(JSON.stringify({ id: i, v: rng.text(40) }))
      : undefined;
    const request = httpRequest({
      host: server.name,
      path: `/v1/${rng.text(5)}`,
      agent: "service/1.4",
      method: body ? "POST" : "GET",
      ...(body ? { body } : {}),
    });
    const response = [
      ...httpResponse(sim.filler, { length, type: "application/json" }),
    ];
    const steps: Step[] = [{ from: 0, data: request }, ...response];
    ctx.connect({ client, server, port, steps }, at);
    at += rng.exponential(gapUs);
  }
};

/** A print job or the like: one upload to a device. */
export const print: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = rng.pick(topology.devices);
  const steps: Step[] = [{
    from: 0,
    data: sim.filler.plain(Math.round(rng.pareto(9000, 1, 600_000))),
  }];
  ctx.connect({ client, server, port: 9100, steps });
};

/** Programs try a server that is not there and try again. */
export const deadServer: Activity = (ctx, client) => {
  const { rng, topology } = ctx;
  const inside = rng.chance(0.3);
  const server = inside
    ? topology.neighbour(rng.int(2, 254))
    : topology.known(`dead/${rng.int(0, 9)}`);
  if (server === client) return;
  const port = rng.pick([443, 80, 8443, 1433, 445, 5222]);
  const answer = rng.pick(["silent", "silent", "refuse"] as const);
  let at = ctx.nowUs;
  for (let i = rng.int(1, 5); i > 0; i--) {
    ctx.connect({
      client,
      server,
      port,
      steps: [],
      answer,
      tries: rng.int(2, 5),
    }, at);
    at += rng.uniform(1e6, 2e7);
  }
};

/** A program that asks its server on a timer: push, telemetry, presence, interface polling. */
export function* timer(ctx: Context, client: Host): Actor {
  const { rng, topology, sim } = ctx;
  const server = topology.known(`push/${rng.int(0, 25)}`);
  const periodUs = rng.pick([15, 30, 30, 60, 60, 120, 300, 600]) * 1e6;
  const jitter = rng.pick([0, 0.01, 0.05, 0.2]);
  const up = rng.int(40, 900);
  const down = rng.int(40, 1500);
  const keep = rng.chance(0.6);
  const port = rng.pick([443, 443, 443, 5228, 8883, 8443]);
  const pause = () => periodUs * (1 + jitter * (rng.float() - 0.5));
  yield sim.nowUs + rng.uniform(0, periodUs);
  if (keep) {
    const exchanges = function* () {
      for (;;) {
        yield {
          up,
          down: rng.chance(0.9) ? down : rng.int(500, 9000),
          waitUs: pause(),
        };
      }
    };
    const steps = ctx.secure(client, server.name, { exchanges: exchanges() });
    yield* ctx.conversation({
      client,
      server,
      port,
      steps,
      midstream: rng.chance(0.4),
    });
    return;
  }
  for (;;) {
    const ready = sim.nowUs +
      (rng.chance(0.3) ? ctx.resolve(client, server.name) : 0);
    const exchanges = [{
      up,
      down: rng.chance(0.9) ? down : rng.int(500, 20_000),
    }];
    const steps = ctx.secure(client, server.name, { exchanges });
    ctx.connect({ client, server, port, steps }, ready);
    yield sim.nowUs + pause();
  }
}

/** Clock synchronisation of one machine. */
export function* clock(ctx: Context, client: Host): Actor {
  const { rng, topology, sim } = ctx;
  const server = topology.known(`ntp/${rng.int(0, 3)}`);
  const periodUs = rng.pick([64, 128, 512, 1024]) * 1e6;
  yield sim.nowUs + rng.uniform(0, periodUs);
  for (;;) {
    const steps: Step[] = [{ from: 0, data: ntp(3, sim.nowUs) }, {
      from: 1,
      data: ntp(4, sim.nowUs),
    }];
    ctx.exchange({ client, server, port: 123, clientPort: 123, steps });
    yield sim.nowUs + periodUs;
  }
}

/** The monitoring server looks at every machine in turn. */
export function* poller(ctx: Context): Actor {
  const { rng, topology, sim } = ctx;
  const client = topology.monitor;
  const periodUs = rng.pick([30, 60, 60, 120, 300]) * 1e6;
  const kinds = rng.shuffle(["ping", "snmp", "port", "agent"] as const).slice(
    0,
    rng.int(1, 3),
  );
  const targets = topology.homeHosts.filter((host) => host !== client);
  const spread = rng.chance(0.5) ? periodUs * 0.8 : rng.uniform(0.2e6, 3e6);
  for (;;) {
    const round = sim.nowUs;
    for (const [i, server] of targets.entries()) {
      yield round + (spread * i) / targets.length;
      const family = topology.family(rng);
      const rttUs = topology.rtt(client, server, rng);
      if (kinds.includes("ping")) {
        sim.spawn(sim.nowUs, ping(ctx, { client, server, family, rttUs }));
      }
      if (kinds.includes("snmp")) {
        const steps: Step[] = [{ from: 0, data: snmp(rng, 0xa0, 3) }, {
          from: 1,
          data: snmp(rng, 0xa2, 3),
        }];
        ctx.exchange({ client, server, port: 161, steps, family });
      }
      if (kinds.includes("port")) {
        const port = server.stack === "windows" ? 445 : 22;
        const answer = rng.chance(0.05) ? "refuse" : "accept";
        ctx.connect({
          client,
          server,
          port,
          steps: [],
          end: rng.pick(["fin_client", "rst_client"]),
          answer,
          family,
        });
      }
      if (kinds.includes("agent")) {
        const request = httpRequest({
          host: server.name,
          path: "/metrics",
          agent: "poller/2.4",
        });
        const length = rng.int(200, 9000);
        const steps: Step[] = [
          { from: 0, data: request },
          ...httpResponse(sim.filler, { length, type: "text/plain" }),
        ];
        ctx.connect({ client, server, port: 9182, steps, family });
      }
    }
    yield round + periodUs;
  }
}

/** An echo request and its reply. */
export function* ping(
  ctx: Context,
  way: { client: Host; server: Host; family: 4 | 6; rttUs: number },
): Actor {
  const { sim, rng } = ctx;
  const { client, server, family } = way;
  const body = whole(sim.filler.bytes(family === 4 ? 56 : 48));
  const rest = (rng.int(1, 65535) * 65536 + rng.int(1, 400)) >>> 0;
  const [ask, reply] = family === 4 ? [8, 0] : [128, 129];
  sim.frame.icmp(sim.nowUs, [client, server, family], {
    type: ask,
    code: 0,
    rest,
  }, body);
  yield sim.nowUs + way.rttUs;
  sim.frame.icmp(sim.nowUs, [server, client, family], {
    type: reply,
    code: 0,
    rest,
  }, body);
}

function group(ctx: Context, v4: number[], v6: number[]): Host {
  return makeHost({
    ...ctx.topology.gateway,
    v4: Uint8Array.from(v4),
    v6: Uint8Array.from(v6),
    home: true,
  });
}

const SERVICES = [
  "_ipp._tcp",
  "_airplay._tcp",
  "_googlecast._tcp",
  "_smb._tcp",
];

/** One multicast announcement or search of a machine. */
function announce(ctx: Context, host: Host, kind: "mdns" | "ssdp"): void {
  const { rng, topology, sim } = ctx;
  const family = topology.family(rng);
  if (kind === "ssdp") {
    const all = group(ctx, [239, 255, 255, 250], [
      255,
      2,
      ...new Array(13).fill(0),
      12,
    ]);
    const ports = [rng.int(40_000, 60_000), 1900] as const;
    return sim.frame.udp(
      sim.nowUs,
      [host, all, family],
      ports,
      whole(ssdpSearch()),
    );
  }
  const all = group(ctx, [224, 0, 0, 251], [
    255,
    2,
    ...new Array(13).fill(0),
    251,
  ]);
  const service = `${rng.pick(SERVICES)}.local`;
  const data = rng.chance(0.6)
    ? mdnsQuestion(service)
    : mdnsAnswer(rng, service);
  sim.frame.udp(sim.nowUs, [host, all, family], [5353, 5353], whole(data), {
    ttl: 255,
  });
}

/** A lease renewed, or a line for the log server. */
function report(ctx: Context, host: Host, kind: "dhcp" | "syslog"): void {
  const { rng, topology } = ctx;
  const { gateway, monitor } = topology;
  if (kind === "syslog") {
    const steps: Step[] = [{ from: 0, data: syslog(rng) }];
    return ctx.exchange({ client: host, server: monitor, port: 514, steps });
  }
  const fields = {
    mac: host.mac,
    transaction: rng.u32(),
    address: host.v4,
    server: gateway.v4,
  };
  const steps: Step[] = [
    { from: 0, data: dhcp(rng, 3, fields) },
    { from: 1, data: dhcp(rng, 5, fields) },
  ];
  const ports = { port: 67, clientPort: 68 };
  ctx.exchange({ client: host, server: gateway, ...ports, steps, family: 4 });
}

/** Devices announce and look for each other; leases are renewed; addresses are asked for. */
export function* chatter(ctx: Context): Actor {
  const { rng, topology, sim } = ctx;
  const everyUs = rng.logUniform(1.5e6, 15e6);
  for (;;) {
    yield sim.nowUs + rng.exponential(everyUs);
    const host = rng.pick([...topology.devices, ...topology.clients]);
    const kind = rng.pick(
      ["mdns", "mdns", "ssdp", "arp", "arp", "dhcp", "syslog"] as const,
    );
    if (kind === "mdns" || kind === "ssdp") announce(ctx, host, kind);
    else if (kind === "syslog") report(ctx, host, kind);
    else if (topology.ip === 6) continue;
    else if (kind === "dhcp") report(ctx, host, kind);
    else {
      sim.frame.arp(sim.nowUs, "request", host, topology.gateway);
      yield sim.nowUs + topology.lanRttUs;
      sim.frame.arp(sim.nowUs, "reply", topology.gateway, host);
    }
  }
}
