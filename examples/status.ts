// deno-lint-ignore-file no-console
/** `deno task status`: who runs which configuration, and how they are. */
import type { ConfigIssue } from "@ml-defender/etcd-client";
import { ConfigError, type FleetMember } from "@ml-defender/watcher";
import {
  printable,
  runProgram,
  style,
  UsageError,
  wholeNumber,
} from "./_cli.ts";
import {
  CONFIG_HELP,
  CONFIG_OPTIONS,
  interruptible,
  type OpenedConfig,
  openEditor,
  placeNamed,
} from "./_config.ts";
import { unusable } from "./_config_read.ts";
import { isThere } from "./_place.ts";

const HELP = `
Usage: deno task status [--wait SECONDS] [--expect N] [--json]
       deno task status --forget ID

Lists every component that has registered (pipelines, search): its version, the revision that it runs, how many changes it is
behind, and how it is. Components that ended properly are not there; one that was killed goes after some seconds; one that
refused a revision stays named until it runs what is desired. One that is gone for good is named until it is forgotten. Where
the store is damaged the components are shown with the damage, and the newest revision that is known.

Options:
      --wait SECONDS     wait so long for all to be in step, 0 to 3600; default 2, as a change takes a moment
      --expect N         there must be at least N components; default 0. A folder that is not there yet is waited for
      --forget ID        remove what is left of a component that is gone; not of one that is registered${CONFIG_HELP}
  -h, --help             show this text

Exit codes: 0 all are well (or it is forgotten), 1 one is behind or unhealthy (or the store is damaged or cannot be used), 2 wrong use, 130 interrupted.
`;

/** A component and what is to be thought of it. */
interface Row {
  readonly kind: string;
  readonly id: string;
  readonly version: string;
  readonly status: string;
  readonly appliedRevision: number | null;
  readonly lagRevisions: number | null;
  readonly since: string | null;
  readonly health: "well" | "behind" | "unhealthy";
  readonly refusal: NonNullable<FleetMember["refusal"]> | null;
  readonly restartPending: readonly string[];
  readonly idTaken: boolean;
}

interface Overview {
  readonly store: string;
  /** Null where the damage hides it. */
  readonly desiredRevision: number | null;
  readonly well: boolean;
  /** What must not be used of what the store holds. */
  readonly damage: readonly ConfigIssue[];
  readonly components: readonly Row[];
}

const WELL: readonly string[] = ["in_force", "pending", "up"];
const POLL_MS = 200;

await runProgram({
  name: "status",
  help: HELP,
  jsonErrors: true,
  options: {
    ...CONFIG_OPTIONS,
    wait: { type: "string" },
    expect: { type: "string" },
    forget: { type: "string" },
  },
}, async (values, positionals, signal) => {
  if (positionals.length > 0) throw new UsageError("status takes no argument");
  const waitMs = 1000 * wholeNumber("wait", values.wait, 2, [0, 3600]);
  const expected = wholeNumber("expect", values.expect, 0, [0, 1e6]);
  const end = Date.now() + waitMs;
  if (expected > 0) {
    const place = placeNamed(values);
    while (!(await isThere(place)) && Date.now() < end && !signal.aborted) {
      await pause();
    }
  }
  await using config = await openEditor(values, {
    ...{ absent: "error", signal },
    long: true,
  });
  if (values.forget !== undefined) {
    await interruptible(forget(config, values.forget, values.json), signal);
    return 0;
  }
  const look = () => interruptible(overview(config, expected), signal);
  let seen = await look();
  while (!seen.well && Date.now() < end && !signal.aborted) {
    await pause();
    seen = await look();
  }
  if (values.json) console.log(JSON.stringify(seen));
  else print(seen, expected);
  return seen.well ? 0 : 1;
});

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, POLL_MS));
}

