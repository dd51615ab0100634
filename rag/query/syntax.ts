/**
 * Filters as text, exact: what `--filter` takes. For example
 * `category = scan and (src_ip in 10.0.0.0/8 or dst_port in (22, 3389)) and time >= 2026-03-17 and not service = dns`.
 *
 * | part                                                            | means                                      |
 * | --------------------------------------------------------------- | ------------------------------------------ |
 * | `FIELD = VALUE`, `FIELD != VALUE`                               | equal, and its opposite                    |
 * | `FIELD < N`, `<=`, `>`, `>=`                                    | less or greater; `10MB`, `85%`, `10m`      |
 * | `FIELD in (A, B)`, `FIELD not in (A, B)`                        | one of several                             |
 * | `src_ip in 10.0.0.0/8`                                          | in a network                               |
 * | `name under example.com`                                        | the domain or one below it                 |
 * | `setting under policy.thresholds`                               | the setting or one below it                |
 * | `time >= T`, `<`, `>`, `<=`, `=`; `time from T to T`            | `2026-03-17`, `2026-03-17T09:30`, with `Z` |
 * | `time last 24h`                                                 | up to now                                  |
 * | `time_of_day 22:00-06:00`, `day_of_week mon-fri`, `sat, sun`    | repeating                                  |
 * | `and`, `or`, `not`, `( )`                                       | `and` binds before `or`                    |
 *
 * @module
 */

import {
  clockOf,
  DAYS,
  daysOf,
  durationMs,
  numberOf,
  timeOf,
} from "./_syntax_values.ts";
import { closedValues } from "./_check_values.ts";
import { isBare, type Token, tokensOf, wrong } from "./_syntax_tokens.ts";
import type { Filter } from "./ast.ts";
import { type Field, FIELDS, isField, type NumberField } from "./fields.ts";
import { parseAddress, parseNetwork } from "./network.ts";

