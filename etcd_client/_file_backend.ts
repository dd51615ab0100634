/** Keys in one folder's log, shared by processes. */
import type {
  Backend,
  BackendHealth,
  RawOutcome,
  RawSink,
  RawState,
  RawSubscription,
  RawTransaction,
} from "./backend.ts";
import {
  decodeEntries,
  decodeStep,
  encodeLine,
  encodeState,
  type FileLease,
  type Line,
  stepLine,
} from "./_file_lines.ts";
import { FileLog } from "./_file_log.ts";
import { isOfFolder, toStorageError } from "./_file_errors.ts";
import { FolderLock } from "./_folder_lock.ts";
import { FolderTail } from "./_folder_tail.ts";
import { History, type Step } from "./_history.ts";
import { closedError, leaseError } from "./_memory_backend.ts";
import { Subscribers } from "./_subscribers.ts";
import type { Target } from "./value.ts";

/** Settings with their defaults filled in. */
export interface FileSettings {
  readonly historyLimit: number;
  readonly sync: boolean;
  readonly pollMs: number;
  readonly lockTimeoutMs: number;
  readonly repair: boolean;
  readonly now: () => number;
}

export class FileBackend implements Backend {
  readonly kind = "file";
  readonly namespace = "";
  readonly #settings: FileSettings;
  readonly #log: FileLog;
  readonly #lock: FolderLock;
  readonly #tail: FolderTail;
  readonly #subscribers = new Subscribers();
  #history: History;
  #leases = new Map<string, FileLease>();
  #nextLease = 1;
  #lines = 0;
  #identity = "";
  #last: Promise<unknown> = Promise.resolve();
  #lastError: string | undefined;
  #closed = false;

  private constructor(
    folder: string,
    lock: FolderLock,
    settings: FileSettings,
  ) {
    this.#settings = settings;
    this.#lock = lock;
    this.#log = new FileLog(`${folder}/config.log`);
    this.#history = new History(settings.historyLimit);
    this.#tail = new FolderTail(folder, settings.pollMs, () => this.#poll());
  }

  static async open(
    folder: string,
    settings: FileSettings,
  ): Promise<FileBackend> {
    try {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw toStorageError("make", folder, error);
    }
    const { lockTimeoutMs } = settings;
    const lock = await FolderLock.open(`${folder}/.lock`, lockTimeoutMs);
    const backend = new FileBackend(folder, lock, settings);
    try {
      await lock.run(() => backend.#begin(`${folder}/config.log`));
    } catch (error) {
      await backend.close();
      throw error;
    }
    return backend;
  }

  get identity(): string {
    return this.#identity;
  }

  read(target: Target, revision?: number): Promise<RawState> {
    return this.#alone(async () => {
      await this.#catchUp();
      if (!this.#expired()) return this.#history.read(target, revision);
      await this.#lock.run(() => this.#refresh());
      return this.#history.read(target, revision);
    });
  }

