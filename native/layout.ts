import { readText } from "./_core_handle.ts";
import type { CoreFunctions } from "./_symbols.ts";
import { NativeError } from "./native_error.ts";

/** Type of a field: numbers are little-endian; `ref` is u32 offset and u32 length of text in the arena. */
export type FieldType =
  | "f64"
  | "u64"
  | "u32"
  | "u16"
  | "u8"
  | "bytes16"
  | "ref";

/** A field of a record. */
export interface RecordField {
  /** Its name. */
  readonly name: string;
  /** Its type. */
  readonly type: FieldType;
  /** Bytes from the start of the record. */
  readonly offset: number;
  /** How many of the type follow each other, where they are more than one. */
  readonly count?: number;
}

/** How one kind of record lies in memory. */
export interface RecordLayout {
  /** Bytes of a record; a multiple of 4. */
  readonly size: number;
  /** Its fields, in order. */
  readonly fields: readonly RecordField[];
  /** Bytes from the start of the record to the first feature; a multiple of 4. */
  readonly featuresOffset: number;
  /** Names of the features, float32 each. */
  readonly features: readonly string[];
}

/** Names behind the numbers in records, by number. */
export interface CoreEnums {
  /** `end_reason` of a flow record. */
  readonly endReason: readonly string[];
  /** `app` of a flow record. */
  readonly app: readonly string[];
  /** `kind` of a flow record. */
  readonly kind: readonly string[];
  /** Bits of `flags` of a flow record, from the lowest. */
  readonly flowFlag: readonly string[];
  /** Why frames gave no packet; the names of counters end with them. */
  readonly malformed: readonly string[];
}

const ENUMS = ["endReason", "app", "kind", "flowFlag", "malformed"] as const;

/** What the core says about its records and counters. */
export interface CoreLayout {
  /** Version of the interface. */
  readonly abi: number;
  /** Flow records. */
  readonly flow: RecordLayout;
  /** Host records. */
  readonly host: RecordLayout;
  /** Names of the `ref` fields of flow records, in order. */
  readonly texts: readonly string[];
  /** Names of the counters, in the order that the core gives them. */
  readonly counters: readonly string[];
  /** Names behind numbers. */
  readonly enums: CoreEnums;
}

const FIELD_BYTES: Readonly<Record<FieldType, number>> = {
  f64: 8,
  u64: 8,
  u32: 4,
  u16: 2,
  u8: 1,
  bytes16: 16,
  ref: 8,
};

/**
 * Ask the core for its layout and check that it can be read.
 *
 * @param functions The core.
 * @returns The layout.
 * @throws {NativeError} `mismatch` if it cannot.
 */
export function readLayout(functions: CoreFunctions): CoreLayout {
  const layout = JSON.parse(readText((out) => functions.layout(out)));
  checkLayout(layout);
  return layout;
}

/**
 * Check that every field and feature lies inside its record and on no other.
 *
 * @param layout As the core gives it.
 * @throws {NativeError} `mismatch` otherwise.
 */
export function checkLayout(layout: CoreLayout): void {
  for (const kind of ["flow", "host"] as const) {
    const { size, fields, featuresOffset, features } = layout[kind];
    const ends = [...fields]
      .sort((a, b) => a.offset - b.offset)
      .map(({ name, type, offset, count = 1 }) => ({
        name,
        offset,
        end: offset + FIELD_BYTES[type] * count,
      }));
    ends.push({
      name: "features",
      offset: featuresOffset,
      end: featuresOffset + 4 * features.length,
    });
    let last = 0;
    for (const { name, offset, end } of ends) {
      if (!(offset >= last && end <= size)) refuse(`${kind} field ${name}`);
      last = end;
    }
    if (featuresOffset % 4 !== 0 || size % 4 !== 0) refuse(`${kind} size`);
    if (new Set(features).size !== features.length) refuse(`${kind} features`);
  }
  for (const name of ENUMS) {
    if (!(layout.enums[name]?.length > 0)) refuse(`enum ${name}`);
  }
  if (new Set(layout.counters).size !== layout.counters.length) {
    refuse("counters");
  }
}

function refuse(what: string): never {
  throw new NativeError(
    "mismatch",
    `Cannot use core as its record layout must be readable: ${what} is not`,
  );
}
