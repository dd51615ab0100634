/** Scans: of one machine's ports, of a network, and slow ones. */

import { ephemeral, type Family, type Host } from "../address.ts";
import { snmp } from "../apps/datagrams.ts";
import { dnsQuery } from "../apps/dns.ts";
import type { Context } from "../context.ts";
import { ACK, FIN, NOTHING, PSH, RST, SYN, URG, whole } from "../frame.ts";
import type { Rng } from "../rng.ts";
import type { Actor } from "../sim.ts";
import { ping } from "../benign/services.ts";
import { unreachableAnswer } from "./floods.ts";
import { intruder, type Scenario, target } from "./scenario.ts";

const COMMON = [
  ...[
    80,
    23,
    443,
    21,
    22,
    25,
    3389,
    110,
    445,
    139,
    143,
    53,
    135,
    3306,
    8080,
    1723,
    111,
    995,
    993,
    5900,
  ],
  ...[
    1025,
    587,
    8888,
    199,
    1720,
    465,
    548,
    113,
    81,
    6001,
    10000,
    514,
    5060,
    179,
    1026,
    2000,
    8443,
    8000,
  ],
  ...[
    32768,
    554,
    26,
    1433,
    49152,
    2001,
    515,
    8008,
    49154,
    1027,
    5666,
    646,
    5000,
    5631,
    631,
    49153,
    8081,
  ],
  ...[
    2049,
    88,
    79,
    5800,
    106,
    2121,
    1110,
    49155,
    6000,
    513,
    990,
    5357,
    427,
    49156,
    543,
    544,
    5101,
    144,
  ],
];

type Kind = "syn" | "connect" | "ack" | "fin" | "null" | "xmas" | "udp";

/** How a scanning tool writes its packets. */
interface Tool {
  kind: Kind;
  /** Constant source port, 0 for a new one per probe. */
  sourcePort: number;
  options: Uint8Array;
  window: number;
  ttl: number;
  retries: number;
  timeoutUs: number;
}

function tool(rng: Rng, kinds: readonly Kind[]): Tool {
  const kind = rng.pick(kinds);
  const stateless = kind === "syn" && rng.chance(0.4);
  return {
    kind,
    sourcePort: kind === "connect"
      ? 0
      : rng.chance(0.8)
      ? rng.int(32_000, 65_000)
      : 0,
    options: rng.chance(0.6) ? Uint8Array.of(2, 4, 5, 180) : new Uint8Array(0),
    window: rng.pick([1024, 1024, 2048, 4096, 65535]),
    ttl: stateless ? rng.int(230, 255) : rng.int(37, 64),
    retries: stateless ? 0 : rng.pick([0, 1, 1, 2]),
    timeoutUs: rng.pick([100_000, 300_000, 1_000_000]),
  };
}

type State = "open" | "closed" | "silent";

const FLAGS: Record<Exclude<Kind, "udp" | "connect">, number> = {
  syn: SYN,
  ack: ACK,
  fin: FIN,
  null: 0,
  xmas: FIN | PSH | URG,
};

/** One probe of one port, its answer, and what the tool does then. */
function* probe(
  ctx: Context,
  way: {
    from: Host;
    to: Host;
    port: number;
    family: Family;
    tool: Tool;
    state: State;
  },
): Actor {
  const { sim, rng, topology } = ctx;
  const { from, to, port, family, tool, state } = way;
  const rttUs = topology.rtt(from, to, rng);
  const sourcePort = tool.sourcePort || ephemeral(from);
  if (tool.kind === "connect") {
    const answer = state === "open"
      ? "accept"
      : state === "closed"
      ? "refuse"
      : "silent";
    const end = rng.pick(["rst_client", "fin_client"] as const);
    const tries = tool.retries + 1;
    return yield* ctx.conversation({
      client: from,
      server: to,
      port,
      family,
      steps: [],
      answer,
      end,
      tries,
    });
  }
  const tries = state === "silent" ? tool.retries + 1 : 1;
  const seq = rng.u32();
  for (let i = 0; i < tries; i++) {
    if (tool.kind === "udp") {
      const body = port === 53
        ? dnsQuery(rng.int(0, 65535), "version.bind", { type: "TXT" })
        : port === 161
        ? snmp(rng, 0xa0, 1)
        : new Uint8Array(0);
      sim.frame.udp(
        sim.nowUs,
        [from, to, family],
        [sourcePort, port],
        whole(body),
        { ttl: tool.ttl },
      );
    } else {
      const flags = FLAGS[tool.kind];
      const segment = {
        from: sourcePort,
        to: port,
        seq,
        ack: flags & ACK ? rng.u32() : 0,
        flags,
      };
      sim.frame.tcp(
        sim.nowUs,
        [from, to, family],
        {
          ...segment,
          window: tool.window,
          options: flags === SYN ? tool.options : new Uint8Array(0),
        },
        NOTHING,
        { ttl: tool.ttl },
      );
    }
    if (i + 1 < tries) yield sim.nowUs + tool.timeoutUs;
  }
  if (state === "silent") return;
  yield sim.nowUs + rttUs;
  const back = {
    from: port,
    to: sourcePort,
    ack: (seq + 1) >>> 0,
    options: new Uint8Array(0),
  };
  if (tool.kind === "udp") {
    if (state === "closed") {
      unreachableAnswer(ctx, { from: to, to: from, family, port });
    }
  } else if (tool.kind === "syn" && state === "open") {
    const options = Uint8Array.of(2, 4, 5, 180);
    const reply = {
      ...back,
      options,
      seq: rng.u32(),
      flags: SYN | ACK,
      window: 64240,
    };
    sim.frame.tcp(sim.nowUs, [to, from, family], reply, NOTHING);
    yield sim.nowUs + rng.int(20, 200);
    const reset = {
      ...back,
      from: sourcePort,
      to: port,
      seq: (seq + 1) >>> 0,
      ack: 0,
      flags: RST,
      window: 0,
    };
    sim.frame.tcp(sim.nowUs, [from, to, family], reset, NOTHING);
  } else if (state === "closed" || tool.kind === "ack") {
    const flags = tool.kind === "ack" ? RST : RST | ACK;
    sim.frame.tcp(sim.nowUs, [to, from, family], {
      ...back,
      seq: 0,
      flags,
      window: 0,
    }, NOTHING);
  }
}

