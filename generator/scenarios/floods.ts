/** Floods: SYN (and other flags), UDP, ICMP. */

import type { Host } from "../address.ts";
import type { Context } from "../context.ts";
import { blobOf } from "../blob.ts";
import { ACK, FIN, NOTHING, PSH, RST, type Slice, SYN } from "../frame.ts";
import type { Actor } from "../sim.ts";
import { synOf } from "../stacks.ts";
import { floodSources, type Scenario, target } from "./scenario.ts";

const NONE = new Uint8Array(0);

/** Packets per second: from a nuisance to what a small uplink carries. */
function paces(ctx: Context): () => number {
  const { rng, attackUs, attackPackets } = ctx;
  const wanted = attackPackets / (attackUs / 1e6);
  // Whoever asks for a large flood gets all of it within its time.
  const rate = attackPackets > 200_000
    ? wanted
    : Math.max(200, Math.min(rng.logUniform(200, 20_000), wanted * 8));
  const burst = rng.chance(0.3);
  return () => {
    if (burst && rng.chance(0.01)) return rng.exponential(4e6 / rate * 10);
    return rng.exponential(1e6 / rate);
  };
}

function flood(
  ctx: Context,
  send: (source: Host) => void,
  next: () => Host,
): Actor {
  const pace = paces(ctx);
  return (function* (): Actor {
    for (let i = 0; i < ctx.attackPackets && ctx.nowUs < ctx.attackEndUs; i++) {
      send(next());
      yield ctx.nowUs + pace();
    }
  })();
}

function* later(ctx: Context, atUs: number, work: () => void): Actor {
  yield atUs;
  work();
  yield ctx.nowUs;
}

/** SYN flood and its relatives. */
export const synFlood: Scenario = {
  name: "syn_flood",
  categories: ["ddos"],
  description:
    "TCP flood: SYN, or ACK, RST, FIN, SYN-ACK; spoofed or not, answered or not",
  plan: (rng) => rng.logUniform(3, 45),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const victim = target(ctx);
    const family = topology.family(rng);
    const sources = floodSources(ctx);
    const flags = rng.pick([
      SYN,
      SYN,
      SYN,
      SYN,
      ACK,
      RST,
      FIN,
      SYN | ACK,
      PSH | ACK,
    ]);
    const port = rng.pick([80, 443, 443, 22, 25, 53, 8080]);
    const randomPort = rng.chance(0.15);
    const fixedSource = rng.chance(0.2) ? rng.int(1024, 65535) : 0;
    const answered = rng.pick([0, 0, 0.1, 0.6, 1]);
    const crafted = rng.chance(0.5);
    const padding = rng.chance(0.5) && !crafted;
    const window = rng.pick([0, 512, 1024, 8192, 64240, 65535]);
    const send = (source: Host) => {
      const from = fixedSource || rng.int(1024, 65535);
      const to = randomPort ? rng.int(1, 65535) : port;
      const seq = rng.u32();
      const syn = crafted || flags !== SYN
        ? undefined
        : synOf(source, { family, tsValue: seq, salt: seq });
      sim.frame.pad = padding;
      sim.frame.tcp(sim.nowUs, [source, victim, family], {
        from,
        to,
        seq,
        ack: flags & ACK ? rng.u32() : 0,
        flags,
        window: syn?.window ?? window,
        options: syn?.options ?? NONE,
      }, NOTHING);
      sim.frame.pad = false;
      if (!rng.chance(answered) || flags & RST) return;
      const reply = flags === SYN
        ? (rng.chance(0.97) ? SYN | ACK : RST | ACK)
        : RST;
      const work = () =>
        sim.frame.tcp(sim.nowUs, [victim, source, family], {
          from: to,
          to: from,
          seq: reply & SYN ? rng.u32() : 0,
          ack: (seq + 1) >>> 0,
          flags: reply,
          window: reply & SYN ? 64240 : 0,
          options: reply & SYN ? Uint8Array.of(2, 4, 5, 180) : NONE,
        }, NOTHING);
      sim.spawn(sim.nowUs, later(ctx, sim.nowUs + rng.int(60, 400), work));
    };
    const plan = {
      category: "ddos" as const,
      attackers: sources.real,
      victims: [victim],
      subjects: [victim],
      family,
      spoofed: sources.real.length === 0,
    };
    ctx.attack(plan, flood(ctx, send, sources.next));
  },
};

