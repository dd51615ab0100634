/**
 * Features of flow records, written down from the definitions one by one.
 *
 * @module
 */
import type { FlowPacket, FlowRecord } from "./flow.ts";
import { isLogin, isSmbFlow } from "./windows.ts";
import type { Networks } from "./networks.ts";
import { isRareType } from "./payload.ts";
import {
  deviation,
  entropy,
  lengthBin,
  mean,
  ratio,
  sum,
} from "./statistics.ts";

const PREFIX_BYTES = 512;
const SPECIAL = new Set([..."'\"<>{}();\\%"]);
const TCP = 6;
const UDP = 17;
const SCTP = 132;

/** Features of the flow itself, by name. */
export function flowFeatures(
  record: FlowRecord,
  networks: Networks,
): Map<string, number> {
  const packets = record.flow.packets.slice(0, record.packetCount);
  return new Map(Object.entries({
    ...sizes(packets, record),
    ...gaps(packets),
    ...flags(packets, record),
    ...payload(packets, record),
    ...kinds(record, networks),
    ...names(record),
    ...pairs(record),
  }));
}

function sizes(packets: readonly FlowPacket[], record: FlowRecord) {
  const forward = packets.filter((it) => it.forward);
  const backward = packets.filter((it) => !it.forward);
  const lengths = packets.map((it) => it.length);
  const forwardLengths = forward.map((it) => it.length);
  const backwardLengths = backward.map((it) => it.length);
  const bytes = sum(lengths);
  const up = sum(forwardLengths);
  const down = sum(backwardLengths);
  const start = record.flow.first.timeUs;
  const duration = (Math.max(...packets.map((it) => it.timeUs)) - start) / 1e6;
  const symmetry = (a: number, b: number): number =>
    record.twoWay ? 1 - Math.abs(a - b) / (a + b) : NaN;
  return {
    duration_s: duration,
    fwd_packets: forward.length,
    bwd_packets: backward.length,
    fwd_bytes: up,
    bwd_bytes: down,
    fwd_payload_bytes: sum(forward.map((it) => it.payloadLength)),
    bwd_payload_bytes: sum(backward.map((it) => it.payloadLength)),
    packet_rate: ratio(packets.length, duration),
    byte_rate: ratio(bytes, duration),
    packet_symmetry: symmetry(forward.length, backward.length),
    byte_symmetry: symmetry(up, down),
    avg_packet_size: bytes / packets.length,
    len_min: Math.min(...lengths),
    len_max: Math.max(...lengths),
    len_std: deviation(lengths),
    fwd_len_mean: mean(forwardLengths),
    fwd_len_std: deviation(forwardLengths),
    bwd_len_mean: mean(backwardLengths),
    bwd_len_std: deviation(backwardLengths),
    packet_size_entropy: entropy(lengths.map(lengthBin)) / 4,
    traffic_amplification_factor: ratio(down, up),
    answered: record.answered ? 1 : 0,
  };
}

/** Seconds from the largest earlier time, never negative. */
function gapsOf(packets: readonly FlowPacket[]): number[] {
  const result: number[] = [];
  let latest: number | undefined;
  for (const { timeUs } of packets) {
    if (latest !== undefined) result.push(Math.max(0, timeUs - latest) / 1e6);
    latest = Math.max(latest ?? timeUs, timeUs);
  }
  return result;
}

function gaps(packets: readonly FlowPacket[]) {
  const all = gapsOf(packets);
  const forward = gapsOf(packets.filter((it) => it.forward));
  const backward = gapsOf(packets.filter((it) => !it.forward));
  const pauses = forward.filter((gap) => gap >= 1);
  return {
    iat_mean_s: mean(all),
    iat_std_s: deviation(all),
    iat_max_s: all.length === 0 ? NaN : Math.max(...all),
    fwd_iat_mean_s: mean(forward),
    fwd_iat_std_s: deviation(forward),
    bwd_iat_mean_s: mean(backward),
    bwd_iat_std_s: deviation(backward),
    fwd_iat_cv: forward.length < 2
      ? NaN
      : ratio(deviation(forward), mean(forward)),
    fwd_pause_count: pauses.length,
    fwd_pause_mean_s: mean(pauses),
    fwd_pause_cv: pauses.length < 2 ? NaN : deviation(pauses) / mean(pauses),
  };
}

