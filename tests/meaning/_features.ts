import type { EventSpec, SpecProtocol } from "./build.ts";

/** Bytes of a packet that are not payload: link, network and transport headers without options. */
export const HEADER_BYTES: Readonly<Record<SpecProtocol, number>> = {
  arp: 60,
  icmp: 42,
  tcp: 54,
  udp: 42,
};

/**
 * Features of a specified event: those of the flow that follow from its size, then those that its reasons are about.
 * Windows of the hosts that no reason mentions are unknown and left out.
 */
export function featuresOf(spec: EventSpec): Record<string, number> {
  const stated = Object.fromEntries(
    spec.reasons.map(({ feature, value }) => [feature, value]),
  );
  const own = spec.dst === undefined ? {} : flowFeatures(spec);
  const all = Object.entries({ ...own, ...stated }).filter(([, value]) =>
    Number.isFinite(value)
  );
  return Object.fromEntries(all.sort(([a], [b]) => a < b ? -1 : 1));
}

function flowFeatures(spec: EventSpec): Record<string, number> {
  const { protocol = "tcp" } = spec;
  return {
    ...sizes(spec),
    ...(protocol === "tcp" ? flags(spec) : {}),
    ...kinds(spec),
    ...nameFeatures(spec),
  };
}

function sizes(spec: EventSpec): Record<string, number> {
  const { packets: [sent, got], bytes: [out, back], seconds } = spec;
  const header = HEADER_BYTES[spec.protocol ?? "tcp"];
  const [payload, answer] = [data(out, sent, header), data(back, got, header)];
  const count = sent + got;
  const mean = (out + back) / count;
  const gap = seconds / (count - 1);
  const apart = sent > 0 ? Math.abs(out / sent - mean) : 0;
  const spread = count > 1 ? apart + mean / 8 : 0;
  return {
    duration_s: seconds,
    fwd_packets: sent,
    bwd_packets: got,
    fwd_bytes: out,
    bwd_bytes: back,
    fwd_payload_bytes: payload,
    bwd_payload_bytes: answer,
    packet_rate: count / seconds,
    byte_rate: (out + back) / seconds,
    packet_symmetry: 1 - Math.abs(sent - got) / count,
    byte_symmetry: 1 - Math.abs(out - back) / (out + back),
    avg_packet_size: mean,
    len_min: Math.max(42, Math.floor(Math.min(mean, header + 6))),
    len_max: Math.min(1514, Math.ceil(mean + 3 * spread)),
    len_std: spread,
    fwd_len_mean: out / sent,
    bwd_len_mean: back / got,
    iat_mean_s: gap,
    iat_std_s: gap / 2,
    fwd_iat_mean_s: sent > 1 ? seconds / (sent - 1) : NaN,
    bwd_iat_mean_s: got > 1 ? seconds / (got - 1) : NaN,
    fwd_pause_count: 0,
    answered: Number(sent > 0 && got > 0),
    upload_ratio: payload / (payload + answer),
    traffic_amplification_factor: back / out,
  };
}

function flags({ packets: [sent, got] }: EventSpec): Record<string, number> {
  const talks = sent > 2 && got > 1;
  return {
    syn_count: got > 0 ? Math.min(2, sent + got) : Math.min(1, sent),
    ack_count: Math.max(0, sent + got - 1),
    fin_count: talks ? 2 : 0,
    rst_count: !talks && got > 0 ? 1 : 0,
    psh_count: talks ? Math.ceil((sent + got) / 4) : 0,
  };
}

const LOGIN_PORTS = new Set([
  21,
  22,
  23,
  1433,
  3306,
  3389,
  5432,
  5900,
]);

function kinds(spec: EventSpec): Record<string, number> {
  const { protocol, app, dstPort } = spec;
  const login = dstPort !== undefined && LOGIN_PORTS.has(dstPort);
  return {
    is_tcp: Number(protocol === "tcp"),
    is_udp: Number(protocol === "udp"),
    is_icmp: Number(protocol === "icmp"),
    app_dns: Number(app === "dns"),
    app_tls: Number(app === "tls"),
    app_http: Number(app === "http"),
    app_ssh: Number(app === "ssh"),
    app_smb: Number(app === "smb" || dstPort === 445 || dstPort === 139),
    login_service: Number(app === "ssh" || login),
    dst_port_system: dstPort === undefined ? NaN : Number(dstPort < 1024),
    dst_port_registered: dstPort === undefined
      ? NaN
      : Number(dstPort >= 1024 && dstPort <= 49_151),
  };
}

function nameFeatures({ facts = {} }: EventSpec): Record<string, number> {
  const name = facts.dnsName ?? facts.tlsSni ?? facts.httpHost;
  const target = facts.httpTarget;
  return {
    name_length: name?.length ?? NaN,
    name_entropy: name === undefined ? NaN : entropy(name),
    name_digit_ratio: name === undefined
      ? NaN
      : name.replace(/\D/g, "").length / name.length,
    http_target_length: target?.length ?? NaN,
  };
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const one of text) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

function data(bytes: number, packets: number, header: number): number {
  return Math.max(0, bytes - packets * header);
}
