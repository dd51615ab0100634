/**
 * The operator commands for the prompt of the search: for the role that may, and only where the program has a configuration.
 *
 * @module
 */
import type { Command, CommandOutput } from "@ml-defender/rag";
import type { ConfigEditor } from "@ml-defender/watcher";
import type { Table } from "./effects.ts";
import { applyMove, applyOptimize, type OptimizeInputs } from "./plan.ts";
import { moveLines, optimizeLines } from "./texts.ts";

/** Options of `optimize` at the prompt, as text. */
export interface PromptTargets {
  /** Percent of a processor. */
  readonly cpu?: string;
  /** MiB. */
  readonly ram?: string;
  /** Degrees Celsius. */
  readonly temp?: string;
  /** Packets a second. */
  readonly rate?: string;
  /** Kind of network. */
  readonly traffic?: string;
}

/** What the commands work with. */
export interface OperatorOptions {
  /** The configuration. */
  readonly editor: ConfigEditor;
  /** Who is at the prompt, for the history; asked for when something is written. */
  readonly actor: string | (() => string);
  /** What levels found, where it was measured. */
  readonly measured: Table | undefined;
  /** Costs and conditions for `optimize`. */
  readonly inputs: (
    targets: PromptTargets,
    options: {
      /** Whether nothing is to be written, costs neither. */
      readonly dryRun: boolean;
    },
  ) => Promise<OptimizeInputs & { readonly told: readonly string[] }>;
}

const STEPS = /^(?:([1-6])\s*)?(--dry-run)?$/;
/** A number that is none is left to be refused with its reason. */
const TARGETS =
  /^(?:--(?:cpu|ram|temp|rate)[= ][-+\w.]{1,20}(?:\s+|$)|--traffic[= ][a-z]{1,20}\s*|--dry-run\s*)*$/;

const ACCEPTS: Readonly<Record<string, RegExp>> = {
  accelerate: STEPS,
  decelerate: STEPS,
  optimize: TARGETS,
};

/**
 * Whether a line is one of these commands, and no question that begins like one.
 *
 * @param line As it was typed.
 */
export function isOperatorCommand(line: string): boolean {
  const [, name = "", argument = ""] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  return Object.hasOwn(ACCEPTS, name) && ACCEPTS[name]!.test(argument);
}

/**
 * `accelerate`, `decelerate` and `optimize`, each for operators.
 *
 * @param options The configuration, and who is there.
 */
export function operatorCommands(options: OperatorOptions): Command[] {
  const { editor, actor, measured, inputs } = options;
  const who = () => typeof actor === "string" ? actor : actor();
  const ladder = (name: string, sign: 1 | -1, text: string): Command => ({
    name,
    usage: "[STEPS] [--dry-run]",
    text,
    role: "operator",
    writes: true,
    accepts: (argument) => STEPS.test(argument),
    async run(argument): Promise<CommandOutput> {
      const [, steps = "1", dry] = STEPS.exec(argument) ?? [];
      const dryRun = dry !== undefined;
      const data = await applyMove(editor, sign * Number(steps), {
        actor: dryRun ? "dry run" : who(),
        dryRun,
      });
      return { data, text: moveLines(data, measured).join("\n") };
    },
  });
  return [
    ladder("accelerate", 1, "Detect more: one level up the ladder"),
    ladder("decelerate", -1, "Alert less: one level down the ladder"),
    {
      name: "optimize",
      usage:
        "[--cpu N] [--ram N] [--temp N] [--rate N] [--traffic KIND] [--dry-run]",
      text: "Choose what this machine can carry, by costs measured on it",
      role: "operator",
      writes: true,
      accepts: (argument) => TARGETS.test(argument),
      async run(argument): Promise<CommandOutput> {
        const found = [...argument.matchAll(/--(\w+)[= ]([-+\w.]+)/g)];
        const targets: PromptTargets = Object.fromEntries(
          found.map(([, name, value]) => [name!, value!]),
        );
        const dryRun = /--dry-run/.test(argument);
        const by = dryRun ? "dry run" : who();
        const given = await inputs(targets, { dryRun });
        const data = await applyOptimize(editor, given, { actor: by, dryRun });
        const lines = [...given.told, ...optimizeLines(data)];
        return { data, text: lines.join("\n") };
      },
    },
  ];
}
