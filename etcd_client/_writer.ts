/** Changes: several together or none, each encrypted value above the counter of the one it takes the place of. */
import type { Backend, RawCompare, RawEntry, RawOperation } from "./backend.ts";
import type { Codec, EncodeOptions } from "./_codec.ts";
import { isEnvelope } from "./envelope.ts";
import { EtcdError } from "./error.ts";
import type { Compare, Operation, Transaction } from "./store.ts";
import { checkKey, checkName } from "./value.ts";

const MAX_OPERATIONS = 100;
const MAX_ATTEMPTS = 32;

/** A step with its value checked and made text. */
type Prepared =
  | {
    readonly kind: "put";
    readonly key: string;
    readonly text: Uint8Array;
    readonly lease: string | undefined;
    readonly options: EncodeOptions;
  }
  | {
    readonly kind: "delete";
    readonly key: string;
    readonly always: boolean;
  };

/** What is in the store under a key, as far as known: `exact` unless it is what this client saw last. */
interface Current {
  readonly revision: number;
  readonly counter: number;
  readonly tag: string;
  /** What may go goes without a trace: what hangs on a lease, what is expendable. */
  readonly state: "absent" | "live" | "mayGo" | "tombstone";
}

export interface WriteOutcome {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly deleted: readonly string[];
}

const ABSENT: Current = { revision: 0, counter: 0, tag: "", state: "absent" };

export class Writer {
  readonly #backend: Backend;
  readonly #codec: Codec;

  constructor(backend: Backend, codec: Codec) {
    this.#backend = backend;
    this.#codec = codec;
  }

  async write(transaction: Transaction): Promise<WriteOutcome> {
    const { compare = [], operations } = transaction;
    const keys = checkShape(compare, operations);
    const prepared = await Promise.all(
      operations.map((operation) => this.#prepare(operation)),
    );
    return keys.some((key) => this.#codec.guards(key))
      ? await this.#guarded(keys, compare, prepared)
      : await this.#direct(compare, prepared);
  }

  async #prepare(operation: Operation): Promise<Prepared> {
    const { kind, key } = operation;
    if (kind === "delete") {
      return { kind, key, always: operation.always ?? false };
    }
    const { value, encrypt, compress, lease, expendable = false } = operation;
    if (lease?.ended.aborted) {
      throw new EtcdError(
        "lease",
        `Cannot store '${key}': its lease has ended`,
        { key },
      );
    }
    const leased = lease !== undefined;
    const options = { encrypt, compress, leased, expendable };
    const text = await this.#codec.prepare(key, value);
    return { kind, key, text, lease: lease?.id, options };
  }

  /** Nothing here is guarded: compares and steps go to the store as they are. */
  async #direct(
    compare: readonly Compare[],
    prepared: readonly Prepared[],
  ): Promise<WriteOutcome> {
    const operations: RawOperation[] = [];
    for (const step of prepared) {
      if (step.kind === "delete") {
        operations.push({ kind: "delete", key: step.key });
      } else {
        const { kind, key, text, lease, options } = step;
        const value = await this.#codec.encode(key, text, options, 0);
        operations.push({ kind, key, value, lease });
      }
    }
    const outcome = await this.#backend.commit({
      compares: compare.map(toRaw),
      operations,
      otherwise: [],
    });
    const gone = prepared.filter(({ kind }) => kind === "delete")
      .filter((_, i) => outcome.deleted[i]).map(({ key }) => key);
    const { succeeded, revision } = outcome;
    return { succeeded, revision, deleted: gone };
  }

  /** Each key is written only from the state that was looked at, so that counters grow in the order of the writes. */
  async #guarded(
    keys: readonly string[],
    compare: readonly Compare[],
    prepared: readonly Prepared[],
  ): Promise<WriteOutcome> {
    let exact = compare.length > 0;
    let current = exact
      ? await this.#readAll(keys)
      : new Map(keys.map((key) => [key, this.#remembered(key)]));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (exact && !compare.every((c) => holds(c, current.get(c.key)!))) {
        const { revision } = await this.#backend.read(keys[0]!);
        return { succeeded: false, revision, deleted: [] };
      }
      const { operations, deleted } = await this.#encode(prepared, current);
      const outcome = await this.#backend.commit({
        compares: keys.map((key) => ({
          key,
          revision: current.get(key)!.revision,
          equal: true,
        })),
        operations,
        otherwise: keys,
      });
      if (outcome.succeeded) {
        await this.#remember(operations, current, outcome.revision);
        return { succeeded: true, revision: outcome.revision, deleted };
      }
      current = await this.#look(keys, outcome.entries);
      exact = true;
      if (attempt > 1) {
        const wait = Math.random() * Math.min(2 ** attempt, 64);
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    throw new EtcdError(
      "conflict",
      `Cannot write '${
        keys[0]
      }': others wrote it at the same time, ${MAX_ATTEMPTS} times in a row; try again later`,
      { key: keys[0]! },
    );
  }

  async #encode(
    prepared: readonly Prepared[],
    current: ReadonlyMap<string, Current>,
  ): Promise<{ operations: RawOperation[]; deleted: string[] }> {
    const operations: RawOperation[] = [];
    const deleted: string[] = [];
    for (const step of prepared) {
      const { kind, key } = step;
      const { state, counter } = current.get(key)!;
      if (kind === "put") {
        const { text, options, lease } = step;
        const value = await this.#codec.encode(key, text, options, counter);
        operations.push({ kind, key, value, lease });
        continue;
      }
      const gone = state === "absent" || state === "tombstone";
      const guarded = this.#codec.guards(key);
      if (gone && !(step.always && guarded)) continue;
      if (!gone) deleted.push(key);
      if (!guarded || state === "mayGo" && !step.always) {
        operations.push({ kind, key });
        continue;
      }
      const options = { leased: false, expendable: false };
      const value = await this.#codec.encode(key, undefined, options, counter);
      operations.push({ kind: "put", key, value });
    }
    return { operations, deleted };
  }

  async #remember(
    operations: readonly RawOperation[],
    before: ReadonlyMap<string, Current>,
    revision: number,
  ): Promise<void> {
    for (const operation of operations) {
      const { kind, key } = operation;
      if (kind === "put") {
        await this.#codec.wrote(key, operation.value, revision);
      } else await this.#codec.removed(key, before.get(key)!, revision);
    }
  }

  #remembered(key: string): Current {
    const known = this.#codec.guard.known(key);
    if (known === undefined) return ABSENT;
    const { revision, counter, tag, state } = known;
    switch (state) {
      case "gone":
        return ABSENT;
      case "deleted":
        return { revision, counter, tag, state: "tombstone" };
      case "live":
        return { revision, counter, tag, state };
      default:
        return { revision, counter, tag, state: "mayGo" };
    }
  }

  async #readAll(keys: readonly string[]): Promise<Map<string, Current>> {
    const states = await Promise.all(
      keys.map((key) => this.#backend.read(key)),
    );
    return this.#look(keys, states.flatMap(({ entries }) => entries));
  }

  async #look(
    keys: readonly string[],
    entries: readonly RawEntry[],
  ): Promise<Map<string, Current>> {
    const found = new Map(keys.map((key) => [key, ABSENT]));
    for (const entry of entries) {
      found.set(entry.key, await this.#currentOf(entry));
    }
    return found;
  }

  /** What cannot be opened may be written over: its counter is not believed. */
  async #currentOf(entry: RawEntry): Promise<Current> {
    const { revision } = entry;
    const live: Current = { revision, counter: 0, tag: "", state: "live" };
    if (!isEnvelope(entry.value)) return live;
    try {
      const { envelope } = await this.#codec.unseal(entry);
      const { counter, tag, tombstone, leased, expendable } = envelope;
      const mayGo = leased || expendable;
      const state = tombstone ? "tombstone" : mayGo ? "mayGo" : "live";
      return { revision, counter, tag, state };
    } catch (error) {
      if (error instanceof EtcdError) return live;
      throw error;
    }
  }
}

