/**
 * What the entries of a result say, so that a sentence about them can be checked.
 *
 * @module
 */

import { localTime } from "../query/zone.ts";
import type { Hit, Result } from "../result.ts";
import { type Claims, claimsOf, type NumberClaim } from "./claims.ts";
import { cleanText } from "./clean_text.ts";

/** Something that is said, as text and as numbers. */
export interface Known {
  /** All text of it, in lower case. */
  readonly text: string;
  /** Every number in it, rising. */
  readonly numbers: readonly number[];
}

/** What may be said without being invented. */
export interface KnownFacts {
  /** What each entry says, by its id. */
  readonly entries: ReadonlyMap<string, Known>;
  /** What is known of all matching entries, and the question itself. */
  readonly summary: Known;
}

/**
 * What a result says.
 *
 * @param result The result.
 * @returns Its entries and its summary; ids of groups without a hit have no entry of their own.
 */
export function knownFacts(result: Result): KnownFacts {
  const zone = result.query.zone ?? "UTC";
  return {
    entries: new Map(
      result.hits.map((hit) => [hit.id, knownOfHit(hit, zone)]),
    ),
    summary: knownOfAll(result, zone),
  };
}

/**
 * What a sentence names that none of the given texts has.
 *
 * @param claims What the sentence claims.
 * @param known Where it must be.
 * @returns The first number, name or time that is nowhere; undefined where there is none.
 */
export function unknownClaim(
  claims: Claims,
  known: readonly Known[],
): string | undefined {
  const name = claims.names.find((n) => !known.some((k) => hasWord(k.text, n)));
  if (name !== undefined) return name;
  const time = claims.times.find((t) => !known.some((k) => hasWord(k.text, t)));
  if (time !== undefined) return time;
  return claims.numbers.find((n) => !known.some((k) => hasNumber(k, n)))?.text;
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1] ?? " ";
    const after = text.slice(at + word.length, at + word.length + 2);
    if (
      !/[\p{L}\p{N}]/u.test(before) &&
      !(before === "." && /^[\d.]/.test(word)) &&
      !/^(?:[\p{L}\p{N}]|\.\d)/u.test(after)
    ) return true;
  }
  return false;
}

function hasNumber(known: Known, claim: NumberClaim): boolean {
  if (claim.readings.length === 0) {
    return hasWord(known.text, claim.text.trim());
  }
  return claim.readings.some(({ value, tolerance }) =>
    known.numbers.some((n) => {
      const size = Math.abs(n);
      const exact = tolerance === 0.5 && size < 1;
      return Math.abs(size - value) <=
        (exact ? 1e-9 : tolerance * (1 + 1e-9));
    })
  );
}

function knownOfHit(hit: Hit, zone: string): Known {
  const texts = [
    hit.id,
    hit.kind,
    hit.narrative,
    ...timesOf(hit.timestampUs, zone),
  ];
  const numbers = [
    hit.folded,
    hit.folded + 1,
    hit.score,
    ...instantNumbers(hit.timestampUs, zone),
  ];
  for (const value of Object.values(hit.facts)) {
    if (typeof value === "number") numbers.push(value);
    if (typeof value === "string") texts.push(value);
  }
  return known(texts, numbers);
}

function knownOfAll(result: Result, zone: string): Known {
  const { summary, groups = [], hits, query, understood } = result;
  const texts = [understood, JSON.stringify(query)];
  const numbers: number[] = [hits.length, groups.length];
  for (const instant of [summary.firstUs, summary.lastUs]) {
    if (instant === undefined) continue;
    texts.push(...timesOf(instant, zone));
    numbers.push(...instantNumbers(instant, zone));
  }
  numbers.push(...shareOf(summary.total, summary.total));
  for (
    const { value, count } of [
      ...summary.categories,
      ...summary.sources,
      ...summary.destinations,
      ...summary.services,
      ...summary.decisions,
    ]
  ) {
    texts.push(value);
    numbers.push(...shareOf(count, summary.total));
  }
  for (const { key, value } of groups) {
    texts.push(key.join(" "));
    numbers.push(...key.filter((k) => typeof k === "number"));
    if (value !== null) numbers.push(value);
  }
  const { total, before } = summary;
  if (before !== undefined) {
    numbers.push(before, Math.abs(total - before));
    if (before > 0) numbers.push(total / before, Math.abs(total / before - 1));
    if (total > 0) numbers.push(before / total);
  }
  return known(texts, numbers);
}

function shareOf(count: number, total: number): number[] {
  return total > 0 ? [count, count / total] : [count];
}

function known(texts: readonly string[], numbers: readonly number[]): Known {
  const text = cleanText(texts.join("\n")).toLowerCase()
    .replaceAll(/(?<=\d)t(?=\d\d:)/g, " ");
  const found = claimsOf(text).numbers.flatMap(({ readings }) =>
    readings.map(({ value }) => value)
  );
  return {
    text,
    numbers: [...new Set([...numbers, ...found])].sort((a, b) => a - b),
  };
}

function timesOf(timestampUs: number, zone: string): string[] {
  return [zone, "UTC"].flatMap((one) => {
    const { year, month, day, hour, minute, second } = localTime(
      one,
      timestampUs / 1000,
    );
    const pad = (n: number) => String(n).padStart(2, "0");
    return [
      `${year}-${pad(month)}-${pad(day)}`,
      `${pad(hour)}:${pad(minute)}`,
      `${pad(hour)}:${pad(minute)}:${pad(second)}`,
    ];
  });
}

function instantNumbers(timestampUs: number, zone: string): number[] {
  return [zone, "UTC"].flatMap((one) => {
    const { year, month, day, hour, minute } = localTime(
      one,
      timestampUs / 1000,
    );
    return [year, month, day, hour, minute];
  });
}
