/**
 * Questions with the query that each of them asks for, and when a reading of one is right.
 *
 * @module
 */

import type { Query } from "../../rag/query/ast.ts";
import { canonicalQuery } from "../../rag/query/canonical.ts";

/** The clock of every question: a Wednesday. */
export const NOW = "2026-03-18T15:30:00.000Z";

/** How a question is read. */
export interface Reading {
  /** What it asks for, as `canonicalQuery` gives it. */
  readonly query: Query;
  /** Whether it asks, wholly or in part, what the log cannot say. */
  readonly unresolved: boolean;
  /** Whether it asks for what cannot be true at once. */
  readonly contradiction: boolean;
}

/** A question and the reading that is expected: one line of a file. */
export interface Question extends Reading {
  /** Language and number. */
  readonly id: string;
  /** Language that it is asked in. */
  readonly language: "en" | "es";
  /** The user's words. */
  readonly question: string;
  /** IANA time zone that the user is in. */
  readonly zone: string;
}

/**
 * The questions of a file's text.
 *
 * @param text JSON Lines.
 * @returns One question a line.
 */
export function parseQuestions(text: string): Question[] {
  return text.split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line) as Question
  );
}

/**
 * Whether a reading is the expected one. The flags must be the same. Of a contradiction nothing else is compared, of an
 * unresolved question everything but the text; texts are compared as words without regard to order, case and accents.
 *
 * @param expected What a file says.
 * @param given What was understood.
 * @returns Whether both mean the same.
 */
export function sameReading(expected: Reading, given: Reading): boolean {
  if (
    expected.unresolved !== given.unresolved ||
    expected.contradiction !== given.contradiction
  ) return false;
  if (expected.contradiction) return true;
  if (withoutText(expected.query) !== withoutText(given.query)) return false;
  return expected.unresolved ||
    words(expected.query.text) === words(given.query.text);
}

function withoutText(query: Query): string {
  const { text: _, ...rest } = canonicalQuery(query);
  return JSON.stringify(rest);
}

function words(text = ""): string {
  return (text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().match(
    /[\p{L}\p{N}]+/gu,
  ) ?? []).sort().join(" ");
}
