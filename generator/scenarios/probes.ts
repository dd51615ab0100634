/** Scan probes as tools send them, and their answers. */

import { ephemeral, type Family, type Host } from "../address.ts";
import { snmp } from "../apps/datagrams.ts";
import { dnsQuery } from "../apps/dns.ts";
import type { Context } from "../context.ts";
import { ACK, FIN, NOTHING, PSH, RST, SYN, URG, whole } from "../frame.ts";
import type { Rng } from "../rng.ts";
import type { Actor } from "../sim.ts";
import { unreachableAnswer } from "./floods.ts";

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

/** Kinds of probe. */
export type Kind = "syn" | "connect" | "ack" | "fin" | "null" | "xmas" | "udp";

/** How a scanning tool writes its packets. */
export interface Tool {
  /** Kind of probe. */
  kind: Kind;
  /** Constant source port, 0 for a new one per probe. */
  sourcePort: number;
  /** TCP options of a SYN. */
  options: Uint8Array;
  /** TCP window. */
  window: number;
  /** TTL as it arrives. */
  ttl: number;
  /** How often an unanswered probe is sent again. */
  retries: number;
  /** After how long. */
  timeoutUs: number;
}

/** Draws a tool that uses one of the given kinds of probe. */
export function tool(rng: Rng, kinds: readonly Kind[]): Tool {
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

/** What a port does. */
export type State = "open" | "closed" | "silent";

const FLAGS: Record<Exclude<Kind, "udp" | "connect">, number> = {
  syn: SYN,
  ack: ACK,
  fin: FIN,
  null: 0,
  xmas: FIN | PSH | URG,
};

/** One probe of one port, its answer, and what the tool does then. */
export function* probe(
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

/** Ports in the order in which a tool visits them. */
export function portsOf(rng: Rng, count: number): number[] {
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

/** Draws what a port does. */
export function stateOf(
  rng: Rng,
  habit: { silent: number; open: number },
): State {
  const x = rng.float();
  return x < habit.open
    ? "open"
    : x < habit.open + habit.silent
    ? "silent"
    : "closed";
}
