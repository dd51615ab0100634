import type { Costs } from "./costs.ts";
import { FOREST_CHOICES, type ForestChoice } from "./forest_choices.ts";
import type { TrafficByForests } from "./traffic.ts";

/** What is done with each record. */
export interface Work {
  /** How much of the forests is used. */
  readonly forests: ForestChoice;
  /** How many of the four forests are in use. */
  readonly used: number;
  /** Share of ordinary events in the log. */
  readonly share: number;
}

/** Forests that are shipped, and of which the costs are. */
const FORESTS = 4;

/**
 * CPU time of a packet with all that follows from it, in nanoseconds.
 *
 * @param costs What things cost on this machine.
 * @param traffic What the traffic is made of.
 * @param work What is done with it.
 */
export function packetCost(
  costs: Costs,
  traffic: TrafficByForests,
  { forests, used, share }: Work,
): number {
  const { flows, judged, logged, incidents } = traffic[forests.name]!;
  const { flowNs, forestsNs, judgedNs, eventNs, incidentNs } = costs;
  const whole = forestsNs[FOREST_CHOICES[0]!.name]!;
  const spared = whole - forestsNs[forests.name]! * used / FORESTS;
  const sampled = share * Math.max(0, flows - judged);
  return costs.packetNs + flows * Math.max(0, flowNs - spared) +
    (judged + sampled) * judgedNs + (logged + sampled) * eventNs +
    incidents * incidentNs;
}
