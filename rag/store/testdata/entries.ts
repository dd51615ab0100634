/** Entries for the tests of store and columns: random ones from a seed, with unknown values in every field that may be. */
import type { LogRecord } from "@ml-defender/raglogger";
import type { Entry, Facts, PreparedEntry } from "../../entry.ts";
import {
  type LogContext,
  type LogStamp,
  toRecord,
} from "@ml-defender/raglogger";
import { verdict } from "../../../raglogger/testdata/events.ts";

const CONTEXT: LogContext = { nodeId: "sensor-1" };
const STAMP: LogStamp = {
  loggedAtMs: 1_700_000_000_000,
  systemState: {
    events_processed_total: 1,
    events_in_last_minute: 1,
    memory_usage_mb: 148.3,
    cpu_usage_percent: 12.5,
    uptime_seconds: 1234.567,
  },
  requiresRag: true,
  artifactSha256: null,
};

/** Numbers from 0 to 1, the same ones for a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ state >>> 15, state | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 4_294_967_296;
  };
}

/** One of several. */
export function pick<T>(next: () => number, values: readonly T[]): T {
  return values[Math.floor(next() * values.length)]!;
}

const CATEGORIES = [
  "ddos",
  "scan",
  "bruteforce",
  "c2",
  "dns",
  "exfiltration",
  "web",
];
const NAMES = [
  "example.com",
  "www.example.com",
  "Mail.Example.COM",
  "notexample.com",
  "cdn.example.org",
  "xn--bcher-kva.example",
];
const SERVICES = ["ssh", "dns", "http", "https", "smb", "rdp"];
const PATHS = [
  "policy.thresholds.alert",
  "policy.thresholds.categories.dns",
  "policy.thresholdsOfOthers",
  "rules.scan.minPorts",
  "log.queueLimit",
];
const BEHAVIOURS = [
  "many destination ports probed in a short time",
  "password guessing against remote login",
  "flood of connection requests",
  "regular small beacons to one server",
  "large upload to an unusual destination",
  "long random names in name lookups",
];

/** An id of 32 hexadecimal digits, spread as a hash is. */
export function idOf(number: number): string {
  const next = random(number);
  const part = () => Math.floor(next() * 4_294_967_296).toString(16);
  return [part(), part(), part(), number.toString(16)]
    .map((text) => text.padStart(8, "0")).join("");
}

function address(next: () => number): string {
  const kind = next();
  if (kind < 0.4) {
    return `10.0.${Math.floor(next() * 3)}.${Math.floor(next() * 40)}`;
  }
  if (kind < 0.6) return `192.168.1.${Math.floor(next() * 256)}`;
  if (kind < 0.8) return `203.0.113.${Math.floor(next() * 100)}`;
  if (kind < 0.9) return `2001:db8::${Math.floor(next() * 50).toString(16)}`;
  return `fe80::1:${Math.floor(next() * 50).toString(16)}`;
}

/** Random facts; a seventh of what may be unknown is. */
export function randomFacts(next: () => number): Facts {
  const maybe = <T>(value: T): T | null => next() < 1 / 7 ? null : value;
  const score = () => maybe(Math.round(next() * 1000) / 1000);
  const count = (most: number) => maybe(Math.floor(next() ** 4 * most));
  return {
    src_ip: maybe(address(next)),
    dst_ip: maybe(address(next)),
    category: maybe(pick(next, CATEGORIES)),
    leaning: maybe(pick(next, CATEGORIES)),
    decision: pick(next, ["benign", "suspicious", "malicious"]),
    priority: pick(next, ["none", "low", "medium", "high", "critical"]),
    authoritative_source: maybe(
      pick(next, ["FAST_ONLY", "ML_ONLY", "CONSENSUS", "DIVERGENCE"]),
    ),
    reason: maybe(pick(next, ["many_ports", "syn_flood", "beacon"])),
    confidence_level: maybe(pick(next, ["low", "medium", "high"])),
    protocol: maybe(pick(next, ["tcp", "udp", "icmp"])),
    service: maybe(pick(next, SERVICES)),
    app_protocol: maybe(pick(next, ["dns", "tls", "http"])),
    name: next() < 0.5 ? null : pick(next, NAMES),
    interface: maybe("eth0"),
    node_id: maybe("sensor-1"),
    src_country: null,
    dst_country: next() < 0.9 ? null : "ES",
    src_port: maybe(Math.floor(next() * 65_536)),
    dst_port: maybe(pick(next, [22, 53, 80, 443, 445, 3389])),
    fast_score: score(),
    ml_score: score(),
    final_score: score(),
    divergence: score(),
    confidence: score(),
    ddos: score(),
    ransomware: score(),
    traffic: score(),
    internal: score(),
    duration: maybe(Math.floor(next() ** 3 * 1e9) / 1e6),
    packets: count(100_000),
    bytes: count(5_000_000_000),
    sent_bytes: count(1_000_000),
    received_bytes: count(1_000_000),
    bytes_per_second: maybe(next() * 1e6),
    packets_per_second: maybe(next() * 1e3),
    fast_triggered: maybe(next() < 0.5),
    needs_analysis: next() < 0.3,
    src_internal: maybe(next() < 0.5),
    dst_internal: maybe(next() < 0.5),
    actor: maybe(pick(next, ["ana", "Ana", "eva", "dns", "10.0.0.1"])),
    revision: maybe(pick(next, ["7", "8", "12"])),
    outcome: maybe(pick(next, ["applied", "refused", "rolled_back"])),
    setting: PATHS.filter(() => next() < 0.3).join("\n") || null,
  };
}

