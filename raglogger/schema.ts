/**
 * The JSON Schema of a log line, made from the field table.
 *
 * @module
 */

import { LOG_FIELDS, type LogField } from "./fields.ts";

/** The part of JSON Schema (draft 2020-12) that describes a log line. */
export interface JsonSchema {
  /** Dialect; on the root only. */
  readonly $schema?: string;
  /** Name of the schema; on the root only. */
  readonly title?: string;
  /** Meaning of the value. */
  readonly description?: string;
  /** Types allowed. */
  readonly type: string | readonly string[];
  /** Members of an object. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Members that must be there. */
  readonly required?: readonly string[];
  /** Whether members that are not named may be there. */
  readonly additionalProperties?: boolean;
  /** The only values allowed. */
  readonly enum?: readonly (string | null)[];
  /** Regular expression for a string. */
  readonly pattern?: string;
  /** Smallest number. */
  readonly minimum?: number;
  /** Largest number. */
  readonly maximum?: number;
}

const TYPES = {
  number: "number",
  integer: "integer",
  boolean: "boolean",
  text: "string",
  time: "string",
} as const;

function leafSchema(field: LogField): JsonSchema {
  const type = TYPES[field.kind];
  return {
    description: field.meaning,
    type: field.nullable ? [type, "null"] : type,
    ...(field.values && {
      enum: field.nullable ? [...field.values, null] : field.values,
    }),
    ...(field.pattern && { pattern: field.pattern }),
    ...(field.min !== undefined && { minimum: field.min }),
    ...(field.max !== undefined && { maximum: field.max }),
  };
}

function objectSchema(fields: readonly LogField[], depth: number): JsonSchema {
  const groups = new Map<string, LogField[]>();
  for (const field of fields) {
    const name = field.path.split(".")[depth] ?? "";
    groups.set(name, [...groups.get(name) ?? [], field]);
  }
  const properties: Record<string, JsonSchema> = {};
  for (const [name, members] of groups) {
    const first = members[0];
    const leaf = first && first.path.split(".").length === depth + 1;
    properties[name] = leaf
      ? leafSchema(first)
      : objectSchema(members, depth + 1);
  }
  return {
    type: "object",
    properties,
    required: [...groups.keys()],
    additionalProperties: false,
  };
}

/** JSON Schema (draft 2020-12) of one line of the event log. */
export const LOG_RECORD_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "ML Defender event log record",
  ...objectSchema(LOG_FIELDS, 0),
};
