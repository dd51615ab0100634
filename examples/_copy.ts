/** Taking a configuration along to another store, and its keys to newer ones. */
import { newKeyLine } from "@ml-defender/etcd-client";
import type { WriteResult } from "@ml-defender/watcher";
import { printable, UsageError, userPath, wholeNumber } from "./_cli.ts";
import {
  actorOf,
  type ConfigValues,
  noteOf,
  type OpenedConfig,
  openEditor,
} from "./_config.ts";
import { revisionOf } from "./_config_read.ts";
import {
  isSamePlace,
  placeOf,
  type PlaceValues,
  realPathOf,
} from "./_place.ts";

/** Options about the target of a copy. */
export const TARGET_OPTIONS = {
  "to-key-file": { type: "string" },
  "to-counters": { type: "string" },
  "to-plain": { type: "boolean" },
  "to-ca": { type: "string" },
  "to-cert": { type: "string" },
  "to-key": { type: "string" },
  "to-user": { type: "string" },
  "to-namespace": { type: "string" },
  "to-prefix": { type: "string" },
} as const;

/** Their help. */
export const TARGET_HELP = `
      --to-key-file FILE copy: the target's values are encrypted, with these keys
      --to-plain         copy: the target's values are readable, though those of the source are encrypted
      --to-counters, --to-ca, --to-cert, --to-key, --to-user, --to-namespace, --to-prefix
                         copy: for the target what the options without to- are for the source; nothing is taken over from
                         those. The password is in ML_DEFENDER_TO_ETCD_PASSWORD`;

/** Values of the option about the new revision. */
export interface AboveValues {
  /** Revision that it must be above. */
  above?: string | undefined;
}

/** What the editor takes. */
const MOST_ABOVE = 1_000_000_000;

/** What the new revision must be above, where that was said. */
export function aboveOf(
  { above }: AboveValues,
): { readonly above?: number } {
  if (above === undefined) return {};
  return { above: wholeNumber("above", above, 0, [0, MOST_ABOVE]) };
}

/** Values of those options. */
export type TargetValues = {
  [Name in keyof typeof TARGET_OPTIONS]?:
    | (typeof TARGET_OPTIONS[Name]["type"] extends "boolean" ? boolean : string)
    | undefined;
};

/** Whether any of them is there. */
export function isTargetNamed(values: TargetValues): boolean {
  return Object.keys(TARGET_OPTIONS).some((name) =>
    values[name as keyof TargetValues] !== undefined
  );
}

/**
 * Makes the configuration in a place what this one is, as one revision above those of both. The source is closed before the
 * target is opened: two copies that cross would else wait for each other's counters.
 */
export async function copyTo(
  source: OpenedConfig,
  to: string,
  values: ConfigValues & TargetValues & AboveValues & {
    /** Revision that the target must be at. */
    expect?: string | undefined;
  },
  signal: AbortSignal,
): Promise<WriteResult> {
  const { place } = source;
  const target = targetOf(values);
  await checkTarget(place, to, values, target);
  const { "dry-run": dryRun = false, expect } = values;
  const who = { actor: actorOf(values), ...noteOf(values) };
  const { above: least = 0 } = aboveOf(values);
  const expected = expect === undefined
    ? {}
    : { expectedRevision: revisionOf(expect) };
  const { revision, tree } = await source.editor.snapshot();
  if (revision === 0) {
    throw new Error(
      `there is nothing to copy: nobody has set anything in ${place}`,
    );
  }
  await source[Symbol.asyncDispose]();
  await using other = await openEditor(
    { ...target, store: to, "dry-run": dryRun },
    { signal, dash: "--to-" },
  );
  // Whoever ran either side takes no lower revision, and none that does not begin anew. What the target has is not asked
  // for: it may be damaged, which this puts right.
  return await other.editor.replace(tree, {
    note: printable(`copy of revision ${revision} of ${place}`).slice(0, 500),
    ...who,
    ...expected,
    dryRun,
    above: Math.max(revision, least),
  });
}

/** What a target can not be is wrong use. */
async function checkTarget(
  place: string,
  to: string,
  values: ConfigValues & TargetValues,
  target: PlaceValues,
): Promise<void> {
  if (values["key-file"] !== undefined && target["key-file"] === undefined) {
    if (!values["to-plain"]) {
      throw new UsageError(
        "the source is encrypted: say --to-key-file FILE for the target, or --to-plain for one that all can read",
      );
    }
  } else if (values["to-plain"] && target["key-file"] !== undefined) {
    throw new UsageError("--to-plain does not go with --to-key-file");
  }
  const one = await placeOf(place, values);
  const same = await isSamePlace(one, await placeOf(to, target, "--to-"));
  const { prefix = "ml-defender" } = values;
  if (same && prefix === (target.prefix ?? "ml-defender")) {
    throw new UsageError(
      `${to} is the configuration itself: name another place`,
    );
  }
  const { counters } = values;
  if (counters === undefined || target.counters === undefined) return;
  const [here, there] = await Promise.all(
    [counters, target.counters].map((path) => realPathOf(userPath(path))),
  );
  if (here === there) {
    throw new UsageError("--counters and --to-counters must be two files");
  }
}

function targetOf(values: TargetValues): PlaceValues {
  return {
    "key-file": values["to-key-file"],
    counters: values["to-counters"],
    ca: values["to-ca"],
    cert: values["to-cert"],
    key: values["to-key"],
    user: values["to-user"],
    namespace: values["to-namespace"],
    prefix: values["to-prefix"],
  };
}

/** What came of encrypting everything anew. */
export interface Reencrypted {
  /** Values written anew. */
  readonly rewritten: number;
  /** Values that the first key had encrypted already. */
  readonly unchanged: number;
  /** Values that could not be read, with why. */
  readonly failed: readonly {
    readonly path: string;
    readonly message: string;
  }[];
}

/** Encrypts everything under the prefix with the first key of the file: settings, history, refusals, who is there. */
export async function reencryptAll(
  config: OpenedConfig,
  values: ConfigValues,
): Promise<Reencrypted> {
  if (values["key-file"] === undefined) {
    throw new UsageError("reencrypt needs --key-file, with the new key first");
  }
  const { rewritten, unchanged, failed } = await config.store.reencrypt(
    `${config.prefix}/`,
  );
  return {
    rewritten,
    unchanged,
    failed: failed.map(({ key, error }) => ({
      path: key,
      message: error.message,
    })),
  };
}

/** A line for a key file. */
export function keyLine(id: string): string {
  try {
    return newKeyLine(id);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
