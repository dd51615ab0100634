/** The columns of the image, in order: what the store keeps of every entry beside its body. */
import { type Field, FIELDS } from "../query/fields.ts";
import type { EntryKind } from "../query/ast.ts";

/** Rows of a chunk. */
export const CHUNK_ROWS = 8192;
export const CHUNK_WORDS = CHUNK_ROWS / 32;

/** One column: numbers with NaN for unknown, or codes with 0 for unknown. */
export interface ColumnSpec {
  readonly name: string;
  readonly kind: "number" | "code";
  /** Dictionary that its codes are of; addresses share one. */
  readonly dictionary?: string;
}

/** A field that is stored; `ip` is two of them. */
export type StoredField = Exclude<Field, "ip">;

export const STORED_FIELDS: readonly StoredField[] =
  (Object.keys(FIELDS) as Field[]).filter((field) => field !== "ip");

/** Dictionary of both addresses. */
export const ADDRESSES = "address";

function specOf(field: StoredField): ColumnSpec {
  switch (FIELDS[field].type) {
    case "number":
      return { name: field, kind: "number" };
    case "text":
    case "paths":
      return { name: field, kind: "code", dictionary: field };
    case "address":
      return { name: field, kind: "code", dictionary: ADDRESSES };
    case "boolean":
      return { name: field, kind: "code" };
  }
}

/** Every column; the first five are no fields. */
export const COLUMNS: readonly ColumnSpec[] = [
  { name: "timestamp_us", kind: "number" },
  { name: "kind", kind: "code" },
  { name: "text_id", kind: "code" },
  { name: "#id_a", kind: "code" },
  { name: "#id_b", kind: "code" },
  ...STORED_FIELDS.map(specOf),
];

export const TIMESTAMP = 0;
export const KIND = 1;
export const TEXT_ID = 2;
export const ID_A = 3;
export const ID_B = 4;
export const FIRST_FIELD = 5;

const INDEXES = new Map(COLUMNS.map(({ name }, index) => [name, index]));

/** Index of a field's column. */
export function columnOf(field: StoredField): number {
  return INDEXES.get(field)!;
}

/** Codes of the kinds, in the database as well; 0 is none. */
export const KINDS: readonly EntryKind[] = ["event", "incident", "change"];

/** Code of a kind. */
export function kindCode(kind: EntryKind): number {
  return KINDS.indexOf(kind) + 1;
}

/** Codes of the values of a boolean; 0 is unknown. */
export const FALSE = 1;
export const TRUE = 2;
