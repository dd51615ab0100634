// deno-lint-ignore-file no-console
import { parseArgs, type ParseArgsConfig } from "node:util";
import { isAbsolute, resolve } from "node:path";

/** Wrong use of a command: its message and a hint at `--help` are printed, and the exit code is 2. */
export class UsageError extends Error {
  /** Always `"UsageError"`. */
  override readonly name = "UsageError";
}

/** A command line program. */
export interface Program<T extends ParseArgsConfig["options"]> {
  /** Name of its task. */
  readonly name: string;
  /** Text of `--help`. */
  readonly help: string;
  /** Options that it knows; `help` is added. */
  readonly options: T;
  /** Whether it takes arguments that are not options. */
  readonly positionals?: boolean;
  /** Whether with `--json` an error is printed as data too, `{error: {code, message}}`. @default {false} */
  readonly jsonErrors?: boolean;
}

type Values<T extends ParseArgsConfig["options"]> = ReturnType<
  typeof parseArgs<{ options: NonNullable<T>; allowPositionals: true }>
>["values"];

/**
 * Run a program: parse its arguments, call it, and turn what it throws into one line and an exit code: 0 success, 1 bad
 * input or failure, 2 wrong use, 130 interrupted.
 *
 * @param program What it is.
 * @param main What it does; returns an exit code, or nothing for 0.
 */
export async function runProgram<const T extends ParseArgsConfig["options"]>(
  program: Program<T>,
  main: (
    values: Values<T>,
    positionals: string[],
    signal: AbortSignal,
  ) => Promise<number | void>,
): Promise<void> {
  const abort = new AbortController();
  let interrupted = false;
  const stop = () => {
    if (interrupted) Deno.exit(130);
    interrupted = true;
    abort.abort();
  };
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, stop);
  let code: number;
  try {
    const args = Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args;
    const { values, positionals } = parse(program, args);
    if ((values as { help?: boolean }).help) {
      console.log(program.help.trim());
      Deno.exit(0);
    }
    code = await main(values as Values<T>, positionals, abort.signal) ?? 0;
    if (interrupted) code = 130;
  } catch (error) {
    code = interrupted ? 130 : report(program.name, error);
    if (code > 0 && !interrupted && answersInData(program)) {
      console.log(JSON.stringify({ error: errorData(error) }));
    }
  } finally {
    for (const name of signals) Deno.removeSignalListener(name, stop);
  }
  Deno.exit(code);
}

function parse<T extends ParseArgsConfig["options"]>(
  program: Program<T>,
  args: string[],
): { values: object; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg) => BELOW_ZERO.test(arg) ? `${MARK}${arg}` : arg),
      options: {
        ...program.options,
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: program.positionals ?? false,
      strict: true,
    });
    const plain = (text: string) => text.replaceAll(MARK, "");
    const unmarked = (value: unknown): unknown =>
      typeof value === "string"
        ? plain(value)
        : Array.isArray(value)
        ? value.map(unmarked)
        : value;
    const entries = Object.entries(values).map(([name, value]) => [
      name,
      unmarked(value),
    ]);
    return {
      values: Object.fromEntries(entries),
      positionals: positionals.map(plain),
    };
  } catch (error) {
    const text = error instanceof Error ? error.message : `${error}`;
    throw new UsageError(text.replaceAll(MARK, ""));
  }
}

/** A number below zero is a value: no option is called so. */
const BELOW_ZERO = /^-\.?\d/;
/** What no argument can have. */
const MARK = "\0";

/** Whether who called wants data, which wrong options do not hide. */
function answersInData({ jsonErrors }: { jsonErrors?: boolean }): boolean {
  return jsonErrors === true && Deno.args.includes("--json");
}

function errorData(error: unknown): { code: string; message: string } {
  const { code } = error as { code?: unknown };
  return {
    code: error instanceof UsageError
      ? "usage"
      : typeof code === "string"
      ? code
      : "failed",
    message: error instanceof Error ? error.message : String(error),
  };
}

function report(name: string, error: unknown): number {
  if (isBrokenPipe(error)) return 0;
  complain(name, error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) {
    console.error(`Try: deno task ${name} --help`);
    return 2;
  }
  if (Deno.env.get("ML_DEFENDER_TRACE")) console.error(error);
  return 1;
}

/**
 * Say what is wrong, on one line of standard error.
 *
 * @param name Name of the task.
 * @param text What is wrong.
 */
export function complain(name: string, text: string): void {
  console.error(`${name}: ${printable(text.replaceAll(/\s*\n\s*/g, " "))}`);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

/**
 * Resolve a path that a user gave against the folder in which they stand: a task runs in the root.
 *
 * @param path As given; `-` stays itself.
 * @returns An absolute path.
 */
export function userPath(path: string): string {
  if (path === "-" || isAbsolute(path)) return path;
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/**
 * A path as the user would write it.
 *
 * @param path An absolute path.
 * @returns Relative to where they stand, if it is below.
 */
export function shownPath(path: string): string {
  const here = `${Deno.env.get("INIT_CWD") ?? Deno.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

/**
 * An option as a whole number.
 *
 * @param name Its name.
 * @param text Its text, if it was given.
 * @param fallback Its value otherwise.
 * @param range Smallest and largest value.
 * @returns The number.
 * @throws {UsageError} If it is not one in the range.
 */
export function wholeNumber(
  name: string,
  text: string | undefined,
  fallback: number,
  range: readonly [number, number],
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (
    !/^-?\d+$/.test(text) || !Number.isSafeInteger(value) ||
    value < range[0] || value > range[1]
  ) {
    throw new UsageError(
      `--${name} must be a whole number from ${range[0]} to ${
        range[1]
      }: current value is ${text}`,
    );
  }
  return value;
}

/** Text styles; plain where standard output is not a terminal or NO_COLOR is set. */
export const style = {
  /** Stands out. */
  bold: (text: string): string => ansi("1", text),
  /** Stays back. */
  dim: (text: string): string => ansi("2", text),
  /** Bad. */
  red: (text: string): string => ansi("31", text),
  /** Needs attention. */
  yellow: (text: string): string => ansi("33", text),
  /** Good. */
  green: (text: string): string => ansi("32", text),
};

function ansi(code: string, text: string): string {
  return Deno.stdout.isTerminal() && !Deno.noColor
    ? `\x1b[${code}m${text}\x1b[0m`
    : text;
}

/**
 * Show progress on one line of standard error, if that is a terminal.
 *
 * @param text What to show; empty clears the line.
 */
export function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(
    new TextEncoder().encode(`\r\x1b[2K${printable(text).slice(0, 100)}`),
  );
}

/**
 * Names made printable: control and format characters of hostile traffic become escapes, so that a terminal shows them
 * and does not obey them.
 *
 * @param text Any text.
 * @returns Printable text.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}