async function forget(
  { editor }: OpenedConfig,
  id: string,
  json = false,
): Promise<void> {
  let forgotten: boolean;
  try {
    forgotten = await editor.forget(id);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
  if (json) return console.log(JSON.stringify({ id, forgotten }));
  console.log(
    forgotten
      ? `${printable(id)} is forgotten`
      : `nothing is left of ${printable(id)}`,
  );
}

async function overview(
  { editor, store, place, prefix }: OpenedConfig,
  expected: number,
): Promise<Overview> {
  const [fleet, components, { revision, damage }] = await Promise.all([
    editor.fleet(),
    store.discover(undefined, { prefix }),
    desired(editor, place),
  ]);
  const watching = new Set(fleet.map(({ kind, id }) => `${kind}/${id}`));
  const others = components.filter(({ kind, id }) =>
    !watching.has(`${kind}/${id}`)
  ).map(({ kind, id, version, status, sinceMs }): FleetMember => ({
    kind,
    id,
    version,
    status,
    appliedRevision: undefined,
    digest: undefined,
    lagRevisions: undefined,
    sinceMs,
    refusal: undefined,
    restartPending: [],
    idTaken: false,
  }));
  const rows = [...fleet, ...others].map((member) => rowOf(member, revision))
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.id.localeCompare(b.id));
  return {
    store: place,
    desiredRevision: revision,
    well: rows.every(({ health }) => health === "well") &&
      rows.length >= expected && damage.length === 0,
    damage,
    components: rows,
  };
}

/** What all should run, and what is wrong with it; of what is damaged the newest revision in the history. */
async function desired(
  editor: OpenedConfig["editor"],
  place: string,
): Promise<Pick<Overview, "damage"> & { readonly revision: number | null }> {
  try {
    return { revision: (await editor.get("")).revision, damage: [] };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const { message } = error as ConfigError;
    const found = await editor.damage();
    // What was put right between the two looks is told of once.
    const damage = found.length > 0 ? found : [{ path: place, message }];
    const newest = await editor.history(1).catch((error) => {
      if (isDamage(error)) return [];
      throw error;
    });
    return { revision: newest[0]?.revision ?? null, damage };
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof ConfigError && error.code === "damaged";
}

/** What a component says of itself may be a moment old: how far it is behind is held against what the store has now. */
function rowOf(member: FleetMember, desired: number | null): Row {
  const { kind, id, version, status, sinceMs, refusal } = member;
  const applied = member.appliedRevision ?? null;
  const lag = applied === null || desired === null
    ? null
    : Math.max(0, desired - applied);
  const ill = !WELL.includes(status) || refusal !== undefined || member.idTaken;
  return {
    kind,
    id,
    version,
    status,
    appliedRevision: applied,
    lagRevisions: lag,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    health: ill ? "unhealthy" : lag !== null && lag > 0 ? "behind" : "well",
    refusal: refusal ?? null,
    restartPending: member.restartPending,
    idTaken: member.idTaken,
  };
}

function print(seen: Overview, expected: number): void {
  const { desiredRevision, components, damage } = seen;
  console.log(
    `${printable(seen.store)}: revision ${
      desiredRevision ?? "-"
    }, ${components.length} components`,
  );
  for (const { path, message } of damage) {
    console.log(style.red(unusable(path, message)));
  }
  if (damage.length > 0) {
    console.log(style.red("`deno task config check` says what puts it right"));
  }
  if (components.length < expected) {
    console.log(style.red(`there should be at least ${expected}`));
  }
  const cells = components.map((row) =>
    [
      row.kind === "" ? "-" : row.kind,
      row.id,
      row.version === "" ? "-" : row.version,
      row.appliedRevision === null ? "-" : `${row.appliedRevision}`,
      row.lagRevisions === null ? "-" : `${row.lagRevisions}`,
      row.status,
      row.health,
    ].map(printable)
  );
  const head = [
    "kind",
    "id",
    "version",
    "revision",
    "behind",
    "state",
    "health",
  ];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]!.length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd();
  if (cells.length > 0) console.log(style.dim(line(head)));
  for (const [i, row] of components.entries()) {
    const paint = row.health === "well"
      ? style.green
      : row.health === "behind"
      ? style.yellow
      : style.red;
    console.log(paint(line(cells[i]!)));
    for (const remark of remarks(row)) console.log(`  ${printable(remark)}`);
  }
}

/** What else is to be known of a component. */
function remarks(row: Row): string[] {
  const { id, status, refusal, restartPending, idTaken } = row;
  const lines: string[] = [];
  if (refusal !== null) {
    lines.push(`refused revision ${refusal.revision}: ${refusal.reason}`);
  }
  if (status === "gone") {
    lines.push(`if it does not come back: deno task status --forget ${id}`);
  }
  if (idTaken) {
    lines.push("another process has taken its id: give each one of its own");
  }
  if (restartPending.length > 0) {
    lines.push(`after a restart: ${restartPending.join(", ")}`);
  }
  return lines;
}
