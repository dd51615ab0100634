/** What ordinary users and their programs do, one session at a time. */

import type { Host } from "../address.ts";
import { lookup } from "../apps/dns.ts";
import {
  BROWSERS,
  httpRequest,
  httpResponse,
  httpSession,
  PROGRAMS,
} from "../apps/http.ts";

import { quic } from "../apps/datagrams.ts";

import { SSH_CLIENTS, sshGuess, sshSession } from "../apps/ssh.ts";
import { imap, smtp } from "../apps/text.ts";
import type { Exchange } from "../apps/tls.ts";
import type { Context } from "../context.ts";
import type { Step } from "../tcp.ts";

/** One session of some kind, started now by `client`. */
export type Activity = (ctx: Context, client: Host) => void;

/** Exchanges of sizes as web objects have them. */
export function webExchanges(
  ctx: Context,
  count: number,
  medianBytes = 7000,
): Exchange[] {
  const { rng } = ctx;
  return Array.from({ length: count }, () => ({
    up: rng.int(80, 900),
    down: Math.round(Math.min(1.5e6, rng.lognormal(medianBytes, 1.4))),
    waitUs: rng.exponential(300_000),
    thinkUs: rng.exponential(25_000),
  }));
}

/** A page: names looked up, then many short connections to many servers at once. */
export const webPage: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const connections = Math.round(rng.lognormal(9, 0.6));
  const servers = Array.from(
    { length: Math.min(30, Math.max(2, connections)) },
    () => topology.known(`web/${rng.zipf(150, 0.8)}`),
  );
  let at = ctx.nowUs;
  const quicUser = rng.chance(0.25);
  for (const [i, server] of servers.entries()) {
    const known = rng.chance(0.4);
    const ready = at + (known ? 0 : ctx.resolve(client, server.name));
    const exchanges = webExchanges(ctx, rng.int(1, i === 0 ? 6 : 3));
    if (quicUser && rng.chance(0.4)) {
      quicFlow(ctx, client, { server, exchanges, at: ready });
    } else if (rng.chance(0.08)) {
      const steps = httpSession(rng, sim.filler, {
        host: server.name,
        agent: rng.pick(BROWSERS),
        requests: rng.int(1, 4),
      });
      ctx.connect({
        client,
        server,
        port: 80,
        steps,
        end: endOf(ctx),
        lingerUs: keptUs(ctx),
      }, ready);
    } else {
      const steps = ctx.secure(client, server.name, { exchanges });
      ctx.connect({
        client,
        server,
        port: 443,
        steps,
        end: endOf(ctx),
        lingerUs: keptUs(ctx),
      }, ready);
    }
    at += rng.exponential(i < 3 ? 30_000 : 90_000);
  }
};

/** How a conversation of ordinary programs ends. */
export function endOf(
  ctx: Context,
): "fin_client" | "fin_server" | "rst_client" | "open" {
  return ctx.rng.pick(
    [
      "fin_client",
      "fin_client",
      "fin_server",
      "rst_client",
      "rst_client",
      "open",
    ] as const,
  );
}

/** How long a browser keeps an idle connection, microseconds. */
function keptUs(ctx: Context): number {
  return ctx.rng.chance(0.4)
    ? 0
    : ctx.rng.pick([5e6, 5e6, 15e6, 30e6, 60e6, 115e6]);
}

/** A QUIC connection that carries the given exchanges. */
export function quicFlow(
  ctx: Context,
  client: Host,
  flow: { server: Host; exchanges: Exchange[]; at: number },
): void {
  const { rng, sim } = ctx;
  const id = rng.bytes(8);
  const steps = function* (): Generator<Step, void, void> {
    yield { from: 0, data: quic(sim.filler, "initial", { id, bytes: 1250 }) };
    yield {
      from: 1,
      data: quic(sim.filler, "initial", { id, bytes: 1250 }),
      waitUs: 2000,
    };
    yield {
      from: 1,
      data: quic(sim.filler, "short", { id, bytes: rng.int(200, 1200) }),
    };
    for (const { up, down, waitUs = 0 } of flow.exchanges) {
      yield {
        from: 0,
        data: quic(sim.filler, "short", {
          id,
          bytes: Math.max(40, Math.min(1200, up)),
        }),
        waitUs,
      };
      for (let left = down, i = 0; left > 0; left -= 1230, i++) {
        const bytes = Math.max(40, Math.min(1230, left));
        yield {
          from: 1,
          data: quic(sim.filler, "short", { id, bytes }),
          waitUs: 300,
        };
        if (i % 4 === 3) {
          yield { from: 0, data: quic(sim.filler, "short", { id, bytes: 40 }) };
        }
      }
    }
  };
  ctx.exchange(
    { client, server: flow.server, port: 443, steps: steps() },
    flow.at,
  );
}

