/**
 * What the store holds: events of the log, incidents, and changes of configuration, in one shape.
 *
 * @module
 */

import type { Json, LoggedChange, LogRecord } from "@ml-defender/raglogger";
import type { EntryKind } from "./query/ast.ts";
import type {
  AddressField,
  BooleanField,
  NumberField,
  PathField,
  TextField,
} from "./query/fields.ts";

/** A line of `incidents.jsonl`, as the logger writes it. */
export interface IncidentRecord {
  /** Step in its life. */
  readonly state: "opened" | "updated" | "closed";
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Host it is about, with VLAN and tunnel behind it where it has them. */
  readonly subject: string;
  /** Kind of threat. */
  readonly category: string;
  /** Highest severity: suspicious, alert or high. */
  readonly severity: string;
  /** Highest final score. */
  readonly final_score: number;
  /** Highest score of the rules. */
  readonly fast_score: number | null;
  /** Highest score of the forests. */
  readonly ml_score: number | null;
  /** Distance of both. */
  readonly divergence: number | null;
  /** Engine that decided. */
  readonly authoritative_source: string;
  /** First evidence, RFC 3339 in UTC. */
  readonly first_seen: string;
  /** Last evidence, RFC 3339 in UTC. */
  readonly last_seen: string;
  /** Flow records that gave evidence. */
  readonly flows: number;
  /** Host windows that gave evidence. */
  readonly windows: number;
  /** Hosts on the other side. */
  readonly peers: readonly string[];
  /** Strongest reasons. */
  readonly reasons: readonly Json[];
  /** Whether blocking would be justified. */
  readonly corroborated: boolean;
  /** Ids of its first events. */
  readonly event_ids: readonly string[];
}

/** A change of configuration: a line of `changes.jsonl`, as the logger writes it. */
export type ChangeRecord = LoggedChange;

/** One thing that can be found. */
export type Entry =
  | {
    /** An event of the log. */
    readonly kind: "event";
    /** Its line. */
    readonly record: LogRecord;
    /** What its artifact holds beside the line; null without one. */
    readonly evidence: Json;
  }
  | {
    /** An incident, in its latest state. */
    readonly kind: "incident";
    /** Its line. */
    readonly record: IncidentRecord;
  }
  | {
    /** A change of configuration. */
    readonly kind: "change";
    /** Its record. */
    readonly record: ChangeRecord;
  };

/** Values of an entry's fields; null where unknown. */
export type Facts =
  & {
    readonly [F in Exclude<AddressField, "ip"> | TextField | PathField]:
      | string
      | null;
  }
  & { readonly [F in NumberField]: number | null }
  & { readonly [F in BooleanField]: boolean | null };

/** An entry made ready for the store: everything that is derived from it, once. */
export interface PreparedEntry {
  /** What kind it is. */
  readonly kind: EntryKind;
  /** Its id: 32 hexadecimal digits for events and incidents. */
  readonly id: string;
  /** When: detection time of an event, last evidence of an incident; microseconds since the Unix epoch. */
  readonly timestampUs: number;
  /** Values of its fields. */
  readonly facts: Facts;
  /**
   * What kind of thing happened, in words, without addresses, names and exact numbers: equal for entries that are
   * alike. This is what is embedded, and what BM25 ranks.
   */
  readonly behaviour: string;
  /** Names and identifiers for literal search: server names, user agents, community id; empty where it has none. */
  readonly words: string;
  /** The entry itself. */
  readonly entry: Entry;
}
