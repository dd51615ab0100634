/** What kind of threat a verdict or an incident is about. */
export type Category =
  | "ddos"
  | "scan"
  | "bruteforce"
  | "lateral"
  | "ransomware"
  | "c2"
  | "dns"
  | "exfiltration"
  | "mining"
  | "web";

/** Every category, in the order of reports. */
export const CATEGORIES: readonly Category[] = [
  "ddos",
  "scan",
  "bruteforce",
  "lateral",
  "ransomware",
  "c2",
  "dns",
  "exfiltration",
  "mining",
  "web",
];
