/**
 * What the entries of a result say, so that a sentence about them can be checked.
 *
 * @module
 */

import { localTime } from "../query/zone.ts";
import type { Hit, Result, Share, Summary } from "../result.ts";
import type { GroupKey } from "../query/ast.ts";
import type { Field } from "../query/fields.ts";
import { claimsOf, MONTHS, type NumberClaim } from "./claims.ts";
import { ENGLISH } from "./phrases_en.ts";
import { SPANISH } from "./phrases_es.ts";
import { MAX_ROWS } from "./write_groups.ts";
import { cleanText } from "./clean_text.ts";

/** What an entry says, or a summary. */
export interface Known {
  /** All text of it, in lower case. */
  readonly text: string;
  /** The part of it that no one on the network can write, in lower case: what it was judged, without names and quotes. */
  readonly plain: string;
  /** Every number in it, rising; those of times left out. */
  readonly numbers: readonly number[];
}

/** How often a value occurs among all matching entries. */
export interface KnownShare {
  /** The value as it may be written, in lower case. */
  readonly names: readonly string[];
  /** Numbers that may be said of it: how many have it, and their part of all. */
  readonly numbers: readonly number[];
  /** Whether all have it. */
  readonly all: boolean;
}

/** What may be said without being invented. */
export interface KnownFacts {
  /** What each entry says, by its id. */
  readonly entries: ReadonlyMap<string, Known>;
  /** What is known of all matching entries, and the question itself. */
  readonly summary: Known;
  /** How many entries there are: numbers that may be said where a sentence counts entries. */
  readonly counts: readonly number[];
  /** The one value of an aggregate without groups, which any sentence may say. */
  readonly metric: readonly number[];
  /** Values and how often they occur. */
  readonly shares: readonly KnownShare[];
}

/**
 * What a result says.
 *
 * @param result The result.
 * @returns Its entries and its summary. Of an entry that is no hit only what the summary or its group says is known.
 */
export function knownFacts(result: Result): KnownFacts {
  const zone = result.query.zone ?? "UTC";
  const { summary, groups = [], hits, query } = result;
  const parts = new Map<string, Known[]>();
  const add = (id: string | undefined, one: Known): void => {
    if (id !== undefined) parts.set(id, [...parts.get(id) ?? [], one]);
  };
  for (const hit of hits) add(hit.id, knownOfHit(hit, zone));
  const shares = sharesOf(summary);
  for (const { field, value, ids = [] } of shares) {
    const texts = [value, ...displayed(field, value)];
    for (const id of ids) add(id, known(texts, [], texts));
  }
  for (
    const [id, us] of [
      [summary.firstId, summary.firstUs],
      [summary.lastId, summary.lastUs],
    ] as const
  ) if (us !== undefined) add(id, known(timesOf(us, zone), []));
  const keys = query.aggregate?.groupBy ?? [];
  for (const { key, value, ids } of groups) {
    const texts = key.flatMap((one, i) =>
      one === null ? [] : [String(one), ...displayed(keys[i]!, String(one))]
    );
    const numbers = [...key, value].filter((n) => typeof n === "number");
    for (const id of ids) add(id, known([...texts, zone], numbers, texts));
  }
  return {
    entries: new Map([...parts].map(([id, all]) => [id, joined(all)])),
    summary: knownOfAll(result, zone),
    counts: countsOf(result),
    metric: keys.length > 0
      ? []
      : groups.flatMap(({ value }) => value === null ? [] : [value]),
    shares: shares.map(({ field, value, count }) => ({
      names: [value, ...displayed(field, value)].map((n) => n.toLowerCase()),
      numbers: [count, count / summary.total],
      all: count >= summary.total,
    })),
  };
}

function sharesOf(summary: Summary) {
  const of = (field: Field, shares: readonly Share[]) =>
    shares.map((share) => ({ field, ...share }));
  return [
    ...of("category", summary.categories),
    ...of("src_ip", summary.sources),
    ...of("dst_ip", summary.destinations),
    ...of("service", summary.services),
    ...of("decision", summary.decisions),
  ];
}

/** How the answers without a model write a value, in both languages. */
function displayed(key: Field | GroupKey, value: string): string[] {
  if (key === "decision") return DECISIONS[value] ?? [];
  return [ENGLISH, SPANISH].map((phrases) => phrases.value(key, value));
}

