/** Case and counter-cases of each rule about floods and scans; the others are in `cases_hosts_test.ts` and
 * `cases_small_test.ts`. */
import type { Values } from "./rows_test.ts";
import { HOST_CASES } from "./cases_hosts_test.ts";
import { CHANNEL_CASES } from "./cases_channel_test.ts";
import { SMALL_CASES } from "./cases_small_test.ts";

/** A record on which a rule fires, and changes to it that silence the rule. */
export interface Case {
  /** Code of the rule. */
  rule: string;
  /** Kind of the record. */
  kind: "flow" | "host";
  /** Features that matter. */
  fires: Values;
  /** Why not, and what is different. */
  counter: [why: string, changes: Values][];
}

/** Every rule has at least one. */
export const CASES: readonly Case[] = [
  {
    rule: "syn_flood",
    kind: "host",
    fires: {
      in_syn_rate_10s: 900,
      in_resource_saturation_score_10s: 0.98,
      in_unique_ports_10s: 1,
    },
    counter: [
      ["a busy server completes its handshakes", {
        in_resource_saturation_score_10s: 0.2,
      }],
      ["a scanned host sees many ports", { in_unique_ports_10s: 800 }],
    ],
  },
  {
    rule: "syn_flood",
    kind: "flow",
    fires: {
      is_tcp: 1,
      bwd_payload_bytes: 0,
      dst_syn_rate_10s: 900,
      dst_resource_saturation_score_10s: 0.98,
      dst_unique_ports_10s: 1,
    },
    counter: [["a client that is served during the flood", {
      bwd_payload_bytes: 900,
    }], ["UDP to the same host", { is_tcp: 0 }]],
  },
  {
    rule: "half_open_saturation",
    kind: "host",
    fires: { in_resource_saturation_score_10s: 0.7, in_unique_ports_10s: 1 },
    counter: [["few are open", { in_resource_saturation_score_10s: 0.1 }]],
  },
  {
    rule: "flag_flood",
    kind: "host",
    fires: {
      in_connection_rate_10s: 300,
      in_syn_rate_10s: 0,
      in_udp_packet_rate_10s: 0,
      in_icmp_packet_rate_10s: 0,
      in_unique_ports_10s: 1,
    },
    counter: [["connections are asked for", { in_syn_rate_10s: 290 }]],
  },
  {
    rule: "udp_flood",
    kind: "host",
    fires: { in_udp_packet_rate_10s: 9000, in_reply_byte_ratio_10s: 0 },
    counter: [["a call has two directions", { in_reply_byte_ratio_10s: 0.5 }]],
  },
  {
    rule: "udp_flood_distributed",
    kind: "host",
    fires: {
      in_source_ip_dispersion_10s: 400,
      in_udp_packet_rate_10s: 120,
      in_reply_byte_ratio_10s: 0,
    },
    counter: [["a name server answers", { in_reply_byte_ratio_10s: 0.6 }]],
  },
  {
    rule: "icmp_flood",
    kind: "host",
    fires: { in_icmp_packet_rate_10s: 500 },
    counter: [["one ping a second", { in_icmp_packet_rate_10s: 1 }]],
  },
  {
    rule: "amplification",
    kind: "host",
    fires: {
      out_unsolicited_byte_rate_10s: 400_000,
      out_unsolicited_packet_rate_10s: 300,
    },
    counter: [["a few stray packets", {
      out_unsolicited_packet_rate_10s: 2,
      out_unsolicited_byte_rate_10s: 3000,
    }]],
  },
  {
    rule: "http_flood",
    kind: "host",
    fires: { in_http_request_rate_10s: 300 },
    counter: [["a visited site", { in_http_request_rate_10s: 5 }]],
  },
  {
    rule: "slow_http",
    kind: "flow",
    fires: {
      fwd_pause_count: 5,
      app_http: 1,
      duration_s: 60,
      upload_ratio: 1,
      fwd_payload_bytes: 600,
      dst_connection_rate_60s: 3,
    },
    counter: [
      ["the server answered", { upload_ratio: 0.1 }],
      ["one slow client", { dst_connection_rate_60s: 0.02 }],
    ],
  },
  {
    rule: "slow_connections",
    kind: "host",
    fires: {
      in_connection_rate_60s: 5,
      in_avg_packet_size_10s: 80,
      in_reply_byte_ratio_10s: 0.4,
      in_flow_completion_rate_60s: 1,
      in_unique_ports_60s: 1,
      in_tcp_rst_ratio_10s: 0,
      in_http_request_rate_10s: 4,
    },
    counter: [["pages are served", { in_reply_byte_ratio_10s: 0.9 }]],
  },
  {
    rule: "vertical_scan",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_syn_without_ack_ratio_30s: 0.99,
      out_unique_destinations_30s: 1,
    },
    counter: [["connections are accepted", {
      out_syn_without_ack_ratio_30s: 0.05,
    }], ["a browser's few ports", { out_unique_ports_30s: 3 }]],
  },
  {
    rule: "port_probing",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_unanswered_ratio_30s: 0.98,
      out_unique_destinations_30s: 1,
      out_packet_rate_60s: 4,
    },
    counter: [["peer-to-peer software", { out_unique_destinations_30s: 190 }]],
  },
  {
    rule: "refused_scan",
    kind: "host",
    fires: {
      out_unique_ports_30s: 200,
      out_tcp_rst_ratio_30s: 0.5,
      out_unique_destinations_30s: 1,
      out_packet_rate_60s: 4,
    },
    counter: [["hardly any resets", { out_tcp_rst_ratio_30s: 0.02 }]],
  },
  {
    rule: "horizontal_scan",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_syn_without_ack_ratio_30s: 0.95,
      out_port_entropy_30s: 0,
    },
    counter: [["a crawler is answered", {
      out_syn_without_ack_ratio_30s: 0.03,
    }]],
  },
  {
    rule: "host_probing",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_unanswered_ratio_30s: 0.95,
      out_port_entropy_30s: 0,
      out_packet_rate_60s: 2,
      out_unsolicited_packet_rate_10s: 0,
    },
    counter: [["the victim of a reflected flood sends nothing", {
      out_packet_rate_60s: 0,
    }], ["peer-to-peer software uses many ports", {
      out_port_entropy_30s: 0.95,
    }]],
  },
  {
    rule: "refused_sweep",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 120,
      out_tcp_rst_ratio_30s: 0.45,
      out_packet_rate_60s: 4,
      out_unsolicited_packet_rate_10s: 0,
    },
    counter: [["browsing", { out_tcp_rst_ratio_30s: 0.02 }]],
  },
  {
    rule: "scattered_scan",
    kind: "host",
    fires: {
      out_unique_destinations_30s: 900,
      out_unique_ports_30s: 880,
      out_syn_without_ack_ratio_30s: 1,
      out_unanswered_ratio_30s: 1,
    },
    counter: [
      ["peers of which some answer", { out_syn_without_ack_ratio_30s: 0.8 }],
      ["a browser without a connection", { out_unique_ports_30s: 2 }],
    ],
  },
  {
    rule: "icmp_sweep",
    kind: "host",
    fires: { out_icmp_flows_30s: 100, out_unique_destinations_30s: 100 },
    counter: [["one host is pinged", {
      out_icmp_flows_30s: 1,
      out_unique_destinations_30s: 1,
    }]],
  },
  {
    rule: "arp_sweep",
    kind: "host",
    fires: { out_arp_targets_30s: 250 },
    counter: [["a router with some neighbours", { out_arp_targets_30s: 6 }]],
  },
  {
    rule: "slow_scan",
    kind: "host",
    fires: {
      out_unique_ports_300s: 60,
      out_port_scan_pattern_score_300s: 0.95,
      out_unique_destinations_300s: 1,
      out_byte_rate_300s: 12,
    },
    counter: [["answers come", { out_port_scan_pattern_score_300s: 0.05 }]],
  },
  {
    rule: "slow_refused_scan",
    kind: "host",
    fires: {
      out_unique_ports_300s: 60,
      out_avg_flow_duration_seconds_300s: 0.01,
      out_unique_destinations_300s: 1,
      out_unsolicited_packet_rate_10s: 0,
    },
    counter: [["real connections last", {
      out_avg_flow_duration_seconds_300s: 20,
    }]],
  },
  {
    rule: "slow_sweep",
    kind: "host",
    fires: {
      out_unique_destinations_300s: 90,
      out_port_scan_pattern_score_300s: 0.9,
      out_port_entropy_300s: 0,
      out_tcp_udp_ratio_60s: 1,
      out_byte_rate_300s: 18,
    },
    counter: [
      ["answers come", { out_port_scan_pattern_score_300s: 0.02 }],
      ["a game asks its players by UDP", { out_tcp_udp_ratio_60s: 0.1 }],
    ],
  },
  {
    rule: "vertical_scan",
    kind: "flow",
    fires: {
      is_tcp: 1,
      bwd_payload_bytes: 0,
      src_unique_ports_30s: 200,
      src_syn_without_ack_ratio_30s: 0.99,
      src_unique_destinations_30s: 10,
    },
    counter: [
      ["peer-to-peer software", { src_unique_destinations_30s: 11 }],
      ["data comes back", { bwd_payload_bytes: 900 }],
      ["UDP of the same host", { is_tcp: 0 }],
    ],
  },
  ...HOST_CASES,
  ...SMALL_CASES,
  ...CHANNEL_CASES,
];
