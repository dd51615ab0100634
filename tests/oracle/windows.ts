/**
 * Features of host windows, written down from the definitions one by one.
 *
 * @module
 */
import {
  type Bucketed,
  type EventOf,
  type Host,
  type Role,
  Window,
} from "./buckets.ts";
import type { Flow } from "./flow.ts";
import type { Bins } from "./hash.ts";
import { isGroup, type Networks } from "./networks.ts";
import {
  deviation,
  entropy,
  lengthBin,
  mean,
  ratio,
  sum,
} from "./statistics.ts";

const LOGIN_PORTS = [21, 22, 23, 1433, 3306, 3389, 5432, 5900];
const HTTP_PORTS = [80, 3128, 8000, 8008, 8080, 8081, 8888];
const WARM_BUCKETS = 60;
const TCP = 6;
const UDP = 17;

/** What the definitions refer to. */
export interface WindowContext {
  /** Home networks. */
  readonly networks: Networks;
  /** The histograms' hash. */
  readonly bins: Bins;
}

/** SMB by port. */
export function isSmbFlow(flow: Flow): boolean {
  return flow.first.protocol === TCP && [139, 445].includes(flow.responderPort);
}

/** A login service by port. */
export function isLogin(flow: Flow): boolean {
  return flow.first.protocol === TCP &&
    LOGIN_PORTS.includes(flow.responderPort);
}

function isIcmp(flow: Flow): boolean {
  const { kind, protocol } = flow.first;
  return kind === "ip" && (protocol === 1 || protocol === 58);
}

function isArp(flow: Flow): boolean {
  return flow.first.kind === "arp";
}

function hasPorts(flow: Flow): boolean {
  return [TCP, UDP].includes(flow.first.protocol);
}

type Value = (event: Bucketed) => string | undefined;

/** The value of started flows that meet a condition. */
function ofStarts(
  value: (flow: Flow) => string,
  when: (flow: Flow) => boolean = () => true,
): Value {
  return (event) =>
    event.type === "start" && when(event.flow) ? value(event.flow) : undefined;
}

const responder = (flow: Flow): string => flow.responder;
const initiator = (flow: Flow): string => flow.initiator;
const port = (flow: Flow): string => String(flow.responderPort);

function queryName(event: Bucketed): string | undefined {
  return event.type === "query" ? event.name : undefined;
}

function queryZone(event: Bucketed): string | undefined {
  return event.type === "query"
    ? event.name.split(".").slice(-2).join(".")
    : undefined;
}

function isSyn(flags: number): boolean {
  return (flags & 18) === 2;
}

function isSynAck(flags: number): boolean {
  return (flags & 18) === 18;
}

/** Counts and sums that several definitions share. */
class Facts {
  readonly window: Window;
  readonly flows: Flow[];
  readonly answered: number;
  readonly packets: EventOf<"packet">[];
  readonly forward: EventOf<"packet">[];
  readonly backward: EventOf<"packet">[];
  readonly #over: (seconds: number) => Facts;

  constructor(host: Host, role: Role, bucket: number, seconds: number) {
    const window = new Window(host, role, bucket, seconds);
    this.#over = (other) => new Facts(host, role, bucket, other);
    this.window = window;
    this.flows = window.all("start").map((it) => it.flow);
    this.answered = window.all("answer").length;
    this.packets = window.all("packet");
    this.forward = this.packets.filter((it) => it.forward);
    this.backward = this.packets.filter((it) => !it.forward);
  }

  /** The same host at the same time over another length. */
  over(seconds: number): Facts {
    return this.#over(seconds);
  }

  get unansweredRatio(): number {
    return 1 - this.answeredRatio;
  }

  get answeredRatio(): number {
    return Math.min(1, ratio(this.answered, this.flows.length));
  }

  get resetRatio(): number {
    const tcp = this.packets.filter((it) => it.flow.first.protocol === TCP);
    return ratio(tcp.filter((it) => (it.flags & 4) !== 0).length, tcp.length);
  }

  get syns(): number {
    return this.forward.filter((it) => isSyn(it.flags)).length;
  }

  get synAcks(): number {
    return this.backward.filter((it) => isSynAck(it.flags)).length;
  }
}

/** Bytes of payload. */
function payloadOf(
  packets: readonly { readonly payloadLength: number }[],
): number {
  return sum(packets.map((it) => it.payloadLength));
}

/** Bytes on the wire. */
function bytesOf(packets: readonly { readonly length: number }[]): number {
  return sum(packets.map((it) => it.length));
}

/** Responders of two kinds, each with a limit of its own. */
function insideAndOutside(
  window: Window,
  networks: Networks,
  when: (flow: Flow) => boolean,
): number {
  const inside = (it: Flow): boolean => networks.isInternal(it.responder);
  return window.distinct(ofStarts(responder, (it) => when(it) && inside(it))) +
    window.distinct(ofStarts(responder, (it) => when(it) && !inside(it)));
}

type Metric = (facts: Facts, context: WindowContext) => number;

