import type { Category } from "./category.ts";
import type { AuthoritativeSource, Reason, Severity } from "./verdict.ts";

/** What people and the firewall get: one threat of one category about one host. Plain and owned. */
export interface Incident {
  /** 128-bit hash of category, subject and first event; 32 hexadecimal digits. */
  readonly id: string;
  /**
   * Host it is about: the victim for ddos, the scanner for scan, the infected host for c2. Its address; behind it
   * `@100` for VLAN 100 (`@100.7` for 7 within 100) and `%42` for tunnel network 42, where it has them.
   */
  readonly subject: string;
  /** Kind of threat. */
  readonly category: Category;
  /** Highest severity reached. */
  readonly severity: Severity;
  /** Highest final score reached. */
  readonly finalScore: number;
  /** Highest fast score; `null` if no rule spoke. */
  readonly fastScore: number | null;
  /** Highest model score; `null` if no model spoke. */
  readonly mlScore: number | null;
  /** |fast - ml| of those; `null` unless both are present. */
  readonly divergence: number | null;
  /** Which engine decided. */
  readonly authoritativeSource: AuthoritativeSource;
  /** First evidence, microseconds since the Unix epoch. */
  readonly firstSeenUs: number;
  /** Last evidence, microseconds since the Unix epoch. */
  readonly lastSeenUs: number;
  /** Flow records that gave evidence. */
  readonly flows: number;
  /** Host windows that gave evidence. */
  readonly windows: number;
  /** Hosts on the other side, most seen first, at most 10. */
  readonly peers: readonly string[];
  /** Strongest reasons, at most 5. */
  readonly reasons: readonly Reason[];
  /** Whether blocking would be justified: both engines or several windows, and a source that is not spoofed. */
  readonly corroborated: boolean;
  /** Ids of the first events, at most 10. */
  readonly eventIds: readonly string[];
}

/** A step in the life of an incident. */
export interface IncidentUpdate {
  /** `opened` once, `updated` when its severity or score rises, `closed` once. */
  readonly state: "opened" | "updated" | "closed";
  /** The incident as it is now. */
  readonly incident: Incident;
}
