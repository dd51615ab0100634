/**
 * The fixed list of what can be asked by name, each with the role that may.
 *
 * @module
 */

import type { Language } from "../result.ts";
import type { Searcher, SearchRequest } from "../searcher.ts";
import type { Answer } from "../result.ts";

/** Who asks: each role may what the ones before it may. */
export const ROLES = ["viewer", "analyst", "operator"] as const;

/** A role. */
export type Role = typeof ROLES[number];

/** What a command works with. */
export interface CommandContext {
  /** The search. */
  readonly searcher: Searcher;
  /** Who asks. */
  readonly role: Role;
  /** Language of what it prints. */
  readonly language: Language;
  /** How searches are run. */
  readonly request: SearchRequest;
  /** Writes an answer to a question. */
  readonly ask: (question: string, request: SearchRequest) => Promise<Answer>;
}

/** What a command gives: data for programs and text for people. */
export interface CommandOutput {
  /** For programs. */
  readonly data: unknown;
  /** For people; printable. */
  readonly text: string;
}

/** Something that can be asked by name. */
export interface Command {
  /** Its name. */
  readonly name: string;
  /** What follows the name, for help; empty where nothing does. */
  readonly usage: string;
  /** What it does, in one sentence. */
  readonly text: string;
  /** Least role that may. */
  readonly role: Role;
  /** Whether what follows its name is an argument of it; otherwise the line is a question. @default {always} */
  readonly accepts?: (argument: string) => boolean;
  /** Whether it changes anything; such commands have to be allowed by the host program. */
  readonly writes: boolean;
  /**
   * Run it.
   *
   * @param argument Everything behind its name, trimmed.
   * @throws {SyntaxError} If the argument is not what `usage` says.
   */
  run(argument: string, context: CommandContext): Promise<CommandOutput>;
}

/** Whether a role may use a command. */
export function mayRun(role: Role, command: Command): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(command.role);
}
