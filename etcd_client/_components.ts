/** Components: values under a lease of their own. */
import type { Component, ComponentOptions, Registration } from "./component.ts";
import { BackendLease } from "./lease.ts";
import type { Backend } from "./backend.ts";
import { EtcdError } from "./error.ts";
import type { ConfigEntry, ConfigStore } from "./store.ts";
import { pause } from "./_reader.ts";
import { isOfValue } from "./value_errors.ts";
import { checkKey, encodeJson, type Json } from "./value.ts";

const FOLDER = "components/";
const RETRY_MS = 500;
const MAX_NAME = 100;

/** What the keys of all components under a prefix start with. */
export function componentFolder(prefix = ""): string {
  if (prefix === "") return FOLDER;
  if (/^[^/\s]+(\/[^/\s]+)*$/.test(prefix)) return `${prefix}/${FOLDER}`;
  throw new TypeError(
    `Cannot name component as 'prefix' must be names joined by slashes: current value is ${
      JSON.stringify(prefix)
    }`,
  );
}

/** What the keys of a kind start with. */
export function componentPrefix(
  kind: string | undefined,
  prefix?: string,
): string {
  const folder = componentFolder(prefix);
  return kind === undefined ? folder : `${folder}${checkName("kind", kind)}/`;
}

function checkName(name: string, value: string): string {
  if (typeof value !== "string" || !/^[^/\s]+$/.test(value)) {
    throw new TypeError(
      `Cannot name component as '${name}' must be a text of 1 to ${MAX_NAME} characters without slash and space`,
    );
  }
  if (value.length > MAX_NAME) {
    throw new RangeError(
      `Cannot name component as '${name}' must have at most ${MAX_NAME} characters: current length is ${value.length}`,
    );
  }
  return value;
}

interface Announced {
  readonly version: string;
  readonly status: string;
  readonly sinceMs: number;
  readonly data: Json;
}

/** Refuses what others could not read as a component. */
function checkAnnounced(value: Announced): Announced {
  for (const name of ["version", "status"] as const) {
    if (typeof value[name] === "string") continue;
    throw new TypeError(
      `Cannot announce component as '${name}' must be a text: current type is ${typeof value[
        name
      ]}`,
    );
  }
  encodeJson(value.data);
  return value;
}

/** A component of what is under its key; nothing where it is none. */
export function asComponent(
  { key, value, revision }: ConfigEntry,
  folder: string,
): Component | undefined {
  const [kind, id, ...rest] = key.slice(folder.length).split("/");
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
  #value: Announced;
  #lease: BackendLease | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;
  #last: Promise<void> = Promise.resolve();
  readonly #onTaken: ((taken: boolean) => void) | undefined;
  #taken = false;
  renewals = 0;

  constructor(
    store: ConfigStore,
    backend: Backend,
    options: ComponentOptions,
    now: number,
  ) {
    const { kind, id, version, status = "up", data = null } = options;
    const { ttlSeconds = 10, prefix, onTaken } = options;
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 2) {
      throw new RangeError(
        `Cannot register component as 'ttlSeconds' must be a whole number from 2: current value is ${ttlSeconds}`,
      );
    }
    this.#store = store;
    this.#backend = backend;
    const folder = componentPrefix(checkName("kind", kind), prefix);
    this.#key = checkKey(folder + checkName("id", id));
    this.#onTaken = onTaken;
    this.#ttlSeconds = ttlSeconds;
    this.#value = checkAnnounced({ version, status, sinceMs: now, data });
  }

  get taken(): boolean {
    return this.#taken;
  }

  /** Registers for the first time, and again whenever the lease was lost or the key went away. */
  async begin(closed: AbortSignal): Promise<void> {
    const { signal } = this.#end;
    closed.addEventListener("abort", () => this.#stop(), { signal });
    try {
      await this.#alone(() => this.#announce(() => this.#put()));
    } catch (error) {
      this.#stop();
      await this.#lease?.revoke().catch(() => {});
      throw error;
    }
    if (this.#end.signal.aborted) return;
    const every = this.#ttlSeconds * 1000 / 3;
    this.#timer = setInterval(() => void this.#keep(), every);
  }

  update(change: { status?: string; data?: Json }): Promise<void> {
    return this.#alone(async () => {
      this.#value = checkAnnounced({ ...this.#value, ...change });
      if (this.#lease?.ended.aborted) return;
      await this.#look();
      if (this.#taken) throw this.#takenError();
      await this.#put();
    });
  }

  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    clearInterval(this.#timer);
    await this.#last;
    await this.#lease?.revoke();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stop(): void {
    this.#end.abort();
    clearInterval(this.#timer);
    this.#lease?.stop();
  }

  async #announce(put: () => Promise<void>): Promise<void> {
    this.#lease = await BackendLease.grant(this.#backend, this.#ttlSeconds);
    const lease = this.#lease;
    await put();
    lease.ended.addEventListener("abort", () => void this.#again());
  }

  async #again(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        await this.#alone(() => this.#announce(() => this.#look()));
        return;
      } catch {
        this.#lease?.stop();
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** What cannot be looked at now is looked at the next time. */
  async #keep(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await this.#alone(() => this.#look()).catch(() => {});
    this.#looking = false;
  }

  /** Announces again what went away, unless another one is announced there by now. */
  async #look(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined || lease.ended.aborted) return;
    const [there] = (await this.#backend.read(this.#key)).entries;
    const own = there?.lease === lease.id;
    const taken = !own && there !== undefined && await this.#isAnother();
    if (!own && !taken) {
      await this.#put();
      this.renewals++;
    }
    if (taken === this.#taken) return;
    this.#taken = taken;
    this.#onTaken?.(taken);
  }

  /** No component wrote what must not be used. */
  async #isAnother(): Promise<boolean> {
    try {
      return await this.#store.get(this.#key) !== undefined;
    } catch (error) {
      if (isOfValue(error)) return false;
      throw error;
    }
  }

  #takenError(): EtcdError {
    const key = this.#key;
    return new EtcdError(
      "conflict",
      `Cannot update '${key}': another component with the same id has registered since; give each an id of its own`,
      { key },
    );
  }

  async #put(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) return;
    await this.#store.set(this.#key, { ...this.#value }, { lease });
  }

  #alone(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(async () => {
      if (!this.#end.signal.aborted) await action();
    });
    this.#last = result.catch(() => {});
    return result;
  }
}
