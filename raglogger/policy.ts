/**
 * Which events are logged. Policy is data.
 *
 * @module
 */

import { Counts } from "./_counts.ts";

/** When an event is logged. */
export interface LogPolicy {
  /** Log at this final score and above, 0 to 1. @default {0.7} */
  readonly minFinalScore?: number;
  /** Ask for analysis at this final score and above, 0 to 1; such events are logged. @default {0.85} */
  readonly ragScore?: number;
  /** Ask for analysis when the engines differ by this much and more, 0 to 1. @default {0.4} */
  readonly ragDivergence?: number;
  /** Log when the engines differ by this much and more, 0 to 1. @default {0.3} */
  readonly minDivergence?: number;
  /**
   * Share of all other events that is logged too, 0 to 1, so that false-positive rates can be measured. Chosen by the
   * event id, which is a hash, so the same events on each run. A larger share costs that much more log. @default {0.01}
   */
  readonly benignShare?: number;
  /**
   * Lines that one incident may have before the rest of its events is sampled by `benignShare` like ordinary ones, a
   * whole number of at least 0: a flood fills no disk. A larger number costs that much more log for each incident.
   * @default {2000}
   */
  readonly perIncident?: number;
}

/** What holds where a policy says nothing. */
export const DEFAULT_LOG_POLICY: Required<LogPolicy> = Object.freeze({
  minFinalScore: 0.7,
  ragScore: 0.85,
  ragDivergence: 0.4,
  minDivergence: 0.3,
  benignShare: 0.01,
  perIncident: 2000,
});

/** What a policy says about one event. */
export interface LogDecision {
  /** Why it is logged, or why not: `skipped` by the policy, `capped` as its incident has enough lines. */
  readonly reason: "selected" | "sampled" | "skipped" | "capped";
  /** Whether it asks for analysis. */
  readonly requiresRag: boolean;
}

/** What a policy looks at. A `Verdict` has it. */
export interface PolicyFacts {
  /** Id of the event. */
  readonly eventId: string;
  /** Final score, 0 to 1. */
  readonly finalScore: number;
  /** |fast - ml|, 0 to 1; null when only one engine scored. */
  readonly divergence: number | null;
  /** Incident that it belongs to. */
  readonly incidentId?: string;
}

function share(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new RangeError(
    `Cannot use log policy as '${name}' must be 0 to 1: current value is ${value}`,
  );
}

/**
 * Place of an event id on the line from 0 to 1: the first 32 bits of the hash that it is. An id that does not begin with
 * a hexadecimal digit stands at 0, so any sample has it.
 *
 * @param eventId Event id, hexadecimal.
 * @returns At least 0, below 1.
 */
export function sampleKey(eventId: string): number {
  const bits = parseInt(eventId.slice(0, 8), 16);
  return Number.isNaN(bits) ? 0 : bits / 2 ** 32;
}

/** Decides for one log which events it gets. */
export class LogChoice {
  readonly #policy: Required<LogPolicy>;
  readonly #lines: Counts;

  /**
   * Takes a policy.
   *
   * @param before The choice whose place it takes: lines of incidents are counted on.
   * @throws {RangeError} When a number of the policy is out of range.
   */
  constructor(policy: LogPolicy = {}, before?: LogChoice) {
    this.#lines = before === undefined ? new Counts() : before.#lines;
    const { perIncident, ...shares } = { ...DEFAULT_LOG_POLICY, ...policy };
    for (const [name, value] of Object.entries(shares)) share(name, value);
    if (!Number.isSafeInteger(perIncident) || perIncident < 0) {
      throw new RangeError(
        `Cannot use log policy as 'perIncident' must be a whole number of at least 0: current value is ${perIncident}`,
      );
    }
    this.#policy = { ...shares, perIncident };
  }

  /** The decision about an event as things stand; changes nothing. */
  look(facts: PolicyFacts): LogDecision {
    const { eventId, finalScore, divergence, incidentId } = facts;
    const policy = this.#policy;
    const apart = divergence ?? -1;
    const requiresRag = finalScore >= policy.ragScore ||
      apart >= policy.ragDivergence;
    const wanted = requiresRag || finalScore >= policy.minFinalScore ||
      apart >= policy.minDivergence;
    const full = incidentId !== undefined &&
      this.#lines.of(incidentId) >= policy.perIncident;
    if (wanted && !full) return { reason: "selected", requiresRag };
    if (sampleKey(eventId) < policy.benignShare) {
      return { reason: "sampled", requiresRag };
    }
    return { reason: wanted ? "capped" : "skipped", requiresRag };
  }

  /** The decision about an event that is logged if it says so; counts it for its incident. */
  take(facts: PolicyFacts): LogDecision {
    const decision = this.look(facts);
    if (decision.reason === "selected" && facts.incidentId !== undefined) {
      this.#lines.add(facts.incidentId);
    }
    return decision;
  }
}

/**
 * Makes the decision of a policy about single events, whatever their incident has already.
 *
 * @throws {RangeError} When a number of the policy is out of range.
 */
export function decideLogging(
  policy: LogPolicy = {},
): (facts: PolicyFacts) => LogDecision {
  const choice = new LogChoice(policy);
  return (facts) => choice.look(facts);
}
