import assert from "node:assert/strict";
import type { Flow, HostWindow, Verdict } from "@ml-defender/events";
import { LOG_FIELDS, LOG_VERSION } from "./fields.ts";
import type { LogRecord } from "./record.ts";
import { type LogStamp, toRecord } from "./to_record.ts";

const FLOW: Flow = {
  id: "f1",
  startUs: 1_700_000_001_000_000,
  endUs: 1_700_000_001_250_000,
  sourceAddress: "10.0.0.31",
  destinationAddress: "198.51.100.32",
  sourcePort: 40_033,
  destinationPort: 2234,
  protocol: 6,
  kind: "ip",
  ipVersion: 4,
  app: "ssh",
  endReason: "evicted",
  final: false,
  sequence: 0,
  directionConfidence: 49,
  sourceInternal: true,
  destinationInternal: false,
  vlan: 0,
  vni: 0,
  interfaceId: 0,
  forwardPackets: 7,
  backwardPackets: 3,
  forwardBytes: 703,
  backwardBytes: 1307,
  facts: {},
  communityId: "1:facts=",
};

const VERDICT: Verdict = {
  eventId: "e1",
  timestampUs: 1_700_000_002_000_000,
  category: "bruteforce",
  subject: "10.0.0.31",
  fastScore: 0.81,
  mlScore: 0.42,
  finalScore: 0.83,
  divergence: 0.39,
  authoritativeSource: "FAST_PRIORITY",
  severity: "suspicious",
  confidence: 0.45,
  predictions: { ddos: 0.11, ransomware: 0.12, traffic: 0.13, internal: 0.14 },
  reasons: [{
    code: "slow_guessing",
    text: "guesses",
    feature: "out_login_flows_300s",
    value: 91,
    threshold: 60,
    weight: 0.81,
    engine: "fast",
  }],
  counterEvidence: ["few hosts", "loss"],
  flow: FLOW,
  features: {
    syn_count: 21,
    ack_count: 22,
    fin_count: 23,
    rst_count: 24,
    psh_count: 25,
    iat_mean_s: 0.0625,
    iat_std_s: 0.125,
    fwd_iat_mean_s: 0.3125,
    bwd_iat_mean_s: 0.375,
    len_min: 51,
    len_max: 1501,
    len_std: 333,
  },
};

const CONTEXT = {
  deploymentId: "deployment",
  nodeId: "node",
  configDigest: "digest",
  modelSet: "models",
  interfaceMode: "offline",
  interfaceName: "a.pcap",
  groundTruth: "guessing",
};

const STAMP: LogStamp = {
  loggedAtMs: 1_700_000_003_000,
  systemState: {
    events_processed_total: 61,
    events_in_last_minute: 62,
    memory_usage_mb: 63.5,
    cpu_usage_percent: 64.5,
    uptime_seconds: 65.5,
  },
  requiresRag: false,
  artifactSha256: "ab".repeat(32),
};

type Values = Readonly<Record<string, string | number | boolean | null>>;

const OF_FLOW: Values = {
  "rag_metadata.logged_at": "2023-11-14T22:13:23.000000Z",
  "rag_metadata.deployment_id": "deployment",
  "rag_metadata.node_id": "node",
  "rag_metadata.log_version": LOG_VERSION,
  "rag_metadata.event_id": "e1",
  "rag_metadata.config_digest": "digest",
  "detection.detection_timestamp": "2023-11-14T22:13:22.000000Z",
  "detection.scores.fast_detector": 0.81,
  "detection.scores.ml_detector": 0.42,
  "detection.scores.final_score": 0.83,
  "detection.scores.divergence": 0.39,
  "detection.classification.authoritative_source": "FAST_PRIORITY",
  "detection.classification.attack_family": "credential_access",
  "detection.classification.level_1_label": "attack",
  "detection.classification.final_class": "bruteforce",
  "detection.classification.threat_category": "bruteforce",
  "detection.classification.confidence": 0.45,
  "detection.classification.level_2_category": "internal",
  "detection.classification.level_3_subcategory": "slow_guessing",
  "detection.predictions.ddos": 0.11,
  "detection.predictions.ransomware": 0.12,
  "detection.predictions.traffic": 0.13,
  "detection.predictions.internal": 0.14,
  "detection.predictions.model_set": "models",
  "detection.reasons.fast_detector_triggered": true,
  "detection.reasons.fast_detector_reason": "guesses: 91 >= 60",
  "detection.reasons.requires_rag_analysis": false,
  "detection.reasons.investigation_priority": "medium",
  "detection.decision.confidence_level": "low",
  "detection.decision.divergence_reason":
    "fast rules say 0.81, models say 0.42",
  "detection.decision.final_decision": "suspicious",
  "detection.decision.discrepancy_reason": "few hosts; loss",
  "detection.decision.anomaly_flags":
    "divergence,unsure_direction,evicted,early_record,counter_evidence",
  "network.five_tuple.src_ip": "10.0.0.31",
  "network.five_tuple.src_port": 40_033,
  "network.five_tuple.dst_ip": "198.51.100.32",
  "network.five_tuple.dst_port": 2234,
  "network.five_tuple.protocol": "tcp",
  "network.interface": "a.pcap",
  "network.interface_mode": "offline",
  "network.is_wan_facing": true,
  "network.community_id": "1:facts=",
  "network.app_protocol": "ssh",
  "network.flow.duration_us": 250_000,
  "network.flow.total_packets": 10,
  "network.flow.total_bytes": 2010,
  "network.flow.bytes_per_sec": 8040,
  "network.flow.packets_per_sec": 40,
  "network.geoip.source.country": null,
  "network.geoip.source.city": null,
  "network.geoip.source.threat_level": null,
  "network.geoip.destination.country": null,
  "network.geoip.destination.city": null,
  "features.basic_stats.forward_packets": 7,
  "features.basic_stats.backward_packets": 3,
  "features.basic_stats.forward_bytes": 703,
  "features.basic_stats.backward_bytes": 1307,
  "features.basic_stats.avg_packet_size": 201,
  "features.tcp_flags.syn": 21,
  "features.tcp_flags.ack": 22,
  "features.tcp_flags.fin": 23,
  "features.tcp_flags.rst": 24,
  "features.tcp_flags.psh": 25,
  "features.timing.flow_iat_mean": 62_500,
  "features.timing.flow_iat_std": 125_000,
  "features.timing.forward_iat_mean": 312_500,
  "features.timing.backward_iat_mean": 375_000,
  "features.packet_length.min": 51,
  "features.packet_length.max": 1501,
  "features.packet_length.mean": 201,
  "features.packet_length.std": 333,
  "window.start": "2023-11-14T22:13:21.000000Z",
  "window.end": "2023-11-14T22:13:21.250000Z",
  "window.events": 10,
  "system_state.events_processed_total": 61,
  "system_state.events_in_last_minute": 62,
  "system_state.memory_usage_mb": 63.5,
  "system_state.cpu_usage_percent": 64.5,
  "system_state.uptime_seconds": 65.5,
  "ml_training_metadata.can_be_used_for_training": true,
  "ml_training_metadata.ground_truth_label": "guessing",
  "ml_training_metadata.human_validated": false,
  "artifact.sha256": "ab".repeat(32),
};

