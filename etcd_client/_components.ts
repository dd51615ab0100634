/** Components: values under a lease of their own. */
import type { Component, ComponentOptions, Registration } from "./component.ts";
import { BackendLease } from "./lease.ts";
import type { Backend } from "./backend.ts";
import type { ConfigEntry, ConfigStore } from "./store.ts";
import { pause } from "./_reader.ts";
import type { Json } from "./value.ts";

const PREFIX = "components/";
const RETRY_MS = 500;

/** The text that the keys of a kind start with. */
export function componentPrefix(kind: string | undefined): string {
  return kind === undefined ? PREFIX : `${PREFIX}${checkName("kind", kind)}/`;
}

function checkName(name: string, value: string): string {
  if (typeof value === "string" && /^[^/\s]{1,100}$/.test(value)) return value;
  throw new TypeError(
    `Cannot name component as '${name}' must have 1 to 100 characters without slash and space`,
  );
}

/** A component of what is under its key; nothing where it is none. */
export function asComponent(
  { key, value, revision }: ConfigEntry,
): Component | undefined {
  const [kind, id, ...rest] = key.slice(PREFIX.length).split("/");
  if (!kind || !id || rest.length > 0) return undefined;
  const it = value as Partial<Record<string, Json>> | null;
  if (
    typeof it?.version !== "string" || typeof it.status !== "string" ||
    typeof it.sinceMs !== "number"
  ) return undefined;
  const { version, status, sinceMs, data = null } = it;
  return { kind, id, version, status, sinceMs, data, revision };
}

/** Announces a component and keeps it announced. */
export class OwnRegistration implements Registration {
  readonly #store: ConfigStore;
  readonly #backend: Backend;
  readonly #key: string;
  readonly #ttlSeconds: number;
  readonly #end = new AbortController();
  #value: { version: string; status: string; sinceMs: number; data: Json };
  #lease: BackendLease | undefined;
  #last: Promise<void> = Promise.resolve();
  renewals = 0;

  constructor(
    store: ConfigStore,
    backend: Backend,
    options: ComponentOptions,
    now: number,
  ) {
    const { kind, id, version, status = "up", data = null } = options;
    const { ttlSeconds = 10 } = options;
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 2) {
      throw new RangeError(
        `Cannot register component as 'ttlSeconds' must be a whole number from 2: current value is ${ttlSeconds}`,
      );
    }
    this.#store = store;
    this.#backend = backend;
    this.#key = componentPrefix(kind) + checkName("id", id);
    this.#ttlSeconds = ttlSeconds;
    this.#value = { version, status, sinceMs: now, data };
  }

  /** Registers for the first time, and again whenever the lease was lost. */
  async begin(closed: AbortSignal): Promise<void> {
    closed.addEventListener("abort", () => this.#stop());
    await this.#alone(() => this.#announce());
  }

  update(change: { status?: string; data?: Json }): Promise<void> {
    return this.#alone(async () => {
      this.#value = { ...this.#value, ...change };
      if (this.#lease?.ended.aborted) return;
      await this.#put();
    });
  }

  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    await this.#last;
    await this.#lease?.revoke();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stop(): void {
    this.#end.abort();
    this.#lease?.stop();
  }

  async #announce(): Promise<void> {
    this.#lease = await BackendLease.grant(this.#backend, this.#ttlSeconds);
    const lease = this.#lease;
    await this.#put();
    lease.ended.addEventListener("abort", () => void this.#again());
  }

  async #again(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        await this.#alone(() => this.#announce());
        this.renewals++;
        return;
      } catch {
        this.#lease?.stop();
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #put(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) return;
    await this.#store.set(this.#key, this.#value, { lease });
  }

  #alone(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(async () => {
      if (!this.#end.signal.aborted) await action();
    });
    this.#last = result.catch(() => {});
    return result;
  }
}
