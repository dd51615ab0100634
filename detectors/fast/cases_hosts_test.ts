/** Case and counter-cases of each rule about guessing, spreading and what leaves the network. */
import type { Case } from "./cases_test.ts";

const MIB = 1_048_576;

/** See `cases_test.ts`. */
export const HOST_CASES: readonly Case[] = [
  {
    rule: "password_guessing",
    kind: "host",
    fires: {
      out_login_flows_60s: 80,
      out_login_targets_300s: 1,
      out_unanswered_ratio_30s: 0,
    },
    counter: [
      ["an administrator's few sessions", { out_login_flows_60s: 2 }],
      ["nobody answers: a search", { out_unanswered_ratio_30s: 1 }],
    ],
  },
  {
    rule: "slow_password_guessing",
    kind: "host",
    fires: {
      out_login_flows_300s: 90,
      out_login_targets_300s: 1,
      out_unanswered_ratio_300s: 0,
    },
    counter: [["configuration of many machines", {
      out_login_targets_300s: 40,
    }]],
  },
  {
    rule: "password_spraying",
    kind: "host",
    fires: {
      out_login_targets_300s: 20,
      out_login_flows_300s: 120,
      out_unanswered_ratio_300s: 0.1,
    },
    counter: [["each host once", { out_login_flows_300s: 20 }]],
  },
  {
    rule: "repeated_logins",
    kind: "flow",
    fires: {
      pair_flows: 60,
      login_service: 1,
      pair_gap_mean_s: 2,
      fwd_payload_bytes: 1900,
      bwd_payload_bytes: 2400,
    },
    counter: [["a check every minute", { pair_gap_mean_s: 60 }]],
  },
  {
    rule: "repeated_exchanges",
    kind: "flow",
    fires: {
      pair_flows: 120,
      is_tcp: 1,
      dst_port_system: 1,
      app_http: 0,
      app_tls: 0,
      app_dns: 0,
      app_smb: 0,
      login_service: 0,
      pair_gap_mean_s: 0.5,
      fwd_payload_bytes: 230,
      bwd_payload_bytes: 180,
      duration_s: 0.1,
    },
    counter: [["no data comes back", { bwd_payload_bytes: 0 }], ["a site", {
      app_http: 1,
    }]],
  },
  {
    rule: "login_pressure",
    kind: "host",
    fires: {
      in_login_flows_60s: 200,
      in_source_ip_dispersion_60s: 40,
      in_flow_completion_rate_60s: 1,
      in_resource_saturation_score_10s: 0,
    },
    counter: [["a flood of its SSH port", {
      in_resource_saturation_score_10s: 0.97,
    }], ["one source", { in_source_ip_dispersion_60s: 1 }]],
  },
  {
    rule: "smb_fan_out",
    kind: "host",
    fires: {
      out_smb_connection_diversity_30s: 15,
      out_smb_upload_bytes_60s: 40_000,
    },
    counter: [
      ["a bare scan of port 445", { out_smb_upload_bytes_60s: 0 }],
      ["two file servers", { out_smb_connection_diversity_30s: 2 }],
    ],
  },
  {
    rule: "slow_smb_fan_out",
    kind: "host",
    fires: {
      out_smb_connection_diversity_300s: 30,
      out_smb_upload_bytes_60s: 40_000,
    },
    counter: [["two file servers", { out_smb_connection_diversity_300s: 2 }]],
  },
  {
    rule: "login_fan_out",
    kind: "host",
    fires: {
      out_login_targets_300s: 10,
      out_lateral_movement_score_300s: 0.91,
      out_login_flows_300s: 12,
      out_unanswered_ratio_300s: 0.1,
    },
    counter: [["two servers", {
      out_login_targets_300s: 2,
      out_lateral_movement_score_300s: 0.67,
    }]],
  },
  {
    rule: "smb_worm",
    kind: "host",
    fires: {
      out_smb_connection_diversity_30s: 25,
      out_smb_upload_bytes_60s: 30 * MIB,
    },
    counter: [["little is uploaded", { out_smb_upload_bytes_60s: 10_000 }]],
  },
  {
    rule: "smb_rewriting",
    kind: "host",
    fires: {
      out_smb_upload_bytes_60s: 300 * MIB,
      out_smb_download_bytes_60s: 290 * MIB,
    },
    counter: [["a backup only writes", { out_smb_download_bytes_60s: MIB }]],
  },
  {
    rule: "dns_tunnel",
    kind: "host",
    fires: {
      out_dns_name_length_mean_60s: 90,
      out_dns_query_entropy_30s: 0.85,
      out_dns_unique_names_60s: 200,
    },
    counter: [["ordinary names", {
      out_dns_name_length_mean_60s: 18,
      out_dns_query_entropy_30s: 0.6,
    }]],
  },
  {
    rule: "dns_names_per_zone",
    kind: "host",
    fires: {
      out_dns_names_per_zone_300s: 80,
      out_dns_name_length_mean_300s: 60,
      out_dns_query_entropy_300s: 0.8,
    },
    counter: [
      ["each zone has few names", { out_dns_names_per_zone_300s: 2 }],
      ["a mail server asks block lists", { out_dns_name_length_mean_300s: 26 }],
    ],
  },
  {
    rule: "dns_rare_types",
    kind: "host",
    fires: {
      out_dns_rare_type_ratio_300s: 0.9,
      out_dns_names_per_zone_300s: 50,
      out_dns_unique_names_300s: 100,
    },
    counter: [["a mail server asks for TXT of many zones", {
      out_dns_names_per_zone_300s: 1.2,
    }]],
  },
  {
    rule: "dns_tunnel_flow",
    kind: "flow",
    fires: { dns_name_length_mean: 100, dns_queries: 200, name_entropy: 4 },
    counter: [["one query", { dns_queries: 1 }]],
  },
  {
    rule: "nxdomain_burst",
    kind: "host",
    fires: {
      out_failed_dns_queries_ratio_300s: 0.9,
      out_dns_unique_names_300s: 150,
      out_dns_names_per_zone_300s: 1,
      out_dns_query_entropy_300s: 0.7,
    },
    counter: [
      ["some mistyped names", { out_dns_unique_names_300s: 4 }],
      ["many names of few zones", { out_dns_names_per_zone_300s: 9 }],
    ],
  },
  {
    rule: "external_upload",
    kind: "host",
    fires: {
      out_external_upload_bytes_300s: 400 * MIB,
      out_data_exfiltration_indicators_300s: 0.98,
    },
    counter: [["a download", { out_data_exfiltration_indicators_300s: 0.02 }]],
  },
  {
    rule: "upload_flow",
    kind: "flow",
    fires: {
      fwd_payload_bytes: 300 * MIB,
      upload_ratio: 0.99,
      dst_is_internal: 0,
    },
    counter: [["to a server inside", { dst_is_internal: 1 }]],
  },
  {
    rule: "beacon",
    kind: "flow",
    fires: {
      pair_flows: 40,
      pair_gap_cv: 0.1,
      pair_gap_mean_s: 30,
      is_tcp: 1,
      dst_is_internal: 0,
      fwd_payload_bytes: 400,
      duration_s: 0.3,
      login_service: 0,
    },
    counter: [
      ["guesses at a login service", { login_service: 1 }],
      ["uneven visits", { pair_gap_cv: 1.4 }],
      ["a few visits", { pair_flows: 3 }],
      ["inside", { dst_is_internal: 1 }],
    ],
  },
  {
    rule: "beacon_in_connection",
    kind: "flow",
    fires: {
      fwd_pause_count: 40,
      fwd_pause_cv: 0.05,
      fwd_pause_mean_s: 10,
      is_tcp: 1,
      dst_is_internal: 0,
      fwd_len_mean: 150,
      empty_payload_ratio: 0.4,
    },
    counter: [["bare keep-alives", { empty_payload_ratio: 0.98 }]],
  },
  {
    rule: "mining",
    kind: "flow",
    fires: {
      duration_s: 900,
      is_tcp: 1,
      dst_is_internal: 0,
      dst_port_registered: 1,
      app_tls: 0,
      app_http: 0,
      app_smb: 0,
      login_service: 0,
      fwd_payload_entropy: 4.8,
      bwd_payload_entropy: 4.9,
      byte_rate: 60,
      fwd_pause_count: 30,
    },
    counter: [["encrypted", { app_tls: 1 }], ["a download", {
      byte_rate: 900_000,
    }]],
  },
  {
    rule: "web_attack",
    kind: "flow",
    fires: { http_target_special_ratio: 0.25, http_target_length: 120 },
    counter: [["a plain page", { http_target_special_ratio: 0 }]],
  },
  {
    rule: "web_probing",
    kind: "host",
    fires: {
      out_http_requests_60s: 900,
      out_unique_destinations_30s: 1,
      out_unanswered_ratio_30s: 0,
      out_upload_download_ratio_300s: 0.2,
    },
    counter: [["browsing", { out_http_requests_60s: 12 }], [
      "requests that are held open",
      { out_upload_download_ratio_300s: 40 },
    ]],
  },
];