function flags(packets: readonly FlowPacket[], record: FlowRecord) {
  const count = (bit: number): number =>
    record.flow.first.protocol === TCP
      ? packets.filter((it) => (it.flags & bit) !== 0).length
      : NaN;
  return {
    syn_count: count(2),
    ack_count: count(16),
    fin_count: count(1),
    rst_count: count(4),
    psh_count: count(8),
  };
}

function payload(packets: readonly FlowPacket[], record: FlowRecord) {
  const loaded = packets.filter((it) => it.payloadLength > 0);
  const first = (forward: boolean): FlowPacket | undefined =>
    loaded.find((it) => it.forward === forward);
  const byteEntropy = (packet: FlowPacket | undefined): number => {
    const bytes = packet?.payload.subarray(0, PREFIX_BYTES) ?? [];
    return bytes.length < 8 ? NaN : entropy(bytes);
  };
  const sent = loaded.filter((it) => it.forward);
  const total = sum(loaded.map((it) => it.payloadLength));
  const { app } = record;
  return {
    empty_payload_ratio: 1 - loaded.length / packets.length,
    fwd_first_payload_bytes: first(true)?.payloadLength ?? NaN,
    bwd_first_payload_bytes: first(false)?.payloadLength ?? NaN,
    fwd_payload_entropy: byteEntropy(first(true)),
    bwd_payload_entropy: byteEntropy(first(false)),
    upload_ratio: ratio(sum(sent.map((it) => it.payloadLength)), total),
    app_dns: app.isDns ? 1 : 0,
    app_tls: app.isTls ? 1 : 0,
    app_http: app.isHttp ? 1 : 0,
    app_ssh: app.isSsh ? 1 : 0,
  };
}

function kinds(record: FlowRecord, networks: Networks) {
  const { flow, app } = record;
  const { protocol, kind } = flow.first;
  const hasPorts = [TCP, UDP, SCTP].includes(protocol);
  const port = flow.responderPort;
  const within = (low: number, high: number): number =>
    hasPorts ? Number(port >= low && port <= high) : NaN;
  const isIcmp = kind === "ip" && (protocol === 1 || protocol === 58);
  return {
    is_tcp: Number(protocol === TCP),
    is_udp: Number(protocol === UDP),
    is_icmp: Number(isIcmp),
    src_is_internal: Number(networks.isInternal(flow.initiator)),
    dst_is_internal: Number(networks.isInternal(flow.responder)),
    dst_port_system: within(0, 1023),
    dst_port_registered: within(1024, 49151),
    app_smb: Number(app.isSmb || isSmbFlow(flow)),
    login_service: Number(app.isSsh || isLogin(flow)),
  };
}

function names(record: FlowRecord) {
  const { app } = record;
  const name = app.name;
  const queries = app.dns.filter((it) => !it.response);
  const responses = app.dns.filter((it) => it.response);
  const failed = responses.filter((it) => it.rcode === 2 || it.rcode === 3);
  const target = app.httpTarget;
  return {
    name_length: name?.length ?? NaN,
    name_entropy: name === undefined ? NaN : entropy(name),
    name_digit_ratio: name === undefined
      ? NaN
      : [...name].filter((it) => it >= "0" && it <= "9").length / name.length,
    dns_queries: app.isDns ? queries.length : NaN,
    dns_name_length_mean: mean(queries.map((it) => it.name?.length ?? 0)),
    dns_rare_type_ratio: ratio(
      queries.filter((it) => isRareType(it.type)).length,
      queries.length,
    ),
    dns_failed_ratio: ratio(failed.length, responses.length),
    http_target_length: target?.length ?? NaN,
    http_target_special_ratio: target === undefined
      ? NaN
      : specials(target) / target.length,
  };
}

function specials(target: string): number {
  const single = [...target].filter((it) => SPECIAL.has(it)).length;
  return single + (target.match(/\.\./g) ?? []).length;
}

function pairs(record: FlowRecord) {
  const starts = record.pair?.startsUs ?? [];
  const between = starts.slice(1)
    .map((start, index) => Math.max(0, start - (starts[index] ?? start)) / 1e6);
  return {
    pair_flows: starts.length === 0 ? NaN : starts.length,
    pair_gap_mean_s: mean(between),
    pair_gap_cv: between.length < 2
      ? NaN
      : ratio(deviation(between), mean(between)),
    pair_age_s: starts.length === 0
      ? NaN
      : Math.max(0, (starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1e6,
  };
}
