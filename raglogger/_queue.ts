/** A queue that hands what has gathered to one worker at a time, in order. */

/** Batches items for a worker. */
export class BatchQueue<T> {
  #limit: number;
  #batch: number;
  #work: (items: T[]) => Promise<void>;
  #items: T[] = [];
  #running: Promise<void> | null = null;
  #waiting: (() => void)[] = [];

  /**
   * @param limit Items from which the queue is full.
   * @param batch Items handed over at once, at most.
   * @param work Deals with a batch; must not throw.
   */
  constructor(
    limit: number,
    batch: number,
    work: (items: T[]) => Promise<void>,
  ) {
    this.#limit = limit;
    this.#batch = batch;
    this.#work = work;
  }

  /** Whether the queue is full. It still takes items: who pushes then decides. */
  get full(): boolean {
    return this.#items.length >= this.#limit;
  }

  /** Adds an item. What is pushed in one turn of the event loop is handed over together. */
  push(item: T): void {
    this.#items.push(item);
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#items.length > 0) {
      await this.#work(this.#items.splice(0, this.#batch));
      for (const wake of this.#waiting.splice(0)) wake();
    }
    this.#running = null;
  }

  /** Resolves when the queue is not full. */
  async ready(): Promise<void> {
    while (this.full) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when everything pushed so far has been dealt with. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }
}
