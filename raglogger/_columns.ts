/** Reads a record leaf by leaf into a row of numbers. Printed from the field table by `testdata/print_columns.ts`. */
import type { LogRecord } from "./record.ts";

/** Takes texts and says where they are: NaN for null. */
export interface Texts {
  /** Adds a text. */
  add(text: string | null): number;
}

function bit(value: boolean | null): number {
  return value === null ? NaN : value ? 1 : 0;
}

function readRagMetadata(
  record: LogRecord["rag_metadata"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  numbers[at + 0] = texts.add(record.logged_at);
  numbers[at + 1] = texts.add(record.deployment_id);
  numbers[at + 2] = texts.add(record.node_id);
  numbers[at + 3] = texts.add(record.log_version);
  numbers[at + 4] = texts.add(record.event_id);
  numbers[at + 5] = texts.add(record.config_digest);
}

function readDetection(
  record: LogRecord["detection"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  numbers[at + 6] = texts.add(record.detection_timestamp);
  const scores = record.scores;
  numbers[at + 7] = scores.fast_detector ?? NaN;
  numbers[at + 8] = scores.ml_detector ?? NaN;
  numbers[at + 9] = scores.final_score ?? NaN;
  numbers[at + 10] = scores.divergence ?? NaN;
  const classification = record.classification;
  numbers[at + 11] = texts.add(classification.authoritative_source);
  numbers[at + 12] = texts.add(classification.attack_family);
  numbers[at + 13] = texts.add(classification.level_1_label);
  numbers[at + 14] = texts.add(classification.final_class);
  numbers[at + 15] = texts.add(classification.threat_category);
  numbers[at + 16] = classification.confidence ?? NaN;
  numbers[at + 17] = texts.add(classification.level_2_category);
  numbers[at + 18] = texts.add(classification.level_3_subcategory);
  const predictions = record.predictions;
  numbers[at + 19] = predictions.ddos ?? NaN;
  numbers[at + 20] = predictions.ransomware ?? NaN;
  numbers[at + 21] = predictions.traffic ?? NaN;
  numbers[at + 22] = predictions.internal ?? NaN;
  numbers[at + 23] = texts.add(predictions.model_set);
  const reasons = record.reasons;
  numbers[at + 24] = bit(reasons.fast_detector_triggered);
  numbers[at + 25] = texts.add(reasons.fast_detector_reason);
  numbers[at + 26] = bit(reasons.requires_rag_analysis);
  numbers[at + 27] = texts.add(reasons.investigation_priority);
  const decision = record.decision;
  numbers[at + 28] = texts.add(decision.confidence_level);
  numbers[at + 29] = texts.add(decision.divergence_reason);
  numbers[at + 30] = texts.add(decision.final_decision);
  numbers[at + 31] = texts.add(decision.discrepancy_reason);
  numbers[at + 32] = texts.add(decision.anomaly_flags);
}

function readNetwork(
  record: LogRecord["network"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  const fiveTuple = record.five_tuple;
  numbers[at + 33] = texts.add(fiveTuple.src_ip);
  numbers[at + 34] = fiveTuple.src_port ?? NaN;
  numbers[at + 35] = texts.add(fiveTuple.dst_ip);
  numbers[at + 36] = fiveTuple.dst_port ?? NaN;
  numbers[at + 37] = texts.add(fiveTuple.protocol);
  numbers[at + 38] = texts.add(record.interface);
  numbers[at + 39] = texts.add(record.interface_mode);
  numbers[at + 40] = bit(record.is_wan_facing);
  numbers[at + 41] = texts.add(record.community_id);
  numbers[at + 42] = texts.add(record.app_protocol);
  const flow = record.flow;
  numbers[at + 43] = flow.duration_us ?? NaN;
  numbers[at + 44] = flow.total_packets ?? NaN;
  numbers[at + 45] = flow.total_bytes ?? NaN;
  numbers[at + 46] = flow.bytes_per_sec ?? NaN;
  numbers[at + 47] = flow.packets_per_sec ?? NaN;
  const geoip = record.geoip;
  const source = geoip.source;
  numbers[at + 48] = texts.add(source.country);
  numbers[at + 49] = texts.add(source.city);
  numbers[at + 50] = texts.add(source.threat_level);
  const destination = geoip.destination;
  numbers[at + 51] = texts.add(destination.country);
  numbers[at + 52] = texts.add(destination.city);
}

function readFeatures(
  record: LogRecord["features"],
  numbers: Float64Array,
  at: number,
): void {
  const basicStats = record.basic_stats;
  numbers[at + 53] = basicStats.forward_packets ?? NaN;
  numbers[at + 54] = basicStats.backward_packets ?? NaN;
  numbers[at + 55] = basicStats.forward_bytes ?? NaN;
  numbers[at + 56] = basicStats.backward_bytes ?? NaN;
  numbers[at + 57] = basicStats.avg_packet_size ?? NaN;
  const tcpFlags = record.tcp_flags;
  numbers[at + 58] = tcpFlags.syn ?? NaN;
  numbers[at + 59] = tcpFlags.ack ?? NaN;
  numbers[at + 60] = tcpFlags.fin ?? NaN;
  numbers[at + 61] = tcpFlags.rst ?? NaN;
  numbers[at + 62] = tcpFlags.psh ?? NaN;
  const timing = record.timing;
  numbers[at + 63] = timing.flow_iat_mean ?? NaN;
  numbers[at + 64] = timing.flow_iat_std ?? NaN;
  numbers[at + 65] = timing.forward_iat_mean ?? NaN;
  numbers[at + 66] = timing.backward_iat_mean ?? NaN;
  const packetLength = record.packet_length;
  numbers[at + 67] = packetLength.min ?? NaN;
  numbers[at + 68] = packetLength.max ?? NaN;
  numbers[at + 69] = packetLength.mean ?? NaN;
  numbers[at + 70] = packetLength.std ?? NaN;
}

function readWindow(
  record: LogRecord["window"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  numbers[at + 71] = texts.add(record.start);
  numbers[at + 72] = texts.add(record.end);
  numbers[at + 73] = record.events ?? NaN;
}

function readSystemState(
  record: LogRecord["system_state"],
  numbers: Float64Array,
  at: number,
): void {
  numbers[at + 74] = record.events_processed_total ?? NaN;
  numbers[at + 75] = record.events_in_last_minute ?? NaN;
  numbers[at + 76] = record.memory_usage_mb ?? NaN;
  numbers[at + 77] = record.cpu_usage_percent ?? NaN;
  numbers[at + 78] = record.uptime_seconds ?? NaN;
}

function readMlTrainingMetadata(
  record: LogRecord["ml_training_metadata"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  numbers[at + 79] = bit(record.can_be_used_for_training);
  numbers[at + 80] = texts.add(record.ground_truth_label);
  numbers[at + 81] = bit(record.human_validated);
}

function readArtifact(
  record: LogRecord["artifact"],
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  numbers[at + 82] = texts.add(record.sha256);
}

/** Fills the row that begins at `at` with the leaves of a record, in the order of `LOG_FIELDS`. */
export function readRecord(
  record: LogRecord,
  numbers: Float64Array,
  at: number,
  texts: Texts,
): void {
  readRagMetadata(record.rag_metadata, numbers, at, texts);
  readDetection(record.detection, numbers, at, texts);
  readNetwork(record.network, numbers, at, texts);
  readFeatures(record.features, numbers, at);
  readWindow(record.window, numbers, at, texts);
  readSystemState(record.system_state, numbers, at);
  readMlTrainingMetadata(record.ml_training_metadata, numbers, at, texts);
  readArtifact(record.artifact, numbers, at, texts);
}