/** A host as initiator, by the name of the metric. */
export const OUT: Readonly<Record<string, Metric>> = {
  connection_rate: ({ flows, window }) => flows.length / window.seconds,
  packet_rate: ({ forward, window }) => forward.length / window.seconds,
  byte_rate: ({ forward, window }) => bytesOf(forward) / window.seconds,
  unique_destinations: (facts, context) =>
    (OUT["external_destinations"]?.(facts, context) ?? NaN) +
    (OUT["internal_destinations"]?.(facts, context) ?? NaN) +
    facts.window.distinct(ofStarts(responder, (it) => isGroup(it.responder))),
  unique_ports: ({ window }) => window.distinct(ofStarts(port, hasPorts)),
  external_destinations: ({ window }, { networks }) =>
    window.distinct(
      ofStarts(responder, (it) => networks.isExternal(it.responder)),
    ),
  internal_destinations: ({ window }, { networks }) =>
    window.distinct(
      ofStarts(responder, (it) => networks.isInternal(it.responder)),
    ),
  new_external_ips: ({ window }, { networks }) =>
    window.last + 1 < WARM_BUCKETS ? NaN : window.fresh(
      ofStarts(responder, (it) => networks.isExternal(it.responder)),
    ),
  new_internal_connections: ({ window }, { networks }) =>
    window.last + 1 < WARM_BUCKETS ? NaN : window.fresh(
      ofStarts(responder, (it) => networks.isInternal(it.responder)),
    ),
  smb_connection_diversity: ({ window }, { networks }) =>
    insideAndOutside(window, networks, isSmbFlow),
  unanswered_ratio: (facts) => facts.unansweredRatio,
  port_scan_pattern_score: (facts, context) => {
    const wide = Math.max(
      OUT["unique_ports"]?.(facts, context) ?? NaN,
      OUT["unique_destinations"]?.(facts, context) ?? NaN,
    );
    return facts.unansweredRatio * Math.min(1, ratio(wide, facts.flows.length));
  },
  syn_without_ack_ratio: ({ syns, synAcks }) =>
    ratio(Math.max(0, syns - synAcks), syns),
  tcp_rst_ratio: (facts) => facts.resetRatio,
  tcp_udp_ratio: ({ flows }) =>
    ratio(
      flows.filter((it) => it.first.protocol === TCP).length,
      flows.filter(hasPorts).length,
    ),
  avg_packet_size: ({ forward }) => ratio(bytesOf(forward), forward.length),
  dns_query_rate_per_min: ({ window }) =>
    window.all("query").length * 60 / window.seconds,
  dns_query_entropy: ({ window }) =>
    Math.min(1, mean(window.all("query").map((it) => entropy(it.name))) / 5.25),
  dns_name_length_mean: ({ window }) =>
    mean(window.all("query").map((it) => it.name.length)),
  failed_dns_queries_ratio: ({ window }) => {
    const responses = window.all("response");
    return ratio(responses.filter((it) => it.failed).length, responses.length);
  },
  dns_unique_names: ({ window }) => window.distinct(queryName),
  dns_names_per_zone: ({ window }) =>
    ratio(window.distinct(queryName), window.distinct(queryZone)),
  dns_rare_type_ratio: ({ window }) => {
    const queries = window.all("query");
    return ratio(queries.filter((it) => it.rare).length, queries.length);
  },
  upload_download_ratio: ({ packets, forward, backward }) =>
    packets.length === 0
      ? NaN
      : (payloadOf(forward) + 1) / (payloadOf(backward) + 1),
  external_upload_bytes: (facts, context) => externalUpload(facts, context),
  data_exfiltration_indicators: (facts, context) =>
    ratio(externalUpload(facts, context), payloadOf(facts.packets)),
  burst_connections_count: ({ window }) =>
    Math.max(...window.startsPerBucket()),
  large_upload_sessions_count: ({ window }) => window.all("large").length,
  protocol_diversity_score: ({ flows, window }) => {
    const used = [
      flows.some((it) => it.first.protocol === TCP),
      flows.some((it) => it.first.protocol === UDP),
      flows.some(isIcmp),
      flows.some(isArp),
      window.all("query").length > 0,
      flows.some(isSmbFlow),
      window.all("http").length > 0,
      flows.some(isLogin),
    ];
    return used.filter(Boolean).length / used.length;
  },
  connection_rate_stddev: ({ window }) => deviation(window.startsPerBucket()),
  avg_flow_duration_seconds: ({ window }) =>
    mean(window.all("closed").map((it) => it.seconds)),
  flow_duration_std: ({ window }) =>
    deviation(window.all("closed").map((it) => it.seconds)),
  port_entropy: ({ flows }, { bins }) => {
    const withPorts = flows.filter(hasPorts);
    return withPorts.length === 0
      ? NaN
      : entropy(withPorts.map((it) => bins.ofPort(it.responderPort))) / 5;
  },
  dst_ip_concentration: ({ flows }, { bins }) => {
    const counts = new Map<number, number>();
    for (const { responder } of flows) {
      const bin = bins.ofAddress(responder);
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    }
    return ratio(Math.max(0, ...counts.values()), flows.length);
  },
  login_flows: ({ flows }) => flows.filter(isLogin).length,
  login_targets: ({ window }, { networks }) =>
    insideAndOutside(window, networks, isLogin),
  lateral_movement_score: ({ window }, { networks }) => {
    const internal = (it: Flow): boolean => networks.isInternal(it.responder);
    const smb = window.distinct(
      ofStarts(responder, (it) => isSmbFlow(it) && internal(it)),
    );
    const login = window.distinct(
      ofStarts(responder, (it) => isLogin(it) && internal(it)),
    );
    return 1 - 1 / (1 + smb + login);
  },
  internal_connection_rate: ({ flows, window }, { networks }) =>
    flows.filter((it) => networks.isInternal(it.responder)).length /
    window.seconds,
  smb_flows: ({ flows }) => flows.filter(isSmbFlow).length,
  smb_upload_bytes: ({ forward }) =>
    payloadOf(forward.filter((it) => isSmbFlow(it.flow))),
  smb_download_bytes: ({ backward }) =>
    payloadOf(backward.filter((it) => isSmbFlow(it.flow))),
  http_requests: ({ window }) => window.all("http").length,
  non_standard_port_http_count: ({ window }) =>
    window.all("http")
      .filter((it) => !HTTP_PORTS.includes(it.flow.responderPort)).length,
  icmp_flows: ({ flows }) => flows.filter(isIcmp).length,
  arp_targets: ({ window }) => window.distinct(ofStarts(responder, isArp)),
  unsolicited_packet_rate: ({ packets, window }) =>
    packets.filter((it) => it.unsolicited).length / window.seconds,
  unsolicited_byte_rate: ({ packets, window }) =>
    bytesOf(packets.filter((it) => it.unsolicited)) / window.seconds,
  temporal_consistency: ({ window }) =>
    window.startsPerBucket().filter((it) => it > 0).length / window.buckets,
};