const MAX_LENGTH = 16_384;
const MAX_DEPTH = 32;
const COMPARES = { "<": "lt", "<=": "le", ">": "gt", ">=": "ge" } as const;
const SIGNS = { lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

/** What the times of a filter's text are relative to. */
export interface SyntaxOptions {
  /** IANA zone of times without an offset. @default {"UTC"} */
  readonly zone?: string;
  /** Now, for `time last 24h`; milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * Read a filter.
 *
 * @param text The filter, at most 16,384 characters, at most 32 levels deep.
 * @param options Zone and now.
 * @returns The tree, just as it was written: `checkQuery` accepts it.
 * @throws {SyntaxError} With the position and what was expected there.
 */
export function parseFilter(text: string, options: SyntaxOptions): Filter {
  if (text.length > MAX_LENGTH) {
    throw new SyntaxError(
      `Filter must have at most ${MAX_LENGTH} characters: it has ${text.length}`,
    );
  }
  return new Parser(tokensOf(text), options).whole();
}

/**
 * Write a filter.
 *
 * @param filter A filter that `checkQuery` accepts.
 * @returns Text that `parseFilter` reads as the same tree.
 */
export function formatFilter(filter: Filter): string {
  switch (filter.op) {
    case "and":
    case "or":
      return filter.of.map((part) =>
        part.op === "and" || part.op === "or"
          ? `(${formatFilter(part)})`
          : formatFilter(part)
      ).join(` ${filter.op} `);
    case "not":
      return filter.of.op === "and" || filter.of.op === "or"
        ? `not (${formatFilter(filter.of)})`
        : `not ${formatFilter(filter.of)}`;
    case "eq":
      return `${filter.field} = ${valueText(filter.value)}`;
    case "in":
      return `${filter.field} in (${filter.values.map(valueText).join(", ")})`;
    case "cidr":
      return `${filter.field} in ${filter.network}`;
    case "under":
      return `${filter.field} under ${valueText(filter.value)}`;
    case "time":
      return [
        "time",
        filter.from && `from ${filter.from}`,
        filter.to &&
        `to ${filter.to}`,
      ].filter(Boolean).join(" ");
    case "time_of_day":
      return `time_of_day ${filter.from}-${filter.to}`;
    case "day_of_week":
      return `day_of_week ${filter.days.map((d) => DAYS[d - 1]).join(", ")}`;
    default:
      return `${filter.field} ${SIGNS[filter.op]} ${filter.value}`;
  }
}

function valueText(value: string | number | boolean): string {
  return typeof value !== "string" || isBare(value)
    ? String(value)
    : JSON.stringify(value);
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #zone: string;
  readonly #nowMs: number;
  #next = 0;

  constructor(
    tokens: readonly Token[],
    { zone = "UTC", nowMs }: SyntaxOptions,
  ) {
    this.#tokens = tokens;
    this.#zone = zone;
    this.#nowMs = nowMs;
  }

  whole(): Filter {
    const filter = this.#either(1);
    if (this.#peek().kind !== "end") {
      throw this.#wrong("'and', 'or' or the end");
    }
    return filter;
  }

  #either(depth: number): Filter {
    const parts = [this.#both(depth)];
    while (this.#takeWord("or")) parts.push(this.#both(depth));
    return joined("or", parts);
  }

  #both(depth: number): Filter {
    const parts = [this.#signed(depth)];
    while (this.#takeWord("and")) parts.push(this.#signed(depth));
    return joined("and", parts);
  }

  #signed(depth: number): Filter {
    if (depth > MAX_DEPTH) {
      throw this.#wrong(`at most ${MAX_DEPTH} levels`);
    }
    if (this.#takeWord("not")) {
      return { op: "not", of: this.#signed(depth + 1) };
    }
    if (this.#takeOperator("(")) {
      const inner = this.#either(depth + 1);
      this.#expectOperator(")");
      return inner;
    }
    return this.#atom();
  }

  #atom(): Filter {
    const { kind, text } = this.#peek();
    const name = text.toLowerCase();
    if (kind !== "word") throw this.#wrong("a field, 'not' or '('");
    if (name === "time") return this.#time();
    if (name === "time_of_day") return this.#timeOfDay();
    if (name === "day_of_week") return this.#dayOfWeek();
    if (!isField(name)) {
      throw this.#wrong(
        "a field, time, time_of_day, day_of_week, 'not' or '('",
      );
    }
    this.#next++;
    return this.#condition(name);
  }

  #condition(field: Field): Filter {
    if (
      (field === "name" || field === "setting") && this.#takeWord("under")
    ) {
      const { text } = this.#take(
        field === "name" ? "a domain name" : "the path of a setting",
      );
      const value = field === "name" ? text.toLowerCase() : text;
      return { op: "under", field, value };
    }
    if (this.#takeOperator("=")) {
      return { op: "eq", field, value: this.#value(field) };
    }
    if (this.#takeOperator("!=")) {
      return {
        op: "not",
        of: { op: "eq", field, value: this.#value(field) },
      };
    }
    if (this.#takeWord("not")) {
      if (!this.#takeWord("in")) throw this.#wrong("'in'");
      return { op: "not", of: this.#listed(field) };
    }
    if (this.#takeWord("in")) return this.#listed(field);
    const { kind, text } = this.#peek();
    const isNumber = FIELDS[field].type === "number";
    if (isNumber && kind === "operator" && Object.hasOwn(COMPARES, text)) {
      this.#next++;
      return {
        op: COMPARES[text as keyof typeof COMPARES],
        field: field as NumberField,
        value: this.#value(field) as number,
      };
    }
    throw this.#wrong(
      isNumber ? "=, !=, <, <=, >, >= or 'in'" : "=, != or 'in'",
    );
  }

  /** What follows `in`. */
  #listed(field: Field): Filter {
    const { type } = FIELDS[field];
    const { text } = this.#peek();
    if (type === "address" && text !== "(") {
      if (parseNetwork(text) === undefined) {
        throw this.#wrong("a network such as 10.0.0.0/8, or '('");
      }
      this.#next++;
      return { op: "cidr", field, network: text } as Filter;
    }
    if (type as string === "boolean") throw this.#wrong("= true or = false");
    this.#expectOperator("(");
    const values = [this.#value(field)];
    while (this.#takeOperator(",")) values.push(this.#value(field));
    this.#expectOperator(")");
    return { op: "in", field, values } as Filter;
  }

  #value(field: Field): string | number | boolean {
    const { type } = FIELDS[field];
    const { kind, text } = this.#peek();
    if (kind !== "word" && kind !== "quoted") {
      throw this.#wrong(`a value of ${field}`);
    }
    if (type === "number") {
      const number = numberOf(text, field as NumberField);
      if (number === undefined) throw this.#wrong(`a number for ${field}`);
      this.#next++;
      return number;
    }
    if (type as string === "boolean") {
      const name = text.toLowerCase();
      if (name !== "true" && name !== "false") {
        throw this.#wrong("true or false");
      }
      this.#next++;
      return name === "true";
    }
    if (type === "address" && parseAddress(text) === undefined) {
      throw this.#wrong("an address; a network comes after 'in'");
    }
    const lower = text.toLowerCase();
    const known = closedValues(field);
    if (known?.every((v) => v.toLowerCase() !== lower)) {
      throw this.#wrong(`one of ${known.join(", ")}`);
    }
    this.#next++;
    return text;
  }

  #time(): Filter {
    this.#next++;
    if (this.#takeWord("last")) {
      const length = durationMs(this.#peek().text);
      const fromMs = length === undefined ? NaN : this.#nowMs - length;
      if (!(Math.abs(fromMs) <= 8.64e15)) {
        throw this.#wrong("a length of time such as 24h");
      }
      this.#next++;
      return span(fromMs, this.#nowMs);
    }
    if (this.#takeWord("from")) {
      const { fromMs } = this.#instant();
      return this.#takeWord("to")
        ? span(fromMs, this.#instant().fromMs)
        : span(fromMs, undefined);
    }
    if (this.#takeWord("to")) return span(undefined, this.#instant().fromMs);
    const { text } = this.#take("from, to, last, =, <, <=, > or >=");
    if (!["=", "<", "<=", ">", ">="].includes(text)) {
      this.#next--;
      throw this.#wrong("from, to, last, =, <, <=, > or >=");
    }
    const { fromMs, toMs } = this.#instant();
    if (text === "=") return span(fromMs, toMs);
    if (text === ">=") return span(fromMs, undefined);
    if (text === ">") return span(toMs, undefined);
    return span(undefined, text === "<" ? fromMs : toMs);
  }

  #instant(): { fromMs: number; toMs: number } {
    const found = timeOf(this.#peek().text, this.#zone);
    if (found === undefined) {
      throw this.#wrong("a time such as 2026-03-17 or 2026-03-17T09:30:00Z");
    }
    this.#next++;
    return found;
  }

  #timeOfDay(): Filter {
    this.#next++;
    const [from, to, more] = this.#peek().text.split("-").map(clockOf);
    if (
      from === undefined || to === undefined || more !== undefined ||
      from === "24:00"
    ) {
      throw this.#wrong("two clock times such as 22:00-06:00");
    }
    this.#next++;
    return { op: "time_of_day", from, to };
  }

  #dayOfWeek(): Filter {
    this.#next++;
    const days = new Set<number>();
    do {
      const found = daysOf(this.#peek().text);
      if (found === undefined) throw this.#wrong("days such as mon-fri");
      this.#next++;
      found.forEach((day) => days.add(day));
    } while (this.#takeOperator(","));
    return { op: "day_of_week", days: [...days].sort((a, b) => a - b) };
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)]!;
  }

  #take(expected: string): Token {
    const token = this.#peek();
    if (token.kind === "end") throw this.#wrong(expected);
    this.#next++;
    return token;
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "word" || text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takeOperator(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "operator" || text !== sign) return false;
    this.#next++;
    return true;
  }

  #expectOperator(sign: string): void {
    if (!this.#takeOperator(sign)) throw this.#wrong(`'${sign}'`);
  }

  #wrong(expected: string): SyntaxError {
    const { at, text } = this.#peek();
    return wrong(at, expected, text);
  }
}

function joined(op: "and" | "or", parts: readonly Filter[]): Filter {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { op, of: parts };
}

function span(fromMs: number | undefined, toMs: number | undefined): Filter {
  return {
    op: "time",
    ...(fromMs === undefined ? {} : { from: new Date(fromMs).toISOString() }),
    ...(toMs === undefined ? {} : { to: new Date(toMs).toISOString() }),
  };
}
