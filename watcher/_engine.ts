/** Decides on what the store wants: checks it, puts it in force or refuses it, and records what came of it. */
import type { ConfigIssue, Json } from "@ml-defender/etcd-client";
import { Applier, type Verdict } from "./_applier.ts";
import { type ChangeRecord, type ConfigChange, diffSection } from "./change.ts";
import { Authors } from "./_authors.ts";
import { ConfigError, issuesText } from "./error.ts";
import type { Desired } from "./_feed.ts";
import type { Gates } from "./gate.ts";
import { merged } from "./_json.ts";
import { Layout } from "./_layout.ts";
import type { Built, ConfigModel } from "./model.ts";
import { parsePath } from "./_path.ts";
import type { WatcherSettings } from "./_settings.ts";
import type { InForce, Refusal, RefusalKind } from "./status.ts";
import type { Subscriber } from "./subscriber.ts";
import type { ConfigTree } from "./tree.ts";
import { within } from "./_wait.ts";

/** What runs. */
export interface Running {
  readonly tree: ConfigTree;
  /** What it was made of. */
  readonly desired: Desired;
  readonly inForce: InForce;
}

/** The schemas took too long. */
interface Late {
  readonly state: "late";
  readonly issues: readonly ConfigIssue[];
}

type Source = InForce["source"];

export class Engine {
  readonly #settings: WatcherSettings;
  readonly #closing: AbortSignal;
  readonly #applier: Applier;
  readonly #atStart = new Map<string, Json>();
  readonly subscribers = new Set<Subscriber>();
  model: ConfigModel;
  running: Running | undefined;
  refusal: Refusal | undefined;
  /** What the refusal is of. */
  #refused: Desired | undefined;
  /** Revisions that were refused since something was put in force. */
  readonly #refusedRevisions = new Set<number>();
  readonly #authors: Authors;
  /** What ran before this process, for the first record. */
  baseline: ConfigTree | undefined;
  applied = 0;
  refusals = 0;
  rolledBack = 0;
  auditFailures = 0;

  constructor(settings: WatcherSettings, gates: Gates, closing: AbortSignal) {
    const { prepareTimeoutMs, gateTimeoutMs, store, prefix } = settings;
    this.#authors = new Authors(store, new Layout(prefix));
    this.#settings = settings;
    this.#closing = closing;
    this.#applier = new Applier(gates, prepareTimeoutMs, gateTimeoutMs);
    this.model = settings.model;
  }

