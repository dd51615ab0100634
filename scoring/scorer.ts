import {
  CATEGORIES,
  type Evidence,
  type FlowBatch,
  type HostBatch,
  type Verdict,
} from "@ml-defender/events";
import { Exceptions } from "./_exceptions.ts";
import {
  addOnce,
  against,
  byUrgency,
  emptyVerdict,
  type Group,
  newGroup,
  type RatedGroup,
  reasonsOf,
} from "./_group.ts";
import { Quota } from "./_quota.ts";
import {
  authoritativeSource,
  confidenceOf,
  modelThreshold,
  severityOf,
} from "./authority.ts";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";
import type {
  RecordVerdicts,
  ScoredBatch,
  ScoredRecord,
  ScoreOptions,
} from "./scored.ts";

const WIDTH = CATEGORIES.length;

/** What a {@linkcode Scorer} has done so far. */
export interface ScorerCounts {
  /** Records with verdicts. */
  verdicts: number;
  /** Evidence that a suppression took away. */
  suppressed: number;
  /** Evidence that a role relaxed. */
  relaxed: number;
}

/**
 * Turns evidence of both engines into verdicts: for each category and subject the higher of both scores counts
 * (*maximum threat wins*), and both are kept, with who decided, how sure it is and what speaks against it.
 *
 * @example
 * ```ts
 * import { parsePolicy, Scorer } from "@ml-defender/scoring";
 *
 * const scorer = new Scorer(parsePolicy('{"thresholds":{"high":0.9}}'));
 * const verdict = scorer.judge([
 *   { engine: "fast", detector: "arp_sweep", category: "scan", subject: "10.0.0.1", score: 0.92, reasons: [] },
 * ], { eventId: "1", timestampUs: 0 });
 * if (verdict.severity !== "high") throw new Error("0.92 is high here");
 * ```
 */
export class Scorer {
  #policy: Policy;
  /** What has been done so far. */
  readonly counts: ScorerCounts = { verdicts: 0, suppressed: 0, relaxed: 0 };
  #exceptions: Exceptions;
  #quota: { limit: number; quota: Quota } | undefined;

  /** Takes a policy. */
  constructor(policy: Policy = DEFAULT_POLICY) {
    this.#policy = policy;
    this.#exceptions = new Exceptions(policy);
  }

  /** The policy in use. */
  get policy(): Policy {
    return this.#policy;
  }

  /** Takes another policy from the next record on; what has been counted stays. */
  reconfigure(policy: Policy): void {
    this.#exceptions = new Exceptions(policy);
    this.#policy = policy;
  }

  /** Whether a row's scores are worth a verdict: something suspicious, or engines that disagree. Makes no objects. */
  isInteresting(batch: ScoredBatch, row: number): boolean {
    const { suspicious, divergence } = this.#policy.thresholds;
    for (let at = row * WIDTH; at < (row + 1) * WIDTH; at++) {
      const fast = batch.fast[at]!;
      const ml = batch.ml[at]!;
      if (fast >= suspicious || ml >= suspicious) return true;
      if (Math.abs(fast - ml) > divergence) return true;
    }
    return false;
  }

