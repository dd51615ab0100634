/**
 * Follows the configuration in a store and puts it in force.
 *
 * @module
 */
import type { Verdict } from "./_applier.ts";
import { Engine, startError } from "./_engine.ts";
import { type Desired, Feed, NOTHING, same } from "./_feed.ts";
import { type Gate, Gates } from "./gate.ts";
import { Keeper } from "./_keeper.ts";
import { Layout } from "./_layout.ts";
import { say } from "./model.ts";
import type { WatcherOptions } from "./options.ts";
import { Reporter, reportOf } from "./_reporter.ts";
import { toSettings, type WatcherSettings } from "./_settings.ts";
import type { InForce, WatcherStatus } from "./status.ts";
import type { Subscriber } from "./subscriber.ts";
import type { ConfigTree } from "./tree.ts";
import { pause, within } from "./_wait.ts";

/** A store that does not answer is not waited for longer. */
const CLOSE_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Follows the configuration in a store: checks each revision, lets every subscriber make ready, and puts it in force in one
 * step while no pipeline holds a batch; or refuses it, and everything is as before. A store that is away, or wrong, never
 * stops anything.
 */
export class ConfigWatcher implements AsyncDisposable {
  readonly #settings: WatcherSettings;
  readonly #closing = new AbortController();
  readonly #gates = new Gates();
  readonly #engine: Engine;
  readonly #feed: Feed;
  readonly #keeper: Keeper;
  readonly #reporter: Reporter | undefined;
  readonly #first = Promise.withResolvers<void>();
  readonly #waiters = new Set<{ revision: number; wake: () => void }>();
  #following: Promise<void> = Promise.resolve();
  #deciding: Promise<void> = Promise.resolve();
  #atWork = false;
  #last: Promise<unknown> = Promise.resolve();
  #desired: Desired | undefined;
  #decided: Desired | undefined;
  #current: Desired | undefined;
  #behindSince = 0;
  #begun = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs: number;
  #coalesced = 0;
  #retries = 0;
  #storeFailures = 0;
  #storeFailure: string | undefined;

