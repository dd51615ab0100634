import { atLeast, atMost, is, lead, type Rule } from "./rule.ts";

const MIB = 1_048_576;
const LOGIN = [{ feature: "login_service", is: 1 }];
const SMB = [{ feature: "app_smb", is: 1 }];

/** Password guessing, movement from host to host, and mass rewriting of shares. The subject is who does it. */
export const SPREAD_RULES: readonly Rule[] = [
  {
    code: "password_guessing",
    category: "bruteforce",
    subject: "initiator",
    text: "connections to login services of few hosts in a minute",
    terms: [
      lead("out_login_flows_60s", 10, 15),
      atMost("out_login_targets_300s", 3),
      // Without answers it is a search for the service, not a guess.
      atMost("out_unanswered_ratio_30s", 0.5),
    ],
    flows: LOGIN,
  },
  {
    code: "slow_password_guessing",
    category: "bruteforce",
    subject: "initiator",
    text: "connections to login services of few hosts in five minutes",
    terms: [
      lead("out_login_flows_300s", 20, 15),
      atMost("out_login_targets_300s", 3),
      atMost("out_unanswered_ratio_300s", 0.5),
    ],
    flows: LOGIN,
  },
  {
    code: "password_spraying",
    category: "bruteforce",
    subject: "initiator",
    text: "hosts whose login services it used repeatedly",
    terms: [
      lead("out_login_targets_300s", 8, 8),
      atLeast("out_login_flows_300s", 32),
      atMost("out_unanswered_ratio_300s", 0.5),
    ],
    flows: LOGIN,
  },
  {
    code: "repeated_logins",
    category: "bruteforce",
    subject: "initiator",
    text: "connections to the same login service, one after another",
    terms: [
      lead("pair_flows", 10, 15),
      is("login_service", 1),
      atMost("pair_gap_mean_s", 20),
      atMost("fwd_payload_bytes", 16_384),
      atMost("bwd_payload_bytes", 16_384),
    ],
  },
  {
    code: "repeated_exchanges",
    category: "bruteforce",
    subject: "initiator",
    text: "short exchanges with the same service, one after another",
    // Weak: some clients of directories ask like this.
    terms: [
      lead("pair_flows", 25, 10),
      is("is_tcp", 1),
      is("dst_port_system", 1),
      is("app_http", 0),
      is("app_tls", 0),
      is("app_dns", 0),
      is("app_smb", 0),
      is("login_service", 0),
      atMost("pair_gap_mean_s", 5),
      atMost("fwd_payload_bytes", 4096),
      atLeast("bwd_payload_bytes", 1),
      atMost("bwd_payload_bytes", 4096),
      atMost("duration_s", 10),
    ],
    ceiling: 0.8,
  },
  {
    code: "repeated_requests",
    category: "bruteforce",
    subject: "initiator",
    text:
      "requests to the same service from ever new ports in quick succession",
    // Tickets of a directory are guessed like this; who polls keeps its port or takes its time.
    terms: [
      lead("pair_flows", 10, 30),
      is("is_udp", 1),
      is("dst_port_system", 1),
      is("app_dns", 0),
      is("dst_is_internal", 1),
      atMost("pair_gap_mean_s", 0.5),
      atMost("fwd_packets", 2),
      atLeast("fwd_payload_bytes", 80),
      atLeast("bwd_payload_bytes", 40),
      atMost("bwd_payload_bytes", 2048),
    ],
    ceiling: 0.8,
  },
  {
    code: "logins_from_outside",
    category: "bruteforce",
    subject: "initiator",
    text: "short visits from outside to the same login service",
    terms: [
      lead("pair_flows", 5, 30),
      is("login_service", 1),
      is("src_is_internal", 0),
      is("dst_is_internal", 1),
      atMost("pair_gap_mean_s", 60),
      atMost("fwd_payload_bytes", 8192),
      atLeast("bwd_payload_bytes", 1),
      atMost("bwd_payload_bytes", 8192),
      atMost("duration_s", 60),
    ],
    ceiling: 0.9,
  },
  {
    code: "refused_requests",
    category: "bruteforce",
    subject: "initiator",
    text: "short questions with short answers, one connection each",
    // A ticket of a directory is a thousand bytes or more, a refusal about a hundred.
    terms: [
      lead("pair_flows", 10, 30),
      is("is_tcp", 1),
      is("dst_port_system", 1),
      is("app_http", 0),
      is("app_tls", 0),
      is("app_dns", 0),
      is("app_smb", 0),
      is("login_service", 0),
      is("dst_is_internal", 1),
      atMost("pair_gap_mean_s", 30),
      // Programs with an old password ask in bursts, far apart.
      atMost("pair_gap_cv", 1.6),
      // What proves a password is random in look.
      atLeast("fwd_payload_entropy", 6),
      atMost("fwd_payload_bytes", 600),
      atLeast("bwd_payload_bytes", 40),
      atMost("bwd_payload_bytes", 200),
      atMost("duration_s", 2),
    ],
    ceiling: 0.8,
  },
  {
    code: "smb_guessing",
    category: "bruteforce",
    subject: "initiator",
    text: "SMB connections to the same host that end at the login",
    terms: [
      lead("pair_flows", 6, 20),
      is("app_smb", 1),
      atMost("pair_gap_mean_s", 30),
      atLeast("fwd_payload_bytes", 300),
      atMost("fwd_payload_bytes", 1500),
      atLeast("bwd_payload_bytes", 200),
      atMost("bwd_payload_bytes", 800),
      atMost("duration_s", 10),
    ],
    ceiling: 0.94,
  },
  {
    code: "login_pressure",
    category: "bruteforce",
    // Guessing spread over many sources: only the target sees it whole.
    subject: "responder",
    text: "connections to its login services from many sources in a minute",
    terms: [
      lead("in_login_flows_60s", 40, 10),
      atLeast("in_source_ip_dispersion_60s", 6),
      atLeast("in_flow_completion_rate_60s", 0.5),
      // Half-open connections are a flood.
      atMost("in_resource_saturation_score_10s", 0.5),
    ],
    flows: LOGIN,
  },
  {
    code: "smb_fan_out",
    category: "lateral",
    subject: "initiator",
    text: "hosts it exchanged SMB with in half a minute",
    terms: [
      lead("out_smb_connection_diversity_30s", 6, 8),
      // Data must have been sent: bare connection attempts are a scan.
      atLeast("out_smb_upload_bytes_60s", 500),
    ],
    flows: SMB,
  },
  {
    code: "slow_smb_fan_out",
    category: "lateral",
    subject: "initiator",
    text: "hosts it exchanged SMB with in five minutes",
    terms: [
      lead("out_smb_connection_diversity_300s", 12, 6),
      atLeast("out_smb_upload_bytes_60s", 500),
    ],
    flows: SMB,
  },
  {
    code: "login_fan_out",
    category: "lateral",
    subject: "initiator",
    text: "hosts whose login services it used, a few times each",
    terms: [
      lead("out_login_targets_300s", 6, 6),
      atLeast("out_lateral_movement_score_300s", 0.85),
      atMost("out_login_flows_300s", 31),
      atMost("out_unanswered_ratio_300s", 0.5),
    ],
    flows: LOGIN,
  },
  {
    code: "plain_remote_call",
    category: "lateral",
    subject: "initiator",
    text:
      "bytes given back by a service on a dynamic port inside, called without a ticket",
    // Who logs in to the directory binds with a ticket: some two thousand bytes, random in look. Tools of attackers bind
    // with a short greeting of mostly noughts.
    terms: [
      lead("bwd_payload_bytes", 60, 500),
      is("is_tcp", 1),
      is("src_is_internal", 1),
      is("dst_is_internal", 1),
      is("dst_port_system", 0),
      is("dst_port_registered", 0),
      is("app_tls", 0),
      is("app_http", 0),
      is("app_ssh", 0),
      is("login_service", 0),
      atLeast("fwd_first_payload_bytes", 64),
      atMost("fwd_first_payload_bytes", 115),
      atMost("fwd_payload_entropy", 4.3),
    ],
    ceiling: 0.8,
  },
  {
    code: "remote_calls",
    category: "lateral",
    subject: "initiator",
    text:
      "bytes of many calls of a service on a dynamic port inside, without a ticket",
    terms: [
      // Who logs in asks a few things.
      lead("fwd_payload_bytes", 8000, 50),
      is("is_tcp", 1),
      is("src_is_internal", 1),
      is("dst_is_internal", 1),
      is("dst_port_system", 0),
      is("dst_port_registered", 0),
      is("app_tls", 0),
      is("app_http", 0),
      is("app_ssh", 0),
      is("login_service", 0),
      atLeast("fwd_first_payload_bytes", 64),
      // A bind without a ticket that offers up to three encodings.
      atMost("fwd_first_payload_bytes", 260),
      atMost("fwd_payload_entropy", 4.8),
      atMost("bwd_payload_entropy", 4.3),
      atLeast("bwd_payload_bytes", 200),
      atMost("upload_ratio", 0.7),
    ],
    ceiling: 0.8,
  },
  {
    code: "smb_burst",
    category: "lateral",
    subject: "initiator",
    text:
      "SMB connections to the same host in quick succession, hardly answered",
    terms: [
      lead("pair_flows", 12, 10),
      is("app_smb", 1),
      atMost("pair_gap_mean_s", 2),
      atLeast("fwd_payload_bytes", 100),
      atMost("bwd_payload_bytes", 600),
    ],
    ceiling: 0.9,
  },
  {
    code: "smb_worm",
    category: "ransomware",
    subject: "initiator",
    text: "hosts it uploaded to by SMB in half a minute",
    terms: [
      lead("out_smb_connection_diversity_30s", 8, 6),
      atLeast("out_smb_upload_bytes_60s", MIB),
    ],
    flows: SMB,
  },
  {
    code: "smb_rewriting",
    category: "ransomware",
    subject: "initiator",
    text: "bytes it wrote to shares in a minute while it read as many",
    terms: [
      lead("out_smb_upload_bytes_60s", 8 * MIB, 20),
      atLeast("out_smb_download_bytes_60s", 8 * MIB),
    ],
    flows: SMB,
  },
  {
    code: "smb_rewriting_flow",
    category: "ransomware",
    subject: "initiator",
    text: "bytes it wrote to a share while it read as many",
    // Who copies moves data one way; who edits takes pauses.
    terms: [
      lead("fwd_payload_bytes", 90_000, 50),
      is("app_smb", 1),
      atLeast("bwd_payload_bytes", 90_000),
      atLeast("upload_ratio", 0.46),
      atMost("upload_ratio", 0.53),
      atLeast("packet_rate", 10),
      atLeast("duration_s", 5),
    ],
    ceiling: 0.8,
  },
];
