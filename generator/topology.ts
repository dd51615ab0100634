/** Made-up networks: prefixes, hosts, roles and round trips, all by seed. */

import { formatAddress } from "@ml-defender/events";
import { type Family, type Host, makeHost, type Stack } from "./address.ts";
import type { Rng } from "./rng.ts";

/** Which IP versions a network speaks. */
export type IpChoice = 4 | 6 | "dual";

/** The machines of a capture that exists. */
export interface Adopted {
  /** Home machines, at least one; the first ones are the most active. */
  hosts: Host[];
  /** Prefixes of the home networks. */
  homeNets: string[];
  /** Link address of the router. */
  gatewayMac?: Uint8Array;
}

/** What may be asked of a topology; what is not asked is drawn. */
export interface TopologyOptions {
  /** IP versions. @default {drawn: mostly 4} */
  ip?: IpChoice;
  /** Number of client machines. @default {drawn: 3..60} */
  clients?: number;
  /** Machines of a capture that exists, in place of made-up ones. */
  adopt?: Adopted;
}

/** A home network and the internet around it. */
export class Topology {
  /** Prefixes of the home networks. */
  homeNets: string[];
  /** IP versions in use. */
  readonly ip: IpChoice;
  /** Work stations and such. */
  clients: Host[] = [];
  /** The router. */
  gateway: Host;
  /** The machine that answers DNS questions; may be outside. */
  resolver: Host;
  /** Directory server. */
  directory: Host;
  /** File servers. */
  fileServers: Host[] = [];
  /** Machines that serve the outside. */
  publicServers: Host[] = [];
  /** Backup target. */
  backup: Host;
  /** Machine that polls all others. */
  monitor: Host;
  /** Printers, cameras and such. */
  devices: Host[] = [];
  /** Whether several clients share one home address. */
  readonly nat: boolean;
  /** VLAN id of the capture, 0 for none. */
  readonly vlan: number;
  /** Round trip between home machines, microseconds. */
  readonly lanRttUs: number;
  readonly #rng: Rng;
  #v4: [number, number, number];
  #v6: number[];
  readonly #used = new Set<number>();
  readonly #subnets: number;
  readonly #external = new Map<string, Host>();

  /** Draws a network. */
  constructor(rng: Rng, options: TopologyOptions = {}) {
    this.#rng = rng;
    this.ip = options.ip ?? rng.pick([4, 4, 4, 4, 4, 4, "dual", 6] as const);
    const kind = rng.pick([10, 172, 192] as const);
    this.#v4 = kind === 10
      ? [10, rng.int(0, 255), rng.int(0, 254)]
      : kind === 172
      ? [172, rng.int(16, 31), rng.int(0, 254)]
      : [192, 168, rng.int(0, 254)];
    const ula = rng.chance(0.6);
    this.#v6 = [
      ula ? 0xfd00 | rng.int(0, 255) : 0x2a00 | rng.int(0, 15),
      rng.int(1, 65535),
      rng.int(0, 65535),
      rng.int(0, 255),
    ];
    this.#subnets = rng.chance(0.3) ? 2 : 1;
    const [a, b, c] = this.#v4;
    const nets = Array.from(
      { length: this.#subnets },
      (_, i) => `${a}.${b}.${(c + i) % 256}.0/24`,
    );
    const hex = this.#v6.map((word) => word.toString(16));
    if (this.ip === 6) nets.length = 0;
    if (this.ip !== 4) nets.push(`${hex.slice(0, 3).join(":")}::/48`);
    this.homeNets = nets;
    this.vlan = rng.chance(0.08) ? rng.int(2, 4000) : 0;
    this.lanRttUs = Math.round(rng.logUniform(120, 2500));
    this.gateway = this.#home("linux", 1);
    const count = options.clients ?? Math.round(rng.logUniform(3, 60));
    for (let i = 0; i < count; i++) {
      this.clients.push(
        this.home(
          rng.pick(["windows", "windows", "windows", "apple", "linux"]),
        ),
      );
    }
    this.nat = count > 3 && rng.chance(0.12);
    if (this.nat) {
      // A wireless router hides some machines behind one address.
      const hidden = rng.int(2, count - 1);
      for (let i = 1; i < hidden; i++) {
        this.clients[i] = this.clients[0] as Host;
      }
    }
    this.directory = this.home("windows", "dc");
    for (let i = rng.int(1, 3); i > 0; i--) {
      this.fileServers.push(this.home(rng.pick(["windows", "linux"]), "files"));
    }
    for (let i = rng.int(1, 5); i > 0; i--) {
      this.publicServers.push(this.home("linux", "www"));
    }
    for (let i = rng.int(1, 8); i > 0; i--) {
      this.devices.push(this.home("embedded", "device"));
    }
    this.backup = this.home("linux", "backup");
    this.monitor = this.home("linux", "monitor");
    const where = rng.pick(["gateway", "directory", "outside", "own"] as const);
    this.resolver = where === "gateway"
      ? this.gateway
      : where === "directory"
      ? this.directory
      : where === "own"
      ? this.home("linux", "dns")
      : this.external(rng, "resolver");
    if (options.adopt) this.#adopt(options.adopt);
  }