  /** Verdicts of the flow records that are interesting, in row order. */
  flows(
    batch: FlowBatch,
    scored: ScoredBatch,
    options: ScoreOptions = {},
  ): RecordVerdicts[] {
    return this.#judgeBatch(batch, scored, options, (row) => {
      const flow = batch.flow(row);
      return { eventId: flow.id, timestampUs: flow.endUs, flow };
    });
  }

  /** Verdicts of the host records that are interesting, in row order. */
  hosts(
    batch: HostBatch,
    scored: ScoredBatch,
    options: ScoreOptions = {},
  ): RecordVerdicts[] {
    return this.#judgeBatch(batch, scored, options, (row) => {
      const host = batch.host(row);
      return { eventId: host.id, timestampUs: host.endUs, host };
    });
  }

  /** The verdict on one record in its leading category. */
  judge(evidence: readonly Evidence[], record: ScoredRecord): Verdict {
    return this.judgeAll(evidence, record)[0]!;
  }

  /**
   * Verdicts on one record: the leading one first, then one for each other category and subject with a severity.
   * Leading is the highest severity, then the highest final score, then the order of `CATEGORIES`.
   */
  judgeAll(
    evidence: readonly Evidence[],
    record: ScoredRecord,
  ): Verdict[] {
    this.counts.verdicts++;
    const notes: string[] = [];
    const groups = this.#group(evidence, record, notes);
    if (groups.length === 0) return [emptyVerdict(record, notes)];
    const rated = groups.map((group) => this.#rate(group)).sort(byUrgency);
    return rated.filter((one, index) => index === 0 || one.severity !== null)
      .map((one) => this.#verdict(one, record, notes));
  }

  #judgeBatch(
    batch: FlowBatch | HostBatch,
    scored: ScoredBatch,
    options: ScoreOptions,
    recordOf: (row: number) => ScoredRecord,
  ): RecordVerdicts[] {
    const found: RecordVerdicts[] = [];
    const { also, health, perSubject = Infinity } = options;
    const rows = batch.features;
    const answered = rows.names.indexOf("bwd_payload_bytes");
    for (let row = 0; row < batch.length; row++) {
      const asked = also?.(row) === true;
      if (!asked && !this.isInteresting(scored, row)) continue;
      const repeats = asked || perSubject === Infinity || "address" in batch
        ? 0
        : this.#repeats(batch, row, leadingColumn(scored, row), perSubject);
      if (repeats < 0) continue;
      const predictions = Object.fromEntries(
        Object.entries(scored.predictions).map((
          [name, scores],
        ) => [name, scores[row]!]),
      );
      const verdicts = this.judgeAll(scored.evidence(row), {
        ...recordOf(row),
        predictions,
        ...(health === undefined ? {} : { health }),
        ...(answered < 0 ? {} : {
          backwardPayload: rows.values[
            rows.offset + row * rows.stride + answered
          ]!,
        }),
      });
      const alerts = verdicts.filter((one) => one.severity !== null);
      found.push({
        row,
        order: batch.order(row),
        verdict: verdicts[0]!,
        alerts,
        repeats,
      });
    }
    return found;
  }

  /** Rows skipped before this one; -1 to skip it too. A flood is limited by its victim, all else by its source. */
  #repeats(
    batch: FlowBatch,
    row: number,
    column: number,
    limit: number,
  ): number {
    if (this.#quota?.limit !== limit) {
      this.#quota = { limit, quota: new Quota(limit) };
    }
    const { quota } = this.#quota;
    const time = batch.endUs(row);
    // A flood's victim is asked first: its forged sources then take no place.
    const flood = CATEGORIES[column] === "ddos";
    const victim = flood ? quota.take(`> ${batch.destination(row)}`, time) : 0;
    if (victim < 0) return victim;
    const source = quota.take(
      `${column} ${batch.source(row)}`,
      time,
      victim + 1,
    );
    return source < 0 ? source : source + victim;
  }

  #group(
    evidence: readonly Evidence[],
    record: ScoredRecord,
    notes: string[],
  ): Group[] {
    const groups = new Map<string, Group>();
    for (const one of evidence) {
      const { timestampUs, flow } = record;
      const why = this.#exceptions.suppressedBy(one, timestampUs, flow);
      if (why !== undefined) {
        this.counts.suppressed++;
        addOnce(notes, `suppressed (${one.detector}): ${why}`);
        continue;
      }
      const key = `${one.category} ${one.subject}`;
      const group = groups.get(key) ?? newGroup(one);
      groups.set(key, group);
      this.#add(group, one);
    }
    return [...groups.values()];
  }

  #add(group: Group, evidence: Evidence): void {
    const role = this.#exceptions.explainedBy(evidence);
    if (role !== undefined) {
      this.counts.relaxed++;
      addOnce(group.notes, `known role: ${role}`);
    }
    const score = evidence.score *
      (role === undefined ? 1 : this.#policy.roleFactor);
    group.evidence.push({ ...evidence, score });
    if (evidence.engine === "fast") {
      group.fast = Math.max(group.fast ?? 0, score);
    } else group.ml = Math.max(group.ml ?? 0, score);
  }

  /** Final score and severity of a group. */
  #rate(group: Group): RatedGroup {
    const { thresholds } = this.#policy;
    const { category, fast, ml } = group;
    // A model counts towards an alert from its own threshold on.
    const passes = ml !== null && ml >= modelThreshold(category, thresholds);
    const counting = Math.max(fast ?? 0, passes ? ml : 0);
    const needed = thresholds.categories[category] ?? thresholds.malicious;
    return {
      group,
      finalScore: Math.max(fast ?? 0, ml ?? 0),
      severity: counting >= needed ? severityOf(counting, thresholds) : null,
    };
  }

  #verdict(
    rated: RatedGroup,
    record: ScoredRecord,
    common: readonly string[],
  ): Verdict {
    const { thresholds } = this.#policy;
    const { group, finalScore, severity } = rated;
    const { category, subject, fast, ml } = group;
    const mlThreshold = modelThreshold(category, thresholds);
    const divergence = fast === null || ml === null
      ? null
      : Math.abs(fast - ml);
    const { flow, host, health } = record;
    return {
      eventId: record.eventId,
      timestampUs: record.timestampUs,
      category,
      subject,
      fastScore: fast,
      mlScore: ml,
      finalScore,
      divergence,
      authoritativeSource: authoritativeSource(
        { fast, ml, mlThreshold },
        thresholds,
      ),
      severity,
      confidence: confidenceOf({
        ...health,
        bothEngines: divergence !== null,
        divergence,
        ...(flow === undefined
          ? {}
          : { directionConfidence: flow.directionConfidence }),
      }),
      predictions: record.predictions ?? {},
      reasons: reasonsOf(group),
      counterEvidence: [
        ...common,
        ...group.notes,
        ...against(group, record, thresholds.divergence),
      ],
      ...(flow === undefined ? {} : { flow }),
      ...(host === undefined ? {} : { host }),
    };
  }
}

/** Column of a row's highest score. */
function leadingColumn(scored: ScoredBatch, row: number): number {
  let best = 0;
  let highest = -1;
  for (let column = 0; column < WIDTH; column++) {
    const at = row * WIDTH + column;
    const fast = scored.fast[at]!;
    const ml = scored.ml[at]!;
    if (fast > highest) [best, highest] = [column, fast];
    if (ml > highest) [best, highest] = [column, ml];
  }
  return best;
}
