// deno-lint-ignore-file no-console
/** `deno task config`: read and change the configuration of everything that runs. */
import { type Json, newKeyLine } from "@ml-defender/etcd-client";
import { ConfigError } from "@ml-defender/watcher";
import { complain, printable, runProgram, style, UsageError } from "./_cli.ts";
import {
  actorOf,
  changeLines,
  CONFIG_HELP,
  CONFIG_OPTIONS,
  type ConfigValues,
  editorModel,
  isTold,
  type OpenedConfig,
  openEditor,
  parseValue,
  shown,
  WRITER_HELP,
} from "./_config.ts";

const HELP = `
Usage: deno task config get [PATH]                 a setting, a section, or everything
       deno task config set PATH VALUE [...]       several at once: all of them or none
       deno task config reset PATH...              back to the default
       deno task config diff REVISION [REVISION]   what changed since, or between
       deno task config history [COUNT]            who changed what and when, newest first
       deno task config rollback REVISION          an old revision's values as a new one
       deno task config watch                      changes as they come, until Ctrl-C
       deno task config copy PLACE                 everything that is set, to another store, as one revision
       deno task config new-key ID                 a line for a key file

Paths are dotted, section first: policy.thresholds.alert. Values are JSON, or else plain text. What a section refuses is not
written; the message has path, reason and present value.

Options:
      --dry-run          check, show what would change, write nothing
      --expect REVISION  write only if the configuration is at this revision${WRITER_HELP}
      --reveal           get: show values that are secret${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 done, 1 refused or the store cannot be used, 2 wrong use, 130 interrupted.
`;

type Values = ConfigValues & {
  json?: boolean;
  reveal?: boolean;
  "dry-run"?: boolean;
  expect?: string;
};

type Verb = (
  config: OpenedConfig,
  args: readonly string[],
  values: Values,
  signal: AbortSignal,
) => Promise<void>;

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  set,
  reset,
  diff,
  history,
  rollback,
  watch,
  copy,
};

const READS: readonly string[] = ["get", "diff", "history", "copy"];

await runProgram({
  name: "config",
  help: HELP,
  positionals: true,
  options: {
    ...CONFIG_OPTIONS,
    "dry-run": { type: "boolean" },
    expect: { type: "string" },
    reveal: { type: "boolean" },
  },
}, async (values, [name, ...args], signal) => {
  if (name === "new-key") return newKey(args);
  const verb = name !== undefined && Object.hasOwn(VERBS, name)
    ? VERBS[name]
    : undefined;
  if (verb === undefined) {
    throw new UsageError(
      `say what to do: ${Object.keys(VERBS).join(", ")}${
        name === undefined ? "" : `; there is no '${name}'`
      }`,
    );
  }
  await using config = await openEditor(values, {
    absent: READS.includes(name!) ? "defaults" : "make",
  });
  try {
    await verb(config, args, values, signal);
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
  if (json) console.log(JSON.stringify({ refused: code, message, details }));
  if (details.length === 0) complain("config", message);
  for (const { path, reason, present } of details) {
    const now = Object.entries(present).map(([name, value]) =>
      `; ${name} stays ${shown(value)}`
    );
    complain("config", `${path} ${reason}${now.join("")}`);
  }
  return 1;
}

async function get(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json, reveal = false }: Values,
): Promise<void> {
  if (args.length > 1) throw new UsageError("get takes one path");
  const setting = await editor.get(args[0] ?? "", { reveal });
  if (json) return console.log(JSON.stringify(setting));
  const { value, set, revision } = setting;
  const simple = typeof value !== "object" || value === null;
  console.log(simple ? shown(value) : printableJson(value));
  const origin = set ? "set" : "default";
  console.error(style.dim(`${origin}, revision ${revision}`));
}

/** JSON over several lines. */
function printableJson(value: Json): string {
  return JSON.stringify(value, null, 2).split("\n").map(printable).join("\n");
}

async function set(
  config: OpenedConfig,
  args: readonly string[],
  values: Values,
): Promise<void> {
  if (args.length === 0 || args.length % 2 !== 0) {
    throw new UsageError("set takes a path and a value, or several such pairs");
  }
  const changes: Record<string, Json> = {};
  for (let i = 0; i < args.length; i += 2) {
    changes[args[i]!] = parseValue(args[i + 1]!);
  }
  await write(config.editor.set(changes, writeOptions(values)), values);
}

async function reset(
  config: OpenedConfig,
  args: readonly string[],
  values: Values,
): Promise<void> {
  if (args.length === 0) throw new UsageError("reset takes paths");
  await write(config.editor.reset(args, writeOptions(values)), values);
}

async function rollback(
  config: OpenedConfig,
  args: readonly string[],
  values: Values,
): Promise<void> {
  if (args.length !== 1) throw new UsageError("rollback takes one revision");
  const to = revisionOf(args[0]!);
  await write(config.editor.rollback(to, writeOptions(values)), values);
}

function writeOptions(values: Values) {
  const { note, expect, "dry-run": dryRun = false } = values;
  return {
    actor: actorOf(values),
    dryRun,
    ...(note === undefined ? {} : { note }),
    ...(expect === undefined ? {} : { expectedRevision: revisionOf(expect) }),
  };
}

async function write(
  writing: ReturnType<OpenedConfig["editor"]["set"]>,
  values: Values,
): Promise<void> {
  const result = await writing;
  const { revision, written, changes } = result;
  if (values.json) return console.log(JSON.stringify(result));
  const state = written
    ? `revision ${revision}`
    : values["dry-run"]
    ? "dry run: nothing was written"
    : "nothing to change";
  console.log(state);
  for (const line of changeLines(changes)) console.log(line);
}

async function diff(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json }: Values,
): Promise<void> {
  if (args.length < 1 || args.length > 2) {
    throw new UsageError("diff takes one revision, or two");
  }
  const [from, to] = args.map(revisionOf);
  const changes = await editor.diff(from!, to);
  if (json) return console.log(JSON.stringify({ from, to, changes }));
  if (changes.length === 0) console.log("no difference");
  for (const line of changeLines(changes)) console.log(line);
}

