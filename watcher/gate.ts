/**
 * Between batches: changes are committed while no pipeline holds a batch.
 *
 * @module
 */

/** A pipeline's say on when a change may happen. A pipeline that does not hold a batch never delays one. */
export interface Gate extends Disposable {
  /** The pipeline's name. */
  readonly name: string;
  /**
   * The pipeline is done with one batch and about to take the next: what waits is committed now.
   *
   * @returns Undefined, go on; else go on when it resolves. It does so when another pipeline is at its boundary too, or
   * when a change that failed half-way is taken back.
   */
  betweenBatches(): Promise<void> | undefined;
  /** The pipeline holds no batch until the next `betweenBatches()`: it waits for input. */
  idle(): void;
  /** Batches of a source; the consumer never sees a change within one. */
  batches<T>(source: AsyncIterable<T>): AsyncGenerator<T>;
  /** The pipeline has ended. May be called twice. */
  close(): void;
}

/** What came of waiting for the pipelines. */
export type Passed =
  | { readonly state: "ran" }
  | { readonly state: "late"; readonly names: readonly string[] }
  | { readonly state: "closed" };

interface Waiting {
  readonly action: () => Promise<void> | undefined;
  readonly done: (passed: Passed) => void;
}

/** All gates of a process. */
export class Gates {
  readonly #all = new Set<OwnGate>();
  #waiting: Waiting | undefined;
  /** Pending while an action that already ran has more to do; no batch begins meanwhile. */
  #held: Promise<void> | undefined;
  /** Who waits at a boundary for others. */
  #parked: (() => void)[] = [];

  /** Makes a gate. */
  open(name: string): Gate {
    const gate = new OwnGate(name, this);
    this.#all.add(gate);
    return gate;
  }

  /** Names of those that hold a batch. */
  get busy(): string[] {
    return [...this.#all].filter((gate) => gate.busy).map(({ name }) => name);
  }

  /**
   * Runs an action while no pipeline holds a batch. It is called once, without anything in between.
   *
   * @param action What to do; no batch begins before a promise that it returns is settled.
   * @param timeoutMs How long to wait for the pipelines.
   * @param signal Ends the waiting.
   */
  run(
    action: () => Promise<void> | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Passed> {
    return new Promise((resolve) => {
      const finish = (passed: Passed) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", close);
        resolve(passed);
      };
      const give = (passed: Passed) => {
        if (this.#waiting !== waiting) return;
        this.#waiting = undefined;
        this.#release();
        finish(passed);
      };
      const close = () => give({ state: "closed" });
      const waiting: Waiting = { action, done: finish };
      this.#waiting = waiting;
      signal.addEventListener("abort", close);
      const late = () => give({ state: "late", names: this.busy });
      const timer = setTimeout(late, timeoutMs);
      if (signal.aborted) close();
      else this.pass();
    });
  }

  /** Runs what waits, if nobody holds a batch. */
  pass(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    for (const gate of this.#all) if (gate.busy) return;
    this.#waiting = undefined;
    const held = waiting.action();
    if (held === undefined) {
      this.#release();
      waiting.done({ state: "ran" });
      return;
    }
    const finish = () => {
      this.#held = undefined;
      this.#release();
      waiting.done({ state: "ran" });
    };
    this.#held = held.then(finish, finish);
  }

  /** Lets a gate go on, now or when it may. */
  enter(gate: OwnGate): Promise<void> | undefined {
    if (this.#free) {
      gate.busy = true;
      return undefined;
    }
    return this.#enterLater(gate);
  }

  remove(gate: OwnGate): void {
    this.#all.delete(gate);
    this.pass();
  }

  get #free(): boolean {
    return this.#waiting === undefined && this.#held === undefined;
  }

  async #enterLater(gate: OwnGate): Promise<void> {
    while (!this.#free) {
      await new Promise<void>((wake) => this.#parked.push(wake));
    }
    gate.busy = true;
  }

  #release(): void {
    const parked = this.#parked;
    this.#parked = [];
    for (const wake of parked) wake();
  }
}

class OwnGate implements Gate {
  readonly name: string;
  readonly #gates: Gates;
  busy = false;
  #closed = false;

  constructor(name: string, gates: Gates) {
    this.name = name;
    this.#gates = gates;
  }

  betweenBatches(): Promise<void> | undefined {
    if (this.#closed) {
      throw new TypeError(
        `Cannot go on at gate '${this.name}' as it must be open: it was closed`,
      );
    }
    this.busy = false;
    this.#gates.pass();
    return this.#gates.enter(this);
  }

  idle(): void {
    this.busy = false;
    this.#gates.pass();
  }

  async *batches<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const batch of source) {
        await this.betweenBatches();
        yield batch;
        this.idle();
      }
    } finally {
      this.idle();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.busy = false;
    this.#gates.remove(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
