import {
  type AuthoritativeSource,
  type Category,
  MODEL_OF,
  type Severity,
} from "@ml-defender/events";
import type { PolicyThresholds } from "./policy.ts";

/** Scores of one category, as the precedence table sees them. */
export interface DualScore {
  /** Best rule score; `null` where no rule could speak. */
  readonly fast: number | null;
  /** Best model score; `null` where no model was asked. */
  readonly ml: number | null;
  /** Lowest model score that counts: the model's threshold. */
  readonly mlThreshold: number;
}

/**
 * Which engine decides. The first row that holds:
 *
 * | fast | model | source |
 * | --- | --- | --- |
 * | absent | absent | CONSENSUS (neither has anything to say) |
 * | present | absent | FAST_ONLY |
 * | absent | present | ML_ONLY |
 * | present | differs by more than `divergence` | DIVERGENCE |
 * | fires | passes its threshold | CONSENSUS |
 * | silent | below its threshold | CONSENSUS |
 * | fires | below its threshold | FAST_PRIORITY |
 * | silent | passes its threshold | ML_PRIORITY |
 *
 * "Fires" is a score of at least `malicious`. DIVERGENCE says that the engines disagree, not that nothing is alerted:
 * the higher score still counts (maximum threat wins).
 */
export function authoritativeSource(
  scores: DualScore,
  thresholds: PolicyThresholds,
): AuthoritativeSource {
  const { fast, ml, mlThreshold } = scores;
  if (fast === null) return ml === null ? "CONSENSUS" : "ML_ONLY";
  if (ml === null) return "FAST_ONLY";
  if (Math.abs(fast - ml) > thresholds.divergence) return "DIVERGENCE";
  const fires = fast >= thresholds.malicious;
  const passes = ml >= mlThreshold;
  if (fires === passes) return "CONSENSUS";
  return fires ? "FAST_PRIORITY" : "ML_PRIORITY";
}

/** Severity of a final score; `null` below suspicious. */
export function severityOf(
  score: number,
  thresholds: PolicyThresholds,
): Severity | null {
  if (score >= thresholds.high) return "high";
  if (score >= thresholds.alert) return "alert";
  return score >= thresholds.suspicious ? "suspicious" : null;
}

/** What is known about the capture while a record was made. */
export interface CaptureHealth {
  /** Share of packets that were lost, 0 to 1. @default {0} */
  readonly lossRatio?: number;
  /** Whether only one direction of the traffic is seen. @default {false} */
  readonly oneWay?: boolean;
}

/** What {@linkcode confidenceOf} weighs. */
export interface ConfidenceInput extends CaptureHealth {
  /** Whether both engines speak for the category. */
  readonly bothEngines: boolean;
  /** Difference of the engines; `null` where one is absent. */
  readonly divergence: number | null;
  /** How sure the flow's direction is, 0 to 100; absent for host records. */
  readonly directionConfidence?: number;
}

/**
 * Confidence in a verdict, from 0 to 1: the product of
 * 1 for both engines or 0.85 for one; (1 - divergence / 2); (0.5 + direction confidence / 200); (1 - loss);
 * 0.7 where only one direction is seen.
 */
export function confidenceOf(input: ConfidenceInput): number {
  const { bothEngines, divergence, directionConfidence = 100 } = input;
  const { lossRatio = 0, oneWay = false } = input;
  return (bothEngines ? 1 : 0.85) * (1 - (divergence ?? 0) / 2) *
    (0.5 + directionConfidence / 200) *
    (1 - Math.min(1, Math.max(0, lossRatio))) * (oneWay ? 0.7 : 1);
}

/** Lowest model score that counts in a category: its model's threshold, and at least `level1`. */
export function modelThreshold(
  category: Category,
  thresholds: PolicyThresholds,
): number {
  const { models } = thresholds;
  return Math.max(models.level1, models[MODEL_OF[category]]);
}