function holds(compare: Compare, current: Current): boolean {
  const there = current.state !== "absent" && current.state !== "tombstone";
  if ("exists" in compare) return there === compare.exists;
  return compare.revision === (there ? current.revision : 0);
}

function toRaw(compare: Compare): RawCompare {
  const { key } = compare;
  return "exists" in compare
    ? { key, revision: 0, equal: !compare.exists }
    : { key, revision: compare.revision, equal: true };
}

/** Checks a transaction's form; gives all keys in it, each once. */
function checkShape(
  compare: readonly Compare[],
  operations: readonly Operation[],
): string[] {
  if (operations.length > MAX_OPERATIONS || compare.length > MAX_OPERATIONS) {
    throw new RangeError(
      `Cannot write as a transaction must have at most ${MAX_OPERATIONS} steps and compares: current numbers are ${operations.length} and ${compare.length}`,
    );
  }
  const written = new Set<string>();
  for (const { kind, key } of operations) {
    // Whoever can write may have put there what no store writes: that can be deleted, and compared before.
    if (kind === "put") checkKey(key);
    if (written.has(checkName(key))) {
      throw new RangeError(
        `Cannot write as a transaction must have each key once: '${key}' is there twice`,
      );
    }
    written.add(key);
  }
  for (const item of compare) {
    checkName(item.key);
    if (
      "revision" in item &&
      !(Number.isSafeInteger(item.revision) && item.revision >= 0)
    ) {
      throw new RangeError(
        `Cannot write as a revision must be a whole number from 0: current value is ${item.revision}`,
      );
    }
    written.add(item.key);
  }
  return [...written];
}