// Leaves that are by their meaning the same as another.
const SAME_AS: Readonly<Record<string, string>> = {
  "detection.classification.final_class":
    "detection.classification.threat_category",
  "features.packet_length.mean": "features.basic_stats.avg_packet_size",
  "window.events": "network.flow.total_packets",
};

const HOST: HostWindow = {
  id: "aa",
  address: "10.0.0.71",
  startUs: 1_700_000_005_000_000,
  endUs: 1_700_000_010_000_000,
  internal: true,
  established: true,
  vlan: 0,
  vni: 0,
  packets: 72,
};

/** What a host window changes: what only a flow has is null. */
function ofHost(path: string): Values[string] {
  const own: Values = {
    "detection.decision.anomaly_flags": "divergence,counter_evidence",
    "network.five_tuple.src_ip": "10.0.0.71",
    "network.interface": "a.pcap",
    "network.interface_mode": "offline",
    "window.start": "2023-11-14T22:13:25.000000Z",
    "window.end": "2023-11-14T22:13:30.000000Z",
    "window.events": 72,
  };
  if (path in own) return own[path] ?? null;
  return /^(network|features)\./.test(path) ? null : OF_FLOW[path] ?? null;
}

function valueAt(record: LogRecord, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (value, name) => (value as Record<string, unknown>)[name],
    record,
  );
}

function valuesOf(record: LogRecord): Record<string, unknown> {
  return Object.fromEntries(
    LOG_FIELDS.map(({ path }) => [path, valueAt(record, path)]),
  );
}

Deno.test("toRecord puts each of the facts of a flow, all of them different, into its own leaf", () => {
  assert.equal(Object.keys(OF_FLOW).length, 83);
  const different = Object.entries(OF_FLOW)
    .filter(([path, value]) =>
      value !== null && typeof value !== "boolean" && !(path in SAME_AS)
    )
    .map(([, value]) => value);
  assert.equal(new Set(different).size, different.length);
  for (const [path, other] of Object.entries(SAME_AS)) {
    assert.equal(OF_FLOW[path], OF_FLOW[other]);
  }
  assert.deepEqual(valuesOf(toRecord(VERDICT, CONTEXT, STAMP)), OF_FLOW);
});

Deno.test("toRecord leaves null what only a flow has in the record of a host window", () => {
  const { flow: _, ...rest } = VERDICT;
  const expected = Object.fromEntries(
    LOG_FIELDS.map(({ path }) => [path, ofHost(path)]),
  );
  const record = toRecord({ ...rest, host: HOST }, CONTEXT, STAMP);
  assert.deepEqual(valuesOf(record), expected);
});

Deno.test("toRecord calls engines divergent that differ by 0.3 and more, whatever was decided", () => {
  for (const [divergence, divergent] of [[0.3, true], [0.2999, false]]) {
    const attack = { ...VERDICT, divergence: Number(divergence) };
    const { decision } = toRecord(attack, CONTEXT, STAMP).detection;
    assert.equal(decision.anomaly_flags.includes("divergence"), divergent);
    assert.equal(decision.divergence_reason !== null, divergent);
    const calm = toRecord({ ...attack, severity: null }, CONTEXT, STAMP);
    assert.equal(
      calm.detection.reasons.investigation_priority,
      divergent ? "low" : "none",
    );
  }
});

Deno.test("toRecord is unsure of a direction below 50", () => {
  for (const [directionConfidence, unsure] of [[49, true], [50, false]]) {
    const flow = { ...FLOW, directionConfidence: Number(directionConfidence) };
    const { decision } =
      toRecord({ ...VERDICT, flow }, CONTEXT, STAMP).detection;
    assert.equal(decision.anomaly_flags.includes("unsure_direction"), unsure);
  }
});

Deno.test("toRecord puts confidence into words from 0.5 and 0.8 on", () => {
  const levels = [0, 0.4999, 0.5, 0.7999, 0.8, 1].map((confidence) =>
    toRecord({ ...VERDICT, confidence }, CONTEXT, STAMP)
      .detection.decision.confidence_level
  );
  assert.deepEqual(levels, ["low", "low", "medium", "medium", "high", "high"]);
});
