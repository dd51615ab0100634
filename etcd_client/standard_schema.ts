/**
 * The part of the Standard Schema interface, version 1, that is used here: what valibot, zod, arktype and others implement.
 *
 * @module
 */

/** A validator that follows Standard Schema version 1. */
export interface StandardSchema<Output = unknown> {
  /** The interface. */
  readonly "~standard": {
    /** Always 1. */
    readonly version: 1;
    /** Who made it. */
    readonly vendor: string;
    /** Judges a value, now or later. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Types only. */
    readonly types?:
      | { readonly input: unknown; readonly output: Output }
      | undefined;
  };
}

/** What a validator says. */
export type SchemaResult<Output> =
  | {
    /** The value, with defaults filled in. */
    readonly value: Output;
    /** Absent when the value is good. */
    readonly issues?: undefined;
  }
  | {
    /** What is wrong. */
    readonly issues: readonly SchemaIssue[];
  };

/** One thing that a validator found. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where, outermost first. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}