  get broken(): string[] {
    return [...this.#applier.broken].map(({ name }) => name);
  }

  get abortFailures(): number {
    return this.#applier.abortFailures;
  }

  /** Settings that take effect when the program starts anew. */
  get restartPending(): string[] {
    const now = this.running?.tree.toJSON() ?? {};
    return this.model.sections.flatMap((section) =>
      diffSection(section, this.#atStart.get(section.name), now[section.name])
    ).filter(({ restart }) => restart).map(({ path }) => path);
  }

  /** A tree of what is desired, checked in time. */
  async build(desired: Desired, model = this.model): Promise<Built | Late> {
    const { sections, revision } = desired;
    const { prepareTimeoutMs } = this.#settings;
    let built: Built | undefined;
    const building = model.build(sections, revision)
      .then((result) => built = result);
    await within(building, prepareTimeoutMs, this.#closing);
    const message = `the schemas did not answer within ${prepareTimeoutMs} ms`;
    return built ?? { state: "late", issues: [{ path: "", message }] };
  }

  /** Puts it in force, or says why not; everything is then as before. */
  async decide(desired: Desired, source: Source): Promise<Verdict> {
    const wasBroken = this.#applier.broken.size > 0;
    const verdict = await this.#decide(desired, source);
    const { outcome } = verdict;
    if (wasBroken && outcome !== "applied" && outcome !== "closed") {
      await this.#heal();
    }
    return verdict;
  }

  async #decide(desired: Desired, source: Source): Promise<Verdict> {
    const { damage } = desired;
    if (damage.length > 0) {
      return await this.#refuse(desired, "integrity", damage);
    }
    const built = await this.build(desired);
    if (this.#closing.aborted) return { outcome: "closed" };
    if (built.state !== "valid") {
      const kind = built.state === "late" ? "timeout" : "invalid";
      return source === "store"
        ? await this.#refuse(desired, kind, built.issues)
        : { outcome: "refused", kind, reason: issuesText(built.issues) };
    }
    const { tree } = built;
    const before = this.running?.tree;
    const changes = this.model.diff(before, tree);
    const { broken } = this.#applier;
    const same = before?.revision === tree.revision && changes.length === 0;
    if (same && broken.size === 0) {
      this.#accept(desired, source);
      return { outcome: "applied" };
    }
    const touched = new Set(changes.map(({ path }) => parsePath(path)[0]!));
    const verdict = await this.#applier.apply({
      next: tree,
      before,
      changes,
      reverse: before === undefined ? [] : this.model.diff(tree, before),
      subscribers: [...this.subscribers].filter((subscriber) =>
        before === undefined || broken.has(subscriber) ||
        subscriber.sections.some(({ name }) => touched.has(name))
      ),
      swap: () => this.#swap(tree, desired, source),
    }, this.#closing);
    if (source === "store") {
      await this.#record(desired, verdict, before, changes);
    }
    return verdict;
  }

  /** Puts the broken into what runs, where nothing newer can be had that would. */
  async #heal(): Promise<void> {
    const { broken } = this.#applier;
    if (broken.size === 0 || this.running === undefined) return;
    const { tree } = this.running;
    await this.#applier.apply({
      next: tree,
      before: tree,
      changes: [],
      reverse: [],
      subscribers: [...broken],
      swap: () => {},
    }, this.#closing);
  }

