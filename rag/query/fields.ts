/**
 * The fields that a query can name: one table for the store's columns, the filter's types, and the reference page.
 *
 * @module
 */

/** What a field holds. */
export type FieldType = "number" | "text" | "address" | "boolean" | "paths";

/** One field. */
export interface FieldDefinition {
  /** What it holds. */
  readonly type: FieldType;
  /** Unit of a number, or the values of a text with few. */
  readonly unit?: string;
  /** Dotted path in the log record; absent where it is derived or from the artifact. */
  readonly path?: string;
  /** Meaning, in one sentence. */
  readonly text: string;
}

/** Name of a field that holds an address. */
export type AddressField =
  | "src_ip"
  | "dst_ip"
  | "ip";

/** Name of a field that holds text. */
export type TextField =
  | "category"
  | "leaning"
  | "decision"
  | "priority"
  | "authoritative_source"
  | "reason"
  | "confidence_level"
  | "protocol"
  | "service"
  | "app_protocol"
  | "name"
  | "interface"
  | "node_id"
  | "src_country"
  | "dst_country"
  | "actor"
  | "revision"
  | "outcome";

/** Name of a field that holds dotted paths, any number of them: equal to one of them is equal. */
export type PathField = "setting";

/** Name of a field that holds a number. */
export type NumberField =
  | "src_port"
  | "dst_port"
  | "fast_score"
  | "ml_score"
  | "final_score"
  | "divergence"
  | "confidence"
  | "ddos"
  | "ransomware"
  | "traffic"
  | "internal"
  | "duration"
  | "packets"
  | "bytes"
  | "sent_bytes"
  | "received_bytes"
  | "bytes_per_second"
  | "packets_per_second";

/** Name of a field that is true or false. */
export type BooleanField =
  | "fast_triggered"
  | "needs_analysis"
  | "src_internal"
  | "dst_internal";

/** Name of any field. */
export type Field =
  | AddressField
  | TextField
  | NumberField
  | BooleanField
  | PathField;

const ADDRESS: Readonly<Record<AddressField, FieldDefinition>> = {
  src_ip: {
    type: "address",
    path: "network.five_tuple.src_ip",
    text: "Initiator, or the host of a window event; of an incident its host.",
  },
  dst_ip: {
    type: "address",
    path: "network.five_tuple.dst_ip",
    text: "Responder; of a ddos incident its host.",
  },
  ip: { type: "address", text: "Either of both." },
};

const TEXT: Readonly<Record<TextField, FieldDefinition>> = {
  category: {
    type: "text",
    unit:
      "ddos, scan, bruteforce, lateral, ransomware, c2, dns, exfiltration, mining, web",
    path: "detection.classification.final_class",
    text: "Decided class; unknown where the decision is benign.",
  },
  leaning: {
    type: "text",
    path: "detection.classification.threat_category",
    text: "Category with the highest score, even where the decision is benign.",
  },
  decision: {
    type: "text",
    unit: "benign, suspicious, malicious",
    path: "detection.decision.final_decision",
    text: "What was decided.",
  },
  priority: {
    type: "text",
    unit: "none, low, medium, high, critical",
    path: "detection.reasons.investigation_priority",
    text: "Order in which to look at it.",
  },
  authoritative_source: {
    type: "text",
    unit:
      "FAST_ONLY, ML_ONLY, FAST_PRIORITY, ML_PRIORITY, CONSENSUS, DIVERGENCE",
    path: "detection.classification.authoritative_source",
    text: "Engine that the final score was taken from.",
  },
  reason: {
    type: "text",
    path: "detection.classification.level_3_subcategory",
    text: "Code of the strongest reason.",
  },
  confidence_level: {
    type: "text",
    unit: "low, medium, high",
    path: "detection.decision.confidence_level",
    text: "Confidence in words.",
  },
  protocol: {
    type: "text",
    unit: "tcp, udp, icmp, icmp6, sctp, gre, arp or a number",
    path: "network.five_tuple.protocol",
    text: "Protocol above IP.",
  },
  service: {
    type: "text",
    unit:
      "ftp, ssh, telnet, smtp, dns, http, kerberos, ntp, netbios, snmp, ldap, https, smb, mssql, mysql, rdp, vnc, winrm, ...",
    text:
      "The application protocol found, else the well-known service of the responder's port; inside TLS what the port says.",
  },
  app_protocol: {
    type: "text",
    unit: "dns, tls, http, ssh, smb",
    path: "network.app_protocol",
    text: "Application protocol found in the payload.",
  },
  name: {
    type: "text",
    text:
      "Server or queried name: TLS server name, HTTP host or DNS name; only where the event has an artifact.",
  },
  interface: {
    type: "text",
    path: "network.interface",
    text: "Capture interface or file.",
  },
  node_id: {
    type: "text",
    path: "rag_metadata.node_id",
    text: "Node that it comes from.",
  },
  src_country: {
    type: "text",
    unit: "ISO 3166 code",
    path: "network.geoip.source.country",
    text: "Country of the source; unknown without a GeoIP database.",
  },
  dst_country: {
    type: "text",
    unit: "ISO 3166 code",
    path: "network.geoip.destination.country",
    text: "Country of the destination; unknown without a GeoIP database.",
  },
  actor: {
    type: "text",
    text: "Author of a change of configuration.",
  },
  revision: {
    type: "text",
    text: "Revision of the configuration that a change made or asked for.",
  },
  outcome: {
    type: "text",
    unit: "applied, refused, rolled_back",
    text: "What became of a change of configuration.",
  },
};