async function history(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json }: Values,
): Promise<void> {
  if (args.length > 1) throw new UsageError("history takes a count");
  const count = args[0] === undefined ? 20 : revisionOf(args[0]);
  const entries = await editor.history(count);
  if (json) return console.log(JSON.stringify(entries));
  if (entries.length === 0) console.log("nobody has changed anything yet");
  for (const { path, message } of await editor.damage()) {
    complain(
      "config",
      `${printable(path)} can not be used: ${printable(message)}`,
    );
  }
  for (const entry of entries) {
    const { revision, actor, timeMs, note, of, changes, damage } = entry;
    if (damage !== undefined) {
      console.log(`${style.bold(`${revision}`)} ${printable(damage)}`);
      continue;
    }
    const time = new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
    const back = of === undefined ? "" : `, back to ${of}`;
    const why = note === "" ? "" : `: ${printable(note)}`;
    console.log(
      `${style.bold(`${revision}`)} ${time} ${printable(actor)}${back}${why}`,
    );
    for (const { path, before, after } of changes.filter(isTold)) {
      const text = (value: string) => value === "" ? "(none)" : value;
      console.log(
        `  ${printable(path)}: ${printable(text(before))} -> ${
          printable(text(after))
        }`,
      );
    }
  }
}

async function watch(
  { editor, place }: OpenedConfig,
  args: readonly string[],
  { json }: Values,
  signal: AbortSignal,
): Promise<void> {
  if (args.length > 0) throw new UsageError("watch takes nothing");
  let first = true;
  for await (const event of editor.watch({ signal })) {
    const { revision, actor, changes } = event;
    if (json) console.log(JSON.stringify(event));
    else if (first) {
      console.log(`watching ${printable(place)}, revision ${revision}`);
    } else {
      console.log(`${style.bold(`${revision}`)} ${printable(actor)}`);
      for (const line of changeLines(changes)) console.log(line);
    }
    first = false;
  }
}

/** Only what was set is copied; the defaults are everywhere the same. */
async function copy(
  { editor, store, place }: OpenedConfig,
  args: readonly string[],
  values: Values,
): Promise<void> {
  if (args.length !== 1) throw new UsageError("copy takes one place");
  const { revision } = await editor.get("");
  const sections = await Promise.all(
    editorModel().sections.map(async ({ name }) =>
      [name, (await store.get(`ml-defender/config/${name}`))?.value] as const
    ),
  );
  const set = sections.filter(([, value]) => value !== undefined);
  await using target = await openEditor({ ...values, store: args[0] });
  const note = `copy of revision ${revision} of ${place}`.slice(0, 400);
  await write(
    target.editor.set(Object.fromEntries(set), {
      ...writeOptions(values),
      note: values.note ?? note,
    }),
    values,
  );
}

function newKey(args: readonly string[]): void {
  if (args.length !== 1) throw new UsageError("new-key takes an id");
  try {
    console.log(newKeyLine(args[0]!));
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function revisionOf(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new UsageError(
    `a revision or a count must be a whole number: current value is ${text}`,
  );
}