  /** Puts machines of a capture into all roles; there may be only one of them. */
  #adopt({ hosts, homeNets, gatewayMac }: Adopted): void {
    const rng = this.#rng;
    const some = (count: number) => rng.shuffle(hosts).slice(0, count);
    const one = () => rng.pick(hosts);
    const first = hosts[0] as Host;
    this.homeNets = homeNets;
    this.clients = hosts;
    this.gateway = { ...this.gateway, mac: gatewayMac ?? first.mac };
    // Roles go to others than the most active machine where there are others.
    const others = hosts.length > 1 ? hosts.slice(1) : hosts;
    this.fileServers = rng.shuffle(others).slice(0, 2);
    this.publicServers = some(3);
    this.devices = some(2);
    this.directory = rng.pick(others);
    this.backup = one();
    this.monitor = one();
    this.resolver = this.external(rng, "resolver");
    this.#v4 = [...first.v4.subarray(0, 3)] as [number, number, number];
    this.#v6 = Array.from(
      { length: 4 },
      (_, i) =>
        ((first.v6[i * 2] as number) << 8) | (first.v6[i * 2 + 1] as number),
    );
  }

  /** A new home machine. */
  home(stack: Stack, name = "pc"): Host {
    return this.#home(stack, undefined, name);
  }

  #home(stack: Stack, last?: number, name = "gateway"): Host {
    const rng = this.#rng;
    let slot = last ?? 0;
    while (slot === 0 || (last === undefined && this.#used.has(slot))) {
      slot = rng.int(2, 254) + 256 * rng.int(0, this.#subnets - 1);
    }
    this.#used.add(slot);
    const [a, b, c] = this.#v4;
    const v4 = Uint8Array.of(a, b, (c + (slot >> 8)) % 256, slot & 255);
    const words = [...this.#v6, 0, 0, 0, slot];
    if (rng.chance(0.7)) {
      for (let i = 4; i < 8; i++) words[i] = rng.int(0, 65535);
    }
    const mac = rng.bytes(6);
    mac[0] = ((mac[0] as number) & 0xfc) | 2;
    return makeHost({
      mac,
      v4,
      v6: Uint8Array.from(words.flatMap((w) => [w >>> 8, w & 255])),
      home: true,
      stack,
      ttl: stack === "windows" ? 128 : 64,
      rttUs: this.lanRttUs,
      name: `${name}-${rng.text(5)}`,
      nextPort: rng.int(33000, 60000),
    });
  }

  /** A new machine of the internet. */
  external(rng: Rng, name = "host"): Host {
    const stack = rng.pick(["linux", "linux", "linux", "windows"] as const);
    const hops = rng.int(4, 22);
    const domain = `${rng.text(rng.int(3, 11), "abcdefghilmnoprstu")}.${
      rng.pick(["com", "net", "org", "io", "de", "es", "fr", "co"])
    }`;
    return makeHost({
      mac: this.gateway.mac,
      v4: publicV4(rng),
      v6: Uint8Array.of(0x26, rng.int(0, 31), ...rng.bytes(14)),
      home: false,
      stack,
      ttl: (stack === "windows" ? 128 : 64) - hops,
      rttUs: Math.round(
        Math.min(350_000, Math.max(2500, rng.lognormal(28_000, 0.9) * 1)),
      ),
      name: `${
        name === "host"
          ? rng.pick(["www", "api", "cdn", "img", "static", "app"])
          : name
      }.${domain}`,
      nextPort: rng.int(33000, 60000),
    });
  }

  /** The internet machine known by `key`; made on first use. */
  known(key: string): Host {
    let host = this.#external.get(key);
    if (!host) {
      host = this.external(this.#rng.split(`external/${key}`));
      this.#external.set(key, host);
    }
    return host;
  }

  /** The IP version for a conversation. */
  family(rng: Rng): Family {
    return this.ip === "dual" ? rng.pick([4, 6]) : this.ip;
  }

  /** Round trip between two machines, with some noise, in microseconds. */
  rtt(a: Host, b: Host, rng: Rng): number {
    const base = a.home && b.home ? this.lanRttUs : a.home ? b.rttUs : a.rttUs;
    return Math.round(base * rng.uniform(0.9, 1.25));
  }

  /** Every home machine that has a role. */
  get homeHosts(): Host[] {
    const {
      clients,
      directory,
      fileServers,
      publicServers,
      devices,
      backup,
      monitor,
    } = this;
    return [
      ...clients,
      directory,
      ...fileServers,
      ...publicServers,
      ...devices,
      backup,
      monitor,
    ];
  }

  /** Address in text, of the family in use (`prefer` decides where both are). */
  text(host: Host, prefer: Family): string {
    return formatAddress(prefer === 4 ? host.v4 : host.v6);
  }

  /** Another address of a home subnet that may or may not be in use. */
  neighbour(slot: number): Host {
    const [a, b, c] = this.#v4;
    const wanted = Uint8Array.of(a, b, (c + (slot >> 8)) % 256, slot & 255);
    const found = this.homeHosts.find((h) =>
      h.v4[3] === wanted[3] && h.v4[2] === wanted[2]
    );
    if (found) return found;
    const words = [...this.#v6, 0, 0, 0, slot];
    return makeHost({
      mac: Uint8Array.of(2, 0, 0, 0, slot >> 8, slot & 255),
      v4: wanted,
      v6: Uint8Array.from(words.flatMap((w) => [w >>> 8, w & 255])),
      home: true,
      stack: "linux",
      ttl: 64,
      rttUs: this.lanRttUs,
      name: "unused",
    });
  }
}

/** A public unicast IPv4 address. */
export function publicV4(rng: Rng): Uint8Array {
  for (;;) {
    const a = rng.int(1, 223);
    const b = rng.int(0, 255);
    if (
      a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168)
    ) continue;
    if ((a === 169 && b === 254) || (a === 100 && b >= 64 && b < 128)) continue;
    return Uint8Array.of(a, b, rng.int(0, 255), rng.int(1, 254));
  }
}
