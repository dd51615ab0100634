/** Keeps the last good configuration, in the background. */
import type { Json } from "@ml-defender/etcd-client";
import { isObject } from "./_json.ts";
import { type Desired, NOTHING } from "./_feed.ts";
import type { LastGood } from "./last_good.ts";

export class Keeper {
  readonly #place: LastGood | undefined;
  #next: Desired | undefined;
  #running: Promise<void> | undefined;
  /** Why what was kept could not be loaded; a file that others could read does not become secret by a new one. */
  #unread: Error | undefined;
  #unsaved: Error | undefined;
  failures = 0;

  constructor(place: LastGood | undefined) {
    this.#place = place;
  }

  /** Why the last of it could not be saved, or could not be loaded; undefined when all is well. */
  get failure(): Error | undefined {
    return this.#unsaved ?? this.#unread;
  }

  /** What was kept; undefined if nothing that can be used was. */
  async load(): Promise<Desired | undefined> {
    try {
      const value = await this.#place?.load();
      if (!isObject(value) || value.version !== 1) return undefined;
      const { revision, actor, sections, digest } = value;
      if (!Number.isSafeInteger(revision) || typeof actor !== "string") {
        return undefined;
      }
      if (!isObject(sections)) return undefined;
      return {
        ...NOTHING,
        revision: revision as number,
        actor,
        sections: new Map(Object.entries(sections)),
        digest: typeof digest === "string" ? digest : undefined,
      };
    } catch (error) {
      this.failures++;
      this.#unread = asError(error);
      return undefined;
    }
  }

  /** Keeps it when what is being kept is kept; of several the last. */
  keep(desired: Desired): void {
    if (this.#place === undefined) return;
    this.#next = desired;
    this.#running ??= this.#run(this.#place);
  }

  /** Waits for what is on its way. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(place: LastGood): Promise<void> {
    while (this.#next !== undefined) {
      const { revision, actor, sections, digest } = this.#next;
      this.#next = undefined;
      const values: Json = Object.fromEntries(sections);
      const seen = digest === undefined ? {} : { digest };
      try {
        await place.save({
          ...{ version: 1, revision, actor, sections: values },
          ...seen,
        });
        this.#unsaved = undefined;
      } catch (error) {
        this.failures++;
        this.#unsaved = asError(error);
      }
    }
    this.#running = undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
