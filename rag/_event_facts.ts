/** The fields of an event, read from its line by the paths of the field table. */
import type { Json, LogRecord } from "@ml-defender/raglogger";
import { booleanOrNull, numberOrNull, textOrNull } from "./_clean.ts";
import { factsOf, type JsonObject, memberOf, objectOf } from "./_evidence.ts";
import type { HomeNetworks } from "./_home.ts";
import { serviceOf } from "./_services.ts";
import type { Facts } from "./entry.ts";
import { parseAddress } from "./query/network.ts";

/** Longest text of a field, in UTF-16 units; a DNS name has at most 255. */
const TEXT_LENGTH = 255;

/** A text of a field. */
export function fieldText(value: unknown): string | null {
  return textOrNull(value, TEXT_LENGTH);
}

/** An address as it stands; null where it is none. */
export function fieldAddress(value: unknown): string | null {
  return typeof value === "string" && parseAddress(value) !== undefined
    ? value
    : null;
}

/** Server or queried name: TLS server name, HTTP host without its port, or DNS name; lower case. */
function nameOf(evidence: Json): string | null {
  if (evidence === null) return null;
  const facts = factsOf(evidence);
  const name = fieldText(memberOf(facts, "tls_sni")) ??
    fieldText(memberOf(facts, "http_host"))?.replace(/:\d{1,5}$/, "") ??
    fieldText(memberOf(facts, "dns_name"));
  return name ? name.toLowerCase() : null;
}

function lower(value: unknown): string | null {
  return fieldText(value)?.toLowerCase() ?? null;
}

function port(value: unknown): number | null {
  return Number.isInteger(value) ? value as number : null;
}

/** The fields of an event. */
export function eventFacts(
  line: LogRecord,
  evidence: Json,
  home: HomeNetworks,
): Facts {
  const record = line as unknown as JsonObject;
  const detection = objectOf(record["detection"]);
  const scores = objectOf(detection["scores"]);
  const classes = objectOf(detection["classification"]);
  const predictions = objectOf(detection["predictions"]);
  const reasons = objectOf(detection["reasons"]);
  const decision = objectOf(detection["decision"]);
  const network = objectOf(record["network"]);
  const tuple = objectOf(network["five_tuple"]);
  const flow = objectOf(network["flow"]);
  const geoip = objectOf(network["geoip"]);
  const stats = objectOf(objectOf(record["features"])["basic_stats"]);
  const source = fieldAddress(tuple["src_ip"]);
  const destination = fieldAddress(tuple["dst_ip"]);
  const protocol = lower(tuple["protocol"]);
  const app = lower(network["app_protocol"]);
  const toPort = port(tuple["dst_port"]);
  const finalClass = lower(classes["final_class"]);
  const durationUs = numberOrNull(flow["duration_us"]);
  return {
    src_ip: source,
    dst_ip: destination,
    category: finalClass === "benign" ? null : finalClass,
    leaning: lower(classes["threat_category"]),
    decision: lower(decision["final_decision"]),
    priority: lower(reasons["investigation_priority"]),
    authoritative_source: fieldText(classes["authoritative_source"]),
    reason: fieldText(classes["level_3_subcategory"]),
    confidence_level: lower(decision["confidence_level"]),
    protocol,
    service: serviceOf(app, protocol, toPort),
    app_protocol: app,
    name: nameOf(evidence),
    interface: fieldText(network["interface"]),
    node_id: fieldText(objectOf(record["rag_metadata"])["node_id"]),
    src_country: fieldText(objectOf(geoip["source"])["country"]),
    dst_country: fieldText(objectOf(geoip["destination"])["country"]),
    actor: null,
    revision: null,
    outcome: null,
    src_port: port(tuple["src_port"]),
    dst_port: toPort,
    fast_score: numberOrNull(scores["fast_detector"]),
    ml_score: numberOrNull(scores["ml_detector"]),
    final_score: numberOrNull(scores["final_score"]),
    divergence: numberOrNull(scores["divergence"]),
    confidence: numberOrNull(classes["confidence"]),
    ddos: numberOrNull(predictions["ddos"]),
    ransomware: numberOrNull(predictions["ransomware"]),
    traffic: numberOrNull(predictions["traffic"]),
    internal: numberOrNull(predictions["internal"]),
    duration: durationUs === null ? null : durationUs / 1e6,
    packets: numberOrNull(flow["total_packets"]),
    bytes: numberOrNull(flow["total_bytes"]),
    sent_bytes: numberOrNull(stats["forward_bytes"]),
    received_bytes: numberOrNull(stats["backward_bytes"]),
    bytes_per_second: numberOrNull(flow["bytes_per_sec"]),
    packets_per_second: numberOrNull(flow["packets_per_sec"]),
    fast_triggered: booleanOrNull(reasons["fast_detector_triggered"]),
    needs_analysis: booleanOrNull(reasons["requires_rag_analysis"]),
    src_internal: source === null ? null : home.holds(source),
    dst_internal: destination === null ? null : home.holds(destination),
    setting: null,
  };
}
