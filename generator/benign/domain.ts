/** Windows domains: logons and file shares. */

import { lookup } from "../apps/dns.ts";
import { kerberos, ldap } from "../apps/directory.ts";
import { RpcClient } from "../apps/rpc.ts";
import { SmbClient, type SmbHabits } from "../apps/smb.ts";
import type { Host } from "../address.ts";
import type { Context } from "../context.ts";
import type { Step } from "../tcp.ts";
import { type Activity, endOf } from "./activities.ts";

/** A machine logs on to the domain: names, tickets, directory, policy files. */
export const logon: Activity = (ctx, client) => {
  const { rng, topology } = ctx;
  const server = topology.directory;
  if (client === server) return;
  const domain = "CORP";
  const user = rng.text(7);
  const thinkUs = rng.logUniform(200, 3000);
  let at = ctx.nowUs;
  const later = () => at += rng.exponential(80_000);
  const name = "_ldap._tcp.dc._msdcs.corp.local";
  ctx.exchange({
    client,
    server,
    port: 53,
    steps: lookup(rng, name, { type: "SRV" }),
  });
  const realm = "CORP.LOCAL";
  const ask = { realm, user, service: "krbtgt", kind: "as" as const };
  ctx.connect({
    client,
    server,
    port: 88,
    steps: kerberos(rng, { ...ask, error: 25 }),
  }, later());
  if (rng.chance(0.06)) {
    ctx.connect({
      client,
      server,
      port: 88,
      steps: kerberos(rng, { ...ask, error: 24 }),
    }, later());
  }
  ctx.connect({
    client,
    server,
    port: 88,
    steps: kerberos(rng, { ...ask, error: 0 }),
  }, later());
  for (
    const service of rng.shuffle(["ldap", "cifs", "host"]).slice(
      0,
      rng.int(1, 3),
    )
  ) {
    const steps = kerberos(rng, {
      realm,
      user,
      service,
      kind: "tgs",
      error: 0,
    });
    ctx.connect({ client, server, port: 88, steps }, later());
  }
  for (let i = rng.int(1, 3); i > 0; i--) {
    ctx.connect({
      client,
      server,
      port: 389,
      steps: ldap(rng, { searches: rng.int(1, 6), domain }),
    }, later());
  }
  if (rng.chance(0.7)) {
    directoryCalls(ctx, client, { domain, user, thinkUs, later });
  }
  const steps = policies(ctx, { user, domain, thinkUs });
  ctx.connect({ client, server, port: 445, steps }, later());
};

/** Calls to the directory's interfaces: the endpoint mapper, then the accounts. */
function directoryCalls(
  ctx: Context,
  client: Host,
  call: { domain: string; user: string; thinkUs: number; later: () => number },
): void {
  const { rng, sim, topology } = ctx;
  const { domain, user, thinkUs, later } = call;
  const server = topology.directory;
  // The system's own client offers all encodings that it knows.
  const rpc = { domain, user, thinkUs, offers: rng.int(2, 3) };
  const epm = new RpcClient(rng, sim.filler).overTcp("epm", {
    ...rpc,
    calls: 1,
  });
  ctx.connect({ client, server, port: 135, steps: epm }, later());
  const samr = new RpcClient(rng, sim.filler).overTcp("samr", {
    ...rpc,
    calls: rng.int(2, 9),
  });
  ctx.connect({
    client,
    server,
    port: 49152 + (server.sum4 % 900),
    steps: samr,
  }, later());
}

/** The policy files that a machine reads when it logs on. */
function* policies(
  ctx: Context,
  habits: SmbHabits,
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const smb = new SmbClient(rng, sim.filler, habits);
  yield* smb.login();
  yield* smb.tree("\\\\dc\\SYSVOL");
  for (let i = rng.int(1, 5); i > 0; i--) {
    yield* smb.open(`corp.local\\Policies\\${rng.text(8)}\\gpt.ini`, {
      bytes: 400,
    });
    yield* smb.read(rng.int(60, 9000));
    yield* smb.close();
  }
  yield* smb.logoff();
}

/** Someone works with files on a share: lists, reads, saves, now and then renames or copies many. */
export const files: Activity = (ctx, client) => {
  const { rng, topology, sim } = ctx;
  const server = rng.pick(topology.fileServers);
  if (client === server) return;
  const thinkUs = rng.logUniform(200, 8000);
  const encrypted = rng.chance(0.15);
  const smb = new SmbClient(rng, sim.filler, {
    user: rng.text(6),
    domain: "CORP",
    thinkUs,
    encrypted,
  });
  const copyMany = rng.chance(0.15);
  const count = copyMany ? rng.int(20, 90) : rng.int(1, 9);
  const mode = rng.pick(["read", "read", "write", "mixed"] as const);
  const steps = function* (): Generator<Step, void, void> {
    yield* smb.login();
    yield* smb.tree(`\\\\${server.name}\\share`);
    const list = Array.from(
      { length: rng.int(1, 60) },
      () => `${rng.text(8)}.docx`,
    );
    yield* smb.open("", { directory: true });
    yield* smb.list(list);
    yield* smb.close();
    for (let i = 0; i < count; i++) {
      const waitUs = copyMany
        ? rng.exponential(20_000)
        : rng.exponential(3_000_000);
      const bytes = Math.round(
        Math.min(1e6, rng.lognormal(copyMany ? 6000 : 40_000, 1.4)),
      );
      const writes = mode === "write" || (mode === "mixed" && rng.chance(0.4));
      yield* smb.open(`docs\\${rng.text(9)}.docx`, {
        bytes,
        make: writes,
        waitUs,
      });
      if (writes) yield* smb.write(bytes);
      else yield* smb.read(bytes);
      if (rng.chance(writes ? 0.12 : 0.02)) {
        yield* smb.rename(`docs\\${rng.text(9)}.docx`);
      }
      if (rng.chance(0.03)) yield* smb.remove();
      yield* smb.close();
    }
    if (rng.chance(0.7)) yield* smb.logoff();
  };
  ctx.connect({ client, server, port: 445, steps: steps(), end: endOf(ctx) });
};
