/**
 * What a question asks for, as data: the same tree whether it comes from English, Spanish, `--filter` or a program.
 *
 * @module
 */

import type {
  AddressField,
  BooleanField,
  Field,
  NumberField,
  PathField,
  TextField,
} from "./fields.ts";

/** Kind of entry that is asked for. */
export type EntryKind = "event" | "incident" | "change";

/** A value that a field is compared with. */
export type Scalar = string | number | boolean;

/** Equal to a value. Text is compared without case; an entry whose field is unknown does not match. */
export interface Equals {
  /** Always `"eq"`. */
  readonly op: "eq";
  /** What is compared. */
  readonly field: Field;
  /** Value of the field's type. */
  readonly value: Scalar;
}

/** Less or greater than a number. An entry whose field is unknown does not match. */
export interface Compares {
  /** Which comparison. */
  readonly op: "lt" | "le" | "gt" | "ge";
  /** What is compared. */
  readonly field: NumberField;
  /** Limit, in the field's unit. */
  readonly value: number;
}

/** Equal to one of several values. */
export interface OneOf {
  /** Always `"in"`. */
  readonly op: "in";
  /** What is compared. */
  readonly field: Exclude<Field, BooleanField>;
  /** Two or more values of the field's type. */
  readonly values: readonly (string | number)[];
}

/** An address in a network. */
export interface InNetwork {
  /** Always `"cidr"`. */
  readonly op: "cidr";
  /** Which address. */
  readonly field: AddressField;
  /** The network in CIDR notation, for example `10.0.0.0/8`. */
  readonly network: string;
}

/**
 * A domain name or one below it: `under example.com` matches `www.example.com`; of a setting its path or one below it:
 * `under policy.thresholds` matches `policy.thresholds.alert`.
 */
export interface Under {
  /** Always `"under"`. */
  readonly op: "under";
  /** What is compared, without case. */
  readonly field: "name" | PathField;
  /** The domain, lower case; or the path. */
  readonly value: string;
}

/** A time span, half open: `from` is in it and `to` is not. One of them may be absent. */
export interface InTime {
  /** Always `"time"`. */
  readonly op: "time";
  /** First instant, RFC 3339 in UTC with milliseconds, as `Date.toISOString()` writes it. */
  readonly from?: string;
  /** First instant after it. */
  readonly to?: string;
}

/** A time of the day in the query's zone, half open; where `to` is before `from` it goes over midnight. */
export interface InTimeOfDay {
  /** Always `"time_of_day"`. */
  readonly op: "time_of_day";
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`; `24:00` is the end of the day. */
  readonly to: string;
}

/** Days of the week in the query's zone. */
export interface OnDays {
  /** Always `"day_of_week"`. */
  readonly op: "day_of_week";
  /** 1 for Monday to 7 for Sunday, ascending. */
  readonly days: readonly number[];
}

/** All of several. */
export interface And {
  /** Always `"and"`. */
  readonly op: "and";
  /** Two or more. */
  readonly of: readonly Filter[];
}

/** At least one of several. */
export interface Or {
  /** Always `"or"`. */
  readonly op: "or";
  /** Two or more. */
  readonly of: readonly Filter[];
}

/** Every entry that does not match, those with an unknown field among them. */
export interface Not {
  /** Always `"not"`. */
  readonly op: "not";
  /** What must not match. */
  readonly of: Filter;
}

/** Which entries are meant. */
export type Filter =
  | Equals
  | Compares
  | OneOf
  | InNetwork
  | Under
  | InTime
  | InTimeOfDay
  | OnDays
  | And
  | Or
  | Not;

/** A number over several entries. */
export type Metric =
  | {
    /** Number of entries. */
    readonly kind: "count";
  }
  | {
    /** Number of different values. */
    readonly kind: "distinct";
    /** Of what. */
    readonly field: Exclude<Field, PathField>;
  }
  | {
    /** Sum, mean, smallest or largest value; entries whose field is unknown are left out. */
    readonly kind: "sum" | "mean" | "min" | "max";
    /** Of what. */
    readonly field: NumberField;
  };

/** What entries are put together by: a field, or a calendar unit in the query's zone. */
export type GroupKey =
  | TextField
  | AddressField
  | "src_port"
  | "dst_port"
  | "hour"
  | "day"
  | "weekday";

/** Numbers instead of a list. */
export interface Aggregate {
  /** The number. */
  readonly metric: Metric;
  /** One number for each combination; empty for one number over all. */
  readonly groupBy: readonly GroupKey[];
  /** Keep groups whose number compares so. */
  readonly having?: {
    /** Which comparison. */
    readonly op: "eq" | "lt" | "le" | "gt" | "ge";
    /** Limit. */
    readonly value: number;
  };
}

/** Order of a list, or of groups where `by` is `"metric"`. */
export interface Sort {
  /** A number field, the time, or the aggregate's metric. */
  readonly by: NumberField | "time" | "metric";
  /** Direction. */
  readonly order: "asc" | "desc";
}

/** A question as data. Absent parts mean: every event, no ranking by meaning, a list, best or latest first. */
export interface Query {
  /** What kind of entry. @default {"event"} */
  readonly kind: EntryKind;
  /** Which of them. */
  readonly filter?: Filter;
  /** What they are like, in words: what no filter says. Ranks the list. */
  readonly text?: string;
  /** Id of an entry that they should resemble. Ranks the list. */
  readonly similarTo?: string;
  /** Numbers instead of a list. */
  readonly aggregate?: Aggregate;
  /** Order; groups come by falling metric, lists by relevance and then by falling time, where absent. */
  readonly sort?: Sort;
  /** At most so many entries or groups. */
  readonly limit?: number;
  /** IANA time zone for times of day, weekdays and calendar units. @default {"UTC"} */
  readonly zone?: string;
}
