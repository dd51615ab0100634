/** Case and counter-cases of each rule that needs little: short scans, few calls, single channels. */
import type { Case } from "./cases_test.ts";

const OUTWARD = { src_is_internal: 1, dst_is_internal: 0 };

/** See `cases_test.ts`. */
export const SMALL_CASES: readonly Case[] = [
  {
    rule: "icmp_probing",
    kind: "host",
    fires: {
      out_icmp_flows_30s: 40,
      out_unique_destinations_30s: 40,
      out_unanswered_ratio_30s: 0.6,
      out_packet_rate_60s: 2,
    },
    counter: [["monitoring is answered", { out_unanswered_ratio_30s: 0 }]],
  },
  {
    rule: "few_ports_tried",
    kind: "host",
    fires: {
      out_unique_ports_30s: 12,
      out_syn_without_ack_ratio_30s: 1,
      out_unique_destinations_30s: 1,
    },
    counter: [
      ["a dead server is called again", { out_unique_ports_30s: 1 }],
      ["most are accepted", { out_syn_without_ack_ratio_30s: 0.2 }],
      ["each on another host", { out_unique_destinations_30s: 12 }],
    ],
  },
  {
    rule: "few_hosts_tried",
    kind: "host",
    fires: {
      out_internal_destinations_30s: 12,
      out_syn_without_ack_ratio_30s: 1,
      out_unanswered_ratio_30s: 1,
      out_port_entropy_30s: 0,
    },
    counter: [
      ["a browser without a connection", { out_internal_destinations_30s: 1 }],
      ["they answer", { out_unanswered_ratio_30s: 0 }],
    ],
  },
  {
    rule: "repeated_requests",
    kind: "flow",
    fires: {
      pair_flows: 30,
      is_udp: 1,
      dst_port_system: 1,
      app_dns: 0,
      dst_is_internal: 1,
      pair_gap_mean_s: 0.05,
      fwd_packets: 1,
      fwd_payload_bytes: 150,
      bwd_payload_bytes: 102,
    },
    counter: [
      ["names are asked for", { app_dns: 1 }],
      ["a clock takes its time", { pair_gap_mean_s: 64 }],
      ["nothing comes back", { bwd_payload_bytes: 0 }],
    ],
  },
  {
    rule: "plain_remote_call",
    kind: "flow",
    fires: {
      bwd_payload_bytes: 400,
      is_tcp: 1,
      src_is_internal: 1,
      dst_is_internal: 1,
      dst_port_system: 0,
      dst_port_registered: 0,
      app_tls: 0,
      app_http: 0,
      app_ssh: 0,
      login_service: 0,
      fwd_first_payload_bytes: 112,
      fwd_payload_entropy: 3.4,
    },
    counter: [
      ["a logon binds with a ticket", {
        fwd_first_payload_bytes: 1842,
        fwd_payload_entropy: 6.4,
      }],
      ["the system's client offers more", { fwd_first_payload_bytes: 160 }],
      ["text", { fwd_payload_entropy: 4.9 }],
    ],
  },
  {
    rule: "smb_burst",
    kind: "flow",
    fires: {
      pair_flows: 40,
      app_smb: 1,
      pair_gap_mean_s: 0.05,
      fwd_payload_bytes: 4204,
      bwd_payload_bytes: 0,
    },
    counter: [
      ["files are read", { bwd_payload_bytes: 90_000 }],
      ["now and then", { pair_gap_mean_s: 60 }],
    ],
  },
  {
    rule: "icmp_tunnel",
    kind: "flow",
    fires: {
      fwd_payload_bytes: 7000,
      is_icmp: 1,
      fwd_packets: 75,
      fwd_len_std: 120,
      bwd_len_std: 110,
    },
    counter: [["echo requests of one length", {
      fwd_len_std: 0,
      bwd_len_std: 0,
    }]],
  },
  {
    rule: "requests_to_address",
    kind: "flow",
    fires: {
      ...OUTWARD,
      pair_flows: 9,
      app_http: 1,
      name_digit_ratio: 0.77,
      pair_gap_mean_s: 30,
      fwd_payload_bytes: 500,
    },
    counter: [
      ["a server with a name", { name_digit_ratio: 0.05 }],
      ["one page by several connections", { pair_gap_mean_s: 0.1 }],
    ],
  },
  {
    rule: "request_to_address",
    kind: "flow",
    fires: {
      ...OUTWARD,
      name_digit_ratio: 0.8,
      app_http: 1,
      dst_port_system: 0,
      bwd_payload_bytes: 900,
    },
    counter: [
      ["a device inside", { dst_is_internal: 1 }],
      ["the usual port", { dst_port_system: 1 }],
    ],
  },
  {
    rule: "requests_on_connection",
    kind: "flow",
    fires: {
      fwd_pause_count: 30,
      app_http: 1,
      src_is_internal: 1,
      name_digit_ratio: 0.77,
      fwd_pause_mean_s: 20,
      bwd_payload_bytes: 9000,
    },
    counter: [["a server with a name", { name_digit_ratio: 0 }]],
  },
  {
    rule: "unnamed_tls_repeats",
    kind: "flow",
    fires: {
      pair_flows: 12,
      app_tls: 1,
      src_is_internal: 1,
      syn_count: 2,
      pair_gap_mean_s: 17,
      fwd_payload_bytes: 940,
    },
    counter: [
      ["the server is named", { name_length: 18 }],
      ["its beginning was not seen", { syn_count: 0 }],
      ["connections of one page", { pair_gap_mean_s: 0.2 }],
    ],
  },
  {
    rule: "unnamed_tls_channel",
    kind: "flow",
    fires: {
      duration_s: 120,
      app_tls: 1,
      src_is_internal: 1,
      dst_port_system: 0,
      syn_count: 2,
      fwd_pause_count: 9,
    },
    counter: [
      ["the server is named", { name_length: 18 }],
      ["the usual port", { dst_port_system: 1 }],
    ],
  },
  {
    rule: "web_injection",
    kind: "flow",
    fires: {
      http_target_special_ratio: 0.08,
      http_target_length: 102,
      dst_is_internal: 1,
    },
    counter: [
      ["an address in escaped form to outside", { dst_is_internal: 0 }],
      ["few of them", { http_target_special_ratio: 0.01 }],
    ],
  },
  {
    rule: "slow_inner_sweep",
    kind: "host",
    fires: {
      out_internal_destinations_300s: 90,
      out_port_scan_pattern_score_300s: 0.9,
      out_port_entropy_300s: 0,
      out_byte_rate_300s: 18,
    },
    counter: [
      ["a game asks outside", { out_internal_destinations_300s: 2 }],
      ["answers come", { out_port_scan_pattern_score_300s: 0.02 }],
    ],
  },
];
