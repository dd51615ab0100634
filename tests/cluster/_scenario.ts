/** A fault, what it did to everybody, and what must hold after it. */
import assert from "node:assert/strict";
import type { Bed } from "./_bed.ts";
import type { Child, Line } from "./_child.ts";
import { digestOf, valuesOf } from "./programs/_settings.ts";
import { sleep } from "../etcd_server.ts";

/** Milliseconds between a write's answer and the next write. */
export const EVERY_MS = 50;

/** What happens in a bed, while its operator writes without a pause. */
export interface Scenario {
  /** For the figures. */
  readonly name: string;
  /** Breaks something. */
  readonly fault: () => Promise<void>;
  /** What must hold while it is broken. */
  readonly meanwhile?: () => Promise<void>;
  /** Puts it right; what can be done without that is left out. @default {nothing to do} */
  readonly heal?: () => Promise<void>;
  /** How long it stays broken. */
  readonly lastsMs: number;
  /** Who cannot reach any member that works meanwhile. @default {nobody} */
  readonly cutOff?: readonly Child[];
  /** Whether the operator can write meanwhile. @default {true} */
  readonly writable?: boolean;
  /** From putting it right until a write goes through and everybody runs it, at most. */
  readonly boundMs: number;
  /** Longest time from a write until everybody who can be reached runs it, also while it is broken. @default {boundMs} */
  readonly staleMs?: number;
}

/** What it came to, in milliseconds. */
export interface Outcome {
  /** From putting it right until those who were cut off run what was newest then; for nobody 0. */
  readonly caughtUpMs: number;
  /** From putting it right until everybody runs a change that was written after it. */
  readonly recoveredMs: number;
  /** From putting it right until a write goes through. */
  readonly writtenMs: number;
  /** From putting it right until every member has what all have. */
  readonly wholeMs: number;
  /** Longest time without a write that went through. */
  readonly gapMs: number;
  /** Longest time from a write's begin until everybody who can be reached runs it. */
  readonly staleMs: number;
  /** Longest time from the end of a batch to the end of the next, in any process. */
  readonly batchMs: number;
  /** Writes that went through, and that did not or may not have. */
  readonly writes: number;
  readonly failures: number;
}

interface Write {
  readonly revision: number;
  readonly start: number;
  readonly time: number;
}

const now = () => performance.timeOrigin + performance.now();
const isWrite = ({ at }: Line) => at === "write";
const wentThrough = (line: Line) => isWrite(line) && "revision" in line;
const writeOf = (line: Line) => line as unknown as Write;

/** Takes a bed through a fault; rejects where something does not hold. */
export async function goThrough(
  bed: Bed,
  scenario: Scenario,
): Promise<Outcome> {
  const { operator, pipelines } = bed;
  const { cutOff = [], writable = true, boundMs } = scenario;
  const reached = pipelines.filter((pipeline) => !cutOff.includes(pipeline));
  const first = operator.lines.length;
  await bed.members.whole();
  await operator.ask("load", { everyMs: EVERY_MS });
  await operator.until(wentThrough, { from: first });
  await bed.running(Number(await lastWritten(operator)));
  await Promise.all(pipelines.map((pipeline) => pipeline.ask("fresh")));
  const begun = now();
  const oldest = lastWritten(operator);
  const broken = operator.lines.length;
  await breakFor(bed, scenario);
  const healed = scenario.heal === undefined ? begun : now();
  const before = scenario.heal === undefined ? oldest : lastWritten(operator);
  const line = await operator.until(
    (line) => wentThrough(line) && writeOf(line).start >= healed,
    { from: broken, timeoutMs: boundMs * 3 },
  );
  const caughtUp = await bed.running(before, {
    pipelines: cutOff,
    timeoutMs: boundMs * 3,
  });
  const then = await bed.running(writeOf(line).revision, {
    timeoutMs: boundMs * 3,
  });
  const whole = bed.members.whole().then(() => now() - healed);
  await sleep(300);
  const wholeMs = scenario.heal === undefined ? 0 : await whole;
  await operator.ask("rest", { timeoutMs: 60_000 });
  await bed.running(lastWritten(operator));
  const outcome: Outcome = {
    caughtUpMs: Math.max(0, ...caughtUp.map((time) => time - healed)),
    recoveredMs: Math.max(...then.map((time) => time - healed)),
    writtenMs: writeOf(line).time - healed,
    wholeMs,
    ...writesSince(operator, begun),
    staleMs: Math.max(0, ...everywhere(operator, reached, begun)),
    batchMs: Math.max(...pipelines.map(longestBatch)),
  };
  tell(scenario.name, outcome);
  const { staleMs = boundMs } = scenario;
  const text = JSON.stringify(outcome);
  assert.ok(outcome.recoveredMs <= boundMs, text);
  if (writable) assert.ok(outcome.staleMs <= staleMs, text);
  assert.ok(outcome.batchMs < 2000, `batches stood still: ${text}`);
  await checkRuns(bed);
  return outcome;
}

/** Longest time beyond a fault's own that a first write may need. */
const ELECTION_MS = 15_000;

