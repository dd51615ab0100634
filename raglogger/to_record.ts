/**
 * Facts to record: the one place where camelCase becomes the log's snake_case.
 *
 * @module
 */

import type { Json } from "./artifact.ts";
import { LOG_VERSION } from "./fields.ts";
import { formatTimeUs } from "./format.ts";
import type { LogRecord } from "./record.ts";

type Classification = LogRecord["detection"]["classification"];
type Reasons = LogRecord["detection"]["reasons"];
type Decision = LogRecord["detection"]["decision"];

/** What is known about the flow behind an event. Absent and null mean unknown. */
export interface LogFlow {
  /** Address of the initiator. */
  readonly srcIp?: string | null;
  /** Port of the initiator. */
  readonly srcPort?: number | null;
  /** Address of the responder. */
  readonly dstIp?: string | null;
  /** Port of the responder. */
  readonly dstPort?: number | null;
  /** Transport protocol: tcp, udp, icmp, icmp6, sctp, or its number as text. */
  readonly protocol?: string | null;
  /** Community ID version 1. */
  readonly communityId?: string | null;
  /** Application protocol. */
  readonly appProtocol?: string | null;
  /** Whether one end is outside the home networks. */
  readonly wanFacing?: boolean | null;
  /** Duration, microseconds. */
  readonly durationUs?: number | null;
  /** Packets from the initiator. */
  readonly forwardPackets?: number | null;
  /** Packets to the initiator. */
  readonly backwardPackets?: number | null;
  /** Bytes from the initiator. */
  readonly forwardBytes?: number | null;
  /** Bytes to the initiator. */
  readonly backwardBytes?: number | null;
  /** Packets with SYN. */
  readonly syn?: number | null;
  /** Packets with ACK. */
  readonly ack?: number | null;
  /** Packets with FIN. */
  readonly fin?: number | null;
  /** Packets with RST. */
  readonly rst?: number | null;
  /** Packets with PSH. */
  readonly psh?: number | null;
  /** Mean time between packets, microseconds. */
  readonly iatMeanUs?: number | null;
  /** Standard deviation of the time between packets, microseconds. */
  readonly iatStdUs?: number | null;
  /** Mean time between packets from the initiator, microseconds. */
  readonly forwardIatMeanUs?: number | null;
  /** Mean time between packets to the initiator, microseconds. */
  readonly backwardIatMeanUs?: number | null;
  /** Shortest packet, bytes. */
  readonly minPacketBytes?: number | null;
  /** Longest packet, bytes. */
  readonly maxPacketBytes?: number | null;
  /** Mean packet length, bytes. */
  readonly meanPacketBytes?: number | null;
  /** Standard deviation of the packet length, bytes. */
  readonly stdPacketBytes?: number | null;
}