/** Names looked up over HTTPS or TLS. */
function encryptedNames(ctx: Context, client: Host): void {
  const { rng, topology } = ctx;
  const server = topology.known("doh");
  const exchanges = Array.from({ length: rng.int(2, 60) }, () => ({
    up: rng.int(90, 170),
    down: rng.int(90, 480),
    waitUs: rng.chance(0.5)
      ? rng.exponential(40_000)
      : rng.exponential(2_500_000),
    thinkUs: rng.exponential(9000),
  }));
  const port = rng.pick([443, 443, 853]);
  const steps = ctx.secure(client, server.name, { exchanges });
  ctx.connect({
    client,
    server,
    port,
    steps,
    end: endOf(ctx),
    lingerUs: keptUs(ctx),
  });
}

/** Names looked up and nothing else: prefetching, reputation services, typing errors. */
export const names: Activity = (ctx, client) => {
  const { rng, topology } = ctx;
  const kind = rng.pick(["prefetch", "reputation", "typo", "reverse"] as const);
  const count = rng.int(1, 12);
  const server = topology.resolver;
  if (rng.chance(0.12)) return encryptedNames(ctx, client);
  if (client === server) return;
  for (let i = 0; i < count; i++) {
    const at = ctx.nowUs +
      rng.exponential(kind === "reputation" ? 400_000 : 60_000) * i;
    const common = { client, server, port: 53 };
    if (kind === "reputation") {
      const name = `${rng.text(rng.int(20, 56), "0123456789abcdef")}.${
        rng.int(0, 9)
      }.rep.scan-cloud.net`;
      const type = rng.pick(["A", "TXT"] as const);
      const rcode = rng.chance(0.3) ? 3 : 0;
      ctx.exchange(
        { ...common, steps: lookup(rng, name, { type, rcode }) },
        at,
      );
    } else if (kind === "reverse") {
      const name = `${rng.int(1, 254)}.${rng.int(0, 255)}.${rng.int(0, 255)}.${
        rng.int(1, 223)
      }.in-addr.arpa`;
      ctx.exchange(
        { ...common, steps: lookup(rng, name, { type: "PTR" }) },
        at,
      );
    } else {
      const name = topology.known(`web/${rng.zipf(150, 0.7)}`).name;
      const rcode = kind === "typo" && rng.chance(0.5) ? 3 : 0;
      const type = rng.pick(["A", "A", "AAAA", "HTTPS", "MX", "SRV"] as const);
      ctx.exchange({
        ...common,
        steps: lookup(rng, rcode ? `${name}.lan` : name, { type, rcode }),
      }, at);
    }
  }
};

/** Mail sent or read, with or without encryption. */
export const mail: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = topology.known(`mail/${rng.int(0, 3)}`);
  const ready = ctx.nowUs + ctx.resolve(client, server.name);
  const bytes = Math.round(Math.min(2e6, rng.lognormal(12_000, 1.5)));
  if (rng.chance(0.15)) {
    const steps = smtp(rng, sim.filler, { host: server.name, bytes });
    ctx.connect({ client, server, port: 25, steps }, ready);
  } else if (rng.chance(0.1)) {
    ctx.connect({
      client,
      server,
      port: 143,
      steps: imap(rng, sim.filler, rng.int(1, 6)),
    }, ready);
  } else {
    const sending = rng.chance(0.4);
    const exchanges: Exchange[] = [
      { up: 60, down: 120 },
      { up: 80, down: 90, waitUs: 20_000 },
      sending ? { up: bytes, down: 60 } : { up: 70, down: bytes },
    ];
    const port = rng.pick(sending ? [465, 587] : [993]);
    ctx.connect({
      client,
      server,
      port,
      steps: ctx.secure(client, server.name, { exchanges }),
    }, ready);
  }
};

