/**
 * The 83 leaf fields of a log line: the one table from which the record type, the JSON Schema, both formatters and the
 * reference are made.
 *
 * @module
 */

/** How a leaf is written: `text` and `time` as a JSON string, `number` and `integer` as a JSON number. */
export type LogFieldKind = "number" | "integer" | "boolean" | "text" | "time";

/** One leaf of the log record. */
export interface LogField {
  /** Path from the record's root, names joined by dots. */
  readonly path: string;
  /** Type of the value. */
  readonly kind: LogFieldKind;
  /** Whether `null` (unknown, or not applicable) may stand here. */
  readonly nullable: boolean;
  /** Meaning, with unit and range. */
  readonly meaning: string;
  /** Smallest number allowed. */
  readonly min?: number;
  /** Largest number allowed. */
  readonly max?: number;
  /** The only texts allowed. */
  readonly values?: readonly string[];
  /** Regular expression that a text matches. */
  readonly pattern?: string;
}

type Extra = Pick<LogField, "min" | "max" | "values" | "pattern">;

function leaf(
  kind: LogFieldKind,
  type: string,
  meaning: string,
  extra: Extra = {},
): Omit<LogField, "path"> {
  return { kind, nullable: type.endsWith("?"), meaning, ...extra };
}

const text = (meaning: string, extra?: Extra) =>
  leaf("text", "text", meaning, extra);
const maybeText = (meaning: string, extra?: Extra) =>
  leaf("text", "text?", meaning, extra);
const score = (meaning: string) =>
  leaf("number", "number", `${meaning} (0 to 1)`, { min: 0, max: 1 });
const maybeScore = (meaning: string) =>
  leaf("number", "number?", `${meaning} (0 to 1)`, { min: 0, max: 1 });
const amount = (meaning: string) =>
  leaf("number", "number?", meaning, { min: 0 });
const count = (meaning: string) =>
  leaf("integer", "integer?", meaning, { min: 0 });
const port = (meaning: string) =>
  leaf("integer", "integer?", meaning, { min: 0, max: 65535 });
const time = (meaning: string) =>
  leaf("time", "time", `${meaning}, RFC 3339 in UTC with microseconds`, {
    pattern: TIME_PATTERN,
  });
const maybeTime = (meaning: string) =>
  leaf("time", "time?", `${meaning}, RFC 3339 in UTC with microseconds`, {
    pattern: TIME_PATTERN,
  });
const flag = (meaning: string) => leaf("boolean", "boolean", meaning);
const maybeFlag = (meaning: string) => leaf("boolean", "boolean?", meaning);

const TIME_PATTERN = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$";
const ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$";
const WORD_PATTERN = "^[a-z0-9_]{1,64}$";
const SHA256_PATTERN = "^[0-9a-f]{64}$";

const TREE: Readonly<
  Record<string, Readonly<Record<string, Omit<LogField, "path">>>>