/** One event for the log: plain and owned; it must not change once handed over. Absent and null mean unknown. */
export interface LogInput {
  /** Id of the event: 1 to 64 of A-Z, a-z, 0-9, `_`, `-`. */
  readonly eventId: string;
  /** When it was detected, capture time, microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** Score of the fast rules, 0 to 1. */
  readonly fastScore: number | null;
  /** Calibrated score of the forest, 0 to 1. */
  readonly mlScore: number | null;
  /** Decided score, 0 to 1. */
  readonly finalScore: number;
  /** |fast - ml|; null when only one engine scored. */
  readonly divergence: number | null;
  /** Engine that the final score was taken from. */
  readonly authoritativeSource: Classification["authoritative_source"];
  /** Category with the highest final score. */
  readonly category: string | null;
  /** What was decided. */
  readonly decision: Decision["final_decision"];
  /** Order in which to look at it. */
  readonly priority: Reasons["investigation_priority"];
  /** Whether policy asks for analysis. */
  readonly requiresRag: boolean;
  /** Strongest fast rule in words; null when none fired. */
  readonly fastReason?: string | null;
  /** Family above the category. */
  readonly family?: string | null;
  /** Forest whose category won. */
  readonly forest?: string | null;
  /** Finer class. */
  readonly subcategory?: string | null;
  /** Confidence in the classification, 0 to 1. */
  readonly confidence?: number | null;
  /** Calibrated scores of the four forests. */
  readonly predictions?: {
    /** Score of the ddos forest. */
    readonly ddos?: number | null;
    /** Score of the ransomware forest. */
    readonly ransomware?: number | null;
    /** Score of the traffic forest. */
    readonly traffic?: number | null;
    /** Score of the internal forest. */
    readonly internal?: number | null;
  };
  /** Version or digest of the models. */
  readonly modelSet?: string | null;
  /** Why the engines differ, in words. */
  readonly divergenceReason?: string | null;
  /** Why the decision departs from the plain maximum, in words. */
  readonly discrepancyReason?: string | null;
  /** Flags raised beside the score: words of a-z, 0-9 and `_`. */
  readonly anomalyFlags?: readonly string[];
  /** Incident that the event belongs to: artifacts are capped for each. */
  readonly incidentId?: string | null;
  /** Capture interface or file. */
  readonly interfaceName?: string | null;
  /** How packets are obtained, for example offline. */
  readonly interfaceMode?: string | null;
  /** The flow; for an event about a host's window only what is known. */
  readonly flow?: LogFlow | null;
  /** The window behind the event. */
  readonly window?: {
    /** Start, microseconds since the Unix epoch. */
    readonly startUs: number;
    /** End, microseconds since the Unix epoch. */
    readonly endUs: number;
    /** Flows that it counted. */
    readonly flows: number | null;
  } | null;
  /** True class where it is known, as in generated captures. */
  readonly groundTruth?: string | null;
  /** What the decision rests on, for the artifact: reasons, contributions, features. */
  readonly evidence?: Json;
}

/** What is the same for all events of a logger. */
export interface LogContext {
  /** Deployment that the lines come from. */
  readonly deploymentId: string | null;
  /** Node that the lines come from. */
  readonly nodeId: string | null;
  /** Digest of the configuration. */
  readonly configDigest: string | null;
}

/** What the logger adds to an event. */
export interface LogStamp {
  /** When the event was handed to the logger, milliseconds since the Unix epoch. */
  readonly loggedAtMs: number;
  /** The machine's state. */
  readonly systemState: LogRecord["system_state"];
  /** Hash of the artifact; null when there is none. */
  readonly artifactSha256: string | null;
}

const EVENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

function detection(input: LogInput): LogRecord["detection"] {
  const { predictions = {}, category, confidence = null } = input;
  const benign = input.decision === "benign";
  return {
    detection_timestamp: formatTimeUs(input.timestampUs),
    scores: {
      fast_detector: input.fastScore,
      ml_detector: input.mlScore,
      final_score: input.finalScore,
      divergence: input.divergence,
    },
    classification: {
      authoritative_source: input.authoritativeSource,
      attack_family: benign ? null : input.family ?? null,
      level_1_label: benign ? "benign" : "attack",
      final_class: benign ? "benign" : category ?? "unknown",
      threat_category: category,
      confidence,
      level_2_category: input.forest ?? null,
      level_3_subcategory: input.subcategory ?? null,
    },
    predictions: {
      ddos: predictions.ddos ?? null,
      ransomware: predictions.ransomware ?? null,
      traffic: predictions.traffic ?? null,
      internal: predictions.internal ?? null,
      model_set: input.modelSet ?? null,
    },
    reasons: {
      fast_detector_triggered: (input.fastReason ?? null) !== null,
      fast_detector_reason: input.fastReason ?? null,
      requires_rag_analysis: input.requiresRag,
      investigation_priority: input.priority,
    },
    decision: {
      confidence_level: confidenceLevel(confidence),
      divergence_reason: input.divergenceReason ?? null,
      final_decision: input.decision,
      discrepancy_reason: input.discrepancyReason ?? null,
      anomaly_flags: input.anomalyFlags?.join(",") ?? "",
    },
  };
}

function confidenceLevel(
  confidence: number | null,
): Decision["confidence_level"] {
  if (confidence === null) return null;
  if (confidence >= 0.8) return "high";
  return confidence >= 0.5 ? "medium" : "low";
}

