/** What the operator commands print, in words. */
import { moveEffect, type Table } from "./effects.ts";
import { LADDER } from "./ladder.ts";
import type { Load } from "./optimize.ts";
import type { MoveResult, OptimizeResult, Refusing } from "./plan.ts";

/**
 * A move along the ladder.
 *
 * @param result The move.
 * @param table What levels found, where it was measured.
 */
export function moveLines(
  { move, written, refusing }: MoveResult,
  table: Table | undefined,
): string[] {
  const { from, to, moved, notes } = move;
  const lines = [`level ${from} -> ${to} (-3 least, 3 most sensitive)`];
  for (const { path, what, before, after } of moved) {
    lines.push(`  ${path}: ${text(before)} -> ${text(after)} (${what})`);
  }
  const reasons = new Set(
    LADDER.filter(({ path }) => moved.some((one) => one.path === path))
      .map(({ why }) => why),
  );
  for (const why of reasons) lines.push(`  why: ${why}`);
  lines.push(...notes.map((note) => `  note: ${note}`));
  if (from !== to) lines.push(...moveEffect(table, from, to));
  lines.push(...refusing.map(refusalLine), state(written));
  return lines;
}

/** What was chosen for this machine. */
export function optimizeLines(
  { proposal, written, refusing }: OptimizeResult,
): string[] {
  const { decisions, load, cpuTarget, fits, warnings } = proposal;
  return [
    ...decisions.map(({ what, choice, why }) => `${what}: ${choice} (${why})`),
    ...loadLines(load, cpuTarget, fits),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...written.changes.filter(({ path }) => !path.startsWith("operate."))
      .map(({ path, before, after, restart }) =>
        `  ${path}: ${text(before)} -> ${text(after)}${
          restart ? " (after a restart)" : ""
        }`
      ),
    ...refusing.map(refusalLine),
    state(written),
  ];
}

function loadLines(
  { byTraffic, ramMib, capacity, floodCapacity }: Load,
  cpuTarget: number,
  fits: boolean,
): string[] {
  const [[costliest, most] = ["", 0], ...others] = byTraffic;
  const percent = (value: number) => `${value.toFixed(1)} %`;
  const rest = others.map(([name, value]) => `${name} ${percent(value)}`);
  const decides = rest.length === 0
    ? ""
    : `, the costliest ordinary traffic (${rest.join(", ")})`;
  return [
    `predicted: ${percent(most)} of one processor of ${
      cpuTarget.toFixed(0)
    } % wanted for ${costliest}${decides}; ${ramMib.toFixed(0)} MiB when full${
      fits ? "" : "; DOES NOT FIT"
    }`,
    `room for ${capacity} packets/s${
      floodCapacity === undefined
        ? ""
        : `, and for ${floodCapacity} of a flood from made-up sources`
    }`,
  ];
}

function refusalLine({ name, runs, reason }: Refusing): string {
  const stays = runs === undefined ? "" : ` and stays at revision ${runs}`;
  return `warning: ${name} refused what was there before${stays}; it takes no change until this is mended: ${reason}`;
}

function state(
  { written, revision, changes }: MoveResult["written"],
): string {
  if (written) return `revision ${revision}`;
  return changes.length === 0
    ? `nothing to change: revision ${revision} stays`
    : `dry run: revision ${revision} stays`;
}

function text(value: unknown): string {
  return value === undefined ? "(none)" : JSON.stringify(value);
}
