/**
 * The one definition of every feature. `gen_features.ts` makes the C++ enumeration, the TypeScript catalogue and the
 * reference page from it. The order here is the order in records: append, never reorder, within a version.
 */

/** A feature of one flow record. */
export interface FlowDefinition {
  /** Name in records, models and logs. */
  name: string;
  /** Unit of the value. */
  unit: string;
  /** Closed range of the value, as text. */
  range: string;
  /** How it is computed. */
  formula: string;
  /** When it is unavailable; empty if it never is. */
  missing: string;
}

/** A metric of one host, computed over one or more windows. */
export interface WindowDefinition extends FlowDefinition {
  /** Window lengths in seconds; one feature for each. */
  windows: readonly number[];
}

const flow = (
  name: string,
  unit: string,
  range: string,
  formula: string,
  missing = "",
): FlowDefinition => ({ name, unit, range, formula, missing });

const host = (
  name: string,
  windows: readonly number[],
  unit: string,
  range: string,
  formula: string,
  missing = "",
): WindowDefinition => ({ name, windows, unit, range, formula, missing });

const NO_BACKWARD = "no backward packet";
const NOT_TCP = "not TCP";
const ONE_PACKET = "fewer than two packets";

/** Features of the flow itself. `len` is the frame's length on the wire; fwd is initiator to responder. */
export const FLOW: readonly FlowDefinition[] = [
  flow("duration_s", "s", "[0, inf)", "(last packet time - first packet time) / 1e6"),
  flow("fwd_packets", "packets", "[0, inf)", "packets from initiator to responder"),
  flow("bwd_packets", "packets", "[0, inf)", "packets from responder to initiator"),
  flow("fwd_bytes", "bytes", "[0, inf)", "sum of len, forward"),
  flow("bwd_bytes", "bytes", "[0, inf)", "sum of len, backward"),
  flow("fwd_payload_bytes", "bytes", "[0, inf)", "sum of transport payload by IP length, forward"),
  flow("bwd_payload_bytes", "bytes", "[0, inf)", "sum of transport payload by IP length, backward"),
  flow("packet_rate", "1/s", "[0, inf)", "packets / duration_s", "duration is 0"),
  flow("byte_rate", "bytes/s", "[0, inf)", "bytes / duration_s", "duration is 0"),
  flow("packet_symmetry", "ratio", "[0, 1]", "1 - |fwd_packets - bwd_packets| / packets", "never a backward packet in the capture so far (one direction only)"),
  flow("byte_symmetry", "ratio", "[0, 1]", "1 - |fwd_bytes - bwd_bytes| / bytes", "never a backward packet in the capture so far (one direction only)"),
  flow("avg_packet_size", "bytes", "[0, inf)", "bytes / packets"),
  flow("len_min", "bytes", "[0, inf)", "smallest len"),
  flow("len_max", "bytes", "[0, inf)", "largest len"),
  flow("len_std", "bytes", "[0, inf)", "population standard deviation of len"),
  flow("fwd_len_mean", "bytes", "[0, inf)", "fwd_bytes / fwd_packets", "no forward packet"),
  flow("fwd_len_std", "bytes", "[0, inf)", "population standard deviation of len, forward", "no forward packet"),
  flow("bwd_len_mean", "bytes", "[0, inf)", "bwd_bytes / bwd_packets", NO_BACKWARD),
  flow("bwd_len_std", "bytes", "[0, inf)", "population standard deviation of len, backward", NO_BACKWARD),
  flow("iat_mean_s", "s", "[0, inf)", "mean of max(0, t - largest earlier t) over consecutive packets", ONE_PACKET),
  flow("iat_std_s", "s", "[0, inf)", "population standard deviation of the same gaps", ONE_PACKET),
  flow("iat_max_s", "s", "[0, inf)", "largest of the same gaps", ONE_PACKET),
  flow("fwd_iat_mean_s", "s", "[0, inf)", "as iat_mean_s over forward packets", "fewer than two forward packets"),
  flow("fwd_iat_std_s", "s", "[0, inf)", "as iat_std_s over forward packets", "fewer than two forward packets"),
  flow("bwd_iat_mean_s", "s", "[0, inf)", "as iat_mean_s over backward packets", "fewer than two backward packets"),
  flow("bwd_iat_std_s", "s", "[0, inf)", "as iat_std_s over backward packets", "fewer than two backward packets"),
  flow("fwd_iat_cv", "ratio", "[0, inf)", "fwd_iat_std_s / fwd_iat_mean_s", "fewer than three forward packets, or mean 0"),
  flow("fwd_pause_count", "count", "[0, inf)", "gaps of at least 1 s between forward packets"),
  flow("fwd_pause_mean_s", "s", "[1, inf)", "mean of those gaps", "no such gap"),
  flow("fwd_pause_cv", "ratio", "[0, inf)", "population standard deviation / mean of those gaps", "fewer than two such gaps"),
  flow("syn_count", "packets", "[0, inf)", "packets with SYN, both directions", NOT_TCP),
  flow("ack_count", "packets", "[0, inf)", "packets with ACK, both directions", NOT_TCP),
  flow("fin_count", "packets", "[0, inf)", "packets with FIN, both directions", NOT_TCP),
  flow("rst_count", "packets", "[0, inf)", "packets with RST, both directions", NOT_TCP),
  flow("psh_count", "packets", "[0, inf)", "packets with PSH, both directions", NOT_TCP),
  flow("packet_size_entropy", "ratio", "[0, 1]", "Shannon entropy in bits of floor(log2(len)) in 16 bins (0..15, larger in 15), divided by 4"),
  flow("empty_payload_ratio", "ratio", "[0, 1]", "packets without transport payload / packets"),
  flow("fwd_first_payload_bytes", "bytes", "[1, inf)", "payload length of the first forward packet that has payload", "no forward payload"),
  flow("bwd_first_payload_bytes", "bytes", "[1, inf)", "payload length of the first backward packet that has payload", "no backward payload"),
  flow("fwd_payload_entropy", "bits", "[0, 8]", "Shannon entropy of byte values in the captured payload of that forward packet, at most prefixBytes of it", "fewer than 8 captured payload bytes"),
  flow("bwd_payload_entropy", "bits", "[0, 8]", "Shannon entropy of byte values in the captured payload of that backward packet, at most prefixBytes of it", "fewer than 8 captured payload bytes"),
  flow("answered", "0/1", "{0, 1}", "1 if both directions have a packet"),
  flow("upload_ratio", "ratio", "[0, 1]", "fwd_payload_bytes / payload bytes", "no payload"),
  flow("traffic_amplification_factor", "ratio", "[0, inf)", "bwd_bytes / fwd_bytes", "no forward packet"),
  flow("is_tcp", "0/1", "{0, 1}", "transport is TCP"),
  flow("is_udp", "0/1", "{0, 1}", "transport is UDP"),
  flow("is_icmp", "0/1", "{0, 1}", "transport is ICMP or ICMPv6"),
  flow("src_is_internal", "0/1", "{0, 1}", "initiator is in homeNets"),
  flow("dst_is_internal", "0/1", "{0, 1}", "responder is in homeNets"),
  flow("dst_port_system", "0/1", "{0, 1}", "responder port below 1024", "transport without ports"),
  flow("dst_port_registered", "0/1", "{0, 1}", "responder port 1024 to 49151", "transport without ports"),
  flow("app_dns", "0/1", "{0, 1}", "payload is DNS"),
  flow("app_tls", "0/1", "{0, 1}", "payload starts with a TLS record"),
  flow("app_http", "0/1", "{0, 1}", "payload starts with an HTTP request or response"),
  flow("app_ssh", "0/1", "{0, 1}", "payload starts with an SSH banner"),
  flow("app_smb", "0/1", "{0, 1}", "payload starts with SMB, or responder port is 139 or 445"),
  flow("login_service", "0/1", "{0, 1}", "SSH by payload, or responder port of a login service (ftp, ssh, telnet, rdp, vnc, mssql, mysql, postgresql)"),
  flow("name_length", "characters", "[1, 255]", "length of the first DNS name, else SNI, else HTTP host of the flow", "no name seen"),
  flow("name_entropy", "bits", "[0, 8]", "Shannon entropy of the characters of that name", "no name seen"),
  flow("name_digit_ratio", "ratio", "[0, 1]", "share of digits in that name", "no name seen"),
  flow("dns_queries", "count", "[0, inf)", "DNS queries in the flow", "not DNS"),
  flow("dns_name_length_mean", "characters", "[1, 255]", "mean length of the query names of the flow", "no DNS query"),
  flow("dns_rare_type_ratio", "ratio", "[0, 1]", "share of queries whose type is none of A, NS, CNAME, SOA, PTR, MX, AAAA, SRV, SVCB, HTTPS", "no DNS query"),
  flow("dns_failed_ratio", "ratio", "[0, 1]", "share of responses with rcode SERVFAIL or NXDOMAIN", "no DNS response"),
  flow("http_target_length", "characters", "[1, inf)", "length of the first HTTP request target", "no HTTP request seen"),
  flow("http_target_special_ratio", "ratio", "[0, 1]", "share of quotes, angle brackets, braces, parentheses, semicolons, backslashes, percent signs and dot pairs in that target", "no HTTP request seen"),
  flow("pair_flows", "count", "[1, inf)", "answered flows so far of the same initiator, responder, responder port and protocol, this one included", "not answered, or forgotten"),
  flow("pair_gap_mean_s", "s", "[0, inf)", "mean gap between the starts of those flows", "fewer than two such flows"),
  flow("pair_gap_cv", "ratio", "[0, inf)", "population standard deviation / mean of those gaps", "fewer than three such flows, or mean 0"),
  flow("pair_age_s", "s", "[0, inf)", "start of this flow - start of the first of those flows", "not answered, or forgotten"),
];

