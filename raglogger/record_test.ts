import assert from "node:assert/strict";
import { LOG_FIELDS } from "./fields.ts";
import { LOG_RECORD_SCHEMA } from "./schema.ts";
import { formatRecord, formatTimeUs, stableLine, utcDate } from "./format.ts";
import type { LogRecord } from "./record.ts";
import { toEvidence, toRecord } from "./to_record.ts";
import { faults } from "./testdata/check_schema.ts";
import { benign, verdict } from "./testdata/events.ts";
import { printRecord } from "./testdata/print_record.ts";

const STAMP = {
  loggedAtMs: 1_700_000_000_123,
  systemState: {
    events_processed_total: 5,
    events_in_last_minute: 5,
    memory_usage_mb: 61.5,
    cpu_usage_percent: null,
    uptime_seconds: 2,
  },
  requiresRag: true,
  artifactSha256: null,
};

function leaves(value: unknown, path = ""): string[] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([name, member]) =>
    leaves(member, path === "" ? name : `${path}.${name}`)
  );
}

function schemaLeaves(schema: unknown, path = ""): string[] {
  const { properties } = schema as { properties?: Record<string, unknown> };
  if (!properties) return [path];
  return Object.entries(properties).flatMap(([name, member]) =>
    schemaLeaves(member, path === "" ? name : `${path}.${name}`)
  );
}

const GROUPS: Record<string, number> = {
  "rag_metadata": 6,
  "detection": 1,
  "detection.scores": 4,
  "detection.classification": 8,
  "detection.predictions": 5,
  "detection.reasons": 4,
  "detection.decision": 5,
  "network.five_tuple": 5,
  "network": 5,
  "network.flow": 5,
  "network.geoip.source": 3,
  "network.geoip.destination": 2,
  "features.basic_stats": 5,
  "features.tcp_flags": 5,
  "features.timing": 4,
  "features.packet_length": 4,
  "window": 3,
  "system_state": 5,
  "ml_training_metadata": 3,
  "artifact": 1,
};

Deno.test("LOG_FIELDS, the schema and a record have the same 83 leaves in the same order", () => {
  const paths = LOG_FIELDS.map((field) => field.path);
  assert.equal(new Set(paths).size, 83);
  assert.deepEqual(schemaLeaves(LOG_RECORD_SCHEMA), paths);
  const record = toRecord(verdict(1), {}, STAMP);
  assert.deepEqual(leaves(record), paths);
  assert.deepEqual(leaves(JSON.parse(formatRecord(record))), paths);
  const counts: Record<string, number> = {};
  for (const path of paths) {
    const group = path.slice(0, path.lastIndexOf("."));
    counts[group] = (counts[group] ?? 0) + 1;
  }
  assert.deepEqual(counts, GROUPS);
});

Deno.test({
  name: "LogRecord in record.ts is what the field table prints",
  permissions: { read: [new URL("./record.ts", import.meta.url)] },
  fn: async () => {
    const text = await Deno.readTextFile(
      new URL("./record.ts", import.meta.url),
    );
    assert.equal(text, printRecord());
  },
});

Deno.test("toRecord gives records that the schema accepts", () => {
  const host = {
    id: "ab",
    address: "10.0.0.9",
    startUs: 1_700_000_000_000_000,
    endUs: 1_700_000_005_000_000,
    internal: true,
    established: true,
    vlan: 0,
    vni: 0,
    packets: 12,
  };
  const { flow: _, ...rest } = verdict(3);
  for (const one of [verdict(1), benign(2), { ...rest, host }]) {
    const record = toRecord(one, { deploymentId: "d" }, STAMP);
    const parsed = JSON.parse(formatRecord(record));
    assert.deepEqual(faults(LOG_RECORD_SCHEMA, parsed), []);
    assert.deepEqual(parsed, JSON.parse(JSON.stringify(record)));
  }
});

Deno.test("the schema refuses a missing leaf, an unknown one, a wrong type and a value out of range", () => {
  const record = () =>
    JSON.parse(formatRecord(toRecord(verdict(1), {}, STAMP)));
  const spoilt = [
    (r: LogRecord) => Reflect.deleteProperty(r.window, "start"),
    (r: LogRecord) => Reflect.set(r.window, "more", 1),
    (r: LogRecord) => Reflect.set(r, "chain", null),
    (r: LogRecord) => Reflect.set(r.window, "events", "3"),
    (r: LogRecord) => Reflect.set(r.window, "events", 0.5),
    (r: LogRecord) => Reflect.set(r.detection.scores, "final_score", 1.5),
    (r: LogRecord) => Reflect.set(r.detection.scores, "final_score", null),
    (r: LogRecord) => Reflect.set(r.rag_metadata, "event_id", "../x"),
    (r: LogRecord) => Reflect.set(r.detection.decision, "final_decision", ""),
  ];
  for (const spoil of spoilt) {
    const bad = record();
    spoil(bad);
    assert.equal(faults(LOG_RECORD_SCHEMA, bad).length, 1, spoil.toString());
  }
});

