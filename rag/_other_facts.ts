/** The fields of incidents and of changes of configuration. */
import { addressOf, FIRING_SCORE } from "@ml-defender/events";
import { numberOrNull } from "./_clean.ts";
import { readReasons } from "./_evidence.ts";
import { fieldAddress, fieldText } from "./_event_facts.ts";
import type { HomeNetworks } from "./_home.ts";
import type { Facts, IncidentRecord } from "./entry.ts";

const PRIORITY: ReadonlyMap<string, string> = new Map([
  ["suspicious", "medium"],
  ["alert", "high"],
  ["high", "critical"],
]);

/** No field known. */
export const NO_FACTS: Facts = Object.freeze({
  src_ip: null,
  dst_ip: null,
  category: null,
  leaning: null,
  decision: null,
  priority: null,
  authoritative_source: null,
  reason: null,
  confidence_level: null,
  protocol: null,
  service: null,
  app_protocol: null,
  name: null,
  interface: null,
  node_id: null,
  src_country: null,
  dst_country: null,
  actor: null,
  revision: null,
  outcome: null,
  src_port: null,
  dst_port: null,
  fast_score: null,
  ml_score: null,
  final_score: null,
  divergence: null,
  confidence: null,
  ddos: null,
  ransomware: null,
  traffic: null,
  internal: null,
  duration: null,
  packets: null,
  bytes: null,
  sent_bytes: null,
  received_bytes: null,
  bytes_per_second: null,
  packets_per_second: null,
  fast_triggered: null,
  needs_analysis: null,
  src_internal: null,
  dst_internal: null,
  setting: null,
});

/** The fields of an incident: its host is the source, of a ddos the destination. */
export function incidentFacts(
  record: IncidentRecord,
  home: HomeNetworks,
): Facts {
  const subject = fieldAddress(addressOf(String(record.subject)));
  const inside = subject === null ? null : home.holds(subject);
  const category = fieldText(record.category)?.toLowerCase() ?? null;
  const victim = category === "ddos";
  const fast = numberOrNull(record.fast_score);
  return {
    ...NO_FACTS,
    src_ip: victim ? null : subject,
    dst_ip: victim ? subject : null,
    category,
    leaning: category,
    decision: record.severity === "suspicious" ? "suspicious" : "malicious",
    priority: PRIORITY.get(record.severity) ?? null,
    authoritative_source: fieldText(record.authoritative_source),
    reason: readReasons(record.reasons)[0]?.code ?? null,
    fast_score: fast,
    ml_score: numberOrNull(record.ml_score),
    final_score: numberOrNull(record.final_score),
    divergence: numberOrNull(record.divergence),
    fast_triggered: fast !== null && fast >= FIRING_SCORE,
    src_internal: victim ? null : inside,
    dst_internal: victim ? inside : null,
  };
}
