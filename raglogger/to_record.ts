/**
 * Verdict to record: the one place where camelCase becomes the log's snake_case.
 *
 * @module
 */

import {
  type Category,
  FIRING_SCORE,
  type Flow,
  MODEL_OF,
  type Reason,
  reasonText,
  type Verdict,
} from "@ml-defender/events";
import type { Json } from "./artifact.ts";
import { LOG_VERSION } from "./fields.ts";
import { formatTimeUs } from "./format.ts";
import type { LogRecord } from "./record.ts";

type Detection = LogRecord["detection"];

/** What is the same for all events of a logger. */
export interface LogContext {
  /** Deployment that the lines come from. @default {null} */
  readonly deploymentId?: string | null;
  /** Node that the lines come from. @default {null} */
  readonly nodeId?: string | null;
  /**
   * Digest of the settings that the events are judged by; those of the log itself are not among them. @default {null}
   */
  readonly configDigest?: string | null;
  /** Version or digest of the models that scored. @default {null} */
  readonly modelSet?: string | null;
  /** How packets are obtained, for example offline. @default {null} */
  readonly interfaceMode?: string | null;
}

/** What is known about one event beside its verdict. */
export interface LogDetails {
  /** Capture interface or file. @default {null} */
  readonly interfaceName?: string | null;
  /** True class, where it is known, as in generated captures. @default {null} */
  readonly groundTruth?: string | null;
}

/** What the logger adds to an event. */
export interface LogStamp {
  /** When the event was handed to the logger, milliseconds since the Unix epoch. */
  readonly loggedAtMs: number;
  /** The machine's state. */
  readonly systemState: LogRecord["system_state"];
  /** Whether policy asks for analysis. */
  readonly requiresRag: boolean;
  /** Hash of the artifact; null when there is none. */
  readonly artifactSha256: string | null;
}

const FAMILIES: Readonly<Record<Category, string>> = {
  ddos: "denial_of_service",
  scan: "reconnaissance",
  bruteforce: "credential_access",
  lateral: "lateral_movement",
  ransomware: "impact",
  c2: "command_and_control",
  dns: "tunnelling",
  exfiltration: "exfiltration",
  mining: "resource_abuse",
  web: "web_attack",
};

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  47: "gre",
  58: "icmp6",
  132: "sctp",
};

const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132]);
const DIVERGENT = 0.3;
const UNSURE_DIRECTION = 50;
const EVENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

function classification(verdict: Verdict): Detection["classification"] {
  const { category, severity } = verdict;
  return {
    authoritative_source: category && verdict.authoritativeSource,
    attack_family: category && severity && FAMILIES[category],
    level_1_label: severity === null ? "benign" : "attack",
    final_class: severity === null ? "benign" : category ?? "unknown",
    threat_category: category,
    confidence: verdict.confidence,
    level_2_category: category && MODEL_OF[category],
    level_3_subcategory: verdict.reasons[0]?.code ?? null,
  };
}

/** Whether a rule fired; the score of one that nearly did is evidence too. */
function fired({ fastScore }: Verdict): boolean {
  return fastScore !== null && fastScore >= FIRING_SCORE;
}

/** Strongest reason of a rule that fired. */
function fastReason(verdict: Verdict): string | null {
  if (!fired(verdict)) return null;
  const reason = verdict.reasons.find(({ engine }) => engine !== "ml");
  return reason === undefined ? null : reasonText(reason);
}

function reasons(verdict: Verdict, requiresRag: boolean): Detection["reasons"] {
  const priority = { suspicious: "medium", alert: "high", high: "critical" };
  const calm = requiresRag || (verdict.divergence ?? 0) >= DIVERGENT
    ? "low"
    : "none";
  return {
    fast_detector_triggered: fired(verdict),
    fast_detector_reason: fastReason(verdict),
    requires_rag_analysis: requiresRag,
    investigation_priority:
      (verdict.severity ? priority[verdict.severity] : calm) as Detection[
        "reasons"
      ]["investigation_priority"],
  };
}

