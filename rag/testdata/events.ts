/** A small log of known events for tests of the whole search. */
import type { LogRecord } from "@ml-defender/raglogger";
import type { Entry } from "../entry.ts";
import { idOf, record } from "../store/testdata/entries.ts";

/** What an event is made of. */
export interface Made {
  /** Number of the event: its id. */
  readonly number: number;
  /** RFC 3339. */
  readonly time: string;
  /** Decided class. */
  readonly category?: string;
  /** Initiator. */
  readonly src?: string;
  /** Responder. */
  readonly dst?: string;
  /** Port of the responder. */
  readonly port?: number;
  /** Score of the rules. */
  readonly fast?: number | null;
  /** Score of the forest. */
  readonly ml?: number | null;
  /** What the rule that fired says. */
  readonly reason?: string;
  /** Server name. */
  readonly name?: string;
}

/** Id of an event. */
export function id(number: number): string {
  return idOf(number);
}

/** An event with its record. */
export function made(event: Made): Extract<Entry, { kind: "event" }> {
  const base = record(event.number);
  const { category = "scan", fast = 0.9, ml = 0.8, reason, port = 22 } = event;
  const benign = category === "benign";
  const final = Math.max(fast ?? 0, ml ?? 0);
  const { detection, network } = base;
  const made: LogRecord = {
    ...base,
    detection: {
      ...detection,
      detection_timestamp: event.time.replace("Z", ".000000Z"),
      scores: {
        fast_detector: fast,
        ml_detector: ml,
        final_score: final,
        divergence: fast === null || ml === null ? null : Math.abs(fast - ml),
      },
      classification: {
        ...detection.classification,
        final_class: category,
        threat_category: benign ? "scan" : category,
      },
      reasons: {
        ...detection.reasons,
        fast_detector_triggered: (fast ?? 0) >= 0.7,
        fast_detector_reason: reason === undefined
          ? null
          : `${reason}: 12 >= 10`,
        investigation_priority: benign ? "low" : "critical",
      },
      decision: {
        ...detection.decision,
        final_decision: benign ? "benign" : "malicious",
      },
    },
    network: {
      ...network,
      five_tuple: {
        src_ip: event.src ?? "10.0.0.5",
        src_port: 40_000 + event.number,
        dst_ip: event.dst ?? "10.0.0.9",
        dst_port: port,
        protocol: "tcp",
      },
      app_protocol: null,
    },
  };
  const facts = event.name === undefined ? {} : { tls_sni: event.name };
  return {
    kind: "event",
    record: made,
    evidence: event.name === undefined ? null : {
      reasons: [],
      facts,
      features: {},
      counter_evidence: [],
    },
  };
}

/** A day of it: a scan, password guessing by two hosts, SMB from one host to many, one quiet benign flow. */
export function day(): Entry[] {
  const entries: Entry[] = [];
  let number = 1;
  const add = (event: Omit<Made, "number">) =>
    entries.push(made({ number: number++, ...event }));
  for (let port = 0; port < 5; port++) {
    add({
      time: `2026-03-17T08:00:0${port}Z`,
      port: 1000 + port,
      src: "203.0.113.7",
      reason: "ports it tried by TCP, hardly any accepted",
    });
  }
  for (const src of ["10.0.0.5", "10.1.0.6"]) {
    for (let minute = 10; minute < 14; minute++) {
      add({
        time: `2026-03-17T23:${minute}:00Z`,
        category: "bruteforce",
        src,
        dst: "10.0.0.20",
        ml: 0.2,
        reason: "connections to login services of few hosts in a minute",
      });
    }
  }
  for (let host = 1; host <= 12; host++) {
    add({
      time: `2026-03-17T12:00:${String(host + 10)}Z`,
      category: "lateral",
      src: "10.0.0.33",
      dst: `10.0.2.${host}`,
      port: 445,
      reason: "hosts it exchanged SMB with in half a minute",
    });
  }
  add({
    time: "2026-03-16T09:00:00Z",
    category: "benign",
    fast: 0,
    ml: 0.05,
    port: 443,
    name: "updates.example.com",
  });
  return entries;
}