Deno.test("toRecord says what the verdict says", () => {
  const record = toRecord(verdict(1), { modelSet: "m1" }, STAMP);
  assert.equal(record.rag_metadata.logged_at, "2023-11-14T22:13:20.123000Z");
  const { classification, reasons, decision } = record.detection;
  assert.equal(classification.attack_family, "reconnaissance");
  assert.equal(classification.level_1_label, "attack");
  assert.equal(classification.level_2_category, "internal");
  assert.equal(
    reasons.fast_detector_reason,
    "many destination ports: 121 >= 10",
  );
  assert.equal(reasons.investigation_priority, "critical");
  assert.equal(decision.final_decision, "malicious");
  assert.equal(decision.anomaly_flags, "");
  assert.equal(record.network.five_tuple.protocol, "tcp");
  assert.equal(record.network.is_wan_facing, true);
  assert.equal(record.network.flow.duration_us, 250_000);
  assert.equal(record.network.flow.packets_per_sec, 16);
  assert.equal(record.features.timing.flow_iat_mean, 62_500);
  assert.equal(record.features.timing.backward_iat_mean, null);
  assert.equal(record.features.packet_length.mean, 60);
  assert.equal(record.window.events, 4);
  const calm = toRecord(benign(1), {}, { ...STAMP, requiresRag: false });
  assert.equal(calm.detection.classification.final_class, "benign");
  assert.equal(calm.detection.classification.authoritative_source, null);
  assert.equal(calm.detection.reasons.fast_detector_triggered, false);
  assert.equal(calm.detection.reasons.investigation_priority, "none");
});

Deno.test("toRecord takes the reason of a rule, not of a model, as the fast reason", () => {
  const [rule] = verdict(1).reasons;
  assert.ok(rule);
  const model = {
    ...rule,
    code: "internal.src_unique_ports_10s",
    text: "m",
    engine: "ml" as const,
  };
  const mixed = verdict(1, { reasons: [model, rule] });
  const { detection } = toRecord(mixed, {}, STAMP);
  assert.match(detection.reasons.fast_detector_reason ?? "", /^many/);
  assert.equal(
    detection.classification.level_3_subcategory,
    "internal.src_unique_ports_10s",
  );
});

Deno.test("toRecord says that a rule fired from its firing score on, not for the best that did not", () => {
  for (const fastScore of [null, 0, 0.699]) {
    const { reasons } =
      toRecord(verdict(1, { fastScore }), {}, STAMP).detection;
    assert.equal(reasons.fast_detector_triggered, false);
    assert.equal(reasons.fast_detector_reason, null);
  }
  const { reasons } =
    toRecord(verdict(1, { fastScore: 0.7 }), {}, STAMP).detection;
  assert.equal(reasons.fast_detector_triggered, true);
  assert.match(reasons.fast_detector_reason ?? "", /^many/);
});

Deno.test("toEvidence keeps on which side of its threshold a value counts, and whose reason it is", () => {
  const [rule] = verdict(1).reasons;
  assert.ok(rule);
  const below = { ...rule, side: "below", engine: "ml" } as const;
  const evidence = toEvidence(verdict(1, { reasons: [below, rule] }));
  assert.deepEqual((evidence as { reasons: unknown }).reasons, [below, rule]);
});

Deno.test("toRecord refuses an event id that could not be a file name", () => {
  for (const eventId of ["", "../a", "a/b", "a.b", "x".repeat(65)]) {
    assert.throws(
      () => toRecord(verdict(1, { eventId }), {}, STAMP),
      TypeError,
    );
  }
});

Deno.test("formatRecord writes the same line whatever the order of the keys, and null for what is not a number", () => {
  const record = toRecord(verdict(1), {}, STAMP);
  const reversed = Object.fromEntries(Object.entries(record).reverse());
  const line = formatRecord(record);
  assert.equal(formatRecord(reversed as unknown as LogRecord), line);
  assert.equal(line, JSON.stringify(record));
  const odd = structuredClone(record) as LogRecord;
  odd.network.flow.bytes_per_sec = NaN;
  odd.network.flow.packets_per_sec = Infinity;
  odd.detection.scores.fast_detector = -0;
  odd.network.interface = '\u0000\u2028\ud800é"\\';
  const flow = JSON.parse(formatRecord(odd)).network.flow;
  assert.equal(flow.bytes_per_sec, null);
  assert.equal(flow.packets_per_sec, null);
  assert.ok(formatRecord(odd).includes('"fast_detector":0,'));
  assert.ok(formatRecord(odd).includes('"\\u0000\u2028\ufffdé\\"\\\\"'));
});

Deno.test("stableLine leaves out logged_at and system_state and nothing else", () => {
  const record = toRecord(
    verdict(1),
    { deploymentId: '"logged_at":"x",', nodeId: ',"system_state":{}' },
    STAMP,
  );
  const { logged_at: _, ...metadata } = record.rag_metadata;
  const { system_state: __, ...rest } = record;
  assert.deepEqual(
    JSON.parse(stableLine(formatRecord(record))),
    JSON.parse(JSON.stringify({ ...rest, rag_metadata: metadata })),
  );
});

Deno.test("formatTimeUs and utcDate keep to the years 1970 to 9999", () => {
  assert.equal(formatTimeUs(1), "1970-01-01T00:00:00.000001Z");
  assert.equal(formatTimeUs(-5), "1970-01-01T00:00:00.000000Z");
  assert.equal(formatTimeUs(9e18), "9999-12-31T23:59:59.999999Z");
  assert.equal(
    formatTimeUs(1_709_251_199_999_999),
    "2024-02-29T23:59:59.999999Z",
  );
  assert.equal(utcDate(1e18), "9999-12-31");
});
