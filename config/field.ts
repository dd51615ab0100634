/**
 * What the reference says of a setting, read from the schemas.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import type { Section } from "@ml-defender/watcher";
import * as v from "valibot";
import type { FieldNotes } from "./_schema.ts";

/** A setting as the reference shows it. */
export interface FieldDoc {
  /** Dotted, section first; `[]` stands for an item of a list. */
  readonly path: string;
  /** What it must be, in words. */
  readonly wanted: string;
  /** Unit of its value; empty where it has none. */
  readonly unit: string;
  /** Value when nobody has set it; undefined where it then is not there. */
  readonly default: Json | undefined;
  /** What it is. */
  readonly doc: string;
  /** Whether a change takes effect only when the program starts anew; else it does between two batches. */
  readonly restart: boolean;
}

/** A schema of valibot as far as it is looked into. */
interface Node {
  readonly type: string;
  readonly message?: unknown;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly item?: Node;
  readonly pipe?: readonly Node[];
}

/**
 * Settings of a section, in the order of the schema.
 *
 * @param section The section.
 * @param schema Its schema.
 */
export function fieldsOf(
  section: Section,
  schema: v.GenericSchema<unknown, unknown>,
): FieldDoc[] {
  const fields: FieldDoc[] = [];
  const { name, restart } = section;
  const walk = (node: Node, path: readonly string[], value: unknown) => {
    const { inner, nullable } = unwrapped(node);
    const entries = entriesOf(inner);
    if (entries !== undefined) {
      for (const [key, child] of Object.entries(entries)) {
        walk(child, [...path, key], memberOf(value, key));
      }
      return;
    }
    const notes = v.getMetadata(inner as never) as Partial<FieldNotes>;
    const wanted = typeof inner.message === "string" ? inner.message : "";
    const item = itemOf(inner);
    fields.push({
      path: [name, ...path].join(".").replaceAll(".[]", "[]"),
      wanted: nullable && !wanted.endsWith("or null")
        ? `${wanted}, or null`
        : wanted,
      unit: notes.unit ?? "",
      default: value as Json | undefined,
      doc: notes.doc ?? LISTS[path.join(".")] ?? "",
      restart: restart.some((pattern) =>
        pattern.every((part, i) => part === "*" || part === path[i])
      ),
    });
    if (item !== undefined && entriesOf(unwrapped(item).inner) !== undefined) {
      walk(item, [...path, "[]"], undefined);
    }
  };
  walk(schema as unknown as Node, [], section.defaults);
  return fields;
}

/** Lists of a policy: their schemas are scoring's. */
const LISTS: Readonly<Record<string, string>> = {
  roles: "Known hosts, so that what is ordinary for them opens no incident.",
  suppressions:
    "What is not to be reported. All fields that are given must match; at least one beside `until` and `reason` is needed.",
};

function unwrapped(node: Node): { inner: Node; nullable: boolean } {
  let inner = node;
  let nullable = false;
  while (inner.wrapped !== undefined) {
    nullable ||= inner.type === "nullable";
    inner = inner.wrapped;
  }
  return { inner, nullable };
}

function itemOf(node: Node): Node | undefined {
  if (node.item !== undefined) return node.item;
  return node.pipe?.find((part) => part.item !== undefined)?.item;
}

function entriesOf(node: Node): Node["entries"] {
  if (node.entries !== undefined) return node.entries;
  for (const part of node.pipe ?? []) {
    const entries = part === node ? undefined : entriesOf(part);
    if (entries !== undefined) return entries;
  }
  return undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