/** Breaks something for a while; puts it right even when something does not hold meanwhile. */
async function breakFor({ operator }: Bed, scenario: Scenario): Promise<void> {
  const { fault, meanwhile, heal, lastsMs, writable = true } = scenario;
  try {
    await fault();
    const from = operator.lines.length;
    const end = now() + lastsMs;
    await meanwhile?.();
    await sleep(Math.max(0, end - now()));
    if (heal === undefined || !writable) return;
    // On slow lines and a busy machine an election may take longer than the fault was meant to last.
    const written = () => operator.lines.slice(from).some(wentThrough);
    while (!written() && now() < end + ELECTION_MS) await sleep(50);
    assert.ok(written(), "nothing could be written meanwhile");
  } finally {
    await heal?.();
  }
}

/** The newest revision that the operator knows to be written. */
export function lastWritten(operator: Child): number {
  const line = operator.lines.findLast(wentThrough);
  return line === undefined ? 1 : writeOf(line).revision;
}

function writesSince(
  operator: Child,
  begun: number,
): { gapMs: number; writes: number; failures: number } {
  const all = operator.lines.filter(isWrite)
    .filter(({ time }) => Number(time) >= begun);
  const through = all.filter(wentThrough).map(({ time }) => Number(time));
  const gaps = through.map((time, i) => time - (through[i - 1] ?? begun));
  return {
    gapMs: Math.max(...gaps),
    writes: through.length,
    failures: all.length - through.length,
  };
}

/** For each write, the time from its begin until all of some pipelines run it, or a newer one. */
export function everywhere(
  operator: Child,
  pipelines: readonly Child[],
  since: number,
): number[] {
  const writes = operator.lines.filter(wentThrough).map(writeOf)
    .filter(({ start }) => start >= since);
  const ran = pipelines.map(({ lines }) =>
    lines.filter(({ at }) => at === "runs")
  );
  return writes.map(({ revision, start }) =>
    Math.max(...ran.map((lines) => {
      const line = lines.find((line) => Number(line.revision) >= revision);
      return Number(line?.time) - start;
    }))
  );
}

function longestBatch({ lines }: Child): number {
  return Number(lines.findLast(({ at }) => at === "beat")?.longestMs);
}

/** Nobody stopped, lost or mixed anything up, ran what was never written, or went back. */
export async function checkRuns(
  { pipelines }: Bed,
  spoilt: readonly number[] = [],
): Promise<void> {
  for (const { lines, status } of pipelines) {
    assert.equal(status, undefined, "a pipeline process has ended");
    const bad = lines.filter(({ at }) => at === "torn" || at === "lost");
    assert.deepEqual(bad, []);
    for (const at of ["runs", "batch"]) {
      const some = lines.filter((line) => line.at === at);
      assert.ok(some.length > 0);
      let last = -1;
      for (const line of some) {
        const revision = Number(line.revision);
        assert.ok(revision > last, `${revision} after ${last}`);
        assert.ok(!spoilt.includes(revision), `${revision} must not run`);
        assert.equal(line.digest, await digestOf(revision), `at ${revision}`);
        if (at === "batch") checkValues(line, revision);
        last = revision;
      }
    }
  }
}

function checkValues({ alert, maxLines }: Line, revision: number): void {
  assert.deepEqual({
    "policy.thresholds.alert": alert,
    "log.rotation.maxLines": maxLines,
  }, valuesOf(revision));
}

/** Lets everybody end by themselves, and compares the books. */
export async function checkEnd(
  bed: Bed,
  spoilt: readonly number[] = [],
): Promise<void> {
  const newest = await bed.newest();
  await bed.running(newest);
  await checkRuns(bed, spoilt);
  const ends = await Promise.all(bed.pipelines.map((child) => child.leave()));
  for (const [i, { code, signal }] of ends.entries()) {
    assert.deepEqual([code, signal], [0, null]);
    const { lines } = bed.pipelines[i]!;
    assert.equal(lines.at(-1)?.at, "end");
    const last = lines.findLast(({ at }) => at === "beat")!;
    assert.equal(last.consumed, last.produced);
    assert.equal(last.rolledBack, 0);
    assert.ok(Number(last.passes) > 1, `${last.passes} captures`);
    const runs = lines.findLast(({ at }) => at === "runs");
    assert.equal(runs?.revision, newest);
  }
}

/** Prints figures where they are wanted. */
export function tell(name: string, figures: object): void {
  if (Deno.env.get("ML_DEFENDER_FIGURES") !== "1") return;
  const rounded = Object.entries(figures).map(([what, value]) =>
    `${what} ${typeof value === "number" ? Math.round(value) : value}`
  );
  // deno-lint-ignore no-console
  console.log(`${name}: ${rounded.join(", ")}`);
}

/** Runs steps, each of which must be over in time; none after one that failed. */
export function stepsOf(
  context: Deno.TestContext,
  ms: number,
): (name: string, action: () => Promise<unknown>) => Promise<void> {
  let fine = true;
  return async (name, fn) => {
    const ignore = !fine;
    const step = { name, ignore, fn: () => within(ms, fn).then(() => {}) };
    fine = await context.step(step) && fine;
  };
}

/** Runs something that must be over in time; what it waits for must end when its bed is gone. */
async function within<T>(
  ms: number,
  action: () => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not over within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([action(), late]);
  } finally {
    clearTimeout(timer);
  }
}