const NUMBER: Readonly<Record<NumberField, FieldDefinition>> = {
  src_port: {
    type: "number",
    path: "network.five_tuple.src_port",
    text: "Port of the initiator.",
  },
  dst_port: {
    type: "number",
    path: "network.five_tuple.dst_port",
    text: "Port of the responder.",
  },
  fast_score: {
    type: "number",
    unit: "0 to 1",
    path: "detection.scores.fast_detector",
    text: "Score of the fast rules.",
  },
  ml_score: {
    type: "number",
    unit: "0 to 1",
    path: "detection.scores.ml_detector",
    text: "Calibrated score of the forest.",
  },
  final_score: {
    type: "number",
    unit: "0 to 1",
    path: "detection.scores.final_score",
    text: "The larger of both.",
  },
  divergence: {
    type: "number",
    unit: "0 to 1",
    path: "detection.scores.divergence",
    text: "Distance of both.",
  },
  confidence: {
    type: "number",
    unit: "0 to 1",
    path: "detection.classification.confidence",
    text: "Confidence in the classification.",
  },
  ddos: {
    type: "number",
    unit: "0 to 1",
    path: "detection.predictions.ddos",
    text: "Score of the ddos forest.",
  },
  ransomware: {
    type: "number",
    unit: "0 to 1",
    path: "detection.predictions.ransomware",
    text: "Score of the ransomware forest.",
  },
  traffic: {
    type: "number",
    unit: "0 to 1",
    path: "detection.predictions.traffic",
    text: "Score of the traffic forest.",
  },
  internal: {
    type: "number",
    unit: "0 to 1",
    path: "detection.predictions.internal",
    text: "Score of the internal forest.",
  },
  duration: {
    type: "number",
    unit: "seconds",
    path: "network.flow.duration_us",
    text: "Duration of the flow.",
  },
  packets: {
    type: "number",
    path: "network.flow.total_packets",
    text: "Packets in both directions.",
  },
  bytes: {
    type: "number",
    unit: "bytes",
    path: "network.flow.total_bytes",
    text: "Bytes in both directions.",
  },
  sent_bytes: {
    type: "number",
    unit: "bytes",
    path: "features.basic_stats.forward_bytes",
    text: "Bytes from the initiator: what was uploaded.",
  },
  received_bytes: {
    type: "number",
    unit: "bytes",
    path: "features.basic_stats.backward_bytes",
    text: "Bytes to the initiator: what was downloaded.",
  },
  bytes_per_second: {
    type: "number",
    unit: "bytes per second",
    path: "network.flow.bytes_per_sec",
    text: "Bytes per second over the flow.",
  },
  packets_per_second: {
    type: "number",
    unit: "packets per second",
    path: "network.flow.packets_per_sec",
    text: "Packets per second over the flow.",
  },
};

const BOOLEAN: Readonly<Record<BooleanField, FieldDefinition>> = {
  fast_triggered: {
    type: "boolean",
    path: "detection.reasons.fast_detector_triggered",
    text: "Whether a fast rule fired.",
  },
  needs_analysis: {
    type: "boolean",
    path: "detection.reasons.requires_rag_analysis",
    text: "Whether policy asks for a close look.",
  },
  src_internal: {
    type: "boolean",
    text: "Whether the source is in the home networks.",
  },
  dst_internal: {
    type: "boolean",
    text: "Whether the destination is in the home networks.",
  },
};

const PATHS: Readonly<Record<PathField, FieldDefinition>> = {
  setting: {
    type: "paths",
    text: "Settings that a change of configuration is about, one on a line.",
  },
};

/** Every field by name. */
export const FIELDS: Readonly<Record<Field, FieldDefinition>> = {
  ...ADDRESS,
  ...TEXT,
  ...NUMBER,
  ...BOOLEAN,
  ...PATHS,
};

/** Whether a text names a field. */
export function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}
