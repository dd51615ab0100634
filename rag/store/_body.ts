/**
 * An entry as the bytes that are stored: compact JSON. An event is the array of its 83 leaf values in the order of
 * `LOG_FIELDS` and its evidence; names of members would be half of it. A record that has other leaves than those, as one
 * of a later log version, is stored whole. Not compressed: it costs more time an event than writing the bytes does.
 */
import { type Json, LOG_FIELDS, type LogRecord } from "@ml-defender/raglogger";
import type { Entry } from "../entry.ts";

interface Branch {
  readonly name: string;
  /** Undefined for a leaf. */
  readonly parts?: Branch[];
}

type Tree = { readonly [name: string]: unknown };

function treeOf(paths: readonly string[][]): Branch[] {
  const names = [...new Set(paths.map(([first]) => first!))];
  return names.map((name) => {
    const below = paths.filter(([first, second]) =>
      first === name && second !== undefined
    );
    return below.length === 0
      ? { name }
      : { name, parts: treeOf(below.map((path) => path.slice(1))) };
  });
}

const TREE = treeOf(LOG_FIELDS.map(({ path }) => path.split(".")));

/** Appends the leaves of an object; false where it has others than the tree. */
function collect(parts: Branch[], object: unknown, leaves: unknown[]): boolean {
  if (typeof object !== "object" || object === null) return false;
  const names = Object.keys(object);
  if (names.length !== parts.length) return false;
  const values = Object.values(object);
  for (let i = 0; i < parts.length; i++) {
    const { name, parts: below } = parts[i]!;
    const value = names[i] === name ? values[i] : (object as Tree)[name];
    if (below !== undefined) {
      if (!collect(below, value, leaves)) return false;
    } else {
      if (
        value === undefined || (typeof value === "object" && value !== null)
      ) return false;
      leaves.push(value);
    }
  }
  return true;
}

function spread(parts: Branch[], leaves: Iterator<unknown>): Tree {
  const object: Record<string, unknown> = {};
  for (const { name, parts: below } of parts) {
    object[name] = below === undefined
      ? leaves.next().value
      : spread(below, leaves);
  }
  return object;
}

/** The JSON text of an entry. */
export function toBody(entry: Entry): string {
  if (entry.kind !== "event") return JSON.stringify(entry);
  const leaves: unknown[] = [];
  if (!collect(TREE, entry.record, leaves)) return JSON.stringify(entry);
  leaves.push(entry.evidence);
  return JSON.stringify(leaves);
}

/**
 * The entry of a JSON text that `toBody` made.
 *
 * @throws {SyntaxError} If it is no such text.
 */
export function fromBody(body: string): Entry {
  const value: unknown = JSON.parse(body);
  if (!Array.isArray(value)) return value as Entry;
  if (value.length !== LOG_FIELDS.length + 1) {
    throw new SyntaxError(
      `Cannot read an event as it must have ${LOG_FIELDS.length} leaves and evidence: current number of both is ${value.length}`,
    );
  }
  return {
    kind: "event",
    record: spread(TREE, value.values()) as unknown as LogRecord,
    evidence: value[LOG_FIELDS.length] as Json,
  };
}

/** How far an entry is known: more replaces less. Events: with evidence; incidents: their state. */
export function stageOf(entry: Entry): number {
  switch (entry.kind) {
    case "event":
      return entry.evidence === null ? 0 : 1;
    case "incident":
      return ["opened", "updated", "closed"].indexOf(entry.record.state);
    case "change":
      return 0;
  }
}
