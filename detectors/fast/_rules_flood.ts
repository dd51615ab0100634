import { atLeast, atMost, is, lead, type Rule } from "./rule.ts";

/** Floods and exhaustion. The subject is the victim. */
export const FLOOD_RULES: readonly Rule[] = [
  {
    code: "syn_flood",
    category: "ddos",
    subject: "responder",
    text: "connection requests per second towards it, hardly any completed",
    terms: [
      lead("in_syn_rate_10s", 100, 100),
      atLeast("in_resource_saturation_score_10s", 0.8),
      // A port scan leaves half-open connections too, but on many ports.
      atMost("in_unique_ports_10s", 16),
    ],
    flows: [{ feature: "is_tcp", is: 1 }, {
      feature: "bwd_payload_bytes",
      is: 0,
    }],
  },
  {
    code: "half_open_saturation",
    category: "ddos",
    subject: "responder",
    text: "half-open connections on few ports, against its capacity",
    terms: [
      lead("in_resource_saturation_score_10s", 0.6, 1.6),
      atMost("in_unique_ports_10s", 4),
    ],
    flows: [{ feature: "is_tcp", is: 1 }, {
      feature: "bwd_payload_bytes",
      is: 0,
    }],
  },
  {
    code: "flag_flood",
    category: "ddos",
    subject: "responder",
    text: "TCP flows per second towards it that begin without a request",
    terms: [
      lead("in_connection_rate_10s", 40, 50),
      atMost("in_syn_rate_10s", 1),
      atMost("in_udp_packet_rate_10s", 1),
      atMost("in_icmp_packet_rate_10s", 1),
      atMost("in_unique_ports_10s", 16),
    ],
    flows: [{ feature: "is_tcp", is: 1 }],
  },
  {
    code: "udp_flood",
    category: "ddos",
    subject: "responder",
    text: "UDP packets per second towards it, hardly answered",
    terms: [
      lead("in_udp_packet_rate_10s", 150, 100),
      atMost("in_reply_byte_ratio_10s", 0.1),
    ],
    flows: [{ feature: "is_udp", is: 1 }],
  },
  {
    code: "udp_flood_distributed",
    category: "ddos",
    subject: "responder",
    text: "hosts that sent UDP to it in 10 s, hardly answered",
    terms: [
      lead("in_source_ip_dispersion_10s", 30, 20),
      atLeast("in_udp_packet_rate_10s", 30),
      atMost("in_reply_byte_ratio_10s", 0.1),
    ],
    flows: [{ feature: "is_udp", is: 1 }],
  },
  {
    code: "icmp_flood",
    category: "ddos",
    subject: "responder",
    text: "ICMP packets per second towards it",
    terms: [lead("in_icmp_packet_rate_10s", 100, 50)],
    flows: [{ feature: "is_icmp", is: 1 }],
  },
  {
    code: "amplification",
    category: "ddos",
    // Who gets replies it never asked for is the flow's initiator by the direction rules.
    subject: "initiator",
    text: "bytes per second of replies that it never asked for",
    terms: [
      lead("out_unsolicited_byte_rate_10s", 20_000, 50),
      atLeast("out_unsolicited_packet_rate_10s", 20),
    ],
    flows: [{ feature: "fwd_packets", is: 0 }],
  },
  {
    code: "http_flood",
    category: "ddos",
    subject: "responder",
    text: "HTTP connections with requests per second towards it",
    terms: [lead("in_http_request_rate_10s", 50, 20)],
    flows: [{ feature: "app_http", is: 1 }],
  },
  {
    code: "slow_http",
    category: "ddos",
    subject: "responder",
    text: "pauses inside a request that is never finished",
    terms: [
      lead("fwd_pause_count", 3, 8),
      is("app_http", 1),
      atLeast("duration_s", 20),
      atLeast("upload_ratio", 0.98),
      atMost("fwd_payload_bytes", 100_000),
      atLeast("in_connection_rate_60s", 0.3),
    ],
  },
  {
    code: "slow_connections",
    category: "ddos",
    subject: "responder",
    text:
      "HTTP connections per second that send next to nothing and get nothing",
    terms: [
      lead("in_connection_rate_60s", 2, 20),
      atMost("in_avg_packet_size_10s", 130),
      atMost("in_reply_byte_ratio_10s", 0.45),
      atLeast("in_flow_completion_rate_60s", 0.5),
      atMost("in_unique_ports_60s", 3),
      atMost("in_tcp_rst_ratio_10s", 0.2),
      atLeast("in_http_request_rate_10s", 0.3),
    ],
    flows: [{ feature: "is_tcp", is: 1 }, {
      feature: "bwd_payload_bytes",
      is: 0,
    }],
  },
];
