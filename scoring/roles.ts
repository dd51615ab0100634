import type { Category } from "@ml-defender/events";
import type { HostRole } from "./policy.ts";

/** Evidence that a role explains: rule codes, or whole categories. */
export interface RoleRelaxation {
  /** Categories whose evidence, of rules and models, is expected of such a host. */
  readonly categories: readonly Category[];
  /** Codes of further rules. */
  readonly rules: readonly string[];
}

/**
 * What each role relaxes. Such evidence is multiplied by the policy's `roleFactor`, so that it is kept and logged but
 * does not open an incident alone.
 */
export const ROLE_RELAXES: Readonly<Record<HostRole, RoleRelaxation>> = {
  // Asks on behalf of many, fails on behalf of many.
  resolver: { categories: ["dns"], rules: ["host_probing", "slow_sweep"] },
  // Moves much data, to shares and to outside.
  backup: {
    categories: ["exfiltration"],
    rules: [
      "smb_fan_out",
      "slow_smb_fan_out",
      "smb_worm",
      "smb_rewriting",
      "smb_rewriting_flow",
      "login_fan_out",
    ],
  },
  // Authorised to look for weaknesses.
  scanner: {
    categories: ["scan", "web", "lateral"],
    rules: [
      "password_guessing",
      "slow_password_guessing",
      "password_spraying",
      "repeated_logins",
      "repeated_exchanges",
      "refused_requests",
      "smb_guessing",
      "logins_from_outside",
    ],
  },
  // Many hosts behind one address.
  nat: {
    categories: [],
    rules: [
      "vertical_scan",
      "horizontal_scan",
      "host_probing",
      "refused_sweep",
      "scattered_scan",
      "slow_sweep",
      "slow_refused_scan",
      "icmp_probing",
      "few_hosts_tried",
      "few_ports_tried",
      "slow_inner_sweep",
      "web_probing",
      "web_search",
      "nxdomain_burst",
      "login_fan_out",
    ],
  },
  // Asks many hosts, at even intervals.
  monitoring: {
    categories: ["c2"],
    rules: [
      "icmp_sweep",
      "arp_sweep",
      "horizontal_scan",
      "host_probing",
      "refused_sweep",
      "scattered_scan",
      "slow_sweep",
      "smb_fan_out",
      "slow_smb_fan_out",
      "login_fan_out",
      "password_spraying",
      "repeated_logins",
      "repeated_exchanges",
    ],
  },
  // Talks SMB and DNS with everyone.
  domain_controller: {
    categories: ["dns"],
    rules: ["smb_fan_out", "slow_smb_fan_out", "login_pressure", "arp_sweep"],
  },
};
