/** Inside the network: worms, ransomware on shares, remote execution. */

import type { Host } from "../address.ts";
import { type InterfaceName, RpcClient } from "../apps/rpc.ts";
import { SmbClient } from "../apps/smb.ts";
import { smb1Negotiate } from "../apps/smb1.ts";
import type { Context } from "../context.ts";
import type { Actor } from "../sim.ts";
import type { Step } from "../tcp.ts";
import type { Scenario } from "./scenario.ts";

function* infect(
  ctx: Context,
  payloadBytes: number,
  vulnerable: boolean,
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const old = rng.chance(0.5);
  if (old) yield { from: 0, data: smb1Negotiate(rng), waitUs: 300 };
  const smb = new SmbClient(rng, sim.filler, {
    user: "",
    domain: "WORKGROUP",
    thinkUs: 700,
  });
  if (!(yield* smb.login({ accepted: vulnerable }))) return;
  yield* smb.tree("\\\\host\\IPC$");
  yield* smb.open("svcctl");
  if (vulnerable) yield* smb.write(payloadBytes, 4096);
  yield* smb.close();
}

/** A worm on SMB. */
export const smbWorm: Scenario = {
  name: "smb_worm",
  categories: ["lateral"],
  description:
    "One infected machine tries SMB on all others; those it enters do the same",
  plan: (rng) => rng.uniform(25, 150),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const first = rng.pick(topology.clients);
    const family = topology.family(rng);
    const rate = rng.logUniform(2, 100);
    const payloadBytes = rng.int(4000, 70_000);
    const alive = topology.homeHosts;
    const subjects: Host[] = [first];
    const victims: Host[] = [];
    const outward = rng.chance(0.4);
    let budget = ctx.attackPackets;
    const spread = function* (from: Host): Actor {
      const slots = rng.shuffle(Array.from({ length: 253 }, (_, i) => i + 2));
      for (const slot of slots) {
        if (ctx.nowUs > ctx.attackEndUs || budget <= 0) return;
        yield ctx.nowUs + rng.exponential(1e6 / rate);
        const to = outward && rng.chance(0.5)
          ? topology.external(rng)
          : topology.neighbour(slot);
        if (to === from) continue;
        const lives = alive.includes(to);
        const windows = lives && to.stack === "windows";
        const vulnerable = windows && rng.chance(0.4);
        budget -= windows ? 20 + payloadBytes / 1000 : 2;
        if (lives) victims.push(to);
        const parallel = windows ? rng.pick([1, 1, 2, 8]) : 1;
        for (let i = 0; i < parallel; i++) {
          ctx.connect({
            client: from,
            server: to,
            port: 445,
            family,
            steps: i === 0 ? infect(ctx, payloadBytes, vulnerable) : [],
            answer: windows ? "accept" : lives ? "refuse" : "silent",
            tries: rng.pick([1, 2, 3]),
            end: rng.pick(["fin_client", "rst_client"]),
          });
        }
        if (vulnerable && !subjects.includes(to) && subjects.length < 6) {
          const at = ctx.nowUs + rng.exponential(25e6);
          if (at < ctx.attackEndUs - 5e6) {
            subjects.push(to);
            sim.spawn(at, spread(to));
          }
        }
      }
    };
    ctx.attack({
      category: "lateral",
      attackers: subjects,
      victims,
      subjects,
      family,
    }, spread(first));
  },
};

/** How a machine encrypts shares. */
interface Encryption {
  how: "overwrite" | "copy" | "partial";
  encrypted: boolean;
  medianBytes: number;
  filesPerSecond: number;
  extension: string;
  files: number;
}

