import { absent, atLeast, atMost, is, lead, type Rule } from "./rule.ts";

const MIB = 1_048_576;
/** A TCP connection of a host inside to one outside. */
const OUTWARD = [
  is("is_tcp", 1),
  is("src_is_internal", 1),
  is("dst_is_internal", 0),
];

/** Channels to outside that one more sign than plain polling gives away. The subject is who keeps them. */
export const CHANNEL_RULES: readonly Rule[] = [
  {
    code: "random_channel",
    category: "c2",
    subject: "initiator",
    text: "messages at even intervals inside a connection of unknown protocol",
    terms: [
      lead("fwd_pause_count", 8, 30),
      atMost("fwd_pause_cv", 0.25),
      atLeast("fwd_pause_mean_s", 3),
      // What is encrypted says so in a protocol of its own; this is random from its first byte.
      atLeast("fwd_payload_entropy", 6.8),
      ...OUTWARD,
      is("app_tls", 0),
      is("app_http", 0),
      is("login_service", 0),
      absent("name_length"),
      atLeast("syn_count", 1),
    ],
    ceiling: 0.8,
  },
  {
    code: "odd_port_channel",
    category: "c2",
    subject: "initiator",
    text:
      "messages at even intervals inside a TLS connection to a dynamic port",
    // Services listen below; ports from here on are those of clients.
    terms: [
      lead("fwd_pause_count", 10, 30),
      atMost("fwd_pause_cv", 0.25),
      atLeast("fwd_pause_mean_s", 3),
      is("app_tls", 1),
      is("dst_port_system", 0),
      is("dst_port_registered", 0),
      ...OUTWARD,
      atMost("empty_payload_ratio", 0.7),
    ],
    ceiling: 0.8,
  },
  {
    code: "odd_port_beacon",
    category: "c2",
    subject: "initiator",
    text: "short connections at even intervals to a dynamic port outside",
    terms: [
      lead("pair_flows", 8, 30),
      atMost("pair_gap_cv", 0.3),
      atLeast("pair_gap_mean_s", 3),
      is("dst_port_system", 0),
      is("dst_port_registered", 0),
      ...OUTWARD,
      is("login_service", 0),
      atMost("fwd_payload_bytes", 16_384),
    ],
    ceiling: 0.8,
  },
  {
    code: "icmp_beacon",
    category: "c2",
    subject: "initiator",
    text: "large echo requests, one by one, at even intervals",
    // Who pings sends many at once, of 84 bytes at most.
    terms: [
      lead("pair_flows", 8, 30),
      is("is_icmp", 1),
      is("src_is_internal", 1),
      is("dst_is_internal", 0),
      atMost("pair_gap_cv", 0.3),
      atLeast("pair_gap_mean_s", 3),
      atLeast("fwd_len_mean", 92),
      atMost("fwd_packets", 2),
    ],
    ceiling: 0.8,
  },
  {
    code: "hidden_mining",
    category: "mining",
    subject: "initiator",
    text: "seconds of a TLS connection to an odd port with small slow messages",
    terms: [
      lead("duration_s", 240, 20),
      is("app_tls", 1),
      is("dst_port_registered", 1),
      ...OUTWARD,
      atLeast("fwd_pause_count", 10),
      // Push services are silent for minutes, beacons even.
      atMost("fwd_pause_mean_s", 90),
      atLeast("fwd_pause_cv", 0.3),
      atMost("fwd_len_mean", 200),
      atMost("byte_rate", 300),
      atLeast("upload_ratio", 0.15),
      atMost("upload_ratio", 0.6),
    ],
    ceiling: 0.74,
  },
  {
    code: "upload_in_pieces",
    category: "exfiltration",
    subject: "initiator",
    text: "bytes it sent outside in five minutes, over connections that upload",
    terms: [
      lead("out_external_upload_bytes_300s", 4 * MIB, 50),
      atLeast("upload_ratio", 0.97),
      atLeast("fwd_payload_bytes", MIB / 4),
      atMost("fwd_payload_bytes", 2 * MIB),
      ...OUTWARD,
    ],
    ceiling: 0.9,
  },
  {
    code: "plain_upload",
    category: "exfiltration",
    subject: "initiator",
    text: "bytes it sent outside over a connection of unknown protocol",
    terms: [
      lead("fwd_payload_bytes", 3 * MIB, 50),
      atLeast("upload_ratio", 0.98),
      ...OUTWARD,
      is("app_tls", 0),
      is("app_http", 0),
      is("app_ssh", 0),
      is("dst_port_system", 0),
    ],
    ceiling: 0.9,
  },
  {
    code: "web_search",
    category: "web",
    subject: "initiator",
    text: "short HTTP connections to a server inside in a minute",
    // A page is fetched over few connections, and its parts are larger than refusals.
    terms: [
      lead("out_http_requests_60s", 30, 20),
      is("app_http", 1),
      // Inside, programs ask each other like this.
      is("src_is_internal", 0),
      is("dst_is_internal", 1),
      atLeast("pair_flows", 30),
      atMost("pair_gap_mean_s", 3),
      atMost("bwd_payload_bytes", 1000),
      atLeast("bwd_payload_bytes", 1),
      atMost("fwd_payload_bytes", 600),
      atMost("duration_s", 5),
    ],
    ceiling: 0.8,
  },
];
