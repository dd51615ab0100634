/** Filters and aggregates with the SQL that a person would write for them over the table of entries. */
import type { Aggregate, EntryKind, Filter, Sort } from "../../query/ast.ts";

/** A filter and the condition that means the same. */
export interface FilterCase {
  readonly filter: Filter | undefined;
  readonly where: string;
  readonly kind?: EntryKind;
}

const LOCAL = "10.0.%";

/** Time of the day in UTC. */
const CLOCK = "strftime('%H:%M', timestamp_us / 1000000, 'unixepoch')";
/** 0 for Sunday. */
const WEEKDAY = "strftime('%w', timestamp_us / 1000000, 'unixepoch')";

const us = (text: string) => Date.parse(text) * 1000;

export const FILTER_CASES: readonly FilterCase[] = [
  { filter: undefined, where: "1" },
  { filter: undefined, where: "1", kind: "incident" },
  { filter: undefined, where: "1", kind: "change" },
  {
    filter: { op: "eq", field: "category", value: "scan" },
    where: "category = 'scan'",
  },
  {
    filter: { op: "eq", field: "category", value: "SCAN" },
    where: "category = 'scan'",
  },
  { filter: { op: "eq", field: "category", value: "nothing" }, where: "0" },
  {
    filter: { op: "eq", field: "name", value: "mail.example.com" },
    where: "lower(name) = 'mail.example.com'",
  },
  {
    filter: { op: "eq", field: "authoritative_source", value: "consensus" },
    where: "authoritative_source = 'CONSENSUS'",
  },
  {
    filter: { op: "eq", field: "src_country", value: "ES" },
    where: "src_country = 'ES'",
  },
  {
    filter: { op: "not", of: { op: "eq", field: "src_country", value: "ES" } },
    where: "src_country IS NULL",
  },
  {
    filter: { op: "eq", field: "dst_country", value: "es" },
    where: "dst_country = 'ES'",
  },
  {
    filter: { op: "eq", field: "src_ip", value: "203.0.113.5" },
    where: "src_ip = '203.0.113.5'",
  },
  {
    filter: { op: "eq", field: "dst_ip", value: "2001:DB8:0:0::7" },
    where: "dst_ip = '2001:db8::7'",
  },
  {
    filter: { op: "eq", field: "ip", value: "10.0.1.7" },
    where: "src_ip = '10.0.1.7' OR dst_ip = '10.0.1.7'",
  },
  {
    filter: { op: "not", of: { op: "eq", field: "ip", value: "10.0.1.7" } },
    where:
      "ifnull(src_ip, '') <> '10.0.1.7' AND ifnull(dst_ip, '') <> '10.0.1.7'",
  },
  {
    filter: { op: "in", field: "ip", values: ["10.0.1.7", "10.0.1.8"] },
    where:
      "src_ip IN ('10.0.1.7', '10.0.1.8') OR dst_ip IN ('10.0.1.7', '10.0.1.8')",
  },
  {
    filter: { op: "eq", field: "dst_port", value: 22 },
    where: "dst_port = 22",
  },
  {
    filter: { op: "eq", field: "final_score", value: 0.5 },
    where: "final_score = 0.5",
  },
  {
    filter: { op: "eq", field: "fast_triggered", value: true },
    where: "fast_triggered = 1",
  },
  {
    filter: { op: "eq", field: "fast_triggered", value: false },
    where: "fast_triggered = 0",
  },
  {
    filter: {
      op: "not",
      of: { op: "eq", field: "fast_triggered", value: false },
    },
    where: "fast_triggered = 1 OR fast_triggered IS NULL",
  },
  {
    filter: { op: "eq", field: "needs_analysis", value: true },
    where: "needs_analysis = 1",
  },
  {
    filter: { op: "gt", field: "final_score", value: 0.7 },
    where: "final_score > 0.7",
  },
  {
    filter: { op: "ge", field: "final_score", value: 0.7 },
    where: "final_score >= 0.7",
  },
  {
    filter: { op: "lt", field: "ml_score", value: 0.123 },
    where: "ml_score < 0.123",
  },
  {
    filter: { op: "le", field: "ml_score", value: 0.123 },
    where: "ml_score <= 0.123",
  },
  {
    filter: { op: "not", of: { op: "lt", field: "ml_score", value: 0.5 } },
    where: "ml_score >= 0.5 OR ml_score IS NULL",
  },
  {
    filter: { op: "gt", field: "bytes", value: 16_777_217 },
    where: "bytes > 16777217",
  },
  {
    filter: { op: "le", field: "duration", value: 0.000_5 },
    where: "duration <= 0.0005",
  },
  {
    filter: { op: "ge", field: "src_port", value: 49_152 },
    where: "src_port >= 49152",
  },
  {
    filter: { op: "in", field: "dst_port", values: [22, 3389, 445] },
    where: "dst_port IN (22, 3389, 445)",
  },
  {
    filter: { op: "in", field: "service", values: ["ssh", "RDP"] },
    where: "service IN ('ssh', 'rdp')",
  },
  {
    filter: {
      op: "not",
      of: { op: "in", field: "service", values: ["ssh", "rdp"] },
    },
    where: "service IS NULL OR service NOT IN ('ssh', 'rdp')",
  },
  {
    filter: { op: "under", field: "name", value: "example.com" },
    where: "lower(name) = 'example.com' OR lower(name) LIKE '%.example.com'",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "10.0.0.0/16" },
    where: `src_ip LIKE '${LOCAL}'`,
  },
  {
    filter: { op: "cidr", field: "ip", network: "10.0.0.0/8" },
    where: "src_ip LIKE '10.%' OR dst_ip LIKE '10.%'",
  },
  {
    filter: { op: "cidr", field: "dst_ip", network: "10.0.1.0/24" },
    where: "dst_ip LIKE '10.0.1.%'",
  },
  {
    filter: { op: "cidr", field: "dst_ip", network: "192.168.1.128/25" },
    where:
      "dst_ip LIKE '192.168.1.%' AND CAST(substr(dst_ip, 11) AS INTEGER) >= 128",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "2001:db8::/32" },
    where: "src_ip LIKE '2001:db8:%'",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "fe80::/10" },
    where: "src_ip LIKE 'fe80:%'",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "0.0.0.0/0" },
    where: "src_ip LIKE '%.%'",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "::/0" },
    where: "src_ip LIKE '%:%'",
  },
  {
    filter: { op: "cidr", field: "src_ip", network: "203.0.113.7/32" },
    where: "src_ip = '203.0.113.7'",
  },
  {
    filter: {
      op: "not",
      of: { op: "cidr", field: "src_ip", network: "10.0.0.0/8" },
    },
    where: "src_ip IS NULL OR src_ip NOT LIKE '10.%'",
  },
  {
    filter: {
      op: "time",
      from: "2023-11-20T00:00:00.000Z",
      to: "2023-11-27T00:00:00.000Z",
    },
    where: `timestamp_us >= ${us("2023-11-20")} AND timestamp_us < ${
      us("2023-11-27")
    }`,
  },
  {
    filter: { op: "time", from: "2023-12-01T12:00:00.000Z" },
    where: `timestamp_us >= ${us("2023-12-01T12:00:00Z")}`,
  },
  { filter: { op: "time", to: "2023-11-14T22:13:20.000Z" }, where: "0" },
  {
    filter: { op: "time_of_day", from: "02:00", to: "05:00" },
    where: `${CLOCK} >= '02:00' AND ${CLOCK} < '05:00'`,
  },
  {
    filter: { op: "time_of_day", from: "22:00", to: "06:00" },
    where: `${CLOCK} >= '22:00' OR ${CLOCK} < '06:00'`,
  },
  {
    filter: { op: "time_of_day", from: "12:30", to: "24:00" },
    where: `${CLOCK} >= '12:30'`,
  },
  {
    filter: { op: "day_of_week", days: [6, 7] },
    where: `${WEEKDAY} IN ('6', '0')`,
  },
  {
    filter: {
      op: "not",
      of: {
        op: "and",
        of: [
          { op: "time_of_day", from: "09:00", to: "18:00" },
          { op: "day_of_week", days: [1, 2, 3, 4, 5] },
        ],
      },
    },
    where:
      `NOT (${CLOCK} >= '09:00' AND ${CLOCK} < '18:00' AND ${WEEKDAY} BETWEEN '1' AND '5')`,
  },
  {
    filter: {
      op: "and",
      of: [
        { op: "in", field: "service", values: ["ssh", "rdp"] },
        { op: "cidr", field: "src_ip", network: "10.0.0.0/8" },
        { op: "not", of: { op: "eq", field: "decision", value: "benign" } },
      ],
    },
    where:
      "service IN ('ssh', 'rdp') AND src_ip LIKE '10.%' AND decision <> 'benign'",
  },
  {
    filter: {
      op: "or",
      of: [
        { op: "gt", field: "divergence", value: 0.9 },
        {
          op: "and",
          of: [{ op: "eq", field: "category", value: "c2" }, {
            op: "lt",
            field: "confidence",
            value: 0.5,
          }],
        },
      ],
    },
    where: "divergence > 0.9 OR category = 'c2' AND confidence < 0.5",
  },
  {
    filter: {
      op: "and",
      of: [{ op: "eq", field: "fast_triggered", value: true }, {
        op: "not",
        of: { op: "ge", field: "ml_score", value: 0.5 },
      }],
    },
    where: "fast_triggered = 1 AND (ml_score < 0.5 OR ml_score IS NULL)",
  },
  {
    filter: { op: "eq", field: "category", value: "scan" },
    where: "category = 'scan'",
    kind: "incident",
  },
];

