// deno-lint-ignore-file no-console
/** What `deno task config` writes. */
import type { Json } from "@ml-defender/etcd-client";
import type { WriteResult } from "@ml-defender/watcher";
import { complain, UsageError, userPath } from "./_cli.ts";
import {
  actorOf,
  changeLines,
  type ConfigValues,
  noteOf,
  type OpenedConfig,
  parseValue,
} from "./_config.ts";
import { revisionOf } from "./_config_read.ts";
import {
  aboveOf,
  type AboveValues,
  copyTo,
  reencryptAll,
  type TargetValues,
} from "./_copy.ts";

/** Values of the options of what writes. */
export type WriterValues = ConfigValues & TargetValues & AboveValues & {
  /** Print data. */
  json?: boolean;
  /** Revision that must be there. */
  expect?: string;
};

/** Sets values. */
export async function set(
  config: OpenedConfig,
  args: readonly string[],
  values: WriterValues,
): Promise<void> {
  if (args.length === 0 || args.length % 2 !== 0) {
    throw new UsageError("set takes a path and a value, or several such pairs");
  }
  const changes: Record<string, Json> = {};
  for (let i = 0; i < args.length; i += 2) {
    const path = args[i]!;
    if (Object.hasOwn(changes, path)) {
      throw new UsageError(`${path} is there twice`);
    }
    changes[path] = withWholePaths(path, parseValue(args[i + 1]!));
  }
  await write(config.editor.set(changes, writeOptions(values)), values);
}

/** A value in which files of models are named from the root: who runs stands elsewhere than who sets. */
function withWholePaths(path: string, value: Json): Json {
  const [section, model, field, ...more] = path.split(".");
  if (section !== "models" || more.length > 0) return value;
  if (field !== undefined) {
    if (field !== "file" || typeof value !== "string" || value === "") {
      return value;
    }
    return userPath(value);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const below = model === undefined ? "models" : `models.${model}`;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      withWholePaths(`${below}.${name}`, one as Json),
    ]),
  );
}

/** Gives settings back to their defaults. */
export async function reset(
  config: OpenedConfig,
  args: readonly string[],
  values: WriterValues,
): Promise<void> {
  if (args.length === 0) throw new UsageError("reset takes paths");
  await write(config.editor.reset(args, writeOptions(values)), values);
}

/** Goes back to a revision. */
export async function rollback(
  config: OpenedConfig,
  args: readonly string[],
  values: WriterValues,
): Promise<void> {
  if (args.length !== 1) throw new UsageError("rollback takes one revision");
  const to = revisionOf(args[0]!);
  await write(config.editor.rollback(to, writeOptions(values)), values);
}

function writeOptions(values: WriterValues) {
  const { expect, "dry-run": dryRun = false } = values;
  return {
    actor: actorOf(values),
    dryRun,
    ...noteOf(values),
    ...(expect === undefined ? {} : { expectedRevision: revisionOf(expect) }),
    ...aboveOf(values),
  };
}

async function write(
  writing: Promise<WriteResult>,
  values: WriterValues,
): Promise<void> {
  const result = await writing;
  const { revision, written, changes, skipped = [] } = result;
  if (values.json) return console.log(JSON.stringify(result));
  const state = written
    ? `revision ${revision}`
    : values["dry-run"]
    ? "dry run: nothing was written"
    : "nothing to change";
  console.log(state);
  for (const line of changeLines(changes)) console.log(line);
  if (skipped.length > 0) {
    complain(
      "config",
      `an old state had been put back into the store: what revision ${
        skipped.join(", ")
      } had set is not set any more; \`deno task config diff ${
        skipped.at(-1)
      }\` shows it`,
    );
  }
}

/** Takes everything that is set to another store. */
export async function copy(
  config: OpenedConfig,
  args: readonly string[],
  values: WriterValues,
  signal: AbortSignal,
): Promise<void> {
  if (args.length !== 1) throw new UsageError("copy takes one place");
  await write(copyTo(config, args[0]!, values, signal), values);
}

/** Encrypts everything with the first key of the file. */
export async function reencrypt(
  config: OpenedConfig,
  args: readonly string[],
  values: WriterValues,
): Promise<number> {
  if (args.length > 0) throw new UsageError("reencrypt takes nothing");
  const result = await reencryptAll(config, values);
  const { rewritten, unchanged, failed } = result;
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(
      `${rewritten} values encrypted anew, ${unchanged} left as they are, ${failed.length} failed`,
    );
    for (const { path, message } of failed) {
      complain("config", `${path}: ${message}`);
    }
  }
  return failed.length === 0 ? 0 : 1;
}
