/** Texts of attackers, and the entries that they stand in. */
import type { Entry, IncidentRecord } from "../../rag/entry.ts";
import { id, made } from "../../rag/testdata/events.ts";

/** A text of an attacker. */
export interface Fixture {
  /** Where it stands. */
  readonly in: keyof typeof FACTS | "incident_subject";
  /** The text. */
  readonly text: string;
}

/** Which fact of the payload a text stands in. */
const FACTS = {
  host: ["http", "http_host"],
  dns: ["dns", "dns_name"],
  user_agent: ["http", "http_user_agent"],
  http_target: ["http", "http_target"],
  ssh_banner: ["ssh", "ssh_client"],
} as const;

/** All of them. */
export const FIXTURES: readonly Fixture[] = (await Deno.readTextFile(
  new URL("./hostile.jsonl", import.meta.url),
)).trim().split("\n").map((line) => JSON.parse(line));
/** A harmless text of the same length: that a name is long may be told. */
export function harmless(text: string): string {
  return "harmless name ".repeat(Math.ceil(text.length / 14))
    .slice(0, text.length);
}

/** An entry with a text of the network in it. */
export function entryWith(
  { in: place }: Fixture,
  text: string,
  number = 1,
): Entry {
  if (place === "incident_subject") {
    return { kind: "incident", record: incident(text, number) };
  }
  const [protocol, fact] = FACTS[place];
  const time = "2026-03-07T11:00:00Z";
  const event = made({ number, time, category: "web", port: 80 });
  return {
    kind: "event",
    record: {
      ...event.record,
      network: { ...event.record.network, app_protocol: protocol },
    },
    evidence: {
      ...{ reasons: [], features: {}, counter_evidence: [] },
      facts: { [fact]: text, http_method: "GET", http_status: 200 },
    },
  };
}

function incident(subject: string, number: number): IncidentRecord {
  return {
    state: "updated",
    id: id(number),
    subject,
    category: "web",
    severity: "alert",
    final_score: 0.9,
    fast_score: 0.9,
    ml_score: 0.8,
    divergence: 0.1,
    authoritative_source: "CONSENSUS",
    first_seen: "2026-03-07T10:00:00.000000Z",
    last_seen: "2026-03-07T11:00:00.000000Z",
    flows: 4,
    windows: 2,
    peers: ["10.0.0.9"],
    reasons: [],
    corroborated: true,
    event_ids: [id(number)],
  };
}
