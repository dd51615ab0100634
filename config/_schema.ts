/** What the sections' schemas are made of. What a schema wants stands in its message, in words; what a field is in its metadata. */
import type { StandardSchema } from "@ml-defender/etcd-client";
import * as v from "valibot";

/** What the reference says about a field beside what it wants. */
export interface FieldNotes {
  /** What it is, a sentence. */
  readonly doc: string;
  /** Unit of its value. */
  readonly unit?: string;
}

const between = (low: number, high: number) => (value: number) =>
  value >= low && value <= high;

/** An object in which every name is known; each field has its default, so that an empty one is whole. */
export const object = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    v.custom<object>(
      (value) =>
        typeof value === "object" && value !== null && !Array.isArray(value),
      "an object",
    ),
    v.strictObject(entries),
  );

/** A number from 0 to 1. */
export const share = (notes: FieldNotes) =>
  v.pipe(
    v.number("a number from 0 to 1"),
    v.check(between(0, 1), "a number from 0 to 1"),
    v.metadata({ ...notes }),
  );

/** A whole number. */
export const whole = (low: number, high: number, notes: FieldNotes) => {
  const wanted = high === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${low}`
    : `a whole number from ${low} to ${high}`;
  return v.pipe(
    v.number(wanted),
    v.integer(wanted),
    v.check(between(low, high), wanted),
    v.metadata({ ...notes }),
  );
};

/** A number with bounds. */
export const number = (low: number, high: number, notes: FieldNotes) => {
  const wanted = `a number from ${low} to ${high}`;
  return v.pipe(
    v.number(wanted),
    v.check(between(low, high), wanted),
    v.metadata({ ...notes }),
  );
};

/** True or false. */
export const flag = (notes: FieldNotes) =>
  v.pipe(v.boolean("true or false"), v.metadata({ ...notes }));

/** One of several words. */
export const choice = <const W extends readonly string[]>(
  words: W,
  notes: FieldNotes,
) =>
  v.pipe(
    v.picklist(words, `one of ${words.join(", ")}`),
    v.metadata({ ...notes }),
  );

/** Text. */
export const text = (
  wanted: string,
  accepts: (value: string) => boolean,
  notes: FieldNotes,
) =>
  v.pipe(
    v.string(wanted),
    v.check(accepts, wanted),
    v.metadata({ ...notes }),
  );

/** A schema as the watcher takes it; its messages say what must be. */
export function standard<Output>(
  schema: v.GenericSchema<unknown, Output>,
): StandardSchema<Output> {
  return {
    "~standard": {
      version: 1,
      vendor: "ml-defender",
      validate(input) {
        const result = v.safeParse(schema, input);
        if (result.success) return { value: result.output };
        return {
          issues: result.issues.map((issue) => ({
            message: messageOf(issue),
            path: (issue.path ?? []).map(({ key }) => String(key)),
          })),
        };
      },
    },
  };
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== "strict_object") return `must be ${issue.message}`;
  return issue.expected === "never"
    ? "is not a known setting"
    : "must be given";
}
