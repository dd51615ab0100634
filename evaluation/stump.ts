import { FastRules, type Rule } from "@ml-defender/detectors";
import type { Category } from "@ml-defender/events";

/**
 * The simplest detector: for each category one threshold on one feature. It stands beside every figure, so that a reader
 * sees what rules and models add.
 */
const ONE_THRESHOLD: readonly (readonly [
  Category,
  "initiator" | "responder",
  string,
  number,
])[] = [
  ["ddos", "responder", "in_packet_rate_10s", 500],
  ["scan", "initiator", "out_unique_ports_30s", 50],
  ["bruteforce", "initiator", "out_login_flows_60s", 10],
  ["lateral", "initiator", "out_smb_connection_diversity_300s", 5],
  ["dns", "initiator", "out_dns_name_length_mean_60s", 50],
  ["exfiltration", "initiator", "out_external_upload_bytes_300s", 50e6],
];

/**
 * The stumps as rules.
 *
 * @returns Rules with one term each.
 */
export function stumpRules(): FastRules {
  return new FastRules(
    ONE_THRESHOLD.map(([category, subject, feature, threshold]): Rule => ({
      code: `stump_${category}`,
      category,
      subject,
      text: feature,
      terms: [{ feature, comparison: "atLeast", threshold, full: 4 }],
    })),
  );
}
