import type { Category } from "@ml-defender/events";

/**
 * Which categories one category explains. While an incident of a host is open, evidence of a category that it explains
 * opens no other incident of the same host, unless it scores higher. So one attack counts once.
 *
 * | incident | explains | because |
 * | --- | --- | --- |
 * | ddos | scan, web, bruteforce, dns | a flooded host answers, refuses and asks in unusual ways |
 * | scan | lateral, bruteforce, web, c2 | probes touch file, login and web services |
 * | bruteforce | scan, lateral, c2 | guesses come at even intervals, on hosts found by trying |
 * | lateral | scan, bruteforce, c2 | movement looks for the next host and logs in there |
 * | ransomware | lateral, scan, bruteforce, exfiltration | it spreads and moves much data |
 * | dns | c2, exfiltration | a tunnel carries both |
 * | exfiltration | c2 | the upload's own connection |
 * | c2 | mining, dns | the channel's own messages and names |
 * | mining | c2 | short messages at even intervals |
 * | web | scan, bruteforce, c2 | probing a site asks for many paths |
 */
export const EXPLAINS: Readonly<Record<Category, readonly Category[]>> = {
  ddos: ["scan", "web", "bruteforce", "dns"],
  scan: ["lateral", "bruteforce", "web", "c2"],
  bruteforce: ["scan", "lateral", "c2"],
  lateral: ["scan", "bruteforce", "c2"],
  ransomware: ["lateral", "scan", "bruteforce", "exfiltration"],
  dns: ["c2", "exfiltration"],
  exfiltration: ["c2"],
  c2: ["mining", "dns"],
  mining: ["c2"],
  web: ["scan", "bruteforce", "c2"],
};
