/** Two phases over all subscribers: everybody makes ready, then everybody changes, or nobody. */
import type { ConfigChange } from "./change.ts";
import type { Gates } from "./gate.ts";
import { say } from "./model.ts";
import type { RefusalKind } from "./status.ts";
import type { Prepared, Subscriber } from "./subscriber.ts";
import type { ConfigTree } from "./tree.ts";
import { within } from "./_wait.ts";

/** A change to make. */
export interface Attempt {
  /** What is to run. */
  readonly next: ConfigTree;
  /** What runs; undefined when nothing does yet. */
  readonly before: ConfigTree | undefined;
  /** What is different. */
  readonly changes: readonly ConfigChange[];
  /** The same the other way round, for taking it back. */
  readonly reverse: readonly ConfigChange[];
  /** Whom it concerns, in the order in which they commit. */
  readonly subscribers: readonly Subscriber[];
  /** Called in the same step as the commits, when all of them succeeded. */
  readonly swap: () => void;
}

/** What came of it. */
export type Verdict =
  | { readonly outcome: "applied" }
  | {
    readonly outcome: "refused";
    readonly kind: RefusalKind;
    readonly reason: string;
  }
  | { readonly outcome: "rolled_back"; readonly reason: string }
  | { readonly outcome: "closed" };

interface Ready {
  readonly subscriber: Subscriber;
  readonly prepared: Prepared;
}

type Preparation =
  | { readonly state: "ready"; readonly ready: readonly Ready[] }
  | { readonly state: "failed"; readonly verdict: Verdict };

const APPLIED: Verdict = { outcome: "applied" };
const CLOSED: Verdict = { outcome: "closed" };

export class Applier {
  readonly #gates: Gates;
  readonly #prepareTimeoutMs: number;
  readonly #gateTimeoutMs: number;
  /** Those of which it is not known what they run. */
  readonly broken = new Set<Subscriber>();
  abortFailures = 0;

  constructor(gates: Gates, prepareTimeoutMs: number, gateTimeoutMs: number) {
    this.#gates = gates;
    this.#prepareTimeoutMs = prepareTimeoutMs;
    this.#gateTimeoutMs = gateTimeoutMs;
  }

  /** Makes a change, all of it or nothing. */
  async apply(attempt: Attempt, closing: AbortSignal): Promise<Verdict> {
    const { subscribers, next, changes, before } = attempt;
    const initial = before === undefined;
    const preparation = await this.#prepare(
      subscribers,
      { next, changes, initial },
      closing,
    );
    if (preparation.state === "failed") return preparation.verdict;
    const { ready } = preparation;
    let verdict: Verdict = APPLIED;
    const passed = await this.#gates.run(
      () => {
        const failed = this.#commit(ready, attempt.swap);
        if (failed === undefined) return undefined;
        verdict = { outcome: "rolled_back", reason: failed.reason };
        return this.#takeBack(attempt, failed.touched);
      },
      this.#gateTimeoutMs,
      closing,
    );
    if (passed.state === "ran") return verdict;
    this.#abort(ready);
    if (passed.state === "closed") return CLOSED;
    const names = passed.names.map((name) => `'${name}'`).join(", ");
    return {
      outcome: "refused",
      kind: "timeout",
      reason:
        `pipeline ${names} did not come between batches within ${this.#gateTimeoutMs} ms`,
    };
  }

  async #prepare(
    subscribers: readonly Subscriber[],
    { next, changes, initial }: {
      readonly next: ConfigTree;
      readonly changes: readonly ConfigChange[];
      readonly initial: boolean;
    },
    closing: AbortSignal,
  ): Promise<Preparation> {
    const control = new AbortController();
    const { signal } = control;
    const done = new Map<Subscriber, Prepared>();
    let failure: string | undefined;
    let over = false;
    const one = async (subscriber: Subscriber): Promise<void> => {
      const { name, sections } = subscriber;
      const names = new Set(sections.map((section) => section.name));
      const own = changes.filter(({ path }) => names.has(firstOf(path)));
      const { revision } = next;
      try {
        const context = { revision, initial, signal };
        const prepared = await subscriber.prepare(next, own, context);
        if (typeof prepared?.commit !== "function") {
          throw new TypeError("prepare gave nothing to commit");
        }
        if (over || failure !== undefined) this.#abortOne(prepared);
        else done.set(subscriber, prepared);
      } catch (error) {
        if (over) return;
        failure ??= `subscriber '${name}' refuses: ${say(error)}`;
        control.abort();
      }
    };
    const all = Promise.all(subscribers.map(one));
    const inTime = await within(all, this.#prepareTimeoutMs, closing);
    over = true;
    if (inTime && failure === undefined && !closing.aborted) {
      const ready = subscribers.map((subscriber) => ({
        subscriber,
        prepared: done.get(subscriber)!,
      }));
      return { state: "ready", ready };
    }
    control.abort();
    this.#abort(
      [...done].map(([subscriber, prepared]) => ({ subscriber, prepared })),
    );
    if (closing.aborted) return { state: "failed", verdict: CLOSED };
    const late = subscribers.filter((subscriber) => !done.has(subscriber))
      .map(({ name }) => `'${name}'`).join(", ");
    const verdict: Verdict = failure !== undefined
      ? { outcome: "refused", kind: "prepare", reason: failure }
      : {
        outcome: "refused",
        kind: "timeout",
        reason:
          `subscriber ${late} was not ready within ${this.#prepareTimeoutMs} ms`,
      };
    return { state: "failed", verdict };
  }

  /** Commits one after the other without a pause; says who was touched when one fails. */
  #commit(
    ready: readonly Ready[],
    swap: () => void,
  ): { reason: string; touched: readonly Subscriber[] } | undefined {
    for (const [i, { subscriber, prepared }] of ready.entries()) {
      try {
        prepared.commit();
      } catch (error) {
        this.#abort(ready.slice(i + 1));
        const touched = ready.slice(0, i + 1).map((item) => item.subscriber);
        const reason = `subscriber '${subscriber.name}' failed on commit: ${
          say(error)
        }`;
        return { reason, touched };
      }
    }
    for (const { subscriber } of ready) this.broken.delete(subscriber);
    swap();
    return undefined;
  }

  /** Puts those that were touched back to what ran before; who can not be put back is broken. */
  async #takeBack(
    { before, reverse }: Attempt,
    touched: readonly Subscriber[],
  ): Promise<void> {
    const never = new AbortController().signal;
    for (const subscriber of touched) this.broken.add(subscriber);
    if (before === undefined) return;
    const all: Ready[] = [];
    await Promise.all(touched.map(async (subscriber) => {
      const preparation = await this.#prepare(
        [subscriber],
        { next: before, changes: reverse, initial: false },
        never,
      );
      if (preparation.state === "ready") all.push(...preparation.ready);
    }));
    for (const { subscriber, prepared } of all) {
      try {
        prepared.commit();
        this.broken.delete(subscriber);
      } catch {
        // It stays among the broken.
      }
    }
  }

  #abort(ready: readonly Ready[]): void {
    for (const { prepared } of ready) this.#abortOne(prepared);
  }

  #abortOne(prepared: Prepared): void {
    try {
      prepared.abort();
    } catch {
      this.abortFailures++;
    }
  }
}

function firstOf(path: string): string {
  const dot = path.indexOf(".");
  return dot < 0 ? path : path.slice(0, dot);
}