> = {
  rag_metadata: {
    logged_at: time(
      "When the line was formatted, by the logger's clock; left out of chain and artifact hashes",
    ),
    deployment_id: maybeText(
      "Deployment that the line comes from, as configured",
    ),
    node_id: maybeText("Node that the line comes from, as configured"),
    log_version: text("Version of this record format, major.minor", {
      pattern: "^\\d+\\.\\d+$",
    }),
    event_id: text(
      "Id of the event: a hash of source, flow key, start and sequence",
      { pattern: ID_PATTERN },
    ),
    config_digest: maybeText(
      "Digest of the settings that judged the event: rules, models, policy, capture; those of the log itself are not in it",
    ),
  },
  detection: {
    detection_timestamp: time("When the event was detected, in capture time"),
  },
  "detection.scores": {
    fast_detector: maybeScore(
      "Score of the fast rules; null when they do not cover the category",
    ),
    ml_detector: maybeScore(
      "Calibrated score of the forest; null when no forest covers the category",
    ),
    final_score: score("Decided score: the larger of the two engines' scores"),
    divergence: maybeScore("|fast - ml|; null when only one engine scored"),
  },
  "detection.classification": {
    authoritative_source: maybeText(
      "Engine that the final score was taken from; null when neither scored",
      {
        values: [
          "FAST_ONLY",
          "ML_ONLY",
          "FAST_PRIORITY",
          "ML_PRIORITY",
          "CONSENSUS",
          "DIVERGENCE",
        ],
      },
    ),
    attack_family: maybeText(
      "Family above the category, for example denial_of_service; null when benign",
      {
        pattern: WORD_PATTERN,
      },
    ),
    level_1_label: text("First decision: benign or attack", {
      values: ["benign", "attack"],
    }),
    final_class: text(
      "Final decision's class: the threat category, or benign",
      { pattern: WORD_PATTERN },
    ),
    threat_category: maybeText(
      "Category with the highest final score; null when no engine scored",
      {
        pattern: WORD_PATTERN,
      },
    ),
    confidence: maybeScore("Confidence in the classification"),
    level_2_category: maybeText(
      "Forest whose category won: ddos, ransomware, traffic or internal",
      {
        pattern: WORD_PATTERN,
      },
    ),
    level_3_subcategory: maybeText("Code of the strongest reason"),
  },
  "detection.predictions": {
    ddos: maybeScore(
      "Calibrated score of the ddos forest; null when it did not score",
    ),
    ransomware: maybeScore(
      "Calibrated score of the ransomware forest; null when it did not score",
    ),
    traffic: maybeScore(
      "Calibrated score of the traffic forest; null when it did not score",
    ),
    internal: maybeScore(
      "Calibrated score of the internal forest; null when it did not score",
    ),
    model_set: maybeText("Version or digest of the models that scored"),
  },
  "detection.reasons": {
    fast_detector_triggered: flag("Whether a fast rule fired"),
    fast_detector_reason: maybeText(
      "Strongest fast rule in words, with value and threshold; null when none fired",
    ),
    requires_rag_analysis: flag(
      "Whether policy asks for the event to be looked at closely",
    ),
    investigation_priority: text("Order in which to look at it", {
      values: ["none", "low", "medium", "high", "critical"],
    }),
  },
  "detection.decision": {
    confidence_level: maybeText("Confidence in words", {
      values: ["low", "medium", "high"],
    }),
    divergence_reason: maybeText(
      "Why the engines differ, in words; null when they do not",
    ),
    final_decision: text("What was decided", {
      values: ["benign", "suspicious", "malicious"],
    }),
    discrepancy_reason: maybeText(
      "What speaks against the decision, in words; null when nothing does",
    ),
    anomaly_flags: text(
      "Flags raised beside the score, words joined by commas; empty when none",
      {
        pattern: "^([a-z0-9_]+(,[a-z0-9_]+)*)?$",
      },
    ),
  },
  "network.five_tuple": {
    src_ip: maybeText(
      "Address of the initiator, or of the host of a window event, as text",
    ),
    src_port: port(
      "Port of the initiator, 0 to 65535; null for a window event or a protocol without ports",
    ),
    dst_ip: maybeText(
      "Address of the responder, as text; null for a window event",
    ),
    dst_port: port(
      "Port of the responder, 0 to 65535; null for a window event or a protocol without ports",
    ),
    protocol: maybeText(
      "Protocol: tcp, udp, icmp, icmp6, sctp, gre, arp, or its number as text",
    ),
  },
  network: {
    interface: maybeText("Capture interface or file"),
    interface_mode: maybeText("How packets are obtained, for example offline"),
    is_wan_facing: maybeFlag("Whether one end is outside the home networks"),
    community_id: maybeText("Community ID version 1 of the flow"),
    app_protocol: maybeText(
      "Application protocol found in the payload, for example dns, tls, http, ssh",
    ),
  },
  "network.flow": {
    duration_us: count("Duration of the flow, microseconds"),
    total_packets: count("Packets in both directions"),
    total_bytes: count("Bytes on the wire in both directions"),
    bytes_per_sec: amount(
      "Bytes per second over the flow's duration; null when the duration is 0",
    ),
    packets_per_sec: amount(
      "Packets per second over the flow's duration; null when the duration is 0",
    ),
  },
  "network.geoip": {
    "source.country": maybeText(
      "Country of the source, ISO 3166 code; null without a database",
    ),
    "source.city": maybeText("City of the source; null without a database"),
    "source.threat_level": maybeText(
      "Threat level of the source by a reputation list; null without one",
    ),
    "destination.country": maybeText(
      "Country of the destination, ISO 3166 code; null without a database",
    ),
    "destination.city": maybeText(
      "City of the destination; null without a database",
    ),
  },
  "features.basic_stats": {
    forward_packets: count("Packets from the initiator"),
    backward_packets: count("Packets to the initiator"),
    forward_bytes: count("Bytes from the initiator"),
    backward_bytes: count("Bytes to the initiator"),
    avg_packet_size: amount("Mean packet length, bytes"),
  },
  "features.tcp_flags": {
    syn: count("Packets with SYN"),
    ack: count("Packets with ACK"),
    fin: count("Packets with FIN"),
    rst: count("Packets with RST"),
    psh: count("Packets with PSH"),
  },
  "features.timing": {
    flow_iat_mean: amount("Mean time between packets, microseconds"),
    flow_iat_std: amount(
      "Standard deviation of the time between packets, microseconds",
    ),
    forward_iat_mean: amount(
      "Mean time between packets from the initiator, microseconds",
    ),
    backward_iat_mean: amount(
      "Mean time between packets to the initiator, microseconds",
    ),
  },
  "features.packet_length": {
    min: amount("Shortest packet, bytes"),
    max: amount("Longest packet, bytes"),
    mean: amount("Mean packet length, bytes"),
    std: amount("Standard deviation of the packet length, bytes"),
  },
  window: {
    start: maybeTime(
      "First packet of the flow, or start of the host window behind the event",
    ),
    end: maybeTime(
      "Last packet of the flow, or end of the host window behind the event",
    ),
    events: count("Packets in that time"),
  },
  system_state: {
    events_processed_total: count(
      "Events offered to this logger since it was opened",
    ),
    events_in_last_minute: count(
      "Events offered to this logger in the last 60 s",
    ),
    memory_usage_mb: amount("Resident memory of the process, MiB"),
    cpu_usage_percent: amount(
      "Processor time of the process since the last sample, percent of one core",
    ),
    uptime_seconds: amount("Time since the logger was opened, seconds"),
  },
  ml_training_metadata: {
    can_be_used_for_training: maybeFlag(
      "Whether the event may be used for training",
    ),
    ground_truth_label: maybeText("True class where it is known"),
    human_validated: flag("Whether a person has confirmed the class"),
  },
  artifact: {
    sha256: maybeText(
      "SHA-256 of the canonical artifact, hexadecimal; null when no artifact was written",
      {
        pattern: SHA256_PATTERN,
      },
    ),
  },
};

/** Version of the record format that this module writes, major.minor. Minor versions only add fields. */
export const LOG_VERSION = "1.0";

/** The 83 leaves in the order in which they are written. */
export const LOG_FIELDS: readonly LogField[] = Object.entries(TREE).flatMap((
  [parent, leaves],
) =>
  Object.entries(leaves).map(([name, rest]) => ({
    path: `${parent}.${name}`,
    ...rest,
  }))
);