function portsOf(rng: Rng, count: number): number[] {
  const order = rng.pick(["top", "sequence", "random"] as const);
  if (order === "sequence") {
    const from = rng.pick([1, 1, 1, 1000, rng.int(1, 30_000)]);
    return Array.from({ length: count }, (_, i) => (from + i) % 65535 + 1);
  }
  const ports = new Set(order === "top" ? rng.shuffle(COMMON) : []);
  while (ports.size < count) {
    ports.add(rng.int(1, order === "top" ? 12_000 : 65_535));
  }
  return [...ports].slice(0, count);
}

function stateOf(rng: Rng, habit: { silent: number; open: number }): State {
  const x = rng.float();
  return x < habit.open
    ? "open"
    : x < habit.open + habit.silent
    ? "silent"
    : "closed";
}

/** A vertical scan. */
export const scanVertical: Scenario = {
  name: "scan_vertical",
  categories: ["scan"],
  description:
    "Many ports of one machine (or a few): SYN, connect, ACK, FIN, NULL, Xmas, UDP",
  plan: (rng) => rng.logUniform(2, 120),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const from = intruder(ctx, 0.5);
    const to = target(ctx);
    const victims = to === from ? [topology.directory] : [to];
    const family = topology.family(rng);
    const how = tool(rng, [
      "syn",
      "syn",
      "syn",
      "connect",
      "ack",
      "fin",
      "null",
      "xmas",
      "udp",
    ]);
    const count = Math.min(
      Math.round(rng.logUniform(60, 4000)),
      Math.floor(ctx.attackPackets / 2),
    );
    const rate = Math.min(2000, Math.max(1, count / (ctx.attackUs / 1e6)));
    const ports = portsOf(rng, Math.round(count / victims.length));
    const habit = {
      silent: rng.pick([0, 0.02, 0.5, 0.97]),
      open: rng.pick([0.002, 0.01, 0.03]),
    };
    const actor = function* (): Actor {
      for (const port of ports) {
        for (const host of victims) {
          const state = stateOf(rng, habit);
          sim.spawn(
            ctx.nowUs,
            probe(ctx, { from, to: host, port, family, tool: how, state }),
          );
          yield ctx.nowUs + rng.exponential(1e6 / rate);
          if (ctx.nowUs > ctx.attackEndUs) return;
        }
      }
    };
    ctx.attack({
      category: "scan",
      attackers: [from],
      victims,
      subjects: [from],
      family,
    }, actor());
  },
};

/** A machine asks the network who has an address; a living one answers. */
function* who(ctx: Context, from: Host, to: Host, alive: boolean): Actor {
  const { sim, topology } = ctx;
  sim.frame.arp(sim.nowUs, "request", from, to);
  if (!alive) return;
  yield sim.nowUs + topology.lanRttUs;
  sim.frame.arp(sim.nowUs, "reply", to, from);
}

