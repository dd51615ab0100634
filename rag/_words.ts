/** Names and identifiers of an entry, for literal search. */
import { FIRING_SCORE } from "@ml-defender/events";
import { cleanText } from "./_clean.ts";
import {
  factsOf,
  type JsonObject,
  memberOf,
  objectOf,
  readReasons,
  type ReasonFacts,
  reasonsOf,
} from "./_evidence.ts";
import type { ChangeRecord, Entry, IncidentRecord } from "./entry.ts";

/** Longest text of all, in UTF-16 units. */
const WORDS_LENGTH = 1024;
const WORD_LENGTH = 255;

const FACTS = [
  "tls_sni",
  "http_host",
  "dns_name",
  "http_user_agent",
  "http_method",
  "http_target",
  "ja3",
  "alpn",
  "ssh_client",
  "ssh_server",
];

/** A text that grows up to its bound; what does not fit is left out. */
class Words {
  #text = "";

  add(value: unknown): void {
    if (typeof value !== "string" || value === "") return;
    const word = cleanText(value, WORD_LENGTH);
    if (word === "" || this.#text.length + word.length >= WORDS_LENGTH) return;
    this.#text = this.#text === "" ? word : `${this.#text} ${word}`;
  }

  toString(): string {
    return this.#text;
  }
}

/** The names and identifiers of an entry; empty where it has none. */
export function wordsOf(entry: Entry): string {
  const words = new Words();
  if (entry.kind === "event") addEvent(words, entry);
  else if (entry.kind === "incident") addIncident(words, entry.record);
  else addChange(words, entry.record);
  return words.toString();
}

function addEvent(
  words: Words,
  { record, evidence }: Extract<Entry, { kind: "event" }>,
): void {
  const { network, detection } = record as unknown as JsonObject;
  words.add(objectOf(network)["community_id"]);
  if (evidence !== null) {
    const facts = factsOf(evidence);
    for (const name of FACTS) words.add(memberOf(facts, name));
    words.add(memberOf(objectOf(evidence), "incident_id"));
    addRules(words, reasonsOf(evidence));
  } else {
    const classes = objectOf(objectOf(detection)["classification"]);
    words.add(classes["level_3_subcategory"]);
  }
}

/** Codes of the rules that fired. */
function addRules(words: Words, reasons: readonly ReasonFacts[]): void {
  for (const { code, ml, weight } of reasons) {
    if (!ml && weight >= FIRING_SCORE && !code.includes(".")) words.add(code);
  }
}

function addIncident(words: Words, record: IncidentRecord): void {
  words.add(record.id);
  words.add(record.subject);
  addRules(words, readReasons(record.reasons));
  addAll(words, record.peers);
  addAll(words, record.event_ids);
}

function addChange(words: Words, record: ChangeRecord): void {
  words.add(record.id);
  words.add(record.actor);
  words.add(record.revision);
  if (!Array.isArray(record.changes)) return;
  for (const change of record.changes.slice(0, 32)) {
    const { path, before, after } = objectOf(change);
    for (const value of [path, before, after]) words.add(value);
  }
}

function addAll(words: Words, list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const one of list.slice(0, 32)) words.add(one);
}
