import {
  CATEGORIES,
  type Category,
  type Engine,
  type Evidence,
  type Reason,
  type Severity,
  type Verdict,
} from "@ml-defender/events";
import { confidenceOf } from "./authority.ts";
import type { ScoredRecord } from "./scored.ts";

/** Evidence of both engines for one category and subject. */
export interface Group {
  readonly category: Category;
  readonly subject: string;
  fast: number | null;
  ml: number | null;
  readonly evidence: Evidence[];
  readonly notes: string[];
}

/** A group with what it comes to. */
export interface RatedGroup {
  /** The group. */
  readonly group: Group;
  /** The higher of both scores. */
  readonly finalScore: number;
  /** Severity; `null` if it does not alert. */
  readonly severity: Severity | null;
}

/** A group without evidence yet, for what this piece is about. */
export function newGroup({ category, subject }: Evidence): Group {
  return {
    category,
    subject,
    fast: null,
    ml: null,
    evidence: [],
    notes: [],
  };
}

const SEVERITIES: readonly (Severity | null)[] = [
  null,
  "suspicious",
  "alert",
  "high",
];

/** Highest severity, then highest final score, then the order of categories. */
export function byUrgency(a: RatedGroup, b: RatedGroup): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    b.finalScore - a.finalScore ||
    CATEGORIES.indexOf(a.group.category) -
      CATEGORIES.indexOf(b.group.category) ||
    (a.group.subject < b.group.subject ? -1 : 1);
}

/** Adds a text that is not there yet. */
export function addOnce(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text);
}

/** Reasons of what speaks loudest, one for each code, strongest first. */
export function reasonsOf(group: Group): Reason[] {
  const best = new Map<
    string,
    { reason: Reason; score: number; engine: Engine }
  >();
  const highest = Math.max(...group.evidence.map((one) => one.score));
  for (const { engine, score, reasons } of group.evidence) {
    // Rules that did not fire are reasons only where nothing did.
    if (score < 0.5 && score < highest) continue;
    for (const reason of reasons) {
      const known = best.get(reason.code);
      if (known === undefined || reason.weight > known.reason.weight) {
        best.set(reason.code, { reason, score, engine });
      }
    }
  }
  return [...best.values()]
    .sort((a, b) => b.score - a.score || b.reason.weight - a.reason.weight)
    .map(({ reason, engine }) => ({ ...reason, engine }));
}

/** What speaks against a group, in words. */
export function against(
  group: Group,
  record: ScoredRecord,
  divergence: number,
): string[] {
  const { category, fast, ml } = group;
  const { flow, health } = record;
  const found: string[] = [];
  if (fast !== null && ml !== null && Math.abs(fast - ml) > divergence) {
    found.push(fast > ml ? "the model disagrees" : "the rules disagree");
  }
  if (flow !== undefined) {
    const data = record.backwardPayload ?? 0;
    if ((category === "ddos" || category === "scan") && data > 0) {
      found.push("answered with data by the other side");
    }
    if (flow.directionConfidence <= 50) {
      found.push("the direction of the flow is a guess");
    }
  }
  if (health?.oneWay === true) {
    found.push("the capture shows one direction only");
  }
  if ((health?.lossRatio ?? 0) > 0) {
    found.push("packets were lost while it was seen");
  }
  return found;
}

/** The verdict on a record that nothing is said about. */
export function emptyVerdict(record: ScoredRecord, notes: string[]): Verdict {
  const { flow, host } = record;
  return {
    eventId: record.eventId,
    timestampUs: record.timestampUs,
    category: null,
    subject: null,
    fastScore: null,
    mlScore: null,
    finalScore: 0,
    divergence: null,
    authoritativeSource: "CONSENSUS",
    severity: null,
    confidence: confidenceOf({
      ...record.health,
      bothEngines: false,
      divergence: null,
      ...(flow === undefined
        ? {}
        : { directionConfidence: flow.directionConfidence }),
    }),
    predictions: record.predictions ?? {},
    reasons: [],
    counterEvidence: notes,
    ...(flow === undefined ? {} : { flow }),
    ...(host === undefined ? {} : { host }),
  };
}
