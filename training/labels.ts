import type { Category, Flow } from "@ml-defender/events";
import type { LabelledCapture } from "../evaluation/labels.ts";
import type { AttackTruth, Truth } from "../generator/generate.ts";

/** Microseconds by which a flow may lie outside its attack's packets: timers run on. */
const SLACK_US = 1e6;

interface Sides {
  attack: AttackTruth;
  attackers: ReadonlySet<string>;
  victims: ReadonlySet<string>;
}

/** The flows of a generated capture, told apart by its ground truth. */
export class FlowLabels {
  readonly #attacks: readonly Sides[];

  /**
   * Takes the truth of one capture.
   *
   * @param truth Ground truth.
   */
  constructor(truth: Truth) {
    this.#attacks = truth.attacks.map((attack) => ({
      attack,
      attackers: new Set(attack.attackers),
      victims: new Set(attack.victims),
    }));
  }

  /**
   * What a flow is part of.
   *
   * @param flow The flow.
   * @returns The category of its attack, or `undefined` if it is part of none.
   */
  categoryOf(flow: Flow): Category | undefined {
    const { sourceAddress, destinationAddress, startUs, endUs } = flow;
    for (const { attack, attackers, victims } of this.#attacks) {
      if (
        startUs > attack.endUs + SLACK_US || endUs < attack.startUs - SLACK_US
      ) continue;
      const made = (address: string) =>
        attack.spoofed || attackers.has(address);
      if (
        victims.has(destinationAddress) && made(sourceAddress) ||
        victims.has(sourceAddress) && made(destinationAddress)
      ) return attack.category;
    }
    return undefined;
  }
}

/** The flows of a labelled capture, told apart by the hosts that its label names. */
export class HostLabels {
  readonly #capture: LabelledCapture;
  readonly #attackers: ReadonlySet<string>;
  readonly #victims: ReadonlySet<string>;
  readonly #infected: ReadonlySet<string>;

  /**
   * Takes one label.
   *
   * @param capture The labelled capture.
   */
  constructor(capture: LabelledCapture) {
    this.#capture = capture;
    this.#attackers = new Set(capture.attackers);
    this.#victims = new Set(capture.victims);
    this.#infected = new Set(capture.infected);
  }

  /**
   * What a flow is part of.
   *
   * @param flow The flow.
   * @returns The strict category of the label; `undefined` in benign captures; `null` where nobody knows.
   */
  categoryOf(flow: Flow): Category | undefined | null {
    const category = this.#capture.accepted[0];
    if (category === undefined) return undefined;
    // Names are asked for by whoever does whatever: they say little about anything but tunnels.
    if (flow.app === "dns" && category !== "dns") return null;
    const { sourceAddress: a, destinationAddress: b } = flow;
    if (this.#capture.hosts.length === 0) return this.#unnamed(flow, category);
    const between = this.#isAttacker(a) && this.#isVictim(b) ||
      this.#isAttacker(b) && this.#isVictim(a);
    if (between) return category;
    // Laboratories put the controlling server beside the infected host; other traffic inside is the network's own.
    const web = flow.app === "http" || flow.app === "tls";
    const leaves = this.#infected.has(a) && (!flow.destinationInternal || web);
    const asks = this.#infected.has(a) && category === "dns";
    return leaves || asks ? category : null;
  }

  /** A label without hosts: the capture was cut to the attack, so its flows on the attack's side are part of it. */
  #unnamed(flow: Flow, category: Category): Category | null {
    const inside = flow.sourceInternal && flow.destinationInternal;
    if (category === "lateral") return inside ? category : null;
    const channel = category === "mining" || category === "c2";
    return channel && !flow.destinationInternal ? category : null;
  }

  #isAttacker(address: string): boolean {
    return this.#attackers.has(address) ||
      this.#attackers.size === 0 && this.#victims.size > 0;
  }

  #isVictim(address: string): boolean {
    return this.#victims.has(address) ||
      this.#victims.size === 0 && this.#attackers.size > 0;
  }
}
