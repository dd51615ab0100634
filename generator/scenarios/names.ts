/** DNS tunnels. */

import type { Family, Host } from "../address.ts";
import {
  type DnsAnswer,
  dnsName,
  dnsQuery,
  dnsResponse,
  type DnsType,
  txtData,
} from "../apps/dns.ts";
import { be16, join, utf8 } from "../bytes.ts";
import type { Context } from "../context.ts";
import type { Rng } from "../rng.ts";
import type { Actor } from "../sim.ts";
import type { Scenario } from "./scenario.ts";

const ALPHABETS = {
  base32: "abcdefghijklmnopqrstuvwxyz234567",
  base64: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
  hex: "0123456789abcdef",
  words: "abcdefghijklmnopqrstuvwxyz",
} as const;

function tunnelName(
  rng: Rng,
  options: {
    alphabet: keyof typeof ALPHABETS;
    bytes: number;
    zone: string;
    prefix: string;
  },
): string {
  const { alphabet, bytes, zone, prefix } = options;
  const labels: string[] = [];
  let left = Math.min(bytes, 250 - zone.length - prefix.length - 8);
  while (left > 0) {
    const length = Math.min(
      left,
      alphabet === "words" ? rng.int(4, 9) : rng.pick([57, 60, 62]),
    );
    labels.push(rng.text(length, ALPHABETS[alphabet]));
    left -= length + 1;
  }
  return [...(prefix ? [prefix] : []), ...labels, zone].join(".");
}

function answer(
  rng: Rng,
  type: DnsType,
  zone: string,
  bytes: number,
): DnsAnswer {
  const text = () => utf8(rng.text(bytes, ALPHABETS.base64));
  const short = () =>
    dnsName(
      tunnelName(rng, {
        alphabet: "base32",
        bytes: Math.min(bytes, 150),
        zone,
        prefix: "",
      }),
    );
  const data = type === "TXT"
    ? txtData(text())
    : type === "NULL"
    ? rng.bytes(Math.max(1, bytes))
    : type === "CNAME"
    ? short()
    : type === "MX"
    ? join(be16(10), short())
    : type === "AAAA"
    ? rng.bytes(16)
    : rng.bytes(4);
  return { type, ttl: rng.pick([0, 1, 3, 60]), data };
}

/** What stays the same from one question to the next. */
interface Tunnel {
  client: Host;
  server: Host;
  family: Family;
  clientPort?: number;
  zone: string;
  prefix: string;
  alphabet: keyof typeof ALPHABETS;
  types: DnsType[];
  style: "bulk" | "interactive" | "poll" | "slow";
  gapUs: number;
  nameBytes: number;
  downBytes: number;
  fails: number;
  thinkUs: number;
}

function gapOf(ctx: Context, style: Tunnel["style"]): number {
  const { rng } = ctx;
  // However long it takes, it stays within its packets: two per question.
  const least = ctx.attackUs / (ctx.attackPackets / 2);
  const rates = {
    bulk: rng.logUniform(5, 60),
    interactive: rng.logUniform(1, 12),
    poll: 1,
  };
  const wanted = style === "slow"
    ? rng.logUniform(3e6, 25e6)
    : 1e6 / rates[style];
  return Math.max(wanted, least);
}

function tunnelOf(ctx: Context): Tunnel {
  const { rng, topology } = ctx;
  const client = rng.pick(topology.clients);
  const direct = topology.resolver === client || rng.chance(0.3);
  const server = direct ? topology.external(rng, "tunnel") : topology.resolver;
  const top = rng.pick(["com", "net", "xyz", "io", "site"]);
  const style = rng.pick(["bulk", "interactive", "poll", "slow"] as const);
  const types = rng.pick<DnsType[]>([
    ["TXT"],
    ["NULL"],
    ["CNAME"],
    ["A"],
    ["MX", "TXT", "CNAME"],
    ["AAAA"],
  ]);
  return {
    client,
    server,
    family: topology.family(rng),
    ...(rng.chance(0.5) ? { clientPort: rng.int(32_768, 60_000) } : {}),
    zone: `${rng.text(rng.int(1, 4))}.${
      rng.text(rng.int(5, 12), ALPHABETS.words)
    }.${top}`,
    prefix: style === "poll" && rng.chance(0.4)
      ? rng.text(6, ALPHABETS.words)
      : "",
    alphabet: rng.pick(["base32", "base32", "base64", "hex"] as const),
    types,
    style,
    gapUs: gapOf(ctx, style),
    nameBytes: style === "slow"
      ? rng.int(24, 120)
      : Math.round(rng.logUniform(14, 220)),
    downBytes: rng.int(12, types[0] === "NULL" ? 900 : 220),
    fails: rng.pick([0, 0.02, 0.3]),
    thinkUs: server.home
      ? rng.uniform(15_000, 80_000)
      : rng.uniform(1000, 9000),
  };
}

/** One question that carries `bytes` characters, and its answer. */
function ask(ctx: Context, tunnel: Tunnel, bytes: number): void {
  const { rng } = ctx;
  const { client, server, family, clientPort, zone, prefix, alphabet, types } =
    tunnel;
  const type = rng.pick(types);
  const name = tunnelName(rng, { alphabet, bytes, zone, prefix });
  const id = rng.int(0, 65535);
  const rcode = rng.chance(tunnel.fails) ? rng.pick([3, 2]) : 0;
  const answers = rcode === 0
    ? [answer(rng, type, zone, rng.int(4, tunnel.downBytes))]
    : [];
  const question = dnsQuery(id, name, { type, edns: types[0] === "NULL" });
  const response = dnsResponse(id, name, { type, rcode, answers });
  ctx.exchange({
    client,
    server,
    port: 53,
    family,
    ...(clientPort === undefined ? {} : { clientPort }),
    steps: [
      { from: 0, data: question },
      { from: 1, data: response, waitUs: rng.exponential(tunnel.thinkUs) },
    ],
  });
}

function* questions(ctx: Context, tunnel: Tunnel): Actor {
  const { rng } = ctx;
  const { style, gapUs, nameBytes } = tunnel;
  while (ctx.nowUs < ctx.attackEndUs) {
    const burst = style === "interactive" ? rng.int(1, 14) : 1;
    for (let i = 0; i < burst; i++) {
      const idle = style === "poll" && rng.chance(0.7);
      ask(
        ctx,
        tunnel,
        idle ? rng.int(16, 30) : rng.int(nameBytes >> 1, nameBytes),
      );
      yield ctx.nowUs + (style === "poll" ? gapUs : rng.exponential(gapUs));
    }
    if (style === "interactive") yield ctx.nowUs + rng.exponential(3e6);
  }
}

/** Data carried in names. */
export const dnsTunnel: Scenario = {
  name: "dns_tunnel",
  categories: ["dns"],
  description:
    "Data in DNS names and answers (TXT, NULL, CNAME, MX, A): interactive, bulk or low and slow",
  plan: (rng) => rng.logUniform(40, 900),
  build(ctx) {
    const tunnel = tunnelOf(ctx);
    const { client, server, family } = tunnel;
    const subjects = [client];
    ctx.attack({
      category: "dns",
      attackers: subjects,
      victims: [server],
      subjects,
      family,
    }, questions(ctx, tunnel));
  },
};