/** A horizontal scan. */
export const scanHorizontal: Scenario = {
  name: "scan_horizontal",
  categories: ["scan"],
  description:
    "One or a few ports of many machines: SYN, connect, UDP, ping or ARP sweeps",
  plan: (rng) => rng.logUniform(2, 150),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const where = rng.pick(["inside", "inside", "inward", "outward"] as const);
    const from = where === "inward"
      ? topology.external(rng)
      : rng.pick(topology.clients);
    const family = topology.family(rng);
    const arp = where === "inside" && family === 4;
    const kind = rng.pick(
      arp
        ? ["tcp", "tcp", "udp", "ping", "arp"]
        : ["tcp", "tcp", "tcp", "udp", "ping"],
    );
    const how = tool(
      rng,
      kind === "udp" ? ["udp"] : ["syn", "syn", "connect", "ack"],
    );
    const ports = rng.pick([
      [445],
      [22],
      [3389],
      [80],
      [23],
      [1433],
      [80, 443, 8080],
      [22, 23, 2323],
      [161],
      [5900],
    ]);
    const slots = rng.shuffle(Array.from({ length: 253 }, (_, i) => i + 2));
    const ordered = rng.chance(0.5) ? slots.sort((a, b) => a - b) : slots;
    const count = where === "outward"
      ? Math.round(rng.logUniform(60, 1500))
      : rng.int(40, 253);
    const alive = new Set(topology.homeHosts);
    const rate = Math.min(
      2000,
      Math.max(0.5, count * ports.length / (ctx.attackUs / 1e6)),
    );
    const habit = { silent: rng.pick([0.1, 0.6]), open: rng.pick([0.02, 0.3]) };
    const outside = { silent: 0.93, open: 0.02 };
    const actor = function* (): Actor {
      for (let i = 0; i < count; i++) {
        const to = where === "outward"
          ? topology.external(rng)
          : topology.neighbour(ordered[i] as number);
        if (to.v4.every((byte, k) => byte === from.v4[k])) continue;
        const lives = where === "outward" || alive.has(to);
        if (arp && (kind === "arp" || rng.chance(0.5))) {
          sim.spawn(ctx.nowUs, who(ctx, from, to, lives));
        }
        for (
          const port of kind === "arp" ? [] : kind === "ping" ? [0] : ports
        ) {
          // On the own segment nothing is sent to an address that ARP does not find.
          if (arp && !lives && rng.chance(0.9)) continue;
          const state = lives
            ? stateOf(rng, where === "outward" ? outside : habit)
            : "silent";
          if (kind === "ping" && state !== "silent") {
            const rttUs = topology.rtt(from, to, rng);
            sim.spawn(
              ctx.nowUs,
              ping(ctx, { client: from, server: to, family, rttUs }),
            );
          } else if (kind === "ping") {
            const type = family === 4 ? 8 : 128;
            sim.frame.icmp(ctx.nowUs, [from, to, family], {
              type,
              code: 0,
              rest: i + 1,
            }, NOTHING);
          } else {sim.spawn(
              ctx.nowUs,
              probe(ctx, { from, to, port, family, tool: how, state }),
            );}
          yield ctx.nowUs + rng.exponential(1e6 / rate);
        }
        if (kind === "arp") yield ctx.nowUs + rng.exponential(1e6 / rate);
        if (ctx.nowUs > ctx.attackEndUs) return;
      }
    };
    const victims = where === "outward"
      ? []
      : topology.homeHosts.filter((host) => host !== from);
    ctx.attack({
      category: "scan",
      attackers: [from],
      victims,
      subjects: [from],
      family,
    }, actor());
  },
};

/** A scan that takes its time. */
export const scanSlow: Scenario = {
  name: "scan_slow",
  categories: ["scan"],
  description:
    "Ports or machines probed one by one with pauses of half a second to half a minute",
  plan: (rng) => rng.uniform(600, 3600),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const from = intruder(ctx, 0.5);
    const family = topology.family(rng);
    const how = tool(rng, ["syn", "syn", "connect", "udp"]);
    const vertical = rng.chance(0.5);
    const one = target(ctx);
    const gapUs = Math.max(rng.logUniform(0.5e6, 30e6), ctx.attackUs / 2000);
    const jitter = rng.chance(0.6);
    const ports = vertical
      ? portsOf(rng, 2000)
      : rng.pick([[445], [22], [80], [3389], [22, 80, 443]]);
    const slots = rng.shuffle(Array.from({ length: 253 }, (_, i) => i + 2));
    const alive = new Set(topology.homeHosts);
    const habit = {
      silent: rng.pick([0.05, 0.6]),
      open: rng.pick([0.01, 0.1]),
    };
    const actor = function* (): Actor {
      for (let i = 0; ctx.nowUs < ctx.attackEndUs; i++) {
        const fixed = one === from ? topology.directory : one;
        const to = vertical
          ? fixed
          : topology.neighbour(slots[i % slots.length] as number);
        const port =
          (vertical ? ports[i % ports.length] : rng.pick(ports)) as number;
        if (to !== from) {
          const state = alive.has(to) ? stateOf(rng, habit) : "silent";
          sim.spawn(
            ctx.nowUs,
            probe(ctx, { from, to, port, family, tool: how, state }),
          );
        }
        yield ctx.nowUs + (jitter ? gapUs * rng.uniform(0.3, 1.7) : gapUs);
      }
    };
    const victims = vertical
      ? [one === from ? topology.directory : one]
      : topology.homeHosts;
    ctx.attack({
      category: "scan",
      attackers: [from],
      victims,
      subjects: [from],
      family,
    }, actor());
  },
};
