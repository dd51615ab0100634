/**
 * What kind of thing happened, in words without addresses, names and exact numbers. The vocabulary is bounded, so that
 * entries that are alike have the same text.
 *
 * @module
 */

import { FIRING_SCORE } from "@ml-defender/events";
import {
  type JsonObject,
  objectOf,
  readReasons,
  type ReasonFacts,
  reasonsOf,
} from "../_evidence.ts";
import type { ChangeRecord, Entry, Facts } from "../entry.ts";
import { cleanText } from "../_clean.ts";
import { FEATURE_TEXTS } from "./_feature_texts.ts";
import {
  CATEGORY_WORDS,
  PHRASES,
  PROTOCOL_WORDS,
  SERVICE_WORDS,
} from "./_phrases.ts";
import { RULE_TEXTS } from "./_rule_texts.ts";
import {
  contentOf,
  directionOf,
  reachOf,
  rhythmOf,
  trafficOf,
} from "./_shape.ts";
import type { Text } from "./_text.ts";

/** Longest text in UTF-16 units, whatever comes in. */
const LONGEST = 600;
/** Words at most, those of the engines aside. */
const MOST_WORDS = 55;
/** A text of so few characters is not counted. */
const SURELY_SHORT = 250;
/** Reasons of one kind that are told. */
const REASONS = 3;
/** From here on a benign event leans to something. */
const LEANING_SCORE = 0.5;

/** Features that only say what the rest of the text says anyway. */
const PLAIN_FEATURE =
  /^(?:is_|app_|src_is_|dst_is_|dst_port_|login_service$|duration_s$|iat_|fwd_iat_|bwd_iat_|len_|syn_|ack_|fin_|rst_|psh_|avg_packet|fwd_packets|bwd_packets|fwd_bytes|bwd_bytes|packet_rate|byte_rate|fwd_len|bwd_len|answered)/;

/** The window of a feature, at the end of its text. */
const WINDOW = / in \d+ s$/;

/** The behaviour of an entry whose fields are known. */
export function behaviourOf(entry: Entry, facts: Facts): string {
  if (entry.kind === "change") return changeBehaviour(entry.record);
  const event = entry.kind === "event" ? entry : undefined;
  const parts = [categoryWords(facts)];
  const reasons = event
    ? event.evidence === null ? [] : reasonsOf(event.evidence)
    : readReasons((entry.record as unknown as JsonObject)["reasons"]);
  parts.push(...reasonWords(entry, facts, reasons));
  const service = serviceWords(facts);
  if (service !== null) parts.push(service);
  add(parts, directionOf(facts));
  if (event) {
    const told = facts.category !== null;
    if (facts.packets === null) parts.push(PHRASES.hostWindow.en);
    add(parts, trafficOf(event, facts));
    add(parts, rhythmOf(event));
    if (told) add(parts, reachOf(event));
    add(parts, contentOf(event, facts));
    add(parts, flagsOf(event.record));
  }
  return joined(parts, enginesOf(facts));
}

/** The parts up to the bound on words, the last of them left out beyond it, and the engines. */
function joined(parts: string[], engines: string): string {
  const text = `${parts.join("; ")}; ${engines}`;
  if (text.length <= SURELY_SHORT) return text;
  while (parts.length > 1 && wordCount(parts) > MOST_WORDS) parts.pop();
  return cleanText(`${parts.join("; ")}; ${engines}`, LONGEST);
}

function wordCount(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + part.split(" ").length, 0);
}

function add(parts: string[], phrases: readonly Text[]): void {
  for (const phrase of phrases) parts.push(phrase.en);
}

function categoryWords({ category, decision, leaning, final_score }: Facts) {
  if (category !== null) {
    const words = CATEGORY_WORDS.get(category) ?? `attack ${spaced(category)}`;
    return decision === "suspicious" ? `suspected ${words}` : words;
  }
  const words = leaning === null ? undefined : CATEGORY_WORDS.get(leaning);
  return words !== undefined && (final_score ?? 0) >= LEANING_SCORE
    ? `ordinary traffic, weak signs of ${words}`
    : "ordinary traffic";
}

