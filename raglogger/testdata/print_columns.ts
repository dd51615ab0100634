/** Prints `_columns.ts`, which reads a record leaf by leaf: `deno run raglogger/testdata/print_columns.ts > raglogger/_columns.ts`. A test compares. */
import { LOG_FIELDS, type LogField } from "../fields.ts";

function read(field: LogField, index: number, bound: Map<string, string>) {
  const names = field.path.split(".");
  const leaf = names.pop();
  const parent = bound.get(names.join(".")) ?? "record";
  const value = `${parent}.${leaf}`;
  switch (field.kind) {
    case "number":
    case "integer":
      return `numbers[at + ${index}] = ${value} ?? NaN;`;
    case "boolean":
      return `numbers[at + ${index}] = bit(${value});`;
    default:
      return `numbers[at + ${index}] = texts.add(${value});`;
  }
}

function camelCase(path: string): string {
  return path.replace(/[._]([a-z])/g, (_, letter) => letter.toUpperCase());
}

function hasText(fields: readonly [number, LogField][]): boolean {
  return fields.some(([, { kind }]) => kind === "text" || kind === "time");
}

/** One function for each top-level member, so that none is long. */
function printGroup(top: string, fields: readonly [number, LogField][]) {
  const bound = new Map<string, string>([[top, "record"]]);
  const body: string[] = [];
  for (const [index, field] of fields) {
    const names = field.path.split(".").slice(0, -1);
    for (let depth = 2; depth <= names.length; depth++) {
      const path = names.slice(0, depth).join(".");
      if (bound.has(path)) continue;
      const parent = bound.get(names.slice(0, depth - 1).join("."));
      const name = camelCase(names[depth - 1] ?? "");
      bound.set(path, name);
      const from = `${parent}.${names[depth - 1]}`;
      body.push(`const ${name} = ${from};`);
    }
    body.push(read(field, index, bound));
  }
  const name = `read_${top}`.replace(/_([a-z])/g, (_, l) => l.toUpperCase());
  return [
    `function ${name}(`,
    `  record: LogRecord["${top}"],`,
    "  numbers: Float64Array,",
    "  at: number,",
    ...(hasText(fields) ? ["  texts: Texts,"] : []),
    "): void {",
    ...body.map((line) => `  ${line}`),
    "}",
    "",
  ];
}

/** The text of `_columns.ts`. */
export function printColumns(): string {
  const groups = new Map<string, [number, LogField][]>();
  for (const [index, field] of LOG_FIELDS.entries()) {
    const top = field.path.split(".")[0] ?? "";
    groups.set(top, [...groups.get(top) ?? [], [index, field]]);
  }
  const calls = [...groups.keys()].map((top) => {
    const name = `read_${top}`.replace(/_([a-z])/g, (_, l) => l.toUpperCase());
    const texts = hasText(groups.get(top) ?? []) ? ", texts" : "";
    return `  ${name}(record.${top}, numbers, at${texts});`;
  });
  return [
    "/** Reads a record leaf by leaf into a row of numbers. Printed from the field table by `testdata/print_columns.ts`. */",
    'import type { LogRecord } from "./record.ts";',
    "",
    "/** Takes texts and says where they are: NaN for null. */",
    "export interface Texts {",
    "  /** Adds a text. */",
    "  add(text: string | null): number;",
    "}",
    "",
    "function bit(value: boolean | null): number {",
    "  return value === null ? NaN : value ? 1 : 0;",
    "}",
    "",
    ...[...groups].flatMap(([top, fields]) => printGroup(top, fields)),
    "/** Fills the row that begins at `at` with the leaves of a record, in the order of `LOG_FIELDS`. */",
    "export function readRecord(",
    "  record: LogRecord,",
    "  numbers: Float64Array,",
    "  at: number,",
    "  texts: Texts,",
    "): void {",
    ...calls,
    "}",
    "",
  ].join("\n");
}

// deno-lint-ignore no-console
if (import.meta.main) console.log(printColumns().trimEnd());