function encryptionOf(ctx: Context): Encryption {
  const { rng } = ctx;
  const medianBytes = rng.logUniform(3000, 60_000);
  const wanted = rng.logUniform(1.5, 60);
  const files = Math.max(
    40,
    Math.floor(ctx.attackPackets / (18 + medianBytes * 3 / 1400)),
  );
  return {
    how: rng.pick(["overwrite", "copy", "partial"] as const),
    encrypted: rng.chance(0.25),
    medianBytes,
    // However little it may send, it goes on for a good part of its time.
    filesPerSecond: Math.min(wanted, 5 * files / (ctx.attackUs / 1e6)),
    extension: rng.text(rng.int(3, 7), "abcdefghijklmnopqrstuvwxyz"),
    files,
  };
}

function* encryptFile(
  ctx: Context,
  smb: SmbClient,
  file: Encryption & { name: string; waitUs: number },
): Generator<Step, void, void> {
  const { rng } = ctx;
  const { how, name, waitUs, extension } = file;
  const drawn = rng.lognormal(file.medianBytes, 1);
  const bytes = Math.round(Math.min(600_000, Math.max(200, drawn)));
  const part = how === "partial" ? Math.min(bytes, 4096) : bytes;
  yield* smb.open(name, { bytes, waitUs, make: how !== "copy" });
  yield* smb.read(part);
  if (how === "copy") {
    yield* smb.remove();
    yield* smb.close();
    yield* smb.open(`${name}.${extension}`, { make: true });
    yield* smb.write(bytes + 512);
  } else {
    yield* smb.write(part);
    yield* smb.rename(`${name}.${extension}`);
  }
  yield* smb.close();
}

function* encryptShare(
  ctx: Context,
  server: Host,
  plan: Encryption & { share: number },
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const { encrypted, filesPerSecond } = plan;
  const habits = { user: rng.text(6), domain: "CORP", thinkUs: 500, encrypted };
  const smb = new SmbClient(rng, sim.filler, habits);
  yield* smb.login();
  yield* smb.tree(`\\\\${server.name}\\share`);
  for (let i = 0; i < plan.share && ctx.nowUs < ctx.attackEndUs; i++) {
    const waitUs = rng.exponential(1e6 / filesPerSecond);
    const folder = `team\\${rng.text(4)}`;
    if (i % 15 === 0) {
      yield* smb.open(folder, { directory: true, waitUs });
      yield* smb.list(
        Array.from({ length: rng.int(3, 30) }, () => `${rng.text(8)}.xlsx`),
      );
      yield* smb.close();
      yield* smb.open(`${folder}\\README_RESTORE.txt`, { make: true });
      yield* smb.write(rng.int(700, 3000));
      yield* smb.close();
    }
    yield* encryptFile(ctx, smb, {
      ...plan,
      name: `${folder}\\${rng.text(9)}.xlsx`,
      waitUs,
    });
  }
}

/** Ransomware on a share. */
export const smbEncrypt: Scenario = {
  name: "smb_encrypt",
  categories: ["ransomware"],
  description:
    "A machine reads, overwrites and renames the files of shares one after another",
  plan: (rng) => rng.uniform(25, 200),
  build(ctx) {
    const { rng, topology } = ctx;
    const client = rng.pick(topology.clients);
    const family = topology.family(rng);
    const others = topology.fileServers.filter((server) => server !== client);
    const victims = others.length === 0
      ? [topology.backup]
      : others.slice(0, rng.int(1, 3));
    const plan = encryptionOf(ctx);
    const actor = function* (): Actor {
      for (const server of victims) {
        const steps = encryptShare(ctx, server, {
          ...plan,
          share: plan.files / victims.length,
        });
        ctx.connect({ client, server, port: 445, family, steps });
        yield ctx.nowUs + rng.exponential(5e6);
      }
    };
    const subjects = [client];
    ctx.attack({
      category: "ransomware",
      attackers: subjects,
      victims,
      subjects,
      family,
    }, actor());
  },
};

type Remote = "service" | "task" | "wmi" | "dump";

