/**
 * The artifact of an event: the record with the evidence behind it, one JSON file, for search and for people.
 *
 * @module
 */

import { sha256Hex } from "./_chain.ts";
import { toLogError } from "./error.ts";
import { formatRecord, stableLine } from "./format.ts";
import type { LogRecord } from "./record.ts";

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Content of `artifacts/YYYY-MM-DD/event_<id>.json`. */
export interface Artifact {
  /** Version of this format, major.minor. */
  readonly artifact_version: "1.0";
  /** The event's log record. */
  readonly record: LogRecord;
  /** What the decision rests on: reasons, contributions, features. */
  readonly evidence: Json;
}

/** JSON with members in order of their names (UTF-16 code units) and no spaces; what is not finite becomes null. */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isFinite(value)) return "null";
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value).sort().flatMap((name) => {
    const member = value[name];
    if (member === undefined) return [];
    return [`${JSON.stringify(name)}:${canonicalJson(member)}`];
  });
  return `{${members.join(",")}}`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * The artifact's SHA-256, hexadecimal: over its canonical JSON without `record.rag_metadata.logged_at` and
 * `record.system_state`, and with `record.artifact.sha256` as null. A reader computes the same from the parsed file.
 */
export function artifactSha256(artifact: Artifact): string {
  const record: LogRecord = { ...artifact.record, artifact: { sha256: null } };
  const stable: Json = JSON.parse(stableLine(formatRecord(record)));
  const { artifact_version, evidence } = artifact;
  return sha256Hex(
    canonicalJson({ artifact_version, record: stable, evidence }),
  );
}

/** File name of an event's artifact. */
export function artifactName(eventId: string): string {
  return `event_${eventId}.json`;
}

/**
 * Writes an artifact whole or not at all: under a temporary name first, then renamed.
 *
 * @param folder `artifacts/YYYY-MM-DD`; made when it is not there.
 * @returns The bytes written.
 * @throws {LogError} When it cannot be written; nothing is left behind.
 */
export async function writeArtifact(
  folder: string,
  artifact: Artifact,
): Promise<number> {
  const { artifact_version, record, evidence } = artifact;
  const head = `{"artifact_version":${JSON.stringify(artifact_version)}`;
  const text = `${head},"record":${formatRecord(record)},"evidence":${
    canonicalJson(evidence)
  }}\n`;
  const name = artifactName(record.rag_metadata.event_id);
  const bytes = new TextEncoder().encode(text);
  const temporary = `${folder}/.${name}.tmp`;
  try {
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, `${folder}/${name}`);
    return bytes.length;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw toLogError("write", `${folder}/${name}`, error);
  }
}
