/**
 * Every command that search has by itself. All of them only read.
 *
 * @module
 */

import { answerData, explanationData, resultData } from "./answer_data.ts";
import { type Command, type CommandContext, mayRun } from "./command.ts";
import {
  printable,
  showAnswer,
  showGroups,
  showHits,
  showStats,
  showTimeline,
  showUnderstanding,
} from "./show.ts";

const BUCKETS = 24;

/** Any id that may be in a log. A word without a digit may be a part of a question as well: `runCommand` looks it up. */
const ANY_ID = /^\[?[A-Za-z0-9_-]{1,64}\]?$/;
const isId = (argument: string) =>
  argument === "" || /^\[?[0-9a-f]{8,64}\]?$/i.test(argument) ||
  ANY_ID.test(argument) && /^\[|\d/.test(argument) &&
    !/^cve-/i.test(argument);
const isNumber = (argument: string) => /^-?\d*$/.test(argument);
const isNothing = (argument: string) => argument === "";

/** The commands, in the order of help. */
export const COMMANDS: readonly Command[] = [
  {
    name: "query",
    usage: "QUESTION",
    text: "Answer a question, with the events that show it",
    role: "viewer",
    writes: false,
    async run(argument, context) {
      const answer = await context.ask(
        required("query", argument, "a question"),
        context.request,
      );
      const { groups = [] } = answer;
      const text = [showAnswer(answer), showGroups(groups)];
      return {
        data: answerData(answer),
        text: text.filter((part) => part !== "").join("\n\n"),
      };
    },
  },
  {
    name: "understand",
    usage: "QUESTION",
    text: "Show what would be made of a question, and search nothing",
    role: "viewer",
    writes: false,
    async run(argument, { searcher, request }) {
      const question = required("understand", argument, "a question");
      const understanding = await searcher.understand(question, request);
      return { data: understanding, text: showUnderstanding(understanding) };
    },
  },
  {
    name: "similar",
    usage: "ID",
    text: "Events that resemble one",
    role: "viewer",
    writes: false,
    accepts: isId,
    async run(argument, { searcher, request }) {
      const id = idOf("similar", argument);
      const result = await searcher.similar(id, request);
      return {
        data: resultData(result),
        text: showHits(result, { explain: true }),
      };
    },
  },
  {
    name: "explain",
    usage: "ID",
    text: "One event or incident in full, and the incidents it belongs to",
    role: "analyst",
    writes: false,
    accepts: isId,
    run: explain,
  },
  {
    name: "recent",
    usage: "[N]",
    text: "The latest events",
    role: "viewer",
    writes: false,
    accepts: isNumber,
    async run(argument, { searcher, request }) {
      const limit = wholeNumber("recent", argument, request.limit ?? 10);
      const result = await searcher.recent({ ...request, limit });
      return { data: resultData(result), text: showHits(result) };
    },
  },
  {
    name: "timeline",
    usage: "[QUESTION]",
    text: "How many events when, of those that a question is about",
    role: "viewer",
    writes: false,
    async run(argument, { searcher, request, language }) {
      const question = argument === "" ? undefined : argument;
      const data = await searcher.timeline(question, BUCKETS, request);
      return { data, text: showTimeline(data, language) };
    },
  },
  {
    name: "stats",
    usage: "",
    text: "What the store holds",
    role: "viewer",
    writes: false,
    accepts: isNothing,
    async run(_, { searcher }) {
      const data = await searcher.stats();
      return { data, text: showStats(data) };
    },
  },
];

async function explain(
  argument: string,
  { searcher, request }: CommandContext,
): Promise<{ data: unknown; text: string }> {
  const id = idOf("explain", argument);
  const found = await searcher.explain(id, request);
  if (found === undefined) {
    throw new SyntaxError(
      `Cannot explain ${printable(id)}: there is no entry of that id`,
    );
  }
  const { hit, incidents } = found;
  const facts = Object.entries(hit.facts).filter(([, value]) => value !== null);
  const lines = [
    `[${hit.id}] ${hit.kind}`,
    hit.narrative,
    ...facts.map(([name, value]) => `  ${name.padEnd(22)} ${value}`),
    ...incidents.map(({ id, narrative }) => `incident [${id}] ${narrative}`),
  ];
  return {
    data: explanationData(found),
    text: lines.map(printable).join("\n"),
  };
}

function idOf(name: string, argument: string): string {
  return required(name, argument, "an id").replaceAll(/[[\]]/g, "");
}

function required(name: string, argument: string, what: string): string {
  if (argument !== "") return argument;
  throw new SyntaxError(`Cannot run '${name}' as it needs ${what} behind it`);
}

function wholeNumber(name: string, text: string, fallback: number): number {
  if (text === "") return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value <= 10_000) return value;
  throw new SyntaxError(
    `Cannot run '${name}' as what follows it must be a whole number from 1 to 10000: current value is ${
      printable(text)
    }`,
  );
}

