/** Entries and folders for the tests: the same number gives the same event. */
import type { Reason, Verdict } from "@ml-defender/events";
import {
  formatRecord,
  type Json,
  type LogRecord,
  toEvidence,
  toRecord,
} from "@ml-defender/raglogger";
import type { ChangeRecord, Entry, IncidentRecord } from "../../entry.ts";

/** Day of every event here. */
export const DAY = "2026-01-02";
const START_US = Date.UTC(2026, 0, 2, 3, 4, 5) * 1000;

/** A reason of a rule that fired. */
export function ruleReason(changes: Partial<Reason> = {}): Reason {
  return {
    code: "vertical_scan",
    text: "ports it tried by TCP, hardly any accepted",
    feature: "src_unique_ports_30s",
    value: 256,
    threshold: 20,
    weight: 0.95,
    engine: "fast",
    ...changes,
  };
}

/** A refused connection of a port scan. */
export function scanVerdict(
  number: number,
  changes: Partial<Verdict> = {},
): Verdict {
  const id = number.toString(16).padStart(32, "0");
  const startUs = START_US + number * 1000;
  return {
    eventId: id,
    timestampUs: startUs + 250_000,
    category: "scan",
    subject: "192.0.2.7",
    fastScore: 0.95,
    mlScore: 0.91,
    finalScore: 0.95,
    divergence: 0.04,
    authoritativeSource: "CONSENSUS",
    severity: "high",
    confidence: 0.9,
    predictions: { ddos: 0.01, internal: 0.91 },
    reasons: [ruleReason()],
    counterEvidence: [],
    incidentId: "feedfacefeedfacefeedfacefeedface",
    flow: {
      id,
      startUs,
      endUs: startUs + 250_000,
      sourceAddress: "192.0.2.7",
      destinationAddress: "10.0.0.5",
      sourcePort: 40_000,
      destinationPort: 22,
      protocol: 6,
      kind: "ip",
      ipVersion: 4,
      app: "ssh",
      endReason: "rst",
      final: true,
      sequence: 0,
      directionConfidence: 100,
      sourceInternal: false,
      destinationInternal: true,
      vlan: 0,
      vni: 0,
      interfaceId: 0,
      forwardPackets: 3,
      backwardPackets: 1,
      forwardBytes: 180,
      backwardBytes: 60,
      facts: {},
      communityId: "1:abc=",
    },
    features: { syn_count: 1, ack_count: 2, fin_count: 0, rst_count: 1 },
    ...changes,
  };
}

/** The line of a verdict; `artifact` says that it has one. */
export function recordOf(verdict: Verdict, artifact = false): LogRecord {
  return toRecord(verdict, { interfaceMode: "offline", nodeId: "sensor-1" }, {
    loggedAtMs: START_US / 1000 + 1000,
    systemState: {
      events_processed_total: 1,
      events_in_last_minute: 1,
      memory_usage_mb: 96,
      cpu_usage_percent: 4,
      uptime_seconds: 60,
    },
    requiresRag: true,
    artifactSha256: artifact ? "0".repeat(64) : null,
  });
}

/** An event, with its evidence unless told otherwise. */
export function eventOf(
  verdict: Verdict,
  { evidence = toEvidence(verdict) }: { evidence?: Json } = {},
): Extract<Entry, { kind: "event" }> {
  return { kind: "event", record: recordOf(verdict, true), evidence };
}

/** An incident. */
export function incidentRecord(
  number: number,
  changes: Partial<IncidentRecord> = {},
): IncidentRecord {
  return {
    state: "closed",
    id: number.toString(16).padStart(32, "a"),
    subject: "192.0.2.7@100",
    category: "scan",
    severity: "alert",
    final_score: 0.912,
    fast_score: 0.912,
    ml_score: null,
    divergence: null,
    authoritative_source: "FAST_ONLY",
    first_seen: "2026-01-02T03:04:05.000001Z",
    last_seen: "2026-01-02T03:06:05.250000Z",
    flows: 3,
    windows: 1,
    peers: ["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9"],
    reasons: [{ ...ruleReason() }],
    corroborated: true,
    event_ids: ["0".repeat(32)],
    ...changes,
  };
}

/** A change of configuration. */
export function changeRecord(
  changes: Partial<ChangeRecord> = {},
): ChangeRecord {
  return {
    id: "c1",
    time: "2026-01-02T03:04:05.000000Z",
    actor: "ada",
    revision: "7",
    outcome: "applied",
    changes: [{
      path: "scoring.thresholds.alert",
      before: "0.7",
      after: "0.8",
    }],
    ...changes,
  };
}

/** A line of the event log, with its newline. */
export function eventLine(number: number, artifact = false): string {
  return `${formatRecord(recordOf(scanVerdict(number), artifact))}\n`;
}

/** A line of the incidents' file, with its newline. */
export function incidentLine(
  number: number,
  changes: Partial<IncidentRecord> = {},
): string {
  return `${JSON.stringify(incidentRecord(number, changes))}\n`;
}

/** Content of an artifact. */
export function artifactText(number: number): string {
  const verdict = scanVerdict(number);
  return `${
    JSON.stringify({
      artifact_version: "1.0",
      record: recordOf(verdict, true),
      evidence: toEvidence(verdict),
    })
  }\n`;
}

/** Name of an event's artifact. */
export function artifactFile(number: number): string {
  return `event_${scanVerdict(number).eventId}.json`;
}

/** Numbers from a seed, evenly spread over [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A temporary folder that goes with the scope. */
export class Folder implements Disposable {
  /** Path of the folder. */
  readonly path = Deno.makeTempDirSync({ prefix: "rag_ingest_" });

  /** Writes a file, and the folders that it needs. */
  write(name: string, content: string | Uint8Array): void {
    const path = `${this.path}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
  }

  /** Adds to a file. */
  append(name: string, content: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, content, { append: true });
  }

  /** Renames a file. */
  rename(from: string, to: string): void {
    Deno.renameSync(`${this.path}/${from}`, `${this.path}/${to}`);
  }

  /** Removes a file or a folder. */
  remove(name: string): void {
    Deno.removeSync(`${this.path}/${name}`, { recursive: true });
  }

  /** Removes it all. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