  /** Brings a subscriber into what runs. */
  async join(subscriber: Subscriber): Promise<void> {
    const { sections, checks = [] } = subscriber;
    const model = this.model.with({ sections, checks });
    const { desired, inForce } = this.running!;
    const known = new Map(
      [...desired.sections].filter(([name]) => this.model.section(name)),
    );
    let built = await this.build(desired, model);
    let taken = desired;
    if (built.state !== "valid") {
      taken = { ...desired, sections: known };
      built = await this.build(taken, model);
    }
    if (built.state !== "valid") {
      const why = issuesText(built.issues);
      throw startError(`what it wants does not go with what runs: ${why}`, {
        issues: built.issues,
      });
    }
    const { tree } = built;
    const verdict = await this.#applier.apply({
      next: tree,
      before: undefined,
      changes: model.diff(undefined, tree),
      reverse: [],
      subscribers: [subscriber],
      swap: () => {
        this.model = model;
        this.subscribers.add(subscriber);
        this.#swap(tree, taken, inForce.source);
      },
    }, this.#closing);
    if (verdict.outcome === "applied") return;
    this.#applier.broken.delete(subscriber);
    throw startError("reason" in verdict ? verdict.reason : "it was closed");
  }

  /** A subscriber is told no more. */
  leave(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
    this.#applier.broken.delete(subscriber);
  }

  #swap(tree: ConfigTree, desired: Desired, source: Source): void {
    const { revision, digest } = tree;
    const sinceMs = this.#settings.now();
    const inForce = { revision, digest, sinceMs, source };
    this.running = { tree, desired, inForce };
    for (const [name, value] of Object.entries(tree.toJSON())) {
      if (!this.#atStart.has(name)) this.#atStart.set(name, value);
    }
  }

  /** What runs is what the store wants. */
  #accept(desired: Desired, source: Source): void {
    const { tree, inForce } = this.running!;
    this.running = { tree, desired, inForce: { ...inForce, source } };
    if (source === "store") this.refusal = this.#refused = undefined;
  }

  async #record(
    desired: Desired,
    verdict: Verdict,
    before: ConfigTree | undefined,
    changes: readonly ConfigChange[],
  ): Promise<void> {
    if (verdict.outcome === "closed") return;
    if (verdict.outcome !== "applied") {
      const { outcome, reason } = verdict;
      const kind = outcome === "refused" ? verdict.kind : "commit";
      await this.#stand(desired, { kind, reason, issues: [], changes });
      return;
    }
    this.applied++;
    this.refusal = this.#refused = undefined;
    const old = before ?? this.baseline;
    if (old === undefined) return;
    const { tree } = this.running!;
    const texts = old === before ? changes : this.model.diff(old, tree);
    const seen = old.revision === tree.revision && texts.length === 0;
    if (!seen) await this.#audit(desired, "applied", texts, old.revision);
    this.#refusedRevisions.clear();
  }

  async #refuse(
    desired: Desired,
    kind: "integrity" | "invalid" | "timeout",
    issues: readonly ConfigIssue[],
  ): Promise<Verdict> {
    const reason = issuesText(issues);
    const changes = kind === "integrity" ? [] : this.#asked(desired);
    await this.#stand(desired, { kind, reason, issues, changes });
    return { outcome: "refused", kind, reason };
  }

  /** A refusal that stands; the same one again is no news. */
  async #stand(
    desired: Desired,
    why: {
      readonly kind: RefusalKind;
      readonly reason: string;
      readonly issues: readonly ConfigIssue[];
      readonly changes: readonly ConfigChange[];
    },
  ): Promise<void> {
    const { kind, reason, issues, changes } = why;
    const { revision, actor } = desired;
    const known = this.#refused === desired && this.refusal?.reason === reason;
    if (known) return;
    const timeMs = this.#settings.now();
    this.refusal = { revision, actor, kind, reason, issues, timeMs };
    this.#refused = desired;
    if (kind === "commit") this.rolledBack++;
    else this.refusals++;
    const outcome = kind === "commit" ? "rolled_back" : "refused";
    // What cannot be trusted says nothing of who did it.
    const from = kind === "integrity"
      ? revision
      : this.running?.tree.revision ?? this.baseline?.revision ?? revision;
    await this.#audit(desired, outcome, changes, from, reason);
    this.#refusedRevisions.add(revision);
  }

  /** What values that a schema refuses would have changed. */
  #asked({ sections }: Desired): ConfigChange[] {
    const now = this.running?.tree.toJSON();
    return this.model.sections.flatMap((section) => {
      const { name, defaults } = section;
      const asked = merged(defaults, sections.get(name) ?? {});
      return diffSection(section, now?.[name] ?? defaults, asked);
    });
  }

  /** A record for each revision since one; of those that came as one, each by whom it was. */
  async #audit(
    desired: Desired,
    outcome: ChangeRecord["outcome"],
    changes: readonly ConfigChange[],
    from: number,
    reason?: string,
  ): Promise<void> {
    const { onAudit, newId, now } = this.#settings;
    if (onAudit === undefined) return;
    const refused = this.#refusedRevisions;
    const applied = outcome === "applied";
    const step = { from, desired, changes, refused, applied };
    const running = this.running?.tree ?? this.baseline;
    // What runs was not refused: something was done to what the store has of it.
    const unsure = desired.damage.length > 0 &&
      desired.revision === running?.revision;
    for (const one of await this.#authors.of(step, this.#closing)) {
      try {
        onAudit({
          id: newId(),
          time: new Date(now()).toISOString(),
          actor: one.actor,
          revision: unsure ? "unknown" : `${one.revision}`,
          outcome,
          changes: one.changes,
          ...(reason === undefined ? {} : { reason }),
        });
      } catch {
        this.auditFailures++;
      }
    }
  }
}

/** The error of a watcher or a subscriber that can not begin. */
export function startError(
  reason: string,
  options: { readonly issues?: readonly ConfigIssue[] } = {},
): ConfigError {
  return new ConfigError("start", `Cannot start: ${reason}`, options);
}
