/** Puts a generated attack into a capture that exists: its hosts, its hours. */

import {
  contains,
  formatAddress,
  type Network,
  parseNetwork,
} from "@ml-defender/events";
import { type Family, type Host, makeHost } from "./address.ts";
import { type CapturedPacket, readCapture } from "./capture_reader.ts";
import { type CaptureFormat, CaptureWriter } from "./capture_writer.ts";
import { Context } from "./context.ts";
import {
  type Generation,
  generationOf,
  GENERATOR_VERSION,
  scenarioOf,
} from "./generate.ts";
import { Rng } from "./rng.ts";
import { type Actor, Sim } from "./sim.ts";
import { Topology } from "./topology.ts";

/** Prefixes taken for the home networks where none are given. */
export const PRIVATE_NETS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

/** Options of splicing. */
export interface SpliceOptions {
  /** Seed of every choice. */
  seed: number;
  /** Prefixes of the capture's home networks. @default {private prefixes} */
  homeNets?: readonly string[];
  /** Cap of the attack's packets for floods, scans and bulk. */
  attackPackets?: number;
  /** Bytes kept of the attack's packets, 0 for all; the capture's own stay as they are cut. @default {0} */
  snaplen?: number;
  /** File format. @default {"pcap"} */
  format?: CaptureFormat;
  /** What the truth calls the capture. @default {"capture"} */
  label?: string;
}

interface Seen {
  address: Uint8Array;
  mac: Uint8Array;
  packets: number;
}

interface Survey {
  startUs: number;
  endUs: number;
  packets: number;
  hosts: Map<string, Seen>;
}

/** Link and network source and destination of a frame, where it is IP. */
function endpoints(
  frame: Uint8Array,
): { family: Family; source: number } | undefined {
  let at = 12;
  const type = () => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
  while ((type() === 0x8100 || type() === 0x88a8) && at < 24) at += 4;
  if (type() === 0x0800 && frame.length >= at + 22) {
    return { family: 4, source: at + 14 };
  }
  if (type() === 0x86dd && frame.length >= at + 42) {
    return { family: 6, source: at + 10 };
  }
  return undefined;
}

function unicast(address: Uint8Array): boolean {
  if (address.length === 16) {
    return address[0] !== 255 && address[0] !== 0;
  }
  return (address[0] as number) < 224 && address[0] !== 0 &&
    address[0] !== 127 && address[3] !== 255;
}

function survey(packets: Iterable<CapturedPacket>): Survey {
  const out: Survey = {
    startUs: Infinity,
    endUs: -Infinity,
    packets: 0,
    hosts: new Map(),
  };
  for (const { timeUs, frame } of packets) {
    out.packets++;
    out.startUs = Math.min(out.startUs, timeUs);
    out.endUs = Math.max(out.endUs, timeUs);
    const found = endpoints(frame);
    if (!found) continue;
    const size = found.family === 4 ? 4 : 16;
    for (const side of [0, 1]) {
      const from = found.source + side * size;
      const address = frame.slice(from, from + size);
      if (!unicast(address)) continue;
      const key = formatAddress(address);
      const seen = out.hosts.get(key);
      if (seen) seen.packets++;
      else {
        const mac = side === 0 ? frame.slice(6, 12) : frame.slice(0, 6);
        out.hosts.set(key, { address, mac, packets: 1 });
      }
    }
  }
  return out;
}

function blockOf(text: string): Network {
  const block = parseNetwork(text);
  if (block !== undefined) return block;
  throw new RangeError(
    `Cannot splice as 'homeNets' must be CIDR blocks: current value is ${text}`,
  );
}

function isInside(nets: readonly Network[], address: Uint8Array): boolean {
  const version = address.length === 4 ? 4 : 6;
  const one = { version, bytes: address, prefix: address.length * 8 } as const;
  return nets.some((net) => contains(net, one));
}

/** The machines that count as home: by prefix, else the most active address of all. */
function homeOf(
  found: Survey,
  nets: readonly Network[],
): { family: Family; seen: Seen[] } {
  const all = [...found.hosts.values()].sort((a, b) => b.packets - a.packets);
  const inside = all.filter(({ address }) => isInside(nets, address));
  const pool = inside.length > 0 ? inside : all.slice(0, 1);
  if (pool.length === 0) {
    throw new RangeError(
      "Cannot splice: the capture holds no host address (loopback and multicast do not count)",
    );
  }
  const count = (size: number) =>
    pool.reduce(
      (sum, one) => sum + (one.address.length === size ? one.packets : 0),
      0,
    );
  const family: Family = count(16) > count(4) ? 6 : 4;
  return {
    family,
    seen: pool.filter((one) => one.address.length === (family === 4 ? 4 : 16))
      .slice(0, 200),
  };
}