/** Metrics of a host as initiator. Sums run over the window's 5-second buckets; W is its length in seconds. */
export const OUT: readonly WindowDefinition[] = [
  host("connection_rate", [10, 30, 60, 300], "1/s", "[0, inf)", "flows started / W"),
  host("packet_rate", [10, 60], "1/s", "[0, inf)", "packets sent in flows it started / W"),
  host("byte_rate", [10, 60, 300], "bytes/s", "[0, inf)", "len of packets sent in flows it started / W"),
  host("unique_destinations", [10, 30, 300], "count", "[0, inf)", "distinct responder addresses (see distinct counts)"),
  host("unique_ports", [10, 30, 300], "count", "[0, inf)", "distinct responder TCP and UDP ports"),
  host("external_destinations", [10, 30, 300], "count", "[0, inf)", "distinct responder addresses outside homeNets, not multicast or broadcast"),
  host("internal_destinations", [10, 30, 300], "count", "[0, inf)", "distinct responder addresses in homeNets"),
  host("new_external_ips", [30], "count", "[0, inf)", "external addresses contacted that were not contacted in the 300 s before", "capture younger than 300 s"),
  host("new_internal_connections", [30], "count", "[0, inf)", "internal addresses contacted that were not contacted in the 300 s before", "capture younger than 300 s"),
  host("smb_connection_diversity", [10, 30, 300], "count", "[0, inf)", "distinct responder addresses on SMB (TCP 139 or 445)"),
  host("unanswered_ratio", [10, 30, 300], "ratio", "[0, 1]", "1 - min(1, flows answered / flows started)", "no flow started"),
  host("port_scan_pattern_score", [30, 300], "ratio", "[0, 1]", "unanswered_ratio x min(1, max(unique_ports, unique_destinations) / flows started)", "no flow started"),
  host("syn_without_ack_ratio", [10, 30], "ratio", "[0, 1]", "max(0, SYN sent - SYN-ACK received) / SYN sent", "no SYN sent"),
  host("tcp_rst_ratio", [10, 30], "ratio", "[0, 1]", "RST packets / TCP packets, both directions of flows it started", "no TCP packet"),
  host("tcp_udp_ratio", [60], "ratio", "[0, 1]", "TCP flows / (TCP + UDP flows) started", "no such flow"),
  host("avg_packet_size", [60], "bytes", "[0, inf)", "bytes sent / packets sent in flows it started", "no packet sent"),
  host("dns_query_rate_per_min", [60, 300], "1/min", "[0, inf)", "DNS queries x 60 / W"),
  host("dns_query_entropy", [30, 300], "ratio", "[0, 1]", "mean over queries of the Shannon entropy of the name's characters in bits, divided by 5.25, at most 1", "no DNS query"),
  host("dns_name_length_mean", [60, 300], "characters", "[1, 255]", "mean length of query names", "no DNS query"),
  host("failed_dns_queries_ratio", [30, 300], "ratio", "[0, 1]", "responses with SERVFAIL or NXDOMAIN / responses", "no DNS response"),
  host("dns_unique_names", [60, 300], "count", "[0, inf)", "distinct query names"),
  host("dns_names_per_zone", [300], "ratio", "[1, inf)", "distinct query names / distinct zones (last two labels)", "no DNS query"),
  host("dns_rare_type_ratio", [300], "ratio", "[0, 1]", "share of queries of a rare type (see the flow feature)", "no DNS query"),
  host("upload_download_ratio", [30, 300], "ratio", "(0, inf)", "(payload sent + 1) / (payload received + 1) in flows it started", "no packet"),
  host("external_upload_bytes", [60, 300], "bytes", "[0, inf)", "payload sent to external responders"),
  host("data_exfiltration_indicators", [300], "ratio", "[0, 1]", "payload sent to external responders / payload sent and received", "no payload"),
  host("burst_connections_count", [30], "count", "[0, inf)", "most flows started in one 5-second bucket"),
  host("large_upload_sessions_count", [300], "count", "[0, inf)", "flows whose forward payload passed 1 MiB"),
  host("protocol_diversity_score", [60], "ratio", "[0, 1]", "how many of TCP, UDP, ICMP, ARP, DNS, SMB, HTTP, login it used, divided by 8"),
  host("connection_rate_stddev", [60, 300], "count", "[0, inf)", "population standard deviation of flows started per bucket, empty buckets included"),
  host("avg_flow_duration_seconds", [300], "s", "[0, inf)", "mean duration of its flows that closed (FIN both ways, or RST), at the closing packet", "none closed"),
  host("flow_duration_std", [300], "s", "[0, inf)", "population standard deviation of the same durations", "none closed"),
  host("port_entropy", [30, 300], "ratio", "[0, 1]", "Shannon entropy of responder ports of started flows in 32 hashed bins, divided by 5", "no flow with ports started"),
  host("dst_ip_concentration", [30, 300], "ratio", "(0, 1]", "largest share of one of 32 hashed bins of responder addresses of started flows", "no flow started"),
  host("login_flows", [60, 300], "count", "[0, inf)", "flows started to login services"),
  host("login_targets", [300], "count", "[0, inf)", "distinct responder addresses on login services"),
  host("lateral_movement_score", [300], "ratio", "[0, 1)", "1 - 1 / (1 + SMB hosts + login targets), internal responders only"),
  host("internal_connection_rate", [60], "1/s", "[0, inf)", "flows started to internal responders / W"),
  host("smb_flows", [60, 300], "count", "[0, inf)", "flows started to SMB"),
  host("smb_upload_bytes", [60], "bytes", "[0, inf)", "payload sent to SMB responders"),
  host("smb_download_bytes", [60], "bytes", "[0, inf)", "payload received from SMB responders"),
  host("http_requests", [60], "count", "[0, inf)", "HTTP requests recognised at the start of a flow"),
  host("non_standard_port_http_count", [300], "count", "[0, inf)", "the same to a port other than 80, 3128, 8000, 8008, 8080, 8081 or 8888"),
  host("icmp_flows", [30], "count", "[0, inf)", "ICMP flows started"),
  host("arp_targets", [30], "count", "[0, inf)", "distinct addresses asked for by ARP"),
  host("unsolicited_packet_rate", [10], "1/s", "[0, inf)", "backward packets of flows that have no forward packet / W"),
  host("unsolicited_byte_rate", [10], "bytes/s", "[0, inf)", "len of the same packets / W"),
  host("temporal_consistency", [300], "ratio", "[0, 1]", "share of the window's buckets in which it started a flow"),
];