/** A backup: a long upload to the backup server or to a cloud. */
export const backup: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const bytes = Math.round(rng.pareto(300_000, 0.9, 8e6));
  if (rng.chance(0.5)) {
    const server = topology.backup;
    const steps = sshSession(rng, sim.filler, { keys: 0, uploadBytes: bytes });
    ctx.connect({ client, server, port: rng.pick([22, 873, 8022]), steps });
    return;
  }
  const server = topology.known("cloud-backup");
  const ready = ctx.nowUs + ctx.resolve(client, server.name);
  const pieces = rng.int(1, 12);
  const exchanges = Array.from({ length: pieces }, () => ({
    up: Math.round(bytes / pieces),
    down: rng.int(200, 700),
    waitUs: rng.exponential(60_000),
  }));
  ctx.connect({
    client,
    server,
    port: 443,
    steps: ctx.secure(client, server.name, { exchanges }),
  }, ready);
};

/** Photos or documents going up to a cloud in small pieces. */
export const cloudSync: Activity = (ctx, client) => {
  const { rng, topology } = ctx;
  const server = topology.known(`sync/${rng.int(0, 2)}`);
  const ready = ctx.nowUs + ctx.resolve(client, server.name);
  for (let i = rng.int(1, 3); i > 0; i--) {
    const exchanges = Array.from({ length: rng.int(2, 10) }, () => {
      const large = Math.round(Math.min(1.5e6, rng.lognormal(50_000, 1.2)));
      return rng.chance(0.6)
        ? {
          up: large,
          down: rng.int(300, 900),
          waitUs: rng.exponential(500_000),
        }
        : {
          up: rng.int(300, 900),
          down: large,
          waitUs: rng.exponential(500_000),
        };
    });
    ctx.connect({
      client,
      server,
      port: 443,
      steps: ctx.secure(client, server.name, { exchanges }),
    }, ready);
  }
};

/** Software updates from a content network, in ranges. */
export const update: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = topology.known(`update/${rng.int(0, 4)}`);
  const agent = rng.pick(PROGRAMS);
  const ready = ctx.nowUs + ctx.resolve(client, server.name);
  const ranges = rng.int(1, 6);
  const bytes = Math.round(rng.pareto(60_000, 0.8, 2e6));
  const steps = function* (): Generator<Step, void, void> {
    for (let i = 0; i < ranges; i++) {
      const headers = [`Range: bytes=${i * bytes}-${(i + 1) * bytes - 1}`];
      const request = httpRequest({
        host: server.name,
        path: `/pool/${rng.text(9)}.cab`,
        agent,
        headers,
      });
      yield { from: 0, data: request, waitUs: 3000 };
      yield* httpResponse(sim.filler, {
        status: "206 Partial Content",
        length: bytes,
      });
    }
  };
  ctx.connect({ client, server, port: 80, steps: steps(), loss: 0.001 }, ready);
};

/** Video: a segment every few seconds over one or two connections. */
export const video: Activity = (ctx, client) => {
  const { rng, topology } = ctx;
  const server = topology.known(`video/${rng.int(0, 5)}`);
  const ready = ctx.nowUs + ctx.resolve(client, server.name);
  const segment = rng.logUniform(60_000, 900_000);
  const exchanges = Array.from({ length: rng.int(3, 15) }, () => ({
    up: rng.int(400, 900),
    down: Math.round(segment * rng.uniform(0.6, 1.4)),
    waitUs: rng.uniform(2e6, 6e6),
    thinkUs: 9000,
  }));
  if (rng.chance(0.4)) quicFlow(ctx, client, { server, exchanges, at: ready });
  else {ctx.connect({
      client,
      server,
      port: 443,
      steps: ctx.secure(client, server.name, { exchanges }),
    }, ready);}
};

/** An administrator on the command line, or a copy by scp; sometimes a mistyped password. */
export const admin: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = rng.chance(0.5)
    ? rng.pick(topology.publicServers)
    : topology.known("vps");
  const port = rng.chance(0.8) ? 22 : 2222;
  if (rng.chance(0.15)) {
    const steps = sshGuess(rng, sim.filler, {
      client: rng.pick(SSH_CLIENTS),
      server: rng.pick(SSH_CLIENTS),
      tries: rng.int(1, 3),
      delayUs: 2_000_000,
    });
    ctx.connect({ client, server, port, steps });
  }
  const steps = sshSession(rng, sim.filler, {
    keys: rng.int(0, 120),
    uploadBytes: rng.chance(0.25)
      ? Math.round(rng.pareto(20_000, 0.9, 2e6))
      : 0,
    downloadBytes: rng.chance(0.25)
      ? Math.round(rng.pareto(20_000, 0.9, 2e6))
      : 0,
  });
  ctx.connect({ client, server, port, steps });
};
