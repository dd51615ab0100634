import type { Category } from "@ml-defender/events";
import type { Rule } from "./rule.ts";

const rule = (
  code: string,
  category: Category,
  feature: string,
  threshold: number,
  text: string,
  full = 10,
): Rule => ({
  code,
  category,
  subject: feature.startsWith("in_") ? "responder" : "initiator",
  text,
  terms: [{
    feature,
    comparison: "above",
    threshold,
    // A share cannot pass 1.
    full: threshold < 1 ? 1 / threshold : full,
  }],
});

/** The rules of the earlier system: one number each. They alert on ordinary browsing. */
export const LEGACY_RULES: readonly Rule[] = [
  rule(
    "external_ips_10s",
    "c2",
    "out_external_destinations_10s",
    10,
    "external addresses contacted in 10 s",
  ),
  rule(
    "smb_connections_10s",
    "lateral",
    "out_smb_connection_diversity_10s",
    3,
    "SMB hosts contacted in 10 s",
  ),
  rule(
    "ports_10s",
    "scan",
    "out_unique_ports_10s",
    10,
    "ports contacted in 10 s",
  ),
  rule(
    "rst_ratio_10s",
    "scan",
    "out_tcp_rst_ratio_10s",
    0.2,
    "share of resets in TCP packets in 10 s",
  ),
  rule(
    "external_ips_30s",
    "c2",
    "out_external_destinations_30s",
    15,
    "external addresses contacted in 30 s",
  ),
  rule(
    "smb_diversity_30s",
    "ransomware",
    "out_smb_connection_diversity_30s",
    10,
    "SMB hosts contacted in 30 s",
  ),
  // The earlier number compared the entropy of address strings; 4 of 5.25 bits is ours.
  rule(
    "dns_entropy_30s",
    "dns",
    "out_dns_query_entropy_30s",
    4 / 5.25,
    "entropy of DNS names in 30 s",
  ),
  rule(
    "failed_dns_30s",
    "dns",
    "out_failed_dns_queries_ratio_30s",
    0.3,
    "share of failed DNS queries in 30 s",
  ),
  rule(
    "upload_download_30s",
    "exfiltration",
    "out_upload_download_ratio_30s",
    3,
    "bytes sent for each byte received in 30 s",
  ),
  rule(
    "burst_connections_30s",
    "scan",
    "out_burst_connections_count_30s",
    50,
    "connections opened in one burst",
  ),
  rule(
    "unique_destinations_30s",
    "scan",
    "out_unique_destinations_30s",
    30,
    "hosts contacted in 30 s",
  ),
  rule(
    "syn_flood_10s",
    "ddos",
    "in_syn_rate_10s",
    10_000,
    "connection requests per second towards it",
  ),
  rule(
    "udp_flood_10s",
    "ddos",
    "in_udp_packet_rate_10s",
    50_000,
    "UDP packets per second towards it",
  ),
  rule(
    "icmp_flood_10s",
    "ddos",
    "in_icmp_packet_rate_10s",
    5_000,
    "ICMP packets per second towards it",
  ),
];