function decision(verdict: Verdict): Detection["decision"] {
  const { severity, divergence, confidence, counterEvidence, flow } = verdict;
  const divergent = divergence !== null && divergence >= DIVERGENT;
  const flags = [
    divergent && "divergence",
    flow && flow.directionConfidence < UNSURE_DIRECTION && "unsure_direction",
    flow && flow.endReason === "evicted" && "evicted",
    flow && !flow.final && "early_record",
    counterEvidence.length > 0 && "counter_evidence",
  ];
  const level = confidence >= 0.8
    ? "high"
    : confidence >= 0.5
    ? "medium"
    : "low";
  const calm = severity === null ? "benign" : "malicious";
  return {
    confidence_level: level,
    divergence_reason: divergent
      ? `fast rules say ${verdict.fastScore}, models say ${verdict.mlScore}`
      : null,
    final_decision: severity === "suspicious" ? "suspicious" : calm,
    discrepancy_reason: counterEvidence.length > 0
      ? counterEvidence.join("; ")
      : null,
    anomaly_flags: flags.filter((flag) => typeof flag === "string").join(","),
  };
}

function detection(
  verdict: Verdict,
  context: LogContext,
  stamp: LogStamp,
): Detection {
  const { predictions } = verdict;
  return {
    detection_timestamp: formatTimeUs(verdict.timestampUs),
    scores: {
      fast_detector: verdict.fastScore,
      ml_detector: verdict.mlScore,
      final_score: verdict.finalScore,
      divergence: verdict.divergence,
    },
    classification: classification(verdict),
    predictions: {
      ddos: predictions["ddos"] ?? null,
      ransomware: predictions["ransomware"] ?? null,
      traffic: predictions["traffic"] ?? null,
      internal: predictions["internal"] ?? null,
      model_set: context.modelSet ?? null,
    },
    reasons: reasons(verdict, stamp.requiresRag),
    decision: decision(verdict),
  };
}

function fiveTuple(
  verdict: Verdict,
  flow: Flow | undefined,
): LogRecord["network"]["five_tuple"] {
  if (!flow) {
    const src_ip = verdict.host?.address ?? null;
    return {
      src_ip,
      src_port: null,
      dst_ip: null,
      dst_port: null,
      protocol: null,
    };
  }
  const ports = flow.kind === "ip" && WITH_PORTS.has(flow.protocol);
  return {
    src_ip: flow.sourceAddress,
    src_port: ports ? flow.sourcePort : null,
    dst_ip: flow.destinationAddress,
    dst_port: ports ? flow.destinationPort : null,
    protocol: flow.kind === "arp"
      ? "arp"
      : PROTOCOLS[flow.protocol] ?? `${flow.protocol}`,
  };
}

function perSecond(total: number, durationUs: number): number | null {
  return durationUs > 0 ? total * 1e6 / durationUs : null;
}

function flowSize(flow: Flow | undefined): LogRecord["network"]["flow"] {
  if (!flow) {
    return {
      duration_us: null,
      total_packets: null,
      total_bytes: null,
      bytes_per_sec: null,
      packets_per_sec: null,
    };
  }
  const duration = flow.endUs - flow.startUs;
  const packets = flow.forwardPackets + flow.backwardPackets;
  const bytes = flow.forwardBytes + flow.backwardBytes;
  return {
    duration_us: duration,
    total_packets: packets,
    total_bytes: bytes,
    bytes_per_sec: perSecond(bytes, duration),
    packets_per_sec: perSecond(packets, duration),
  };
}

function network(
  verdict: Verdict,
  context: LogContext,
  details: LogDetails,
): LogRecord["network"] {
  const { flow } = verdict;
  return {
    five_tuple: fiveTuple(verdict, flow),
    interface: details.interfaceName ?? null,
    interface_mode: context.interfaceMode ?? null,
    is_wan_facing: flow
      ? !(flow.sourceInternal && flow.destinationInternal)
      : null,
    community_id: flow?.communityId ?? null,
    app_protocol: flow?.app ?? null,
    flow: flowSize(flow),
    geoip: {
      source: { country: null, city: null, threat_level: null },
      destination: { country: null, city: null },
    },
  };
}