/** An aggregate and the query that means the same: keys, then the number as `value`. */
export interface AggregateCase {
  readonly aggregate: Aggregate;
  readonly sql: string;
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly limit?: number;
}

const DAY = "strftime('%Y-%m-%d', timestamp_us / 1000000, 'unixepoch')";
const HOUR = "strftime('%Y-%m-%dT%H:00', timestamp_us / 1000000, 'unixepoch')";
const EVENTS = "FROM entries WHERE kind = 1";
const BY = "ORDER BY value IS NULL, value DESC";

export const AGGREGATE_CASES: readonly AggregateCase[] = [
  {
    aggregate: { metric: { kind: "count" }, groupBy: [] },
    sql: `SELECT count(*) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "distinct", field: "src_ip" }, groupBy: [] },
    sql: `SELECT count(DISTINCT src_ip) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "distinct", field: "dst_port" }, groupBy: [] },
    sql: `SELECT count(DISTINCT dst_port) AS value ${EVENTS}`,
  },
  {
    aggregate: {
      metric: { kind: "distinct", field: "fast_triggered" },
      groupBy: [],
    },
    sql: `SELECT count(DISTINCT fast_triggered) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "distinct", field: "ip" }, groupBy: [] },
    sql:
      `SELECT count(*) AS value FROM (SELECT src_ip AS ip ${EVENTS} AND src_ip NOT NULL UNION SELECT dst_ip ${EVENTS} AND dst_ip NOT NULL)`,
  },
  {
    aggregate: {
      metric: { kind: "distinct", field: "ip" },
      groupBy: ["category"],
    },
    sql:
      `SELECT category, count(DISTINCT ip) AS value FROM (SELECT category, src_ip AS ip ${EVENTS} UNION ALL SELECT category, dst_ip ${EVENTS}) GROUP BY category ${BY}, category IS NULL, category`,
  },
  {
    aggregate: { metric: { kind: "sum", field: "bytes" }, groupBy: [] },
    sql: `SELECT sum(bytes) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "mean", field: "final_score" }, groupBy: [] },
    sql: `SELECT avg(final_score) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "min", field: "duration" }, groupBy: [] },
    sql: `SELECT min(duration) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "max", field: "bytes" }, groupBy: [] },
    sql: `SELECT max(bytes) AS value ${EVENTS}`,
  },
  {
    aggregate: { metric: { kind: "mean", field: "bytes" }, groupBy: [] },
    filter: { op: "time", to: "2000-01-01T00:00:00.000Z" },
    sql: "SELECT NULL AS value",
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: [] },
    filter: { op: "time", to: "2000-01-01T00:00:00.000Z" },
    sql: "SELECT 0 AS value",
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["src_ip"] },
    filter: { op: "time", to: "2000-01-01T00:00:00.000Z" },
    sql: "SELECT 0 AS value WHERE 0",
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["category"] },
    sql:
      `SELECT category, count(*) AS value ${EVENTS} GROUP BY category ${BY}, category IS NULL, category`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["src_ip"] },
    limit: 20,
    sql:
      `SELECT src_ip, count(*) AS value ${EVENTS} GROUP BY src_ip ${BY}, src_ip IS NULL, src_ip LIMIT 20`,
  },
  {
    aggregate: {
      metric: { kind: "distinct", field: "dst_ip" },
      groupBy: ["src_ip"],
      having: { op: "ge", value: 15 },
    },
    sql:
      `SELECT src_ip, count(DISTINCT dst_ip) AS value ${EVENTS} GROUP BY src_ip HAVING value >= 15 ${BY}, src_ip IS NULL, src_ip`,
  },
  {
    aggregate: {
      metric: { kind: "count" },
      groupBy: ["src_ip"],
      having: { op: "eq", value: 7 },
    },
    sql:
      `SELECT src_ip, count(*) AS value ${EVENTS} GROUP BY src_ip HAVING value = 7 ORDER BY src_ip IS NULL, src_ip`,
  },
  {
    aggregate: {
      metric: { kind: "count" },
      groupBy: ["dst_port"],
      having: { op: "lt", value: 1350 },
    },
    sql:
      `SELECT dst_port, count(*) AS value ${EVENTS} GROUP BY dst_port HAVING value < 1350 ${BY}, dst_port IS NULL, dst_port`,
  },
  {
    aggregate: {
      metric: { kind: "sum", field: "sent_bytes" },
      groupBy: ["src_ip", "service"],
    },
    limit: 50,
    sql:
      `SELECT src_ip, service, sum(sent_bytes) AS value ${EVENTS} GROUP BY src_ip, service ${BY}, src_ip IS NULL, src_ip, service IS NULL, service LIMIT 50`,
  },
  {
    aggregate: {
      metric: { kind: "mean", field: "ml_score" },
      groupBy: ["category", "decision", "protocol"],
    },
    sql:
      `SELECT category, decision, protocol, avg(ml_score) AS value ${EVENTS} GROUP BY 1, 2, 3 ${BY}, category IS NULL, category, decision, protocol IS NULL, protocol`,
  },
  {
    aggregate: {
      metric: { kind: "max", field: "duration" },
      groupBy: ["service"],
      having: { op: "gt", value: 100 },
    },
    sort: { by: "metric", order: "asc" },
    sql:
      `SELECT service, max(duration) AS value ${EVENTS} GROUP BY service HAVING value > 100 ORDER BY value, service IS NULL, service`,
  },
  {
    aggregate: {
      metric: { kind: "min", field: "src_port" },
      groupBy: ["dst_port"],
      having: { op: "le", value: 60 },
    },
    sort: { by: "metric", order: "asc" },
    limit: 3,
    sql:
      `SELECT dst_port, min(src_port) AS value ${EVENTS} GROUP BY dst_port HAVING value <= 60 ORDER BY value, dst_port IS NULL, dst_port LIMIT 3`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["day"] },
    sql:
      `SELECT ${DAY} AS day, count(*) AS value ${EVENTS} GROUP BY day ${BY}, day`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["hour"] },
    limit: 40,
    sql:
      `SELECT ${HOUR} AS hour, count(*) AS value ${EVENTS} GROUP BY hour ${BY}, hour LIMIT 40`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["weekday"] },
    sql:
      `SELECT (strftime('%w', timestamp_us / 1000000, 'unixepoch') + 6) % 7 + 1 AS weekday, count(*) AS value ${EVENTS} GROUP BY weekday ${BY}, weekday`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["day", "category"] },
    sort: { by: "time", order: "asc" },
    limit: 5,
    sql:
      `SELECT ${DAY} AS day, category, count(*) AS value ${EVENTS} GROUP BY day, category ORDER BY max(timestamp_us) LIMIT 5`,
  },
  {
    aggregate: { metric: { kind: "count" }, groupBy: ["ip"] },
    limit: 30,
    sql:
      `SELECT ip, count(*) AS value FROM (SELECT src_ip AS ip ${EVENTS} AND (src_ip NOT NULL OR dst_ip IS NULL) UNION ALL SELECT dst_ip ${EVENTS} AND dst_ip NOT NULL AND dst_ip IS NOT src_ip) GROUP BY ip ${BY}, ip IS NULL, ip LIMIT 30`,
  },
];