/** A code or a name as words. */
function spaced(code: string): string {
  return cleanText(code, 80).replace(/[^a-zA-Z0-9]+/g, " ").trim();
}

/** Rules that fired, or else what the forests went by. */
function reasonWords(
  entry: Entry,
  facts: Facts,
  reasons: readonly ReasonFacts[],
): string[] {
  const words: string[] = [];
  for (const { code, text, weight, ml } of reasons) {
    if (ml || weight < FIRING_SCORE || code.includes(".")) continue;
    if (words.length < REASONS) words.push(ruleWords(code, text));
  }
  if (words.length > 0) return words;
  if (facts.fast_triggered === true && entry.kind === "event") {
    return [fastWords(facts.reason, entry.record)];
  }
  if (facts.category === null) return [];
  if (reasons.length === 0) {
    return facts.reason === null ? [] : codeWords(facts.reason);
  }
  for (const { code, ml } of reasons) {
    if (ml && words.length < REASONS) words.push(...codeWords(code));
  }
  return words;
}

function ruleWords(code: string, given: string | null): string {
  return RULE_TEXTS.get(code)?.en ?? given?.replace(/\d+/g, "") ??
    spaced(code);
}

/** The rule that fired, of a line without an artifact: by its code, or by the log's own words without numbers. */
function fastWords(reason: string | null, record: unknown): string {
  const known = reason === null ? undefined : RULE_TEXTS.get(reason);
  if (known !== undefined) return known.en;
  const detection = objectOf(objectOf(record)["detection"]);
  const told = objectOf(detection["reasons"])["fast_detector_reason"];
  if (typeof told !== "string") return "a rule fired";
  const end = told.search(/: -?[\d.]/);
  return cleanText(end < 0 ? told : told.slice(0, end), 160);
}

/** What a reason's code says: a rule's text, or that of a forest's feature unless the rest says it anyway. */
function codeWords(code: string): string[] {
  const rule = RULE_TEXTS.get(code);
  if (rule !== undefined) return [rule.en];
  const feature = code.slice(code.indexOf(".") + 1);
  if (PLAIN_FEATURE.test(feature)) return [];
  const known = FEATURE_TEXTS.get(feature)?.en.replace(WINDOW, "");
  return [known ?? spaced(feature)];
}

function serviceWords({ service, protocol }: Facts): string | null {
  if (service !== null) {
    const words = SERVICE_WORDS.get(service) ?? spaced(service);
    return protocol === null || protocol === "tcp"
      ? words
      : `${words} over ${spaced(protocol)}`;
  }
  if (protocol === null) return null;
  return PROTOCOL_WORDS.get(protocol) ?? `protocol ${spaced(protocol)}`;
}

function flagsOf(record: unknown): Text[] {
  const detection = objectOf(objectOf(record)["detection"]);
  const flags = objectOf(detection["decision"])["anomaly_flags"];
  if (typeof flags !== "string" || flags === "") return [];
  const phrases: Text[] = [];
  if (flags.includes("early_record")) phrases.push(PHRASES.stillOpen);
  if (flags.includes("unsure_direction")) phrases.push(PHRASES.unsureDirection);
  return phrases;
}

/** Which engine said it. */
function enginesOf({ category, authoritative_source }: Facts): string {
  if (category === null) return "nothing found";
  switch (authoritative_source) {
    case "FAST_ONLY":
    case "FAST_PRIORITY":
      return "found by rules";
    case "ML_ONLY":
    case "ML_PRIORITY":
      return "found by forests";
    case "CONSENSUS":
      return "found by rules and forests";
    case "DIVERGENCE":
      return "rules and forests disagree";
    default:
      return "found";
  }
}

function changeBehaviour(record: ChangeRecord): string {
  const { outcome } = record;
  const how = outcome === "refused"
    ? "configuration change refused"
    : outcome === "rolled_back"
    ? "configuration change rolled back"
    : "configuration change applied";
  const paths = Array.isArray(record.changes)
    ? record.changes.slice(0, 8).map((change) =>
      spaced(String(objectOf(change)["path"] ?? ""))
    )
    : [];
  const words = [...new Set(paths)].sort().join(", ");
  return cleanText(words === "" ? how : `${how}; ${words}`, LONGEST);
}