function externalUpload({ forward }: Facts, { networks }: WindowContext) {
  return payloadOf(
    forward.filter((it) => networks.isExternal(it.flow.responder)),
  );
}

/** A host as responder, by the name of the metric. */
export const IN: Readonly<Record<string, Metric>> = {
  connection_rate: ({ flows, window }) => flows.length / window.seconds,
  packet_rate: ({ forward, window }) => forward.length / window.seconds,
  byte_rate: ({ forward, window }) => bytesOf(forward) / window.seconds,
  source_ip_dispersion: ({ window }) => window.distinct(ofStarts(initiator)),
  src_ip_entropy: ({ flows }, { bins }) =>
    flows.length === 0
      ? NaN
      : entropy(flows.map((it) => bins.ofAddress(it.initiator))) / 5,
  unique_ports: ({ window }) => window.distinct(ofStarts(port, hasPorts)),
  syn_rate: ({ syns, window }) => syns / window.seconds,
  syn_ack_ratio: ({ syns, synAcks }) => Math.min(1, ratio(synAcks, syns)),
  flow_completion_rate: (facts) => facts.answeredRatio,
  udp_packet_rate: ({ forward, window }) =>
    forward.filter((it) => it.flow.first.protocol === UDP).length /
    window.seconds,
  icmp_packet_rate: ({ forward, window }) =>
    forward.filter((it) => isIcmp(it.flow)).length / window.seconds,
  tcp_rst_ratio: (facts) => facts.resetRatio,
  packet_size_entropy: ({ forward }) =>
    forward.length === 0
      ? NaN
      : entropy(forward.map((it) => lengthBin(it.length))) / 4,
  avg_packet_size: ({ forward }) => ratio(bytesOf(forward), forward.length),
  traffic_escalation_rate: (facts) => {
    const { forward } = facts;
    if (forward.length === 0) return NaN;
    return (forward.length / 10) / (facts.over(60).forward.length / 60);
  },
  resource_saturation_score: ({ syns, window }) => {
    const half = Math.max(0, syns - window.all("handshake").length);
    return half / (half + 100);
  },
  reply_byte_ratio: ({ packets, backward }) =>
    ratio(bytesOf(backward), bytesOf(packets)),
  login_flows: ({ flows }) => flows.filter(isLogin).length,
  http_request_rate: ({ window }) => window.all("http").length / window.seconds,
};

/**
 * Features of one host in one role at the close of a bucket, in the order asked for.
 *
 * @param metrics Names and window lengths.
 */
export function windowFeatures(
  host: Host,
  role: Role,
  bucket: number,
  metrics: readonly { readonly metric: string; readonly seconds: number }[],
  context: WindowContext,
): number[] {
  const facts = new Map<number, Facts>();
  return metrics.map(({ metric, seconds }) => {
    const known = facts.get(seconds) ?? new Facts(host, role, bucket, seconds);
    facts.set(seconds, known);
    const compute = (role === "out" ? OUT : IN)[metric];
    if (compute === undefined) throw new Error(`No definition of ${metric}`);
    return compute(known, context);
  });
}
