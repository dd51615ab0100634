// deno-lint-ignore-file no-console
/** What `deno task config` reads: settings, history, changes, damage. */
import type { ConfigIssue, Json } from "@ml-defender/etcd-client";
import { ConfigError } from "@ml-defender/watcher";
import { complain, printable, style, UsageError } from "./_cli.ts";
import {
  changeLines,
  type ConfigValues,
  isTold,
  type OpenedConfig,
  shown,
} from "./_config.ts";

/** Values of the options of what reads. */
export type ReadValues = ConfigValues & {
  /** Print data. */
  json?: boolean;
  /** Show secret values. */
  reveal?: boolean;
};

/** Shows settings. */
export async function get(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json, reveal = false }: ReadValues,
): Promise<void> {
  if (args.length > 1) throw new UsageError("get takes one path");
  const setting = await editor.get(args[0] ?? "", { reveal });
  if (json) return console.log(JSON.stringify(setting));
  const { value, set, revision, refused } = setting;
  const simple = typeof value !== "object" || value === null;
  console.log(simple ? shown(value) : printableJson(value));
  const origin = set ? "set" : "default";
  console.error(style.dim(`${origin}, revision ${revision}`));
  sayRefused(refused);
}

/** What is shown is not what runs. */
function sayRefused(refused: readonly ConfigIssue[]): void {
  for (const { path, message } of refused) {
    complain(
      "config",
      `what is set is refused, nobody runs it: ${path} ${message}`,
    );
  }
}

/** JSON over several lines. */
function printableJson(value: Json): string {
  return JSON.stringify(value, null, 2).split("\n").map(printable).join("\n");
}

/** Shows what is different. */
export async function diff(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json }: ReadValues,
): Promise<void> {
  if (args.length < 1 || args.length > 2) {
    throw new UsageError("diff takes one revision, or two");
  }
  const [from, to] = args.map(revisionOf);
  const changes = await editor.diff(from!, to);
  if (json) return console.log(JSON.stringify({ from, to, changes }));
  if (changes.length === 0) console.log("no difference");
  for (const line of changeLines(changes)) console.log(line);
  if (to === undefined) sayRefused((await editor.get("")).refused);
}

/** Shows revisions. */
export async function history(
  { editor }: OpenedConfig,
  args: readonly string[],
  { json }: ReadValues,
): Promise<void> {
  if (args.length > 1) throw new UsageError("history takes a count");
  const count = args[0] === undefined ? 20 : revisionOf(args[0]);
  if (count === 0) {
    throw new UsageError("a count must be at least 1: current value is 0");
  }
  const entries = await editor.history(count);
  const damaged = await editor.damage();
  if (json) {
    const data = { revisions: entries, damage: damaged };
    return console.log(JSON.stringify(data));
  }
  if (entries.length === 0) console.log("nobody has changed anything yet");
  for (const { path, message } of damaged) {
    complain("config", unusable(path, message));
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

/** Shows changes as they come. */
export async function watch(
  { editor, place }: OpenedConfig,
  args: readonly string[],
  { json }: ReadValues,
  signal: AbortSignal,
): Promise<void> {
  if (args.length > 0) throw new UsageError("watch takes nothing");
  let first = true;
  for await (const event of editor.watch({ signal })) {
    if (json) console.log(JSON.stringify(event));
    else if (event.kind === "away") {
      complain("config", `${place} is away: ${event.reason}`);
    } else if (event.kind === "back") {
      complain("config", `${place} is there again`);
    } else {
      const { revision, actor, changes, damage, refused } = event;
      console.log(
        first
          ? `watching ${printable(place)}, revision ${revision}`
          : `${style.bold(`${revision}`)} ${printable(actor)}`,
      );
      for (const line of changeLines(changes)) console.log(line);
      for (const { path, message } of damage) {
        complain("config", path === "" ? message : unusable(path, message));
      }
      sayRefused(refused);
      first = false;
    }
  }
}

/** Lists what can not be used, and says what puts it right; exit code 1 if there is anything. */
export async function check(
  config: OpenedConfig,
  args: readonly string[],
  { json }: ReadValues,
): Promise<number> {
  if (args.length > 0) throw new UsageError("check takes nothing");
  const { editor, place } = config;
  const damage = [...await editor.damage()];
  const refused = damage.length > 0 ? [] : (await editor.get("")).refused;
  const repairable = damage.length > 0;
  const revisions = await revisionsOf(config);
  const rollback = revisions.find((one) => one.damage === undefined)?.revision;
  for (const { revision, damage: message } of revisions) {
    if (message === undefined) continue;
    damage.push({ path: `revision ${revision}`, message });
  }
  for (const part of ["refused", "components"]) {
    const { invalid } = await config.store.list(
      `${config.prefix}/${part}/`,
    );
    damage.push(
      ...invalid.map(({ key, error }) => ({
        path: key,
        message: error.message,
      })),
    );
  }
  const bad = damage.length + refused.length > 0;
  if (json) {
    const to = repairable ? rollback ?? null : null;
    console.log(JSON.stringify({ damage, refused, rollback: to }));
    return bad ? 1 : 0;
  }
  if (!bad) console.log(`${printable(place)}: all is whole`);
  for (const { path, message } of damage) console.log(unusable(path, message));
  for (const { path, message } of refused) {
    console.log(printable(`${path} is refused, nobody runs it: ${message}`));
  }
  if (repairable) {
    console.log(
      rollback === undefined
        ? "nothing of the history can be read either: `deno task config copy` from another place puts it right"
        : `\`deno task config rollback ${rollback}\` puts it right: that is the newest revision that can be read; where the store was restored from a backup, with --above the highest revision that there was`,
    );
  }
  return bad ? 1 : 0;
}

/** All revisions that are kept, newest first; none where the history is lost. */
async function revisionsOf({ editor }: OpenedConfig) {
  try {
    return await editor.history(1000);
  } catch (error) {
    if (error instanceof ConfigError && error.code === "damaged") return [];
    throw error;
  }
}

/** That something in the store can not be used, and why. */
export function unusable(path: string, message: string): string {
  return `${printable(path)} can not be used: ${printable(message)}`;
}

/** A revision, or a count. */
export function revisionOf(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new UsageError(
    `a revision or a count must be a whole number: current value is ${text}`,
  );
}
