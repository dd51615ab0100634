/**
 * Which events are logged. Policy is data.
 *
 * @module
 */

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
   * Share of all other events that is logged too, 0 to 1, so that false-positive rates can be measured. Chosen by a
   * hash of the event id, so the same events on each run. A larger share costs that much more log. @default {0.01}
   */
  readonly benignShare?: number;
}

/** What a policy says about one event. */
export interface LogDecision {
  /** Why it is logged, or `skipped`. */
  readonly reason: "selected" | "sampled" | "skipped";
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
}

function share(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(
    `Cannot use log policy as '${name}' must be 0 to 1: current value is ${value}`,
  );
}

/** Place of an event id on the line from 0 to 1: FNV-1a over its UTF-16 units, mixed as MurmurHash3 ends. */
export function sampleKey(eventId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < eventId.length; i++) {
    hash = Math.imul(hash ^ eventId.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Makes the decision of a policy.
 *
 * @throws {RangeError} When a number of the policy is outside 0 to 1.
 */
export function decideLogging(
  policy: LogPolicy = {},
): (facts: PolicyFacts) => LogDecision {
  const minFinalScore = share("minFinalScore", policy.minFinalScore ?? 0.7);
  const minDivergence = share("minDivergence", policy.minDivergence ?? 0.3);
  const ragScore = share("ragScore", policy.ragScore ?? 0.85);
  const ragDivergence = share("ragDivergence", policy.ragDivergence ?? 0.4);
  const benignShare = share("benignShare", policy.benignShare ?? 0.01);
  return ({ eventId, finalScore, divergence }) => {
    const apart = divergence ?? -1;
    const requiresRag = finalScore >= ragScore || apart >= ragDivergence;
    if (requiresRag || finalScore >= minFinalScore || apart >= minDivergence) {
      return { reason: "selected", requiresRag };
    }
    const sampled = sampleKey(eventId) < benignShare;
    return { reason: sampled ? "sampled" : "skipped", requiresRag };
  };
}
