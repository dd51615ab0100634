import {
  addressOf,
  type Category,
  type Flow,
  type Incident,
  type Reason,
  type Severity,
  type Verdict,
} from "@ml-defender/events";
import { hash128 } from "./_hash.ts";
import {
  authoritativeSource,
  modelThreshold,
  severityOf,
} from "./authority.ts";
import type { Policy } from "./policy.ts";

const BUCKET_US = 5_000_000;
const MAX_PEERS = 1024;
const MAX_REASONS = 64;
const SHOWN_PEERS = 10;
const SHOWN_REASONS = 5;
const SHOWN_EVENTS = 10;
/** A rise of the score that is worth an update. */
const RISE = 0.01;

/** An incident that may still grow. */
export class OpenIncident {
  /** Its id. */
  readonly id: string;
  /** Its category. */
  readonly category: Category;
  /** Host it is about. */
  readonly subject: string;
  /** First evidence. */
  readonly firstSeenUs: number;
  /** Last evidence. */
  lastSeenUs: number;
  /** Highest final score. */
  finalScore = 0;
  #severity: Severity = "suspicious";
  #fast: number | null = null;
  #ml: number | null = null;
  #flows = 0;
  #windows = 0;
  #buckets = 0;
  #lastBucket = NaN;
  #twoWay = false;
  #toldScore = 0;
  #toldSeverity: Severity | undefined;
  #toldCorroborated = false;
  #policy: Policy;
  readonly #peers = new Map<string, number>();
  readonly #reasons = new Map<string, Reason>();
  readonly #events: string[] = [];

  /** Opens on a verdict that has a category, a subject and a severity. */
  constructor(verdict: Verdict, policy: Policy) {
    this.category = verdict.category!;
    this.subject = verdict.subject!;
    this.id = hash128(
      `${this.category}\n${this.subject}\n${verdict.eventId}`,
    );
    this.firstSeenUs = verdict.timestampUs;
    this.lastSeenUs = verdict.timestampUs;
    this.#policy = policy;
    this.add(verdict);
  }

  /** Takes another policy. Its severity stays what it was told to be. */
  reconfigure(policy: Policy): void {
    this.#policy = policy;
  }

  /** Takes in one more verdict, and counts flows like it. */
  add(verdict: Verdict, repeats = 0): void {
    const { timestampUs, fastScore, mlScore, flow } = verdict;
    this.lastSeenUs = Math.max(this.lastSeenUs, timestampUs);
    this.finalScore = Math.max(this.finalScore, verdict.finalScore);
    this.#severity = higher(this.#severity, verdict.severity);
    if (fastScore !== null) this.#fast = Math.max(this.#fast ?? 0, fastScore);
    if (mlScore !== null) this.#ml = Math.max(this.#ml ?? 0, mlScore);
    const bucket = Math.floor(timestampUs / BUCKET_US);
    if (bucket !== this.#lastBucket) {
      this.#lastBucket = bucket;
      this.#buckets++;
    }
    this.#flows += repeats;
    if (flow === undefined) this.#windows++;
    else this.#addFlow(flow);
    if (this.#events.length < SHOWN_EVENTS) this.#events.push(verdict.eventId);
    for (const reason of verdict.reasons) this.#addReason(reason);
  }

  /** Whether something rose since {@linkcode tell} was last called: severity, score, or being corroborated. */
  get rose(): boolean {
    return this.#severity !== this.#toldSeverity ||
      this.finalScore >= this.#toldScore + RISE ||
      this.#corroborated && !this.#toldCorroborated;
  }

  /** The incident as it is now; what is told is no news any more. */
  tell(): Incident {
    this.#toldSeverity = this.#severity;
    this.#toldScore = this.finalScore;
    this.#toldCorroborated = this.#corroborated;
    return this.snapshot();
  }

  /** The incident as it is now. */
  snapshot(): Incident {
    const { thresholds } = this.#policy;
    const fast = this.#fast;
    const ml = this.#ml;
    return {
      id: this.id,
      subject: this.subject,
      category: this.category,
      severity: this.#severity,
      finalScore: this.finalScore,
      fastScore: fast,
      mlScore: ml,
      divergence: fast === null || ml === null ? null : Math.abs(fast - ml),
      authoritativeSource: authoritativeSource({
        fast,
        ml,
        mlThreshold: modelThreshold(this.category, thresholds),
      }, thresholds),
      firstSeenUs: this.firstSeenUs,
      lastSeenUs: this.lastSeenUs,
      flows: this.#flows,
      windows: this.#windows,
      peers: [...this.#peers].sort((a, b) =>
        b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
      ).slice(0, SHOWN_PEERS).map(([peer]) => peer),
      reasons: [...this.#reasons.values()].sort((a, b) => b.weight - a.weight)
        .slice(0, SHOWN_REASONS),
      corroborated: this.#corroborated,
      eventIds: [...this.#events],
    };
  }

  get #corroborated(): boolean {
    const { thresholds, incidents } = this.#policy;
    const both = this.#fast !== null && this.#ml !== null &&
      severityOf(this.#fast, thresholds) !== null &&
      this.#ml >= modelThreshold(this.category, thresholds);
    return this.#twoWay &&
      (both || this.#buckets >= incidents.corroborationWindows);
  }

  #addFlow(flow: Flow): void {
    this.#flows++;
    this.#twoWay ||= isTwoWay(flow);
    const address = addressOf(this.subject);
    const peer = address === flow.sourceAddress
      ? flow.destinationAddress
      : flow.sourceAddress;
    const seen = this.#peers.get(peer);
    // Beyond the bound only those that are known are counted on.
    if (seen !== undefined || this.#peers.size < MAX_PEERS) {
      this.#peers.set(peer, (seen ?? 0) + 1);
    }
  }

  #addReason(reason: Reason): void {
    const known = this.#reasons.get(reason.code);
    if (known === undefined && this.#reasons.size >= MAX_REASONS) return;
    if (known === undefined || reason.weight > known.weight) {
      this.#reasons.set(reason.code, reason);
    }
  }
}

const ORDER: readonly Severity[] = ["suspicious", "alert", "high"];

function higher(a: Severity, b: Severity | null): Severity {
  return b !== null && ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a;
}

/**
 * An exchange that a forged source address cannot have: for TCP more than a connection request and its answer, else two
 * packets each way.
 */
function isTwoWay(flow: Flow): boolean {
  const needed = flow.protocol === 6 ? 3 : 2;
  return flow.kind === "ip" && flow.forwardPackets >= needed &&
    flow.backwardPackets >= 2;
}