/**
 * Find the command that a line names. A line that begins with no command's name is a question.
 *
 * @param line What was typed.
 * @param commands Commands that there are.
 * @returns The command and what is behind its name.
 */
export function commandOf(
  line: string,
  commands: readonly Command[] = COMMANDS,
): {
  /** The command. */
  readonly command: Command;
  /** What is behind its name. */
  readonly argument: string;
} {
  const trimmed = line.trim();
  const [word = ""] = trimmed.split(/\s+/, 1);
  const argument = trimmed.slice(word.length).trim();
  const named = commands.find(({ name, accepts }) =>
    name === word && (accepts === undefined || accepts(argument))
  );
  if (named !== undefined) return { command: named, argument };
  const query = commands.find(({ name }) => name === "query") ?? COMMANDS[0]!;
  return { command: query, argument: trimmed };
}

/** The command of a line that names one and, behind it, an entry that there is by an id that reads like a word. */
async function idCommandOf(
  line: string,
  { searcher }: CommandContext,
): Promise<ReturnType<typeof commandOf> | undefined> {
  const [name, argument = "", ...more] = line.trim().split(/\s+/);
  const command = COMMANDS.find((one) =>
    one.name === name && one.accepts === isId
  );
  if (
    command === undefined || more.length > 0 || isId(argument) ||
    !ANY_ID.test(argument)
  ) return undefined;
  const found = await searcher.explain(argument);
  return found === undefined ? undefined : { command, argument };
}

/** A command was refused to the role that asked. */
export class RefusedError extends Error {
  /** Always `"RefusedError"`. */
  override readonly name = "RefusedError";
}

/**
 * Run the command that a line names.
 *
 * @param line What was typed.
 * @param context What it works with.
 * @param options Further commands, and whether those that change something may run.
 * @throws {RefusedError} If the role may not, or it changes something and that is not allowed.
 * @throws {SyntaxError} If its argument is wrong.
 */
export async function runCommand(
  line: string,
  context: CommandContext,
  options: {
    /** Commands of the host program, beside those of search. @default {[]} */
    readonly extra?: readonly Command[];
    /** Whether commands that change something may run. @default {false} */
    readonly allowWrites?: boolean;
  } = {},
): Promise<{
  /** For programs. */
  readonly data: unknown;
  /** For people. */
  readonly text: string;
}> {
  const { extra = [], allowWrites = false } = options;
  const { command, argument } = await idCommandOf(line, context) ??
    commandOf(line, [...COMMANDS, ...extra]);
  if (!mayRun(context.role, command)) {
    throw new RefusedError(
      `Cannot run '${command.name}' as it needs the role ${command.role}: current role is ${context.role}`,
    );
  }
  if (command.writes && !allowWrites) {
    throw new RefusedError(
      `Cannot run '${command.name}' as this program only reads`,
    );
  }
  return await command.run(argument, context);
}
