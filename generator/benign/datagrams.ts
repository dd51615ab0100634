/** Calls, peer-to-peer programs, private networks: traffic mostly of datagrams. */

import { rtp, stun, wireguard } from "../apps/datagrams.ts";
import type { Context } from "../context.ts";
import type { Step } from "../tcp.ts";
import { type Activity, endOf } from "./activities.ts";

/** A call: STUN checks with some peers, then media both ways. */
export const call: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = topology.known(`peer/${rng.int(0, 30)}`);
  const port = rng.int(60_100, 65_000);
  const talk = rng.int(60, 700);
  const bytes = rng.pick([60, 160, 160, 700, 1100]);
  const steps = function* (): Generator<Step, void, void> {
    const id = rng.bytes(12);
    yield { from: 0, data: stun(rng, "request", id) };
    yield { from: 1, data: stun(rng, "answer", id) };
    for (let i = 0; i < talk; i++) {
      const state = { sequence: i, timestamp: i * 160, source: 77, bytes };
      yield { from: 0, data: rtp(sim.filler, state), waitUs: 10_000 };
      yield { from: 1, data: rtp(sim.filler, state), waitUs: 4000 };
    }
  };
  ctx.exchange({ client, server, port, steps: steps() });
};

/** A datagram of a private protocol; its first bytes belong to no known one. */
function datagram(ctx: Context, bytes: number): Uint8Array {
  const out = ctx.sim.filler.bytes(bytes);
  out.fill(0xf3, 0, 4);
  return out;
}

/** Peer-to-peer: many outside peers by UDP and TCP, some of them gone. */
export const peers: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const own = rng.int(60_100, 65_000);
  for (let i = rng.int(8, 50); i > 0; i--) {
    const server = topology.known(`swarm/${rng.int(0, 120)}`);
    const at = ctx.nowUs + rng.exponential(4e6);
    const port = rng.int(60_100, 65_000);
    const gone = rng.chance(0.35);
    if (rng.chance(0.7)) {
      const steps: Step[] = [{
        from: 0,
        data: datagram(ctx, rng.int(90, 120)),
      }];
      if (!gone) {
        steps.push({ from: 1, data: datagram(ctx, rng.int(80, 300)) });
      }
      for (let k = gone ? 0 : rng.pick([0, 0, 0, 20]); k > 0; k--) {
        steps.push({ from: 1, data: datagram(ctx, 1300), waitUs: 3000 });
        steps.push({ from: 0, data: datagram(ctx, 40) });
      }
      ctx.exchange({ client, server, port, clientPort: own, steps }, at);
    } else {
      const steps: Step[] = [
        { from: 0, data: sim.filler.bytes(rng.int(100, 600)) },
        { from: 1, data: sim.filler.plain(rng.int(200, 60_000)) },
      ];
      ctx.connect({
        client,
        server,
        port,
        clientPort: rng.int(60_100, 65_000),
        steps,
        answer: gone ? "silent" : "accept",
        end: endOf(ctx),
      }, at);
    }
  }
};

/** A virtual private network: one outside peer, all kinds of packet sizes. */
export const vpn: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = topology.known("vpn");
  const count = rng.int(40, 500);
  const steps = function* (): Generator<Step, void, void> {
    yield { from: 0, data: wireguard(sim.filler, 1, 0) };
    yield { from: 1, data: wireguard(sim.filler, 2, 0) };
    for (let i = 0; i < count; i++) {
      const from = rng.chance(0.35) ? 0 : 1;
      const bytes = rng.chance(0.5) ? 1380 : rng.int(40, 400);
      yield {
        from,
        data: wireguard(sim.filler, 4, bytes),
        waitUs: rng.exponential(15_000),
      };
    }
  };
  ctx.exchange({ client, server, port: 51820, steps: steps() });
};