const DECISIONS: Readonly<Record<string, string[]>> = {
  malicious: ["malicioso", "maliciosos", "maliciosa", "maliciosas"],
  suspicious: ["sospechoso", "sospechosos", "sospechosa", "sospechosas"],
  benign: ["benigno", "benignos", "benigna", "benignas"],
};

function joined(all: readonly Known[]): Known {
  return {
    text: all.map(({ text }) => text).join("\n"),
    plain: all.map(({ plain }) => plain).join("\n"),
    numbers: all.flatMap(({ numbers }) => numbers),
  };
}

/** Whether a text has a word, name or time that is no part of a longer one. */
export function hasWord(text: string, word: string): boolean {
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

/** Whether some numbers have the one that is claimed. */
export function hasNumber(
  numbers: readonly number[],
  claim: NumberClaim,
): boolean {
  return claim.readings.some(({ value, tolerance }) =>
    numbers.some((n) => {
      const size = Math.abs(n);
      const exact = tolerance === 0.5 && size < 1;
      return Math.abs(size - value) <=
        (exact ? 1e-9 : tolerance * (1 + 1e-9));
    })
  );
}

function knownOfHit(hit: Hit, zone: string): Known {
  const { facts } = hit;
  const said = hit.narrative.replaceAll(/"(?:[^"\\]|\\.)*"/gu, " ");
  const plain = [said, hit.kind, ...[
    facts.decision,
    facts.priority,
    facts.service,
    facts.protocol,
  ]];
  const { category } = facts;
  if (category !== null) {
    plain.push(category, ...displayed("category", category));
  }
  const texts = [hit.id, hit.narrative, ...timesOf(hit.timestampUs, zone)];
  const numbers = hit.folded > 0 ? [hit.folded, hit.folded + 1] : [];
  for (const value of Object.values(facts)) {
    if (typeof value === "number") numbers.push(value);
    if (typeof value === "string") texts.push(value);
  }
  const own = plain.filter((text) => text !== null);
  return known([...texts, ...own], numbers, own);
}

function knownOfAll(result: Result, zone: string): Known {
  const { summary, groups = [], query, understood } = result;
  const texts = [understood, JSON.stringify(query), query.text ?? ""];
  for (const instant of [summary.firstUs, summary.lastUs]) {
    if (instant !== undefined) texts.push(...timesOf(instant, zone));
  }
  for (const { value } of sharesOf(summary)) texts.push(value);
  for (const { key } of groups) texts.push(key.join(" "));
  const numbers = countsOf(result);
  for (const { key, value } of groups) {
    numbers.push(...[...key, value].filter((n) => typeof n === "number"));
  }
  return known(texts, numbers);
}

function countsOf({ summary, groups = [], hits }: Result): number[] {
  const { total, before } = summary;
  const numbers = [total, hits.length];
  if (groups.length > 0) numbers.push(groups.length);
  if (groups.length > MAX_ROWS) numbers.push(groups.length - MAX_ROWS);
  if (before === undefined) return numbers;
  numbers.push(before, Math.abs(total - before));
  if (before > 0) numbers.push(total / before, Math.abs(total / before - 1));
  if (total > 0) numbers.push(before / total);
  return numbers;
}

function known(
  texts: readonly string[],
  numbers: readonly number[],
  plain: readonly string[] = [],
): Known {
  const clean = (parts: readonly string[]) =>
    cleanText(parts.join("\n")).toLowerCase()
      .replaceAll(/(?<=\d)t(?=\d\d:)/g, " ")
      .replaceAll(/(?<=:\d\d)(?:z|[+-]\d\d:\d\d)(?![\p{L}\p{N}])/gu, " ");
  const text = clean(texts);
  const found = claimsOf(text).numbers.flatMap(({ readings }) =>
    readings.map(({ value }) => value)
  );
  return {
    text,
    plain: clean(plain),
    numbers: [...new Set([...numbers, ...found])].sort((a, b) => a - b),
  };
}

/** A time as it may be written: date, clock, names of month and day, zone. */
function timesOf(timestampUs: number, zone: string): string[] {
  const { year, month, day, hour, minute, second, weekday } = localTime(
    zone,
    timestampUs / 1000,
  );
  const pad = (n: number) => String(n).padStart(2, "0");
  const clock = `${pad(hour)}:${pad(minute)}`;
  return [
    `${year}-${pad(month)}-${pad(day)}`,
    clock,
    `${clock}:${pad(second)}`,
    MONTHS[month - 1]!,
    MONTHS[month + 11]!,
    ...displayed("weekday", String(weekday)),
    zone,
  ];
}