/** A record of the log with all of its 83 leaves. */
export function record(number: number): LogRecord {
  const made = toRecord(verdict(number), CONTEXT, STAMP);
  return {
    ...made,
    rag_metadata: { ...made.rag_metadata, event_id: idOf(number) },
  };
}

/** Settings of `event`. */
export interface EventOptions {
  readonly facts?: Facts;
  readonly evidence?: boolean;
  readonly behaviour?: string;
  readonly words?: string;
  readonly timestampUs?: number;
}

/** A prepared event: the same for a number. */
export function event(
  number: number,
  options: EventOptions = {},
): PreparedEntry {
  const next = random(number ^ 0x5bd1e995);
  const facts = options.facts ?? randomFacts(next);
  const { evidence = number % 3 === 0 } = options;
  const entry: Entry = {
    kind: "event",
    record: record(number),
    evidence: evidence
      ? { reasons: [{ code: "many_ports", value: number }], facts: {} }
      : null,
  };
  return {
    kind: "event",
    id: idOf(number),
    timestampUs: options.timestampUs ??
      1_700_000_000_000_000 + Math.floor(next() * 40 * 86_400e6),
    facts,
    behaviour: options.behaviour ?? pick(next, BEHAVIOURS),
    words: options.words ??
      (facts.name === null ? "" : `${facts.name} 1:${idOf(number)}=`),
    entry,
  };
}

/** A prepared incident in one of its states. */
export function incident(
  number: number,
  state: "opened" | "updated" | "closed",
  lastSeenUs = 1_700_000_000_000_000,
): PreparedEntry {
  const id = idOf(number);
  const facts = randomFacts(random(number));
  return {
    kind: "incident",
    id,
    timestampUs: lastSeenUs,
    facts,
    behaviour: `incident ${state}`,
    words: "",
    entry: {
      kind: "incident",
      record: {
        state,
        id,
        subject: "192.0.2.7",
        category: "scan",
        severity: "alert",
        final_score: 0.9,
        fast_score: 0.9,
        ml_score: null,
        divergence: null,
        authoritative_source: "FAST_ONLY",
        first_seen: "2023-11-14T22:13:20.000000Z",
        last_seen: new Date(lastSeenUs / 1000).toISOString(),
        flows: 3,
        windows: 1,
        peers: ["10.0.0.5"],
        reasons: [],
        corroborated: false,
        event_ids: [idOf(number + 1)],
      },
    },
  };
}

/** A prepared change of configuration. */
export function change(number: number): PreparedEntry {
  const facts = randomFacts(random(number));
  const id = `change-${number}`;
  return {
    kind: "change",
    id,
    timestampUs: 1_700_000_000_000_000 + number,
    facts,
    behaviour: "configuration changed",
    words: "scoring.alert",
    entry: {
      kind: "change",
      record: {
        id,
        time: "2023-11-14T22:13:20.000000Z",
        actor: "someone",
        revision: `${number}`,
        outcome: "applied",
        changes: [{ path: "scoring.alert", before: "0.7", after: "0.8" }],
      },
    },
  };
}