function hostOf(rng: Rng, seen: Seen, family: Family): Host {
  const stack = rng.pick(["windows", "windows", "linux"] as const);
  return makeHost({
    mac: seen.mac,
    v4: family === 4 ? seen.address : Uint8Array.of(192, 168, 255, 254),
    v6: family === 6 ? seen.address : new Uint8Array(16),
    home: true,
    stack,
    ttl: stack === "windows" ? 128 : 64,
    rttUs: rng.int(200, 2000),
    name: `pc-${rng.text(5)}`,
  });
}

function neighbourOf(rng: Rng, host: Host, family: Family): Host {
  const address = (family === 4 ? host.v4 : host.v6).slice();
  address[address.length - 1] =
    ((address[address.length - 1] as number) + rng.int(1, 120)) % 254 + 1;
  const mac = host.mac.slice();
  mac[5] = ((mac[5] as number) + rng.int(1, 200)) & 255;
  return hostOf(rng, { address, mac, packets: 0 }, family);
}

function* replay(sim: Sim, packets: Iterable<CapturedPacket>): Actor {
  for (const { timeUs, frame, wireBytes } of packets) {
    // Captures are not always in order: their packets keep file order and their own times.
    if (timeUs > sim.nowUs) yield timeUs;
    sim.frame.raw(timeUs, frame, wireBytes);
  }
}

/**
 * Generates the attack `name` inside `capture` (the bytes of a pcap or pcapng file): its home
 * hosts become attackers and victims, and the attack lies within its span. The capture's packets
 * are written as they are (as Ethernet), in their order.
 */
export function splice(
  name: string,
  capture: Uint8Array,
  options: SpliceOptions,
): Generation {
  const { seed, format = "pcap", snaplen = 0, label = "capture" } = options;
  const scenario = scenarioOf(name);
  if (scenario.mix) {
    throw new RangeError(`Cannot splice '${name}': it is not an attack`);
  }
  const root = new Rng(`${GENERATOR_VERSION}/${name}/${seed}/splice`);
  const found = survey(readCapture(capture));
  const nets = [...(options.homeNets ?? PRIVATE_NETS)];
  const blocks = nets.map((net) => blockOf(net));
  const { family, seen } = homeOf(found, blocks);
  const dice = root.split("dice");
  const hosts = seen.map((one) => hostOf(dice, one, family));
  // Captures of one or two machines get some neighbours, so that every role can be filled.
  while (hosts.length < 4) {
    hosts.push(neighbourOf(dice, hosts[0] as Host, family));
  }
  const outside = [...found.hosts.values()].find(({ address }) =>
    !isInside(blocks, address)
  );
  const topology = new Topology(root.split("topology"), {
    ip: family,
    adopt: {
      hosts,
      homeNets: nets,
      ...(outside ? { gatewayMac: outside.mac } : {}),
    },
  });
  const span = Math.max(1_000_000, found.endUs - found.startUs);
  const attackUs = Math.round(Math.min(scenario.plan(dice) * 1e6, span * 0.7));
  const attackStartUs = found.startUs +
    Math.round((span - attackUs) * dice.uniform(0.2, 0.9));
  const writer = new CaptureWriter(format, 0);
  writer.frameLimit = snaplen;
  const sim = new Sim({
    startUs: found.startUs,
    endUs: found.startUs + span,
    writer,
    vlan: 0,
    rng: root.split("filler"),
  });
  const ctx = new Context({
    sim,
    topology,
    rng: root.split("attack"),
    attackStartUs,
    attackEndUs: attackStartUs + attackUs,
    attackPackets: options.attackPackets ??
      Math.round(dice.logUniform(1500, 12_000)),
  });
  sim.spawn(found.startUs, replay(sim, readCapture(capture)));
  scenario.build(ctx);
  return generationOf({
    scenario: name,
    sim,
    writer,
    plans: ctx.plans,
    seed,
    homeNets: nets,
    homeHosts: () => seen.map(({ address }) => formatAddress(address)),
    background: label,
    endUs: () => found.startUs + span,
  });
}
