/** What scenarios and benign activities build with. */

import type { Category } from "@ml-defender/events";
import type { Family, Host } from "./address.ts";
import { lookup } from "./apps/dns.ts";
import { tls, TLS_PROFILES, type TlsProfile } from "./apps/tls.ts";
import type { Exchange } from "./apps/tls.ts";
import type { Rng } from "./rng.ts";
import type { Actor, Sim } from "./sim.ts";
import { tcp, type TcpSpec } from "./tcp.ts";
import type { Topology } from "./topology.ts";
import { udp, type UdpSpec } from "./udp.ts";
import type { Step } from "./tcp.ts";

/** An attack as a scenario declares it. */
export interface AttackPlan {
  /** What it is. */
  category: Category;
  /** Who does it; empty where every source is spoofed. */
  attackers: Host[];
  /** Who suffers it. */
  victims: Host[];
  /** Whom an incident should be about. */
  subjects: Host[];
  /** IP version it runs over. */
  family: Family;
  /** Whether source addresses are made up. */
  spoofed?: boolean;
}

/** What may be left out of a TCP conversation: the context fills it in. */
export type Conn =
  & Omit<TcpSpec, "rttUs" | "family">
  & Partial<Pick<TcpSpec, "rttUs" | "family">>;

/** See `Conn`, for UDP. */
export type Dgram =
  & Omit<UdpSpec, "rttUs" | "family">
  & Partial<Pick<UdpSpec, "rttUs" | "family">>;

/** One generation: clock, network, dice and the list of attacks. */
export class Context {
  /** The event loop. */
  readonly sim: Sim;
  /** The made-up network. */
  readonly topology: Topology;
  /** The scenario's dice. */
  readonly rng: Rng;
  /** When the attack may begin, microseconds since the epoch. */
  readonly attackStartUs: number;
  /** When it should be over. */
  readonly attackEndUs: number;
  /** Packets the attack may send (a cap for floods and scans). */
  readonly attackPackets: number;
  /** The attacks so far, in the order of `sim.attacks`. */
  readonly plans: AttackPlan[] = [];
  readonly #profiles = new Map<Host, TlsProfile>();

  /** Binds the parts together. */
  constructor(
    parts: Pick<
      Context,
      | "sim"
      | "topology"
      | "rng"
      | "attackStartUs"
      | "attackEndUs"
      | "attackPackets"
    >,
  ) {
    this.sim = parts.sim;
    this.topology = parts.topology;
    this.rng = parts.rng;
    this.attackStartUs = parts.attackStartUs;
    this.attackEndUs = parts.attackEndUs;
    this.attackPackets = parts.attackPackets;
  }

  /** Present time. */
  get nowUs(): number {
    return this.sim.nowUs;
  }

  /** Length of the attack in microseconds. */
  get attackUs(): number {
    return this.attackEndUs - this.attackStartUs;
  }

  /** Declares an attack and starts its actor when the attack begins. */
  attack(plan: AttackPlan, actor: Actor): void {
    this.plans.push(plan);
    const id = this.sim.openAttack();
    this.sim.asAttack(id, () => this.sim.spawn(this.attackStartUs, actor));
  }

  /** Starts a TCP conversation now, or at `atUs`. */
  connect(conn: Conn, atUs: number = this.nowUs): void {
    this.sim.spawn(atUs, this.conversation(conn));
  }

  /** The actor of a TCP conversation, to be spawned or delegated to. */
  conversation(conn: Conn): Actor {
    const { rng, topology } = this;
    const { client, server } = conn;
    const far = !(client.home && server.home);
    return tcp(this.sim, {
      rttUs: topology.rtt(client, server, rng),
      family: topology.family(rng),
      loss: far ? 0.002 : 0.0002,
      bytesPerSecond: far ? 6e6 : 40e6,
      ...conn,
    });
  }

  /** Starts a UDP conversation now, or at `atUs`. */
  exchange(dgram: Dgram, atUs: number = this.nowUs): void {
    const { rng, topology } = this;
    const { client, server } = dgram;
    const spec = {
      rttUs: topology.rtt(client, server, rng),
      family: topology.family(rng),
      ...dgram,
    };
    this.sim.spawn(atUs, udp(this.sim, spec));
  }

  /** Asks the resolver for a name; gives the time after which the answer is known. */
  resolve(
    client: Host,
    name: string,
    options: { rcode?: number } = {},
  ): number {
    const { rng, topology } = this;
    const server = topology.resolver;
    if (client === server) return 0;
    const thinkUs = rng.chance(0.6) ? 400 : rng.exponential(20_000);
    const rttUs = topology.rtt(client, server, rng);
    const both = topology.ip !== 4 || rng.chance(0.35);
    const common = { client, server, port: 53, rttUs };
    this.exchange({
      ...common,
      steps: lookup(rng, name, { ...options, thinkUs }),
    });
    if (both) {
      this.exchange({
        ...common,
        steps: lookup(rng, name, { ...options, type: "AAAA", thinkUs }),
      });
    }
    return rttUs + thinkUs + 500;
  }

  /** The TLS habits of a machine: the same for as long as it lives, with a few exceptions. */
  profile(host: Host): TlsProfile {
    let profile = this.#profiles.get(host);
    if (!profile || this.rng.chance(0.1)) {
      profile = this.rng.pick(TLS_PROFILES);
      this.#profiles.set(host, profile);
    }
    return profile;
  }

  /** Steps of a TLS connection with the habits of `client`. */
  secure(
    client: Host,
    sni: string,
    options: {
      exchanges: Iterable<Exchange>;
      profile?: TlsProfile;
      selfSigned?: boolean;
    },
  ): Generator<Step, void, void> {
    const { rng, sim } = this;
    return tls(rng, sim.filler, {
      profile: options.profile ?? this.profile(client),
      sni,
      server13: rng.chance(0.7),
      resumed: rng.chance(0.25),
      selfSigned: options.selfSigned ?? false,
      exchanges: options.exchanges,
    });
  }
}
