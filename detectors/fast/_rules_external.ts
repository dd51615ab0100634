import { absent, atLeast, atMost, is, lead, type Rule } from "./rule.ts";

const MIB = 1_048_576;
const DNS = [{ feature: "app_dns", is: 1 }];

/** Tunnels, exfiltration, beacons, mining and attacks on web servers. The subject is who does it. */
export const EXTERNAL_RULES: readonly Rule[] = [
  {
    code: "dns_tunnel",
    category: "dns",
    subject: "initiator",
    text: "characters of an average name it asks for, random in look",
    terms: [
      lead("out_dns_name_length_mean_60s", 40, 3),
      atLeast("out_dns_query_entropy_30s", 0.65),
      atLeast("out_dns_unique_names_60s", 15),
    ],
    flows: DNS,
  },
  {
    code: "dns_names_per_zone",
    category: "dns",
    subject: "initiator",
    text: "different names it asks for within one zone",
    terms: [
      lead("out_dns_names_per_zone_300s", 15, 10),
      // Block lists and reverse lookups ask for many names in one zone too, but short ones.
      atLeast("out_dns_name_length_mean_300s", 35),
      atLeast("out_dns_query_entropy_300s", 0.6),
    ],
    flows: DNS,
  },
  {
    code: "dns_many_names_per_zone",
    category: "dns",
    subject: "initiator",
    text: "different names, random in look, that it asks for within one zone",
    terms: [
      lead("out_dns_names_per_zone_300s", 60, 10),
      atLeast("out_dns_name_length_mean_300s", 20),
      // Reverse lookups are of digits.
      atLeast("out_dns_query_entropy_300s", 0.72),
    ],
    flows: DNS,
  },
  {
    code: "dns_random_names",
    category: "dns",
    subject: "initiator",
    text: "characters of an average name it asks for, very random in look",
    terms: [
      lead("out_dns_name_length_mean_60s", 38, 3),
      atLeast("out_dns_query_entropy_30s", 0.74),
      atLeast("out_dns_unique_names_60s", 18),
      atLeast("out_dns_names_per_zone_300s", 3),
    ],
    flows: DNS,
  },
  {
    code: "dns_rare_types",
    category: "dns",
    subject: "initiator",
    text: "share of rare record types in its queries",
    terms: [
      lead("out_dns_rare_type_ratio_300s", 0.3, 3),
      atLeast("out_dns_names_per_zone_300s", 5),
      atLeast("out_dns_unique_names_300s", 15),
    ],
    flows: DNS,
  },
  {
    code: "dns_tunnel_flow",
    category: "dns",
    subject: "initiator",
    text: "characters of an average name asked for over one socket",
    terms: [
      lead("dns_name_length_mean", 45, 3),
      atLeast("dns_queries", 20),
      atLeast("name_entropy", 3.2),
    ],
  },
  {
    code: "nxdomain_burst",
    category: "dns",
    subject: "initiator",
    text: "share of names it asks for that do not exist",
    terms: [
      lead("out_failed_dns_queries_ratio_300s", 0.5, 2),
      atLeast("out_dns_unique_names_300s", 30),
      // Generated names lie in zones of their own.
      atMost("out_dns_names_per_zone_300s", 1.25),
      atLeast("out_dns_query_entropy_300s", 0.58),
    ],
    flows: DNS,
    // Weak alone: a network that was cut off answers like this for a while.
    ceiling: 0.9,
  },
  {
    code: "icmp_tunnel",
    category: "c2",
    subject: "initiator",
    text: "bytes of messages of many lengths inside echo requests",
    // Echo requests of one run are of one length.
    terms: [
      lead("fwd_payload_bytes", 2000, 50),
      is("is_icmp", 1),
      atLeast("fwd_packets", 10),
      atLeast("fwd_len_std", 20),
      atLeast("bwd_len_std", 20),
    ],
  },
  {
    code: "external_upload",
    category: "exfiltration",
    subject: "initiator",
    text: "bytes it sent outside in five minutes, with little in return",
    terms: [
      lead("out_external_upload_bytes_300s", 4 * MIB, 50),
      atLeast("out_data_exfiltration_indicators_300s", 0.85),
    ],
    flows: [{ feature: "dst_is_internal", is: 0 }],
  },
  {
    code: "upload_flow",
    category: "exfiltration",
    subject: "initiator",
    text: "bytes it sent outside over one connection",
    terms: [
      lead("fwd_payload_bytes", 6 * MIB, 50),
      atLeast("upload_ratio", 0.95),
      is("dst_is_internal", 0),
    ],
  },
  {
    code: "beacon",
    category: "c2",
    subject: "initiator",
    text: "short connections to the same service outside at even intervals",
    terms: [
      lead("pair_flows", 8, 8),
      atMost("pair_gap_cv", 0.25),
      atLeast("pair_gap_mean_s", 1),
      is("is_tcp", 1),
      is("dst_is_internal", 0),
      atMost("fwd_payload_bytes", 16_384),
      atMost("duration_s", 30),
      is("login_service", 0),
    ],
    // Weak: whatever polls does the same.
    ceiling: 0.74,
  },
  {
    code: "requests_to_address",
    category: "c2",
    subject: "initiator",
    text: "HTTP connections, now and then, to a server named by its address",
    terms: [
      lead("pair_flows", 4, 30),
      is("app_http", 1),
      is("src_is_internal", 1),
      // A host name that is digits and dots.
      atLeast("name_digit_ratio", 0.6),
      // A page is fetched at once, by several connections.
      atLeast("pair_gap_mean_s", 2),
      atMost("fwd_payload_bytes", 65_536),
    ],
    ceiling: 0.9,
  },
  {
    code: "request_to_address",
    category: "c2",
    subject: "initiator",
    text:
      "share of digits in the name of the server that it asked on an unusual port",
    terms: [
      lead("name_digit_ratio", 0.6, 2),
      is("app_http", 1),
      is("src_is_internal", 1),
      is("dst_is_internal", 0),
      is("dst_port_system", 0),
      atLeast("bwd_payload_bytes", 1),
    ],
    // Weak: a single download of an application that carries its servers' addresses looks like this.
    ceiling: 0.74,
  },
  {
    code: "requests_on_connection",
    category: "c2",
    subject: "initiator",
    text:
      "pauses between requests to a server named by its address, on one connection",
    terms: [
      lead("fwd_pause_count", 8, 20),
      is("app_http", 1),
      is("src_is_internal", 1),
      atLeast("name_digit_ratio", 0.6),
      atLeast("fwd_pause_mean_s", 3),
      atLeast("bwd_payload_bytes", 1),
    ],
    ceiling: 0.9,
  },
  {
    code: "unnamed_tls_repeats",
    category: "c2",
    subject: "initiator",
    text: "short TLS connections to a server that it did not name",
    terms: [
      lead("pair_flows", 5, 30),
      is("app_tls", 1),
      absent("name_length"),
      is("src_is_internal", 1),
      // The beginning must have been seen.
      atLeast("syn_count", 1),
      atLeast("pair_gap_mean_s", 2),
      atMost("fwd_payload_bytes", 16_384),
    ],
    ceiling: 0.9,
  },
  {
    code: "unnamed_tls_channel",
    category: "c2",
    subject: "initiator",
    text:
      "seconds of a TLS connection to an unusual port of a server that it did not name",
    terms: [
      lead("duration_s", 30, 30),
      is("app_tls", 1),
      absent("name_length"),
      is("src_is_internal", 1),
      is("dst_port_system", 0),
      atLeast("syn_count", 1),
      atLeast("fwd_pause_count", 3),
    ],
    ceiling: 0.8,
  },
  {
    code: "beacon_in_connection",
    category: "c2",
    subject: "initiator",
    text: "messages at even intervals inside one connection to outside",
    terms: [
      lead("fwd_pause_count", 10, 10),
      atMost("fwd_pause_cv", 0.2),
      atLeast("fwd_pause_mean_s", 2),
      is("is_tcp", 1),
      is("dst_is_internal", 0),
      atMost("fwd_len_mean", 400),
      // Bare keep-alives carry no payload.
      atMost("empty_payload_ratio", 0.7),
    ],
    ceiling: 0.74,
  },
  {
    code: "mining",
    category: "mining",
    subject: "initiator",
    text: "seconds of a connection that exchanges short plain messages",
    // Weak: chat and message queues look alike, so it never goes beyond suspicious.
    terms: [
      lead("duration_s", 50, 40),
      is("is_tcp", 1),
      is("dst_is_internal", 0),
      is("dst_port_registered", 1),
      is("app_tls", 0),
      is("app_http", 0),
      is("app_smb", 0),
      is("login_service", 0),
      atMost("fwd_payload_entropy", 5.6),
      atMost("bwd_payload_entropy", 5.6),
      atMost("byte_rate", 500),
      atLeast("fwd_pause_count", 3),
    ],
    ceiling: 0.74,
  },
  {
    code: "web_attack",
    category: "web",
    subject: "initiator",
    text: "share of characters in a request that commands are made of",
    terms: [
      lead("http_target_special_ratio", 0.1, 4),
      atLeast("http_target_length", 16),
    ],
  },
  {
    code: "web_injection",
    category: "web",
    subject: "initiator",
    text: "share of such characters in a long request to a server inside",
    // Requests to outside carry whole addresses in escaped form.
    terms: [
      lead("http_target_special_ratio", 0.05, 4),
      atLeast("http_target_length", 55),
      is("dst_is_internal", 1),
    ],
    ceiling: 0.9,
  },
  {
    code: "web_probing",
    category: "web",
    subject: "initiator",
    text: "HTTP connections with requests to few servers in a minute",
    terms: [
      lead("out_http_requests_60s", 150, 10),
      atMost("out_unique_destinations_30s", 4),
      atMost("out_unanswered_ratio_30s", 0.3),
      // Something must come back: requests that are held open are another matter.
      atMost("out_upload_download_ratio_300s", 3),
    ],
    flows: [{ feature: "app_http", is: 1 }],
    ceiling: 0.9,
  },
];
