/** DNS tunnels. */

import type { Host } from "../address.ts";
import {
  type DnsAnswer,
  dnsName,
  dnsQuery,
  dnsResponse,
  type DnsType,
  txtData,
} from "../apps/dns.ts";
import type { Exchange } from "../apps/tls.ts";
import { be16, join, utf8 } from "../bytes.ts";
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

/** Data carried in names. */
export const dnsTunnel: Scenario = {
  name: "dns_tunnel",
  categories: ["dns"],
  description:
    "Data in DNS names and answers (TXT, NULL, CNAME, MX, A): interactive, bulk or low and slow",
  plan: (rng) => rng.logUniform(40, 900),
  build(ctx) {
    const { rng, topology } = ctx;
    const client = rng.pick(topology.clients);
    const family = topology.family(rng);
    const direct = topology.resolver === client || rng.chance(0.3);
    const server: Host = direct
      ? topology.external(rng, "tunnel")
      : topology.resolver;
    const doh = topology.external(rng, "doh");
    const zone = `${rng.text(rng.int(1, 4))}.${
      rng.text(rng.int(5, 12), ALPHABETS.words)
    }.${rng.pick(["com", "net", "xyz", "io", "site"])}`;
    const style = rng.pick(["bulk", "interactive", "poll", "slow"] as const);
    const alphabet = rng.pick(["base32", "base32", "base64", "hex"] as const);
    const types = rng.pick<DnsType[]>([["TXT"], ["NULL"], ["CNAME"], ["A"], [
      "MX",
      "TXT",
      "CNAME",
    ], ["AAAA"]]);
    const prefix = style === "poll" && rng.chance(0.4)
      ? rng.text(6, ALPHABETS.words)
      : "";
    const rate = {
      bulk: rng.logUniform(5, 60),
      interactive: rng.logUniform(1, 12),
      poll: 1,
      slow: 0.1,
    }[style];
    const slowGap = rng.logUniform(3e6, 25e6);
    const gapUs = Math.max(
      style === "slow" ? slowGap : 1e6 / rate,
      ctx.attackUs / (ctx.attackPackets / 2),
    );
    const nameBytes = style === "slow"
      ? rng.int(24, 120)
      : Math.round(rng.logUniform(14, 220));
    const downBytes = rng.int(12, types[0] === "NULL" ? 900 : 220);
    const fails = rng.pick([0, 0.02, 0.3]);
    const thinkUs = server.home
      ? rng.uniform(15_000, 80_000)
      : rng.uniform(1000, 9000);
    const port = rng.chance(0.5) ? rng.int(32_768, 60_000) : 0;
    const ask = (bytes: number) => {
      const type = rng.pick(types);
      const name = tunnelName(rng, { alphabet, bytes, zone, prefix });
      const id = rng.int(0, 65535);
      const rcode = rng.chance(fails) ? rng.pick([3, 2]) : 0;
      const answers = rcode === 0
        ? [answer(rng, type, zone, rng.int(4, downBytes))]
        : [];
      ctx.exchange({
        client,
        server,
        port: 53,
        family,
        ...(port ? { clientPort: port } : {}),
        steps: [
          {
            from: 0,
            data: dnsQuery(id, name, { type, edns: types[0] === "NULL" }),
          },
          {
            from: 1,
            data: dnsResponse(id, name, { type, rcode, answers }),
            waitUs: rng.exponential(thinkUs),
          },
        ],
      });
    };
    // Some tunnels hide the names inside HTTPS to a public resolver.
    const hidden = rng.chance(0.1);
    const inTls = function* (): Generator<Exchange, void, void> {
      while (ctx.nowUs < ctx.attackEndUs) {
        const up = 90 + rng.int(nameBytes >> 1, nameBytes);
        yield {
          up,
          down: up + rng.int(20, 40 + downBytes),
          waitUs: rng.exponential(gapUs),
          thinkUs,
        };
      }
    };
    const actor = function* (): Actor {
      if (hidden) {
        const steps = ctx.secure(client, doh.name, { exchanges: inTls() });
        const conn = {
          client,
          server: doh,
          port: rng.pick([443, 443, 853]),
          family,
          steps,
        };
        return yield* ctx.conversation(conn);
      }
      while (ctx.nowUs < ctx.attackEndUs) {
        const burst = style === "interactive" ? rng.int(1, 14) : 1;
        for (let i = 0; i < burst; i++) {
          ask(
            style === "poll" && rng.chance(0.7)
              ? rng.int(16, 30)
              : rng.int(nameBytes >> 1, nameBytes),
          );
          yield ctx.nowUs + (style === "poll" ? gapUs : rng.exponential(gapUs));
        }
        if (style === "interactive") yield ctx.nowUs + rng.exponential(3e6);
      }
    };
    const plan = {
      category: "dns" as const,
      attackers: [client],
      victims: [hidden ? doh : server],
      subjects: [client],
      family,
    };
    ctx.attack(plan, actor());
  },
};
