/** What an artifact holds beside its record, read without trusting its shape. */
import type { Json } from "@ml-defender/raglogger";
import { numberOrNull, textOrNull } from "./_clean.ts";

/** A JSON object of whatever shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One reason. */
export interface ReasonFacts {
  /** Code: a rule's, or a model's and feature's. */
  readonly code: string;
  /** Its words, where it brings some. */
  readonly text: string | null;
  /** Observed value. */
  readonly value: number | null;
  /** Value from which it counts. */
  readonly threshold: number | null;
  /** Whether values below count. */
  readonly below: boolean;
  /** Part of the score; a rule's own score. */
  readonly weight: number;
  /** Whether a model gives it. */
  readonly ml: boolean;
}

/** Reasons read at most. */
const MAX_REASONS = 32;
const CODE_LENGTH = 80;
const REASON_LENGTH = 160;
const NONE: JsonObject = Object.freeze({});

/** The value as an object; an empty one where it is none. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : NONE;
}

/** An object's own member, as no name in the data may reach the prototype. */
export function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Names and facts from the payload. */
export function factsOf(evidence: Json): JsonObject {
  return objectOf(memberOf(objectOf(evidence), "facts"));
}

/** Features by name. */
export function featuresOf(evidence: Json): JsonObject {
  return objectOf(memberOf(objectOf(evidence), "features"));
}

/** Reasons, strongest first as they stand. */
export function reasonsOf(evidence: Json): readonly ReasonFacts[] {
  return readReasons(memberOf(objectOf(evidence), "reasons"));
}

/** Reads a list of reasons; what is none is left out. */
export function readReasons(list: unknown): readonly ReasonFacts[] {
  if (!Array.isArray(list)) return [];
  const reasons: ReasonFacts[] = [];
  const count = Math.min(list.length, MAX_REASONS);
  for (let index = 0; index < count; index++) {
    const one = objectOf(list[index]);
    const code = textOrNull(one["code"], CODE_LENGTH);
    if (code === null) continue;
    reasons.push({
      code,
      text: textOrNull(one["text"], REASON_LENGTH),
      value: numberOrNull(one["value"]),
      threshold: numberOrNull(one["threshold"]),
      below: one["side"] === "below",
      weight: numberOrNull(one["weight"]) ?? 0,
      ml: one["engine"] === "ml",
    });
  }
  return reasons;
}
