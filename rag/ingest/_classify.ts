/** What a line or a file of JSON is. */
import type { Json, LogRecord } from "@ml-defender/raglogger";
import { type JsonObject, objectOf } from "../_evidence.ts";
import { isHeld, timeUs } from "../_time.ts";
import type { ChangeRecord, Entry } from "../entry.ts";
import { isIncident } from "./_incident.ts";
import type { SkipReason } from "./batch.ts";

/** An entry, or why it is none. */
export type Classified =
  | { readonly entry: Entry; readonly skip?: never }
  | { readonly skip: SkipReason; readonly entry?: never };

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const VERSION = /^1\.\d{1,9}$/;
const ANY_VERSION = /^\d{1,9}\.\d{1,9}$/;
const STATES: ReadonlySet<unknown> = new Set(["opened", "updated", "closed"]);
const OUTCOMES: ReadonlySet<unknown> = new Set([
  "applied",
  "refused",
  "rolled_back",
]);
const decoder = new TextDecoder();

function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

function isTime(value: unknown): boolean {
  return isHeld(timeUs(value));
}

function parse(bytes: Uint8Array): JsonObject | SkipReason {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return "torn";
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : "notObject";
}

/** Reads a line of a log, of incidents or of changes. */
export function classifyLine(bytes: Uint8Array): Classified {
  const value = parse(bytes);
  return typeof value === "string" ? { skip: value } : classifyObject(value);
}

/** What an object of a line is. */
export function classifyObject(value: JsonObject): Classified {
  if ("rag_metadata" in value) return classifyEvent(value, null);
  if (STATES.has(value["state"])) return classifyIncident(value);
  if (OUTCOMES.has(value["outcome"])) return classifyChange(value);
  return { skip: "foreign" };
}

function versionProblem(version: unknown): SkipReason | undefined {
  if (typeof version !== "string" || !ANY_VERSION.test(version)) {
    return "foreign";
  }
  return VERSION.test(version) ? undefined : "wrongVersion";
}

function classifyEvent(value: unknown, evidence: Json): Classified {
  const record = objectOf(value);
  const { event_id, log_version } = objectOf(record["rag_metadata"]);
  const problem = versionProblem(log_version);
  if (problem !== undefined) return { skip: problem };
  const { detection_timestamp } = objectOf(record["detection"]);
  if (!isId(event_id) || !isTime(detection_timestamp)) {
    return { skip: "foreign" };
  }
  const line = record as unknown as LogRecord;
  return { entry: { kind: "event", record: line, evidence } };
}

function classifyIncident(value: JsonObject): Classified {
  return isIncident(value)
    ? { entry: { kind: "incident", record: value } }
    : { skip: "foreign" };
}

function classifyChange(value: JsonObject): Classified {
  const { id, time } = value;
  if (!isId(id) || !isTime(time)) return { skip: "foreign" };
  const record = value as unknown as ChangeRecord;
  return { entry: { kind: "change", record } };
}

/** Reads an artifact; its event must be the one that its name says. */
export function classifyArtifact(bytes: Uint8Array, id: string): Classified {
  const value = parse(bytes);
  if (typeof value === "string") return { skip: value };
  const { artifact_version, record, evidence = null } = value;
  const problem = versionProblem(artifact_version);
  if (problem !== undefined) return { skip: problem };
  const found = classifyEvent(record, objectOf(evidence) as Json);
  if (found.entry?.kind !== "event") return found;
  return found.entry.record.rag_metadata.event_id === id
    ? found
    : { skip: "foreign" };
}