function features(verdict: Verdict): LogRecord["features"] {
  const { flow, features = {} } = verdict;
  const known = (name: string) => flow ? features[name] ?? null : null;
  const microseconds = (name: string) => {
    const seconds = known(name);
    // Features are float32: digits below a nanosecond would be noise.
    return seconds === null ? null : Math.round(seconds * 1e9) / 1e3;
  };
  const packets = flow ? flow.forwardPackets + flow.backwardPackets : 0;
  const bytes = flow ? flow.forwardBytes + flow.backwardBytes : 0;
  const mean = packets > 0 ? bytes / packets : null;
  return {
    basic_stats: {
      forward_packets: flow?.forwardPackets ?? null,
      backward_packets: flow?.backwardPackets ?? null,
      forward_bytes: flow?.forwardBytes ?? null,
      backward_bytes: flow?.backwardBytes ?? null,
      avg_packet_size: mean,
    },
    tcp_flags: {
      syn: known("syn_count"),
      ack: known("ack_count"),
      fin: known("fin_count"),
      rst: known("rst_count"),
      psh: known("psh_count"),
    },
    timing: {
      flow_iat_mean: microseconds("iat_mean_s"),
      flow_iat_std: microseconds("iat_std_s"),
      forward_iat_mean: microseconds("fwd_iat_mean_s"),
      backward_iat_mean: microseconds("bwd_iat_mean_s"),
    },
    packet_length: {
      min: known("len_min"),
      max: known("len_max"),
      mean,
      std: known("len_std"),
    },
  };
}

function covered({ flow, host }: Verdict): LogRecord["window"] {
  const record = flow ?? host;
  const events = flow
    ? flow.forwardPackets + flow.backwardPackets
    : host?.packets ?? null;
  return {
    start: record ? formatTimeUs(record.startUs) : null,
    end: record ? formatTimeUs(record.endUs) : null,
    events,
  };
}

/**
 * Makes the 83-field record of a verdict. What the verdict does not know is null.
 *
 * @param verdict The verdict; only read.
 * @param context What is the same for all events, and what is known of this one.
 * @param stamp What the logger adds.
 * @throws {TypeError} When the event id could not be a file name.
 */
export function toRecord(
  verdict: Verdict,
  context: LogContext & LogDetails,
  stamp: LogStamp,
): LogRecord {
  checkEventId(verdict.eventId);
  const truth = context.groundTruth ?? null;
  return {
    rag_metadata: {
      logged_at: formatTimeUs(stamp.loggedAtMs * 1000),
      deployment_id: context.deploymentId ?? null,
      node_id: context.nodeId ?? null,
      log_version: LOG_VERSION,
      event_id: verdict.eventId,
      config_digest: context.configDigest ?? null,
    },
    detection: detection(verdict, context, stamp),
    network: network(verdict, context, context),
    features: features(verdict),
    window: covered(verdict),
    system_state: stamp.systemState,
    ml_training_metadata: {
      can_be_used_for_training: truth === null ? null : true,
      ground_truth_label: truth,
      human_validated: false,
    },
    artifact: { sha256: stamp.artifactSha256 },
  };
}

function reasonJson(reason: Reason): Json {
  const { code, text, feature, value, threshold, side, weight, engine } =
    reason;
  return {
    code,
    text,
    feature,
    value,
    threshold,
    weight,
    ...(side && { side }),
    ...(engine && { engine }),
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function snakeFacts(facts: object): Json {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [snakeCase(name), value]),
  );
}

/** What a verdict rests on, for its artifact. */
export function toEvidence(verdict: Verdict): Json {
  return {
    incident_id: verdict.incidentId ?? null,
    subject: verdict.subject,
    severity: verdict.severity,
    reasons: verdict.reasons.map(reasonJson),
    counter_evidence: verdict.counterEvidence,
    predictions: verdict.predictions,
    facts: snakeFacts(verdict.flow?.facts ?? {}),
    features: verdict.features ?? {},
  };
}

/** Refuses an event id that could not be a file name. */
export function checkEventId(eventId: unknown): void {
  if (typeof eventId === "string" && EVENT_ID.test(eventId)) return;
  throw new TypeError(
    "Cannot log event as 'eventId' must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'",
  );
}
