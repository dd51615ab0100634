/** Scans: of one machine's ports, of a network, and slow ones. */

import type { Family, Host } from "../address.ts";
import { ping } from "../benign/services.ts";
import type { Context } from "../context.ts";
import { NOTHING } from "../frame.ts";
import type { Actor } from "../sim.ts";
import { portsOf, probe, stateOf, type Tool, tool } from "./probes.ts";
import { intruder, type Scenario, target } from "./scenario.ts";

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

type SweepKind = "tcp" | "udp" | "ping" | "arp";

const SWEEP_PORTS = [
  ...[[445], [22], [3389], [80], [23], [1433], [161], [5900]],
  ...[[80, 443, 8080], [22, 23, 2323]],
];

/** A sweep over machines. */
interface Sweep {
  where: "inside" | "inward" | "outward";
  kind: SweepKind;
  from: Host;
  family: Family;
  tool: Tool;
  ports: number[];
  /** Whether the capture sees the address requests of the scanner's segment. */
  arp: boolean;
  habit: { silent: number; open: number };
}

function sweepOf(ctx: Context): Sweep {
  const { rng, topology } = ctx;
  const where = rng.pick(["inside", "inside", "inward", "outward"] as const);
  const family = topology.family(rng);
  const segment = where === "inside" && family === 4;
  const kind = rng.pick<SweepKind>(
    segment
      ? ["tcp", "tcp", "udp", "ping", "arp"]
      : ["tcp", "tcp", "tcp", "udp", "ping"],
  );
  const inside = { silent: rng.pick([0.1, 0.6]), open: rng.pick([0.02, 0.3]) };
  return {
    where,
    kind,
    from: where === "inward"
      ? topology.external(rng)
      : rng.pick(topology.clients),
    family,
    tool: tool(
      rng,
      kind === "udp" ? ["udp"] : ["syn", "syn", "connect", "ack"],
    ),
    ports: kind === "ping" || kind === "arp" ? [0] : rng.pick(SWEEP_PORTS),
    arp: segment && (kind === "arp" || rng.chance(0.5)),
    habit: where === "outward" ? { silent: 0.93, open: 0.02 } : inside,
  };
}

/** Looks at one port of one machine. */
function touch(
  ctx: Context,
  sweep: Sweep,
  target: { to: Host; port: number; lives: boolean },
): void {
  const { rng, sim, topology } = ctx;
  const { kind, from, family, arp } = sweep;
  const { to, port, lives } = target;
  if (arp) sim.spawn(ctx.nowUs, who(ctx, from, to, lives));
  // On the own segment nothing is sent to an address that nobody has.
  if (kind === "arp" || (arp && !lives)) return;
  const state = lives ? stateOf(rng, sweep.habit) : "silent";
  const way = {
    client: from,
    server: to,
    family,
    rttUs: topology.rtt(from, to, rng),
  };
  if (kind !== "ping") {
    sim.spawn(
      ctx.nowUs,
      probe(ctx, { from, to, port, family, tool: sweep.tool, state }),
    );
  } else if (state !== "silent") {
    sim.spawn(ctx.nowUs, ping(ctx, way));
  } else {
    const message = {
      type: family === 4 ? 8 : 128,
      code: 0,
      rest: rng.int(1, 60_000),
    };
    sim.frame.icmp(ctx.nowUs, [from, to, family], message, NOTHING);
  }
}

/** A horizontal scan. */
export const scanHorizontal: Scenario = {
  name: "scan_horizontal",
  categories: ["scan"],
  description:
    "One or a few ports of many machines: SYN, connect, UDP, ping or ARP sweeps",
  plan: (rng) => rng.logUniform(2, 150),
  build(ctx) {
    const { rng, topology } = ctx;
    const sweep = sweepOf(ctx);
    const { where, from, family, ports } = sweep;
    const slots = rng.shuffle(Array.from({ length: 253 }, (_, i) => i + 2));
    const ordered = rng.chance(0.5) ? slots.toSorted((a, b) => a - b) : slots;
    const count = where === "outward"
      ? Math.round(rng.logUniform(60, 1500))
      : rng.int(60, 253);
    const alive = new Set(topology.homeHosts);
    const wanted = count * ports.length / (ctx.attackUs / 1e6);
    const rate = Math.min(2000, Math.max(0.5, wanted));
    const actor = function* (): Actor {
      for (let i = 0; i < count && ctx.nowUs < ctx.attackEndUs; i++) {
        const outward = where === "outward";
        const to = outward
          ? topology.external(rng)
          : topology.neighbour(ordered[i] as number);
        if (to.v4.every((byte, k) => byte === from.v4[k])) continue;
        const lives = outward || alive.has(to);
        for (const port of ports) {
          touch(ctx, sweep, { to, port, lives });
          yield ctx.nowUs + rng.exponential(1e6 / rate);
        }
      }
    };
    const others = topology.homeHosts.filter((host) => host !== from);
    const victims = where === "outward" ? [] : others;
    const attackers = [from];
    ctx.attack({
      category: "scan",
      attackers,
      victims,
      subjects: attackers,
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
    const gapUs = Math.max(rng.logUniform(0.5e6, 8e6), ctx.attackUs / 2000);
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