/** UDP flood. */
export const udpFlood: Scenario = {
  name: "udp_flood",
  categories: ["ddos"],
  description: "UDP flood of fixed or varying sizes to one or many ports",
  plan: (rng) => rng.logUniform(3, 45),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const victim = target(ctx);
    const family = topology.family(rng);
    const sources = floodSources(ctx);
    // Ports and first bytes that belong to no protocol: what is sent is not meant to be one.
    const content = sim.filler.bytes(1400);
    content.fill(rng.pick([0xf3, 0xff, 0x58]), 0, 8);
    const blob = blobOf(content);
    const size = rng.pick([0, 1, 18, 64, 512, 1024, 1400, -1]);
    const port = rng.pick([
      80,
      443,
      3074,
      27015,
      9987,
      rng.int(60_100, 65_000),
      0,
    ]);
    const fixedSource = rng.chance(0.3) ? rng.int(60_100, 65_000) : 0;
    const unreachable = rng.chance(0.3);
    let lastAnswer = 0;
    const send = (source: Host) => {
      const length = size < 0 ? rng.int(0, 1400) : size;
      const payload: Slice = { bytes: blob.bytes, offset: 0, length, blob };
      const to = port || rng.int(60_100, 65_000);
      sim.frame.udp(sim.nowUs, [source, victim, family], [
        fixedSource || rng.int(60_100, 65_000),
        to,
      ], payload);
      // Stacks limit how many errors they send.
      if (!unreachable || sim.nowUs - lastAnswer < 20_000) return;
      lastAnswer = sim.nowUs;
      unreachableAnswer(ctx, { from: victim, to: source, family, port: to });
    };
    const plan = {
      category: "ddos" as const,
      attackers: sources.real,
      victims: [victim],
      subjects: [victim],
      family,
      spoofed: sources.real.length === 0,
    };
    ctx.attack(plan, flood(ctx, send, sources.next));
  },
};

/** Sends an ICMP port-unreachable error about a datagram to a closed port. */
export function unreachableAnswer(
  ctx: Context,
  error: { from: Host; to: Host; family: 4 | 6; port: number },
): void {
  const { from, to, family, port } = error;
  const quoted = family === 4
    ? Uint8Array.of(
      0x45,
      0,
      0,
      28,
      0,
      0,
      0,
      0,
      64,
      17,
      0,
      0,
      ...to.v4,
      ...from.v4,
    )
    : Uint8Array.of(0x60, 0, 0, 0, 0, 8, 17, 64, ...to.v6, ...from.v6);
  if (family === 4) {
    let sum = 0;
    for (let i = 0; i < 20; i += 2) {
      sum += ((quoted[i] as number) << 8) | (quoted[i + 1] as number);
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    quoted[10] = (~sum >>> 8) & 255;
    quoted[11] = ~sum & 255;
  }
  const udp = Uint8Array.of(0xc3, 0x50, port >>> 8, port, 0, 8, 0, 0);
  const body = new Uint8Array([...quoted, ...udp]);
  const message = family === 4
    ? { type: 3, code: 3, rest: 0 }
    : { type: 1, code: 4, rest: 0 };
  ctx.sim.frame.icmp(ctx.nowUs, [from, to, family], message, {
    bytes: body,
    offset: 0,
    length: body.length,
  });
}

/** ICMP flood. */
export const icmpFlood: Scenario = {
  name: "icmp_flood",
  categories: ["ddos"],
  description: "ICMP echo or error flood, with or without replies",
  plan: (rng) => rng.logUniform(3, 45),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const victim = target(ctx);
    const family = topology.family(rng);
    const sources = floodSources(ctx);
    const blob = blobOf(sim.filler.bytes(1400));
    const length = rng.pick([0, 28, 56, 56, 512, 1400]);
    const errors = family === 4 && rng.chance(0.2);
    const answered = rng.pick([0, 0, 0.5, 1]);
    const payload: Slice = { bytes: blob.bytes, offset: 0, length, blob };
    const [ask, reply] = family === 4 ? [8, 0] : [128, 129];
    let sequence = 0;
    const send = (source: Host) => {
      if (errors) {
        return unreachableAnswer(ctx, {
          from: source,
          to: victim,
          family,
          port: 80,
        });
      }
      const rest =
        ((source.v4[3] as number) * 65536 * 7 + (sequence++ & 0xffff)) >>> 0;
      sim.frame.icmp(sim.nowUs, [source, victim, family], {
        type: ask,
        code: 0,
        rest,
      }, payload);
      if (!rng.chance(answered)) return;
      const work = () =>
        sim.frame.icmp(sim.nowUs, [victim, source, family], {
          type: reply,
          code: 0,
          rest,
        }, payload);
      sim.spawn(sim.nowUs, later(ctx, sim.nowUs + rng.int(50, 300), work));
    };
    const plan = {
      category: "ddos" as const,
      attackers: sources.real,
      victims: [victim],
      subjects: [victim],
      family,
      spoofed: sources.real.length === 0,
    };
    ctx.attack(plan, flood(ctx, send, sources.next));
  },
};
