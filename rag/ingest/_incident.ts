/** Whether an object is an incident as the logger writes it. */
import { isHeld, timeUs } from "../_time.ts";
import type { IncidentRecord } from "../entry.ts";

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const STATES: ReadonlySet<unknown> = new Set(["opened", "updated", "closed"]);

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

function isScore(value: unknown): boolean {
  return value === null || isNumber(value);
}

function isTime(value: unknown): boolean {
  return isHeld(timeUs(value));
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

/** What each member must be. */
const MEMBERS: Readonly<
  Record<keyof IncidentRecord, (value: unknown) => boolean>
> = {
  state: (value) => STATES.has(value),
  id: (value) => typeof value === "string" && ID.test(value),
  subject: isText,
  category: isText,
  severity: isText,
  final_score: isNumber,
  fast_score: isScore,
  ml_score: isScore,
  divergence: isScore,
  authoritative_source: isText,
  first_seen: isTime,
  last_seen: isTime,
  flows: isNumber,
  windows: isNumber,
  peers: areTexts,
  reasons: Array.isArray,
  corroborated: (value) => typeof value === "boolean",
  event_ids: areTexts,
};

/** Whether it has every member of an incident, each of its type; others may be beside them. */
export function isIncident(value: object): value is IncidentRecord {
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(MEMBERS).every(([name, isRight]) =>
    isRight(members[name])
  );
}
