// deno-lint-ignore-file no-console
/** `deno task config`: read and change the configuration of everything that runs. */
import { ConfigError } from "@ml-defender/watcher";
import { complain, runProgram, UsageError } from "./_cli.ts";
import {
  CONFIG_HELP,
  CONFIG_OPTIONS,
  interruptible,
  type OpenedConfig,
  openEditor,
  shown,
  WRITER_HELP,
} from "./_config.ts";
import {
  check,
  diff,
  get,
  history,
  type ReadValues,
  watch,
} from "./_config_read.ts";
import {
  copy,
  reencrypt,
  reset,
  rollback,
  set,
  type WriterValues,
} from "./_config_write.ts";
import {
  isTargetNamed,
  keyLine,
  TARGET_HELP,
  TARGET_OPTIONS,
} from "./_copy.ts";

const HELP = `
Usage: deno task config get [PATH]                 a setting, a section, or everything
       deno task config set PATH VALUE [...]       several at once: all of them or none
       deno task config reset PATH...              back to the default
       deno task config diff REVISION [REVISION]   what changed since, or between
       deno task config history [COUNT]            who changed what and when, newest first
       deno task config rollback REVISION          an old revision's values as a new one
       deno task config watch                      changes as they come, until Ctrl-C
       deno task config copy PLACE                 another store gets exactly what is set here, as one revision, always a
                                                   new one, above those of both
       deno task config check                      whether anything is damaged or refused, and what puts it right
       deno task config new-key ID                 a line for a key file
       deno task config reencrypt                  all values, with the first key of the key file

Paths are dotted, section first: policy.thresholds.alert. Values are JSON, or else plain text. What a section refuses is not
written; the message has path, reason and present value. What accelerate, decelerate and optimize keep is theirs to write.
A relative path of a model's file is from where you stand, and is written whole.

Options:
      --dry-run          set, reset, rollback, copy: check, show what would change, write nothing
      --expect REVISION  set, reset, rollback, copy: write only if the configuration (of a copy: the target) is at this
                         revision
      --above REVISION   set, reset, rollback, copy: the new revision is above this one: for a store that was emptied or
                         restored from a backup, while processes remember higher ones${WRITER_HELP}
      --reveal           get: show values that are secret${TARGET_HELP}${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 done, 1 refused, damaged, or the store cannot be used, 2 wrong use, 130 interrupted.
`;

type Values = ReadValues & WriterValues;

type Verb = (
  config: OpenedConfig,
  args: readonly string[],
  values: Values,
  signal: AbortSignal,
) => Promise<number | void>;

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  set,
  reset,
  diff,
  history,
  rollback,
  watch,
  copy,
  check,
  reencrypt,
};

/** What becomes of those that only make sense where something is: a folder that is not there is not made. */
const ABSENT: Readonly<Record<string, "defaults" | "error">> = {
  get: "defaults",
  diff: "defaults",
  history: "defaults",
  rollback: "error",
  copy: "error",
  check: "error",
  reencrypt: "error",
  watch: "error",
};

/** Those that are told what can not be opened, each by itself. */
const ANY_KEY: readonly string[] = ["check", "reencrypt"];

/** Those that write a revision. */
const WRITING: readonly string[] = ["set", "reset", "rollback", "copy"];
/** Options about the revision that is written. */
const WRITING_OPTIONS = ["dry-run", "expect", "above"] as const;

await runProgram({
  name: "config",
  help: HELP,
  positionals: true,
  jsonErrors: true,
  options: {
    ...CONFIG_OPTIONS,
    ...TARGET_OPTIONS,
    "dry-run": { type: "boolean" },
    expect: { type: "string" },
    above: { type: "string" },
    reveal: { type: "boolean" },
  },
}, async (values, [name, ...args], signal) => {
  if (name === "new-key") {
    if (args.length !== 1) throw new UsageError("new-key takes an id");
    return console.log(keyLine(args[0]!));
  }
  const verb = name !== undefined && Object.hasOwn(VERBS, name)
    ? VERBS[name]
    : undefined;
  if (name === undefined || verb === undefined) {
    throw new UsageError(
      `say what to do: ${Object.keys(VERBS).join(", ")}, new-key${
        name === undefined ? "" : `; there is no '${name}'`
      }`,
    );
  }
  if (name !== "copy" && isTargetNamed(values)) {
    throw new UsageError(`options with --to- go with copy: this is ${name}`);
  }
  const lost = WRITING_OPTIONS.find((option) => values[option] !== undefined);
  if (lost !== undefined && !WRITING.includes(name)) {
    throw new UsageError(
      `--${lost} goes with ${WRITING.join(", ")}: this is ${name}`,
    );
  }
  const absent = ABSENT[name];
  await using config = await openEditor(values, {
    signal,
    ...(absent === undefined ? {} : { absent }),
    long: name === "watch",
    anyKey: ANY_KEY.includes(name),
  });
  try {
    return await interruptible(verb(config, args, values, signal), signal);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(error.message);
    if (!(error instanceof ConfigError)) throw error;
    return await refused(error, config, args, values);
  }
});

/** Why something was not done, with the present value of each setting that it is about. */
async function refused(
  { code, message, issues }: ConfigError,
  { editor }: OpenedConfig,
  asked: readonly string[],
  { json }: Values,
): Promise<number> {
  const presentOf = async (path: string) => {
    const below = asked.filter((one) => one.startsWith(`${path}.`));
    const values = await Promise.all(
      (below.length === 0 ? [path] : below).map((one) =>
        editor.get(one).then(({ path, value }) => [path, value], () => [])
      ),
    );
    return Object.fromEntries(values.filter(({ length }) => length > 0));
  };
  const details = await Promise.all(
    issues.map(async ({ path, message }) => ({
      path,
      reason: message,
      present: await presentOf(path),
    })),
  );
  if (json) console.log(JSON.stringify({ error: { code, message, details } }));
  if (details.length === 0) complain("config", message);
  for (const { path, reason, present } of details) {
    const now = Object.entries(present).map(([name, value]) =>
      `; ${name} stays ${shown(value)}`
    );
    complain("config", `${path} ${reason}${now.join("")}`);
  }
  return 1;
}