  private constructor(options: WatcherOptions) {
    const settings = toSettings(options);
    const { store, prefix, component, lastGood, reportMs } = settings;
    const layout = new Layout(prefix);
    this.#settings = settings;
    this.#retryMs = settings.retryMs;
    this.#engine = new Engine(settings, this.#gates, this.#closing.signal);
    this.#keeper = new Keeper(lastGood);
    this.#feed = new Feed(store, layout, {
      desired: (desired) => this.#want(desired),
      failed: (error) => {
        this.#storeFailures++;
        this.#storeFailure = say(error);
        this.#first.resolve();
      },
    });
    if (component !== undefined) {
      const onTaken = (taken: boolean) => this.#taken(taken);
      const reported = { kind: "pipeline", ...component, onTaken };
      this.#reporter = new Reporter(store, layout, reported, reportMs);
    }
  }

  /**
   * Starts with what the store has; where that is not there in time, or refused, with what ran last; else with the
   * defaults.
   *
   * @param options Store, sections, subscribers.
   * @throws {ConfigError} `start`, when not even the defaults can be applied.
   */
  static async start(options: WatcherOptions): Promise<ConfigWatcher> {
    const watcher = new ConfigWatcher(options);
    try {
      await watcher.#begin();
    } catch (error) {
      await watcher.close();
      throw error;
    }
    return watcher;
  }

  /** What runs; another object after each change. */
  get tree(): ConfigTree {
    return this.#engine.running!.tree;
  }

  /**
   * Adds a subscriber: it gets what runs before this resolves, between batches, so that it is not to be waited for within
   * one. Its sections need not have been known.
   *
   * @param subscriber The subscriber.
   * @returns Takes it away again; its sections stay.
   * @throws {ConfigError} `start`, when it refuses what runs.
   */
  async subscribe(subscriber: Subscriber): Promise<() => void> {
    this.#checkOpen();
    await this.#alone(() => this.#engine.join(subscriber));
    this.#keep();
    this.#decided = undefined;
    this.#kick();
    return () => this.#engine.leave(subscriber);
  }

  /**
   * Registers a pipeline: from now on changes happen only while it holds no batch.
   *
   * @param name Its name, for reasons and status.
   */
  gate(name: string): Gate {
    return this.#gates.open(name);
  }

  /**
   * Waits until a revision, or a newer one, was decided on: applied or not.
   *
   * @param revision The revision.
   * @param options When to give up.
   * @returns How the watcher fares then.
   */
  async reached(
    revision: number,
    options: {
      /** Ends the waiting. */
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<WatcherStatus> {
    const { signal } = options;
    const there = () =>
      this.#decided !== undefined && this.#decided === this.#desired &&
      this.#decided.revision >= revision;
    if (!there() && !this.#closing.signal.aborted && !signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const waiter = { revision, wake };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", wake);
      await promise;
      signal?.removeEventListener("abort", wake);
      this.#waiters.delete(waiter);
    }
    return this.status();
  }

  /** Tries a refused revision again, now; what could not be used is read again. Resolves when it was decided on. */
  async retry(): Promise<WatcherStatus> {
    this.#checkOpen();
    await this.#again();
    await this.#deciding;
    return this.status();
  }

  /** How it fares. */
  status(): WatcherStatus {
    const engine = this.#engine;
    const { broken, refusal } = engine;
    const applied = engine.running!.inForce;
    const desired = this.#desired;
    const behind = refusal !== undefined || desired !== this.#decided;
    const store = this.#settings.store.health();
    const lastError = store.lastError ?? this.#storeFailure;
    const lag = desired === undefined ? 0 : desired.revision - applied.revision;
    const now = this.#settings.now();
    return {
      state: this.#closing.signal.aborted
        ? "closed"
        : broken.length > 0
        ? "broken"
        : refusal !== undefined
        ? "refused"
        : behind || desired === undefined
        ? "pending"
        : "in_force",
      applied,
      desiredRevision: desired?.revision,
      lagRevisions: Math.max(0, lag),
      lagMs: behind ? Math.max(0, now - this.#behindSince) : 0,
      refusal,
      broken,
      unknownSections: this.#unknown(),
      restartPending: engine.restartPending,
      idTaken: this.#reporter?.taken ?? false,
      lastGoodFailure: this.#keeper.failure,
      busy: this.#gates.busy,
      counters: {
        applied: engine.applied,
        refused: engine.refusals,
        rolledBack: engine.rolledBack,
        coalesced: this.#coalesced,
        retries: this.#retries,
        abortFailures: engine.abortFailures,
        auditFailures: engine.auditFailures,
        storeFailures: this.#storeFailures,
        reportFailures: this.#keeper.failures +
          (this.#reporter?.failures ?? 0),
      },
      store: { ...store, lastError },
    };
  }

  /**
   * Ends it: a change on its way is given up, what runs stays. Takes the registration back. Does not close the store. May be
   * called twice.
   */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    clearTimeout(this.#retryTimer);
    for (const { wake } of this.#waiters) wake();
    this.#waiters.clear();
    await this.#deciding;
    await this.#last;
    await this.#keeper.close();
    const told = Promise.all([this.#following, this.#reporter?.close()]);
    await within(told, CLOSE_MS, new AbortController().signal);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #begin(): Promise<void> {
    const { subscribers = [], startTimeoutMs } = this.#settings;
    const engine = this.#engine;
    for (const subscriber of subscribers) {
      engine.model = engine.model.with(subscriber);
      engine.subscribers.add(subscriber);
    }
    const { signal } = this.#closing;
    const kept = await this.#keeper.load();
    if (kept !== undefined) {
      this.#feed.remember(kept.revision, kept.digest);
      const built = await engine.build(kept);
      if (built.state === "valid") engine.baseline = built.tree;
    }
    this.#following = this.#feed.run(signal);
    await within(this.#first.promise, startTimeoutMs, signal);
    const candidates: [InForce["source"], Desired | undefined][] = [
      ["store", this.#desired],
      ["last_good", kept],
      ["defaults", NOTHING],
    ];
    let reason = "";
    for (const [source, desired] of candidates) {
      if (desired === undefined) continue;
      if (source === "store") this.#decided = desired;
      const verdict = await this.#alone(() => engine.decide(desired, source));
      if (verdict.outcome === "applied") {
        this.#begun = true;
        this.#after(verdict);
        this.#kick();
        return;
      }
      if ("reason" in verdict) reason = verdict.reason;
    }
    throw startError(`not even the defaults can be applied: ${reason}`);
  }

  #want(desired: Desired): void {
    this.#first.resolve();
    this.#storeFailure = undefined;
    if (same(desired, this.#desired)) return;
    const waiting = this.#desired;
    if (
      waiting !== undefined && waiting !== this.#decided &&
      waiting !== this.#current
    ) this.#coalesced++;
    if (waiting === this.#decided && this.#engine.refusal === undefined) {
      this.#behindSince = this.#settings.now();
    }
    this.#desired = desired;
    this.#retryMs = this.#settings.retryMs;
    clearTimeout(this.#retryTimer);
    this.#kick();
  }

  #kick(): void {
    if (!this.#begun || this.#atWork || this.#closing.signal.aborted) return;
    this.#deciding = this.#decideAll();
  }

  /** Decides on what the store wants, and then on what it wants by then. */
  async #decideAll(): Promise<void> {
    const { signal } = this.#closing;
    const { debounceMs } = this.#settings;
    this.#atWork = true;
    while (this.#desired !== this.#decided && !signal.aborted) {
      if (debounceMs > 0) await pause(debounceMs, signal);
      const desired = this.#desired!;
      this.#current = desired;
      const verdict = await this.#alone(() =>
        this.#engine.decide(desired, "store")
      );
      this.#current = undefined;
      this.#decided = desired;
      this.#after(verdict);
    }
    this.#atWork = false;
  }

  #after(verdict: Verdict): void {
    if (verdict.outcome === "closed") return;
    const { refusal, broken } = this.#engine;
    const kind = refusal?.kind;
    if (verdict.outcome === "applied") this.#keep();
    const passing = kind !== undefined && kind !== "invalid";
    if (passing || broken.length > 0) this.#retryLater();
    this.#report(verdict.outcome !== "applied");
    if (this.#decided !== this.#desired) return;
    const revision = this.#decided?.revision ?? -1;
    for (const waiter of this.#waiters) {
      if (revision < waiter.revision) continue;
      this.#waiters.delete(waiter);
      waiter.wake();
    }
  }

  /** What nobody has made ready is not known to be good. */
  #keep(): void {
    const { subscribers, running } = this.#engine;
    if (subscribers.size > 0) this.#keeper.keep(running!.desired);
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    if (this.#closing.signal.aborted) return;
    const wait = this.#retryMs;
    this.#retryMs = Math.min(wait * 2, LONGEST_RETRY_MS);
    this.#retryTimer = setTimeout(() => this.#again(), wait);
  }

  async #again(): Promise<void> {
    const { refusal } = this.#engine;
    if (refusal === undefined) return;
    this.#retries++;
    if (refusal.kind === "integrity") {
      const { startTimeoutMs } = this.#settings;
      const reread = this.#feed.reread();
      await within(reread, startTimeoutMs, this.#closing.signal);
    }
    this.#decided = undefined;
    this.#kick();
  }

  #report(atOnce: boolean): void {
    if (this.#reporter === undefined) return;
    this.#reporter.tell(reportOf(this.status()), atOnce);
  }

  #taken(taken: boolean): void {
    try {
      this.#settings.component?.onTaken?.(taken);
    } catch {
      // It was told, and that is all.
    }
    this.#report(true);
  }

  #unknown(): string[] {
    const { model } = this.#engine;
    return [...this.#desired?.sections.keys() ?? []]
      .filter((name) => model.section(name) === undefined);
  }

  /** One thing at a time. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {});
    return result;
  }

  #checkOpen(): void {
    if (!this.#closing.signal.aborted) return;
    throw new TypeError("Cannot use watcher as it must be open: it was closed");
  }
}
