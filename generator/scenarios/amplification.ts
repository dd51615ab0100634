/** Reflected floods and slow HTTP. */

import type { Host } from "../address.ts";
import { type Blob16, blobOf } from "../blob.ts";
import { type DNS_TYPES, dnsResponse, txtData } from "../apps/dns.ts";
import { memcached, ntpMonlist, snmp, ssdpAnswer } from "../apps/datagrams.ts";
import { utf8 } from "../bytes.ts";
import type { Context } from "../context.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import { type Scenario, target } from "./scenario.ts";

type Reflection = {
  port: number;
  replies: Blob16[];
  perReflector: [number, number];
};

function reflection(ctx: Context): Reflection {
  const { rng, sim } = ctx;
  const many = (make: () => Uint8Array) =>
    Array.from({ length: 12 }, () => blobOf(make()));
  switch (
    rng.pick(["dns", "dns", "ntp", "ssdp", "memcached", "snmp"] as const)
  ) {
    case "dns": {
      const name = `${rng.text(6)}.org`;
      const answers = () =>
        Array.from({ length: rng.int(4, 9) }, () => ({
          type: "TXT" as const,
          ttl: 3600,
          data: txtData(utf8(rng.text(rng.int(60, 120)))),
        }));
      const type = rng.pick(
        ["ANY", "TXT"] as const satisfies (keyof typeof DNS_TYPES)[],
      );
      const replies = many(() =>
        dnsResponse(rng.int(0, 65535), name, { type, answers: answers() })
      );
      return { port: 53, perReflector: [1, 2], replies };
    }
    case "ntp":
      return {
        port: 123,
        perReflector: [5, 100],
        replies: many(() => ntpMonlist(rng)),
      };
    case "ssdp":
      return {
        port: 1900,
        perReflector: [3, 20],
        replies: many(() => ssdpAnswer(rng)),
      };
    case "memcached":
      return {
        port: 11211,
        perReflector: [10, 300],
        replies: many(() => memcached(rng, "answer", sim.filler)),
      };
    case "snmp":
      return {
        port: 161,
        perReflector: [1, 3],
        replies: many(() => snmp(rng, 0xa2, rng.int(10, 20))),
      };
  }
}

/** Amplification: large answers that nobody asked for. */
export const amplification: Scenario = {
  name: "amplification",
  categories: ["ddos"],
  description:
    "Reflected DNS, NTP, SSDP, memcached or SNMP answers that nobody asked for",
  plan: (rng) => rng.logUniform(4, 50),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const victim = target(ctx);
    const family = topology.family(rng);
    const { port, replies, perReflector } = reflection(ctx);
    const reflectors = Array.from(
      { length: Math.round(rng.logUniform(15, 1500)) },
      () => topology.external(rng, "reflector"),
    );
    const toPort = rng.chance(0.5) ? rng.pick([80, 443, 53, 22]) : 0;
    const spread = rng.chance(0.5);
    const rate = Math.max(
      150,
      Math.min(
        rng.logUniform(200, 15_000),
        8 * ctx.attackPackets / (ctx.attackUs / 1e6),
      ),
    );
    const actor = function* (): Actor {
      let sent = 0;
      while (sent < ctx.attackPackets && ctx.nowUs < ctx.attackEndUs) {
        const reflector = rng.pick(reflectors);
        const to = toPort || rng.int(1024, 65535);
        for (
          let i = rng.int(...perReflector);
          i > 0 && sent < ctx.attackPackets;
          i--, sent++
        ) {
          const blob = rng.pick(replies);
          const from = spread && port === 1900 ? rng.int(1024, 65535) : port;
          sim.frame.udp(sim.nowUs, [reflector, victim, family], [from, to], {
            bytes: blob.bytes,
            offset: 0,
            length: blob.bytes.length,
            blob,
          });
          yield ctx.nowUs + rng.exponential(1e6 / rate);
        }
      }
    };
    const plan = {
      category: "ddos" as const,
      attackers: reflectors,
      victims: [victim],
      subjects: [victim],
      family,
    };
    ctx.attack(plan, actor());
  },
};

function* drip(
  ctx: Context,
  kind: "header" | "body",
  everyUs: number,
): Generator<Step, void, void> {
  const { rng } = ctx;
  const head = kind === "header"
    ? `GET /?${
      rng.int(1, 9999)
    } HTTP/1.1\r\nHost: www\r\nUser-Agent: Mozilla/4.0\r\n`
    : `POST /form HTTP/1.1\r\nHost: www\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${
      rng.int(2000, 90_000)
    }\r\n\r\n`;
  yield { from: 0, data: utf8(head), waitUs: 2000 };
  for (;;) {
    const piece = kind === "header"
      ? `X-a: ${rng.int(1, 5000)}\r\n`
      : rng.text(rng.int(1, 8));
    yield {
      from: 0,
      data: utf8(piece),
      waitUs: everyUs * rng.uniform(0.8, 1.2),
    };
  }
}

function* cut(
  steps: Generator<Step, void, void>,
  lifeUs: number,
): Generator<Step, void, void> {
  let left = lifeUs;
  for (const step of steps) {
    left -= step.waitUs ?? 0;
    if (left < 0) return;
    yield step;
  }
}

/** Slow HTTP: many connections that never finish their request. */
export const slowHttp: Scenario = {
  name: "slow_http",
  categories: ["ddos"],
  description:
    "Many HTTP connections held open with unfinished headers or bodies",
  plan: (rng) => rng.uniform(40, 180),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const victim = rng.pick(topology.publicServers);
    const family = topology.family(rng);
    const attackers: Host[] = Array.from(
      { length: rng.pick([1, 1, 1, 2, 5]) },
      () =>
        rng.chance(0.8) ? topology.external(rng) : rng.pick(topology.clients),
    );
    const connections = Math.round(rng.logUniform(60, 500));
    const everyUs = rng.uniform(4e6, 15e6);
    const perConnection = 4 + 2 * ctx.attackUs / everyUs;
    const wanted = Math.round(
      Math.max(40, Math.min(connections, ctx.attackPackets / perConnection)),
    );
    const port = rng.pick([80, 80, 8080]);
    const kind = rng.pick(["header", "body"] as const);
    const timeoutUs = rng.pick([20e6, 40e6, 300e6]);
    const gapUs = rng.logUniform(2000, 200_000);
    const slot = function* (attacker: Host): Actor {
      for (;;) {
        const left = ctx.attackEndUs - ctx.nowUs;
        if (left < Math.min(1e6, ctx.attackUs / 10)) return;
        const overloaded = rng.chance(0.05);
        const life = Math.min(left, timeoutUs * rng.uniform(0.9, 1.1));
        yield* ctx.conversation({
          client: attacker,
          server: victim,
          port,
          family,
          steps: cut(drip(ctx, kind, everyUs), life),
          end: life < left ? "fin_server" : "rst_client",
          answer: overloaded ? "silent" : "accept",
        });
        yield ctx.nowUs + rng.exponential(1e6);
      }
    };
    const opener = function* (): Actor {
      for (let i = 0; i < wanted; i++) {
        sim.spawn(ctx.nowUs, slot(rng.pick(attackers)));
        yield ctx.nowUs + rng.exponential(gapUs);
      }
    };
    const plan = {
      category: "ddos" as const,
      attackers,
      victims: [victim],
      subjects: [victim],
      family,
    };
    ctx.attack(plan, opener());
  },
};
