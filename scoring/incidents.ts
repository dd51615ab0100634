import {
  CATEGORIES,
  type Category,
  type Incident,
  type IncidentUpdate,
  type Verdict,
} from "@ml-defender/events";
import { OpenIncident } from "./_open_incident.ts";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";
import { EXPLAINS } from "./precedence.ts";

/** How often quiet incidents are looked for, in capture time. */
const CHECK_US = 5_000_000;

/** What an {@linkcode IncidentTracker} has done so far. */
export interface IncidentCounts {
  /** Incidents opened. */
  opened: number;
  /** Incidents closed, evicted ones included. */
  closed: number;
  /** Verdicts that an incident of another category explained. */
  absorbed: number;
  /** Incidents closed early because too many were open. */
  evicted: number;
}

/**
 * Gathers verdicts into incidents: one for each category and subject, opened by the first verdict with a severity,
 * closed after a quiet gap of capture time. Deterministic: ids are hashes, order is the order of the verdicts.
 *
 * @example
 * ```ts
 * import { IncidentTracker, Scorer } from "@ml-defender/scoring";
 *
 * const verdict = new Scorer().judge([
 *   { engine: "fast", detector: "arp_sweep", category: "scan", subject: "10.0.0.1", score: 0.9, reasons: [] },
 * ], { eventId: "1", timestampUs: 0 });
 * const tracker = new IncidentTracker();
 * const updates = [...tracker.push(verdict), ...tracker.close()];
 * if (updates.map((update) => update.state).join() !== "opened,closed") throw new Error();
 * ```
 */
export class IncidentTracker {
  /** What has been done so far. */
  readonly counts: IncidentCounts = {
    opened: 0,
    closed: 0,
    absorbed: 0,
    evicted: 0,
  };
  #policy: Policy;
  readonly #open = new Map<string, OpenIncident>();
  #clockUs = -Infinity;
  #checkedUs = -Infinity;

  /** Takes a policy: quiet gap, longest duration, bound, windows that corroborate. */
  constructor(policy: Policy = DEFAULT_POLICY) {
    this.#policy = policy;
  }

  /**
   * Takes another policy from the next verdict on, for incidents that are open too; none is closed or told again by that
   * alone.
   */
  reconfigure(policy: Policy): void {
    this.#policy = policy;
    for (const incident of this.#open.values()) incident.reconfigure(policy);
  }

  /** Incidents that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes the next verdict. Those without a severity only move the clock.
   *
   * @param verdict The verdict.
   * @param repeats Further flow records like it that got no verdict of their own; they are counted.
   * @returns Incidents that closed meanwhile, then what the verdict opened or raised.
   */
  push(verdict: Verdict, repeats = 0): IncidentUpdate[] {
    const updates = this.advance(verdict.timestampUs);
    const { category, subject, severity } = verdict;
    if (category === null || subject === null || severity === null) {
      return updates;
    }
    if (this.#explaining(verdict) !== undefined) {
      this.counts.absorbed++;
      return updates;
    }
    const key = keyOf(category, subject);
    const known = this.#open.get(key);
    if (known !== undefined) {
      known.add(verdict, repeats);
      if (known.rose) {
        updates.push({ state: "updated", incident: known.tell() });
      }
      return updates;
    }
    if (this.#open.size >= this.#policy.incidents.maxOpen) {
      updates.push(...this.#evict());
    }
    const incident = new OpenIncident(verdict, this.#policy);
    this.#open.set(key, incident);
    this.counts.opened++;
    updates.push({ state: "opened", incident: incident.tell() });
    return updates;
  }

  /**
   * Moves the clock, which never goes back, and closes what has been quiet or open for too long.
   *
   * @param timestampUs Capture time, microseconds since the Unix epoch.
   */
  advance(timestampUs: number): IncidentUpdate[] {
    if (!(timestampUs > this.#clockUs)) return [];
    this.#clockUs = timestampUs;
    if (timestampUs - this.#checkedUs < CHECK_US) return [];
    this.#checkedUs = timestampUs;
    const { quietSeconds, maxSeconds } = this.#policy.incidents;
    const due: string[] = [];
    for (const [key, incident] of this.#open) {
      if (
        timestampUs - incident.lastSeenUs > quietSeconds * 1e6 ||
        timestampUs - incident.firstSeenUs > maxSeconds * 1e6
      ) due.push(key);
    }
    return this.#closeAll(due);
  }

  /** Closes every incident that is still open, as at the end of a capture. */
  close(): IncidentUpdate[] {
    return this.#closeAll([...this.#open.keys()]);
  }

  /** Id of the open incident that a verdict belongs to: its own, or the one that explains it. */
  idOf(verdict: Verdict): string | undefined {
    const { category, subject, severity } = verdict;
    if (category === null || subject === null || severity === null) {
      return undefined;
    }
    return (this.#explaining(verdict) ??
      this.#open.get(keyOf(category, subject)))?.id;
  }

  /** The highest-scored open incident of a host; of equal ones the first in the order of categories. */
  leading(subject: string): Incident | undefined {
    let best: OpenIncident | undefined;
    for (const category of CATEGORIES) {
      const one = this.#open.get(keyOf(category, subject));
      if (one !== undefined && one.finalScore > (best?.finalScore ?? 0)) {
        best = one;
      }
    }
    return best?.snapshot();
  }

  /** An open incident of the same host that explains the verdict and scores at least as high. */
  #explaining(verdict: Verdict): OpenIncident | undefined {
    const category = verdict.category!;
    const subject = verdict.subject!;
    const own = this.#open.get(keyOf(category, subject));
    const score = Math.max(verdict.finalScore, own?.finalScore ?? 0);
    let best: OpenIncident | undefined;
    for (const other of CATEGORIES) {
      if (!EXPLAINS[other].includes(category)) continue;
      const incident = this.#open.get(keyOf(other, subject));
      if (incident === undefined || incident.finalScore < score) continue;
      // Of two that explain each other at the same score, the one that came first stays.
      if (own !== undefined && incident.finalScore === own.finalScore) continue;
      if (incident.finalScore > (best?.finalScore ?? 0)) best = incident;
    }
    return best;
  }

  /**
   * Makes room: closes a sixty-fourth of the open incidents, or more where the bound became lower; the lowest scores
   * first, of equal ones the oldest.
   */
  #evict(): IncidentUpdate[] {
    const over = this.#open.size - this.#policy.incidents.maxOpen + 1;
    const count = Math.max(over, this.#open.size >> 6);
    const lowest = [...this.#open].sort(([, a], [, b]) =>
      a.finalScore - b.finalScore || a.lastSeenUs - b.lastSeenUs
    ).slice(0, count);
    this.counts.evicted += count;
    return this.#closeAll(lowest.map(([key]) => key));
  }

  #closeAll(keys: readonly string[]): IncidentUpdate[] {
    return keys.map((key): IncidentUpdate => {
      const incident = this.#open.get(key)!;
      this.#open.delete(key);
      this.counts.closed++;
      return { state: "closed", incident: incident.snapshot() };
    });
  }
}

function keyOf(category: Category, subject: string): string {
  return `${category} ${subject}`;
}
