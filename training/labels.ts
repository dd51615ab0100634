import type { Category } from "@ml-defender/events";
import type { AttackTruth, Truth } from "../generator/generate.ts";

/** Microseconds by which a flow may lie outside its attack's packets: timers run on. */
const SLACK_US = 1e6;

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
   * @param source Initiator's address.
   * @param destination Responder's address.
   * @param startUs First packet, microseconds since the epoch.
   * @param endUs Last packet.
   * @returns The category of its attack, or `undefined` if it is part of none.
   */
  categoryOf(
    source: string,
    destination: string,
    startUs: number,
    endUs: number,
  ): Category | undefined {
    for (const { attack, attackers, victims } of this.#attacks) {
      if (
        startUs > attack.endUs + SLACK_US || endUs < attack.startUs - SLACK_US
      ) continue;
      const made = (address: string) =>
        attack.spoofed || attackers.has(address);
      if (
        victims.has(destination) && made(source) ||
        victims.has(source) && made(destination)
      ) return attack.category;
    }
    return undefined;
  }
}

interface Sides {
  attack: AttackTruth;
  attackers: ReadonlySet<string>;
  victims: ReadonlySet<string>;
}
