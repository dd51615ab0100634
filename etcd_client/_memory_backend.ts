/** Keys in this process's memory, with leases by timer. */
import type {
  Backend,
  BackendHealth,
  RawOutcome,
  RawSink,
  RawState,
  RawSubscription,
  RawTransaction,
} from "./backend.ts";
import { EtcdError } from "./error.ts";
import { History } from "./_history.ts";
import { Subscribers } from "./_subscribers.ts";
import type { Target } from "./value.ts";

interface MemoryLease {
  readonly ttlSeconds: number;
  timer: ReturnType<typeof setTimeout>;
}

export class MemoryBackend implements Backend {
  readonly kind = "memory";
  readonly namespace = "";
  readonly identity = crypto.randomUUID();
  readonly #history: History;
  readonly #subscribers = new Subscribers();
  readonly #leases = new Map<string, MemoryLease>();
  #nextLease = 1;
  #closed = false;

  constructor(historyLimit: number) {
    this.#history = new History(historyLimit);
  }

  // deno-lint-ignore require-await
  async read(target: Target, revision?: number): Promise<RawState> {
    this.#checkOpen();
    return this.#history.read(target, revision);
  }

  // deno-lint-ignore require-await
  async commit(transaction: RawTransaction): Promise<RawOutcome> {
    this.#checkOpen();
    const { compares, operations, otherwise } = transaction;
    for (const operation of operations) {
      if (operation.kind === "put" && operation.lease !== undefined) {
        this.#lease(operation.lease);
      }
    }
    if (!this.#history.holds(compares)) {
      const entries = otherwise.flatMap((key) =>
        this.#history.entry(key) ?? []
      );
      const { revision } = this.#history;
      return { succeeded: false, revision, entries, deleted: [] };
    }
    const deleted = operations.filter(({ kind }) => kind === "delete").map((
      { key },
    ) => this.#history.entry(key) !== undefined);
    this.#take(operations);
    const { revision } = this.#history;
    return { succeeded: true, revision, entries: [], deleted };
  }

  // deno-lint-ignore require-await
  async subscribe(
    target: Target,
    fromRevision: number | undefined,
    sink: RawSink,
  ): Promise<RawSubscription> {
    this.#checkOpen();
    return this.#subscribers.add(this.#history, target, fromRevision, sink);
  }

  // deno-lint-ignore require-await
  async grantLease(ttlSeconds: number): Promise<string> {
    this.#checkOpen();
    const id = `${this.#nextLease++}`;
    this.#leases.set(id, { ttlSeconds, timer: this.#expiry(id, ttlSeconds) });
    return id;
  }

  // deno-lint-ignore require-await
  async keepLease(id: string): Promise<void> {
    this.#checkOpen();
    const lease = this.#lease(id);
    clearTimeout(lease.timer);
    lease.timer = this.#expiry(id, lease.ttlSeconds);
  }

  // deno-lint-ignore require-await
  async revokeLease(id: string): Promise<void> {
    this.#checkOpen();
    this.#end(id);
  }

  health(): BackendHealth {
    return { reachable: !this.#closed, reconnects: 0, lastError: undefined };
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { timer } of this.#leases.values()) clearTimeout(timer);
    this.#subscribers.fail(closedError());
  }

  #take(operations: RawTransaction["operations"]): void {
    const step = this.#history.plan(operations);
    if (step.changes.length === 0) return;
    this.#history.apply(step);
    this.#subscribers.step(step);
  }

  #expiry(id: string, ttlSeconds: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#end(id), ttlSeconds * 1000);
    Deno.unrefTimer(timer as unknown as number);
    return timer;
  }

  #end(id: string): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    clearTimeout(lease.timer);
    this.#leases.delete(id);
    this.#take(
      this.#history.keysOf(id).map((key) => ({ kind: "delete", key })),
    );
  }

  #lease(id: string): MemoryLease {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw leaseError(id);
    return lease;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }
}

/** The error for a lease that is over. */
export function leaseError(id: string): EtcdError {
  return new EtcdError(
    "lease",
    `Cannot use lease ${id} as it has expired or was revoked: make a new one`,
  );
}

/** The error for a store that was closed. */
export function closedError(): EtcdError {
  return new EtcdError("closed", "Cannot use store as it was closed");
}