function* remoteService(
  ctx: Context,
  job: { interface: InterfaceName; fileBytes: number; commands: number },
): Generator<Step, void, void> {
  const { rng, sim } = ctx;
  const smb = new SmbClient(rng, sim.filler, {
    user: "administrator",
    domain: "CORP",
    thinkUs: 900,
  });
  const rpc = new RpcClient(rng, sim.filler);
  yield* smb.login();
  if (job.fileBytes > 0) {
    yield* smb.tree("\\\\host\\ADMIN$");
    yield* smb.open(`${rng.text(8)}.exe`, { make: true });
    yield* smb.write(job.fileBytes);
    yield* smb.close();
  }
  yield* smb.tree("\\\\host\\IPC$");
  yield* smb.open(job.interface);
  yield* smb.transact(...rpc.bind(job.interface, "CORP"));
  for (let i = rng.int(3, 12); i > 0; i--) {
    yield* smb.transact(
      ...rpc.call(rng.int(0, 40), rng.int(24, 700), rng.int(24, 300)),
    );
  }
  yield* smb.close();
  for (let i = 0; i < job.commands; i++) {
    yield* smb.open(
      rng.chance(0.5) ? `Temp\\${rng.text(8)}.tmp` : "RemCom_stdout",
      {
        waitUs: rng.exponential(1.5e6),
      },
    );
    yield* smb.read(rng.int(20, 4000));
    yield* smb.close();
  }
  yield* smb.logoff();
}

/** Remote execution by SMB and DCE/RPC. */
export const lateralRpc: Scenario = {
  name: "lateral_rpc",
  categories: ["lateral"],
  description:
    "Programs started on other machines by service control, tasks or WMI, or secrets dumped",
  plan: (rng) => rng.uniform(15, 180),
  build(ctx) {
    const { rng, topology, sim } = ctx;
    const client = rng.pick(topology.clients);
    const family = topology.family(rng);
    const candidates = topology.homeHosts.filter((host) =>
      host.stack === "windows" && host !== client
    );
    const victims = rng.shuffle(candidates).slice(0, rng.int(1, 10));
    const how: Remote = rng.pick([
      "service",
      "service",
      "task",
      "wmi",
      "wmi",
      "dump",
    ]);
    const account = {
      domain: "CORP",
      user: "administrator",
      thinkUs: 1200,
      // Tools of their own offer one encoding, the system's client more.
      offers: rng.pick([1, 1, 1, 2, 3]),
    };
    const high = rng.pick([135, 49152 + rng.int(1, 900)]);
    const visit = function* (server: Host): Actor {
      const rpc = () => new RpcClient(rng, sim.filler);
      const common = { client, server, family };
      if (how === "wmi" || how === "dump") {
        const name = how === "wmi" ? "activation" as const : "epm" as const;
        const steps = rpc().overTcp(name, { ...account, calls: rng.int(1, 3) });
        yield* ctx.conversation({ ...common, port: 135, steps, end: "open" });
        const calls = how === "dump" ? rng.int(20, 200) : rng.int(5, 40);
        const work = rpc().overTcp(how === "wmi" ? "wbem" : "drsuapi", {
          ...account,
          calls,
        });
        ctx.connect({
          ...common,
          port: high === 135 ? 49665 : high,
          steps: work,
          end: "rst_client",
        });
        if (how === "dump") return;
      }
      const job = {
        interface: how === "task" ? "atsvc" as const : "svcctl" as const,
        fileBytes: how === "service" ? rng.int(20_000, 300_000) : 0,
        commands: rng.int(0, 25),
      };
      yield* ctx.conversation({
        ...common,
        port: 445,
        steps: remoteService(ctx, job),
        end: "fin_client",
      });
    };
    const actor = function* (): Actor {
      for (const server of victims) {
        if (ctx.nowUs > ctx.attackEndUs) return;
        sim.spawn(ctx.nowUs, visit(server));
        yield ctx.nowUs + rng.exponential(ctx.attackUs / (victims.length + 1));
      }
    };
    ctx.attack({
      category: "lateral",
      attackers: [client],
      victims,
      subjects: [client],
      family,
    }, actor());
  },
};