  commit(transaction: RawTransaction): Promise<RawOutcome> {
    return this.#locked(async () => {
      const { compares, operations, otherwise } = transaction;
      for (const operation of operations) {
        if (operation.kind === "put" && operation.lease !== undefined) {
          if (!this.#leases.has(operation.lease)) {
            throw leaseError(operation.lease);
          }
        }
      }
      if (!this.#history.holds(compares)) {
        const entries = otherwise.flatMap((key) =>
          this.#history.entry(key) ?? []
        );
        const { revision } = this.#history;
        return { succeeded: false, revision, entries, deleted: [] };
      }
      const deleted = operations.filter(({ kind }) => kind === "delete")
        .map(({ key }) => this.#history.entry(key) !== undefined);
      await this.#take(this.#history.plan(operations));
      const { revision } = this.#history;
      return { succeeded: true, revision, entries: [], deleted };
    });
  }

  subscribe(
    target: Target,
    fromRevision: number | undefined,
    sink: RawSink,
  ): Promise<RawSubscription> {
    return this.#alone(async () => {
      await this.#catchUp();
      const inner = this.#subscribers.add(
        this.#history,
        target,
        fromRevision,
        sink,
      );
      this.#tail.start();
      return {
        close: () => {
          inner.close();
          if (this.#subscribers.size === 0) this.#tail.stop();
        },
      };
    });
  }

  grantLease(ttlSeconds: number): Promise<string> {
    return this.#locked(async () => {
      const id = `${this.#nextLease}`;
      await this.#writeLease(id, ttlSeconds);
      return id;
    });
  }

  keepLease(id: string): Promise<void> {
    return this.#locked(async () => {
      const lease = this.#leases.get(id);
      if (lease === undefined) throw leaseError(id);
      await this.#writeLease(id, lease.ttlSeconds);
    });
  }

  revokeLease(id: string): Promise<void> {
    return this.#locked(async () => {
      if (this.#leases.has(id)) await this.#endLease(id);
    });
  }

  health(): BackendHealth {
    const reachable = !this.#closed && this.#lastError === undefined;
    return { reachable, reconnects: 0, lastError: this.#lastError };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#tail.stop();
    this.#subscribers.fail(closedError());
    await this.#last.catch(() => {});
    this.#log.close();
    this.#lock.close();
  }

  async #begin(path: string): Promise<void> {
    const found = await Deno.stat(path).then(() => true, (error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw toStorageError("read", path, error);
    });
    if (!found) {
      this.#identity = crypto.randomUUID();
      await this.#rewrite(1);
    } else if (this.#settings.repair) await this.#log.repair();
    await this.#refresh();
  }

  /** Takes in what others wrote and ends leases that are over; the lock is held. */
  async #refresh(): Promise<void> {
    await this.#catchUp();
    const now = this.#settings.now();
    for (const { id, expires } of [...this.#leases.values()]) {
      if (expires <= now) await this.#endLease(id);
    }
  }

  #expired(): boolean {
    const now = this.#settings.now();
    for (const { expires } of this.#leases.values()) {
      if (expires <= now) return true;
    }
    return false;
  }

  async #catchUp(): Promise<void> {
    const { fresh, lines } = await this.#log.readOn();
    if (fresh) this.#reload(lines);
    else for (const line of lines) this.#takeLine(line);
  }

  /** Another file is in place: take it and tell who watches what is new in it. */
  #reload(lines: readonly Line[]): void {
    const { id } = this.#log.header!;
    const before = this.#history.revision;
    const same = id === this.#identity;
    this.#identity = id;
    this.#history = new History(this.#settings.historyLimit);
    this.#leases = new Map();
    this.#lines = 0;
    const steps: Step[] = [];
    for (const line of lines) {
      const step = this.#fold(line);
      if (step !== undefined) steps.push(step);
    }
    const missed = this.#history.since(before + 1);
    if (!same) this.#subscribers.gap("restored");
    else if (typeof missed === "string") this.#subscribers.gap(missed);
    else for (const step of missed) this.#subscribers.step(step);
  }

  #takeLine(line: Line): void {
    const step = this.#fold(line);
    if (step !== undefined) this.#subscribers.step(step);
  }

  #fold(line: Line): Step | undefined {
    this.#lines++;
    switch (line.kind) {
      case "state":
        this.#history.reset(line.revision, decodeEntries(line));
        for (const lease of line.leases) this.#leases.set(lease.id, lease);
        this.#nextLease = line.nextLease;
        return;
      case "lease":
        this.#leases.set(line.lease.id, line.lease);
        this.#nextLease = Math.max(this.#nextLease, Number(line.lease.id) + 1);
        return;
      case "end":
        this.#leases.delete(line.id);
        return;
      case "step": {
        const step = decodeStep(line);
        this.#history.apply(step);
        return step;
      }
    }
  }

  async #take(step: Step): Promise<void> {
    if (step.changes.length === 0) return;
    await this.#log.append(stepLine(step), this.#settings.sync);
    this.#lines++;
    this.#history.apply(step);
    this.#subscribers.step(step);
    await this.#compact();
  }

  async #writeLease(id: string, ttlSeconds: number): Promise<void> {
    const expires = this.#settings.now() + ttlSeconds * 1000;
    const line: Line = { kind: "lease", lease: { id, ttlSeconds, expires } };
    await this.#log.append(line, false);
    this.#fold(line);
    await this.#compact();
  }

  async #endLease(id: string): Promise<void> {
    const operations = this.#history.keysOf(id).map((key) => ({
      kind: "delete" as const,
      key,
    }));
    await this.#take(this.#history.plan(operations));
    const line: Line = { kind: "end", id };
    await this.#log.append(line, false);
    this.#fold(line);
  }

  async #compact(): Promise<void> {
    if (this.#lines <= this.#settings.historyLimit * 2 + 64) return;
    await this.#rewrite(this.#log.header!.generation + 1);
    await this.#catchUp();
  }

  async #rewrite(generation: number): Promise<void> {
    const id = this.#identity;
    const { baseRevision, base, steps } = this.#history;
    await this.#log.replace([
      encodeLine({ format: "ml-defender-config", version: 1, id, generation }),
      encodeState(
        baseRevision,
        base,
        [...this.#leases.values()],
        this.#nextLease,
      ),
      ...steps.map((step) => encodeLine(stepLine(step))),
    ]);
  }

  /** One operation at a time in this process, in the order in which they came. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      if (this.#closed) throw closedError();
      return await this.#noting(action);
    });
    this.#last = result.catch(() => {});
    return result;
  }

  /** As `alone`, and alone over all processes, with everything taken in that they wrote. */
  #locked<T>(action: () => Promise<T>): Promise<T> {
    return this.#alone(() =>
      this.#lock.run(async () => {
        await this.#refresh();
        return await action();
      })
    );
  }

  /** Notes whether the folder could be used. */
  async #noting<T>(action: () => Promise<T>): Promise<T> {
    let failure: string | undefined;
    try {
      return await action();
    } catch (error) {
      if (isOfFolder(error)) failure = error.message;
      throw error;
    } finally {
      this.#lastError = failure;
    }
  }

  /** What goes wrong is noted, and tried again with the next look. */
  async #poll(): Promise<void> {
    await this.#alone(async () => {
      await this.#catchUp();
      if (this.#expired()) await this.#lock.run(() => this.#refresh());
    }).catch(() => {});
  }
}
