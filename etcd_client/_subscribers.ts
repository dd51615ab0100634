/** Who wants which changes of a history. */
import type { GapReason, RawSink, RawSubscription } from "./backend.ts";
import { changesOf, type History, type Step } from "./_history.ts";
import type { Target } from "./value.ts";

interface Subscriber {
  readonly target: Target;
  readonly sink: RawSink;
}

/** Hands steps to those who want them. */
export class Subscribers {
  readonly #all = new Set<Subscriber>();

  get size(): number {
    return this.#all.size;
  }

  /** Delivers what was missed, then stays. */
  add(
    history: History,
    target: Target,
    from: number | undefined,
    sink: RawSink,
  ): RawSubscription {
    const missed = history.since(from ?? history.revision + 1);
    if (typeof missed === "string") {
      sink.gap(missed);
      return { close: () => {} };
    }
    for (const step of missed) deliver(step, { target, sink });
    const subscriber = { target, sink };
    this.#all.add(subscriber);
    return { close: () => void this.#all.delete(subscriber) };
  }

  step(step: Step): void {
    for (const subscriber of [...this.#all]) deliver(step, subscriber);
  }

  gap(reason: GapReason): void {
    for (const { sink } of this.#take()) sink.gap(reason);
  }

  fail(error: Error): void {
    for (const { sink } of this.#take()) sink.fail(error);
  }

  #take(): Subscriber[] {
    const all = [...this.#all];
    this.#all.clear();
    return all;
  }
}

function deliver(step: Step, { target, sink }: Subscriber): void {
  const changes = changesOf(step, target);
  if (changes.length > 0) sink.changes(changes);
}