function sum(a: number | null | undefined, b: number | null | undefined) {
  return typeof a === "number" && typeof b === "number" ? a + b : null;
}

function rate(total: number | null, durationUs: number | null | undefined) {
  if (total === null || !durationUs) return null;
  return total * 1e6 / durationUs;
}

function network(input: LogInput, flow: LogFlow): LogRecord["network"] {
  const packets = sum(flow.forwardPackets, flow.backwardPackets);
  const bytes = sum(flow.forwardBytes, flow.backwardBytes);
  return {
    five_tuple: {
      src_ip: flow.srcIp ?? null,
      src_port: flow.srcPort ?? null,
      dst_ip: flow.dstIp ?? null,
      dst_port: flow.dstPort ?? null,
      protocol: flow.protocol ?? null,
    },
    interface: input.interfaceName ?? null,
    interface_mode: input.interfaceMode ?? null,
    is_wan_facing: flow.wanFacing ?? null,
    community_id: flow.communityId ?? null,
    app_protocol: flow.appProtocol ?? null,
    flow: {
      duration_us: flow.durationUs ?? null,
      total_packets: packets,
      total_bytes: bytes,
      bytes_per_sec: rate(bytes, flow.durationUs),
      packets_per_sec: rate(packets, flow.durationUs),
    },
    geoip: {
      source: { country: null, city: null, threat_level: null },
      destination: { country: null, city: null },
    },
  };
}

function features(flow: LogFlow): LogRecord["features"] {
  return {
    basic_stats: {
      forward_packets: flow.forwardPackets ?? null,
      backward_packets: flow.backwardPackets ?? null,
      forward_bytes: flow.forwardBytes ?? null,
      backward_bytes: flow.backwardBytes ?? null,
      avg_packet_size: flow.meanPacketBytes ?? null,
    },
    tcp_flags: {
      syn: flow.syn ?? null,
      ack: flow.ack ?? null,
      fin: flow.fin ?? null,
      rst: flow.rst ?? null,
      psh: flow.psh ?? null,
    },
    timing: {
      flow_iat_mean: flow.iatMeanUs ?? null,
      flow_iat_std: flow.iatStdUs ?? null,
      forward_iat_mean: flow.forwardIatMeanUs ?? null,
      backward_iat_mean: flow.backwardIatMeanUs ?? null,
    },
    packet_length: {
      min: flow.minPacketBytes ?? null,
      max: flow.maxPacketBytes ?? null,
      mean: flow.meanPacketBytes ?? null,
      std: flow.stdPacketBytes ?? null,
    },
  };
}

/**
 * Makes the 83-field record of an event. What the event does not know is null.
 *
 * @param input The event.
 * @param context What is the same for all events.
 * @param stamp What the logger adds.
 * @throws {TypeError} When the event id could not be a file name.
 */
export function toRecord(
  input: LogInput,
  context: LogContext,
  stamp: LogStamp,
): LogRecord {
  checkEventId(input.eventId);
  const flow = input.flow ?? {};
  const window = input.window ?? null;
  const truth = input.groundTruth ?? null;
  return {
    rag_metadata: {
      logged_at: formatTimeUs(stamp.loggedAtMs * 1000),
      deployment_id: context.deploymentId,
      node_id: context.nodeId,
      log_version: LOG_VERSION,
      event_id: input.eventId,
      config_digest: context.configDigest,
    },
    detection: detection(input),
    network: network(input, flow),
    features: features(flow),
    window: {
      start: window && formatTimeUs(window.startUs),
      end: window && formatTimeUs(window.endUs),
      events: window?.flows ?? null,
    },
    system_state: stamp.systemState,
    ml_training_metadata: {
      can_be_used_for_training: truth === null ? null : true,
      ground_truth_label: truth,
      human_validated: false,
    },
    artifact: { sha256: stamp.artifactSha256 },
  };
}

/** Refuses an event id that could not be a file name. */
export function checkEventId(eventId: unknown): void {
  if (typeof eventId === "string" && EVENT_ID.test(eventId)) return;
  throw new TypeError(
    "Cannot log event as 'eventId' must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'",
  );
}
