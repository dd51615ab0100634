import type { AnalysisSummary } from "@ml-defender/sdk";
import type { Incident } from "@ml-defender/events";
import { printable, style } from "./_cli.ts";

/** One file of `analyze --json`. */
export interface FileReport {
  /** Path as the user gave it. */
  path: string;
  /** Packets read. */
  packets: number;
  /** Packets that could not be decoded. */
  malformed: number;
  /** Flows. */
  flows: number;
  /** Hosts. */
  hosts: number;
  /** SHA-256 over all records, features and scores. */
  digest: string;
  /** Remarks on how far the capture can be trusted. */
  health: { code: string; text: string; count: number }[];
  /** Incidents, highest score first. */
  incidents: IncidentReport[];
}

/** An incident of `analyze --json`. */
export interface IncidentReport {
  /** Id. */
  id: string;
  /** Host it is about. */
  subject: string;
  /** Kind of threat. */
  category: string;
  /** Severity. */
  severity: string;
  /** Highest of both engines. */
  final_score: number;
  /** Of the rules. */
  fast_score: number | null;
  /** Of the models. */
  ml_score: number | null;
  /** Their distance. */
  divergence: number | null;
  /** Which engine decided. */
  authoritative_source: string;
  /** First evidence, ISO 8601. */
  first_seen: string;
  /** Last evidence, ISO 8601. */
  last_seen: string;
  /** Flow records that gave evidence. */
  flows: number;
  /** Why. */
  reasons: {
    code: string;
    text: string;
    feature: string;
    value: number;
    threshold: number | null;
    side: "above" | "below";
  }[];
}

/**
 * A summary as `analyze --json` prints it.
 *
 * @param path Path as the user gave it.
 * @param summary What the analysis came to.
 * @returns Plain data.
 */
export function fileReport(path: string, summary: AnalysisSummary): FileReport {
  const { packets, malformed, flows, hosts, digest = "" } = summary;
  return {
    path,
    packets,
    malformed,
    flows,
    hosts,
    digest,
    health: summary.health.map((remark) => ({ ...remark })),
    incidents: summary.incidents.map(incidentReport),
  };
}

function incidentReport(incident: Incident): IncidentReport {
  const { id, subject, category, severity, flows, reasons } = incident;
  return {
    id,
    subject,
    category,
    severity,
    final_score: incident.finalScore,
    fast_score: incident.fastScore,
    ml_score: incident.mlScore,
    divergence: incident.divergence,
    authoritative_source: incident.authoritativeSource,
    first_seen: isoTime(incident.firstSeenUs),
    last_seen: isoTime(incident.lastSeenUs),
    flows,
    reasons: reasons.map((
      { code, text, feature, value, threshold, side },
    ) => ({
      code,
      text,
      feature,
      value,
      threshold: Number.isFinite(threshold) ? threshold : null,
      side: side ?? "above",
    })),
  };
}

/**
 * Microseconds since the epoch as text.
 *
 * @param timeUs Capture time; a hostile capture can state any.
 * @returns ISO 8601 with microseconds, or the number where no date can say it.
 */
export function isoTime(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  if (Math.abs(ms) > 8.64e15) return `${timeUs} us`;
  const us = Math.floor(timeUs - ms * 1000);
  return new Date(ms).toISOString()
    .replace("Z", `${String(us).padStart(3, "0")}Z`);
}

/**
 * A summary for people.
 *
 * @param path Path as the user gave it.
 * @param summary What the analysis came to.
 * @returns Lines.
 */
export function summaryLines(path: string, summary: AnalysisSummary): string[] {
  const { packets, malformed, flows, hosts, incidents, health } = summary;
  return [
    style.bold(printable(path)),
    `  ${counted(packets, "packet")} (${malformed} malformed), ${
      counted(flows, "flow")
    }, ${counted(hosts, "host")}, ${counted(incidents.length, "incident")}`,
    ...health.map(({ text, count }) =>
      style.dim(`  note: ${text}${count > 1 ? ` (${count})` : ""}`)
    ),
    ...incidents.flatMap(incidentLines),
  ];
}

function incidentLines(incident: Incident): string[] {
  const paint = incident.severity === "high"
    ? style.red
    : incident.severity === "alert"
    ? style.yellow
    : style.bold;
  const score = (value: number | null) =>
    value === null ? "-" : value.toFixed(2);
  const lines = [
    `  ${paint(incident.severity.padEnd(10))} ${incident.category.padEnd(12)} ${
      style.bold(printable(incident.subject))
    }`,
    style.dim(
      `    score ${score(incident.finalScore)} (rules ${
        score(incident.fastScore)
      }, models ${score(incident.mlScore)}, ${incident.authoritativeSource}), ${
        counted(incident.flows, "flow")
      }, ` +
        `${isoTime(incident.firstSeenUs)} to ${isoTime(incident.lastSeenUs)}`,
    ),
  ];
  const told = new Set<string>();
  for (const { text, value, threshold, side } of incident.reasons) {
    // A rule and a model may tell the same.
    if (told.has(text)) continue;
    told.add(text);
    const limit = Number.isFinite(threshold)
      ? ` (${side === "below" ? "up to" : "from"} ${rounded(threshold)})`
      : "";
    lines.push(`    - ${text}: ${rounded(value)}${limit}`);
  }
  if (incident.peers.length > 0) {
    const shown = incident.peers.slice(0, 4).map(printable).join(", ");
    const more = incident.peers.length > 4 ? ", ..." : "";
    lines.push(style.dim(`    with ${shown}${more}`));
  }
  return lines;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function rounded(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