/** Metrics of a host as responder. */
export const IN: readonly WindowDefinition[] = [
  host("connection_rate", [10, 60], "1/s", "[0, inf)", "flows started towards it / W"),
  host("packet_rate", [10, 60], "1/s", "[0, inf)", "packets received in those flows / W"),
  host("byte_rate", [10], "bytes/s", "[0, inf)", "len of packets received in those flows / W"),
  host("source_ip_dispersion", [10, 60], "count", "[0, inf)", "distinct initiator addresses"),
  host("src_ip_entropy", [10], "ratio", "[0, 1]", "Shannon entropy of initiator addresses of started flows in 32 hashed bins, divided by 5", "no flow started"),
  host("unique_ports", [10, 60], "count", "[0, inf)", "distinct own TCP and UDP ports asked for"),
  host("syn_rate", [10], "1/s", "[0, inf)", "SYN received / W"),
  host("syn_ack_ratio", [10], "ratio", "[0, 1]", "min(1, SYN-ACK sent / SYN received)", "no SYN received"),
  host("flow_completion_rate", [10, 60], "ratio", "[0, 1]", "min(1, flows answered / flows started)", "no flow started"),
  host("udp_packet_rate", [10], "1/s", "[0, inf)", "UDP packets received / W"),
  host("icmp_packet_rate", [10], "1/s", "[0, inf)", "ICMP packets received / W"),
  host("tcp_rst_ratio", [10], "ratio", "[0, 1]", "RST packets / TCP packets, both directions", "no TCP packet"),
  host("packet_size_entropy", [10], "ratio", "[0, 1]", "as the flow feature, over packets received", "no packet received"),
  host("avg_packet_size", [10], "bytes", "[0, inf)", "bytes received / packets received", "no packet received"),
  host("traffic_escalation_rate", [10], "ratio", "[0, 6]", "packet_rate over 10 s / packet_rate over 60 s", "no packet received"),
  host("resource_saturation_score", [10], "ratio", "[0, 1)", "h / (h + 100), h = max(0, SYN received - handshakes completed)"),
  host("reply_byte_ratio", [10], "ratio", "[0, 1]", "bytes sent / bytes sent and received in those flows", "no packet"),
  host("login_flows", [60, 300], "count", "[0, inf)", "flows started towards its login services"),
  host("http_request_rate", [10], "1/s", "[0, inf)", "HTTP requests recognised at the start of a flow / W"),
];
