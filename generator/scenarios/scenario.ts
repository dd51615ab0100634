/** The shape that every scenario has. */

import { type Host, makeHost } from "../address.ts";
import type { MixName } from "../benign/mixes.ts";
import type { Category } from "@ml-defender/events";
import type { Context } from "../context.ts";
import type { Rng } from "../rng.ts";
import { publicV4 } from "../topology.ts";

/** Something that can be generated. */
export interface Scenario {
  /** Name, as the command line takes it. */
  readonly name: string;
  /** Categories of its attacks; empty for ordinary traffic. */
  readonly categories: readonly Category[];
  /** One line for people. */
  readonly description: string;
  /** Seconds that the attack takes with these dice (the whole capture for ordinary traffic). */
  plan(rng: Rng): number;
  /** Declares the attacks; ordinary traffic around them is not its concern. */
  build(ctx: Context): void;
  /** The mix that a scenario of ordinary traffic consists of. */
  readonly mix?: MixName;
}

/** An attacker: outside with the given probability, else one of the home machines. */
export function intruder(ctx: Context, outside: number): Host {
  const { rng, topology } = ctx;
  return rng.chance(outside)
    ? topology.external(rng, "intruder")
    : rng.pick(topology.clients);
}

/** Where the packets of a flood seem to come from. */
export interface Sources {
  /** Machines that really take part; empty where all are made up. */
  real: Host[];
  /** The next packet's sender. */
  next(): Host;
}

/** Senders of a flood: one, some, or made up anew for each packet. */
export function floodSources(ctx: Context): Sources {
  const { rng, topology } = ctx;
  const kind = rng.pick(["one", "some", "spoofed"] as const);
  if (kind !== "spoofed") {
    const count = kind === "one" ? 1 : Math.round(rng.logUniform(3, 300));
    const inside = kind === "one" && rng.chance(0.4);
    const real = Array.from(
      { length: count },
      () => inside ? rng.pick(topology.clients) : topology.external(rng),
    );
    return {
      real,
      next: () => real[Math.floor(rng.float() * real.length)] as Host,
    };
  }
  const base = topology.external(rng);
  const next = () =>
    makeHost({
      ...base,
      v4: publicV4(rng),
      v6: Uint8Array.of(0x24 | rng.int(0, 3), ...rng.bytes(15)),
      ttl: rng.int(40, 240),
    });
  return { real: [], next };
}

/** A home machine that outsiders can reach, or any other. */
export function target(ctx: Context): Host {
  const { rng, topology } = ctx;
  return rng.chance(0.8)
    ? rng.pick(topology.publicServers)
    : rng.pick(topology.homeHosts);
}
