import type { Embedder, SyncEmbedder } from "./embedding/embedder.ts";
import type { IndexFactory, IndexSetup } from "./index_factory.ts";
import type { EventStore } from "./store/event_store.ts";
import type { VectorIndex } from "./vectors/index.ts";
import { VectorIndexError } from "./vectors/index.ts";

const BATCH = 512;

/** What is near to a question. */
export interface Near {
  /** Cosine by text id. */
  readonly cosines: ReadonlyMap<number, number>;
  /** Best cosine; 0 where nothing is near. */
  readonly best: number;
  /** Share of the question's words that the model knows. */
  readonly known: number;
}

/** Keeps the vectors of a store's texts: each text that the store has is embedded once, those of another model anew. */
export class Meaning {
  readonly #store: EventStore;
  readonly #embedder: Embedder;
  readonly #index: VectorIndex;
  /** What was wrong with the index and was put right. */
  readonly repairs: readonly string[];
  /** Called when texts of a model other than the last are all embedded. */
  readonly #complete: () => Promise<void>;
  #after = 0;
  #background: Promise<void> | undefined;
  #closed = false;
  /** Why embedding in the background ended, if it did. */
  #problem: Error | undefined;

  private constructor(
    store: EventStore,
    embedder: Embedder,
    index: VectorIndex,
    repairs: readonly string[],
    complete: () => Promise<void>,
  ) {
    this.#store = store;
    this.#embedder = embedder;
    this.#index = index;
    this.repairs = repairs;
    this.#complete = complete;
  }

  /** Open the index of a store, in a folder of its own for each model; an unreadable one is made anew. */
  static async open(
    store: EventStore,
    embedder: Embedder,
    factory: IndexFactory,
    options: Pick<IndexSetup, "core" | "clock"> & { readOnly: boolean },
  ): Promise<Meaning> {
    const { core, clock, readOnly } = options;
    const { dimensions, model } = embedder;
    const setup = { core, clock, dimensions, model };
    const prefix = `vectors-${factory.name}-`;
    const own = `${prefix}${model.slice(0, 16)}-${dimensions}`;
    const directory = readOnly ? undefined : `${store.directory}/${own}`;
    const repairs: string[] = [];
    let index: Awaited<ReturnType<IndexFactory["open"]>>;
    try {
      index = await factory.open(directory, setup);
    } catch (error) {
      if (
        directory === undefined || !(error instanceof VectorIndexError) ||
        (error.code !== "corrupt" && error.code !== "model")
      ) throw error;
      repairs.push(`${error.message}: made anew from the store`);
      await Deno.remove(directory, { recursive: true });
      index = await factory.open(directory, setup);
    }
    const { recovered } = index;
    if (recovered !== undefined && recovered.cutBytes > 0) {
      repairs.push(`${recovered.cutBytes} bytes of an interrupted write cut`);
    }
    if (recovered !== undefined && recovered.corruptBlocks > 0) {
      repairs.push(`${recovered.corruptBlocks} damaged blocks embedded anew`);
    }
    const complete = async () => {
      if (!readOnly) await removeOthers(store.directory, prefix, own);
    };
    const meaning = new Meaning(store, embedder, index, repairs, complete);
    meaning.update();
    meaning.#dropGone();
    return meaning;
  }

  /** Texts that can be found by meaning. */
  get size(): number {
    return this.#index.size;
  }

  /** Identity of the model. */
  get model(): string {
    return this.#embedder.model;
  }

  /** Embed what is new: at once where the embedder can, in the background where it has to be waited for. */
  update(): void {
    if (isSync(this.#embedder)) {
      while (this.#embedSync(this.#embedder)) { /* as long as there are any */ }
      void this.#complete();
    } else if (this.#background === undefined) {
      this.#background = this.#embedAll().catch((error) => {
        this.#problem = error instanceof Error ? error : new Error(`${error}`);
      }).finally(() => {
        this.#background = undefined;
      });
    }
  }

  /** Why texts are missing that will not come, if so. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Texts near to a question, among those that a bitmap allows. */
  async near(text: string, k: number, filter: Uint8Array): Promise<Near> {
    const embedder = this.#embedder;
    const vector = new Float32Array(embedder.dimensions);
    let known = 1;
    if (isSync(embedder)) known = embedder.embedInto(text, vector);
    else vector.set(await embedder.embed([text]));
    return { ...this.#near(vector, k, filter), known };
  }

  /** Texts near to one of the store's. */
  async nearTo(textId: number, k: number, filter: Uint8Array): Promise<Near> {
    const text = this.#store.textOf(textId);
    return text === undefined
      ? { cosines: new Map(), best: 0, known: 0 }
      : await this.near(text, k, filter);
  }

  #near(
    vector: Float32Array,
    k: number,
    filter: Uint8Array,
  ): Omit<Near, "known"> {
    const hits = this.#index.search(vector, k, filter);
    return {
      cosines: new Map(hits.map(({ id, score }) => [id, score])),
      best: hits[0]?.score ?? 0,
    };
  }

  /** Forget texts that no entry has any more. */
  remove(textIds: readonly number[]): void {
    if (textIds.length === 0) return;
    this.#index.remove(textIds);
    this.#index.flush();
  }

  /** Give back the space of what was removed. */
  async compact(): Promise<void> {
    await this.#index.compact();
  }

  /** End what is under way and close the index; the embedder stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#background;
    this.#index.close();
  }

  /** Removes vectors of texts that the store no longer has: a crash may have come between the two. */
  #dropGone(): void {
    if (this.#index.size <= this.#store.stats().texts) return;
    const gone: number[] = [];
    let expected = 1;
    for (let after = 0;;) {
      const found = this.#store.textsAfter(after, 8 * BATCH);
      for (const { textId } of found) {
        for (; expected < textId; expected++) gone.push(expected);
        expected = textId + 1;
      }
      const last = found.at(-1);
      if (last === undefined) break;
      after = last.textId;
    }
    this.remove(gone);
  }

  #next(): { ids: Uint32Array; texts: string[] } | undefined {
    for (;;) {
      const found = this.#store.textsAfter(this.#after, BATCH);
      const last = found.at(-1);
      if (last === undefined) return undefined;
      this.#after = last.textId;
      const fresh = found.filter(({ textId }) => !this.#index.has(textId));
      if (fresh.length === 0) continue;
      return {
        ids: Uint32Array.from(fresh, ({ textId }) => textId),
        texts: fresh.map(({ text }) => text),
      };
    }
  }

  #embedSync(embedder: SyncEmbedder): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    const { ids, texts } = next;
    const { dimensions } = embedder;
    const vectors = new Float32Array(texts.length * dimensions);
    texts.forEach((text, row) => {
      const start = row * dimensions;
      embedder.embedInto(text, vectors.subarray(start, start + dimensions));
    });
    this.#index.add(ids, vectors);
    this.#index.flush();
    return true;
  }

  async #embedAll(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.#closed) return;
      const vectors = await this.#embedder.embed(next.texts);
      if (this.#closed) return;
      this.#index.add(next.ids, vectors);
      this.#index.flush();
    }
    await this.#complete();
  }
}

function isSync(embedder: Embedder): embedder is SyncEmbedder {
  return "embedInto" in embedder;
}

async function removeOthers(
  directory: string,
  prefix: string,
  own: string,
): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory || !name.startsWith(prefix) || name === own) continue;
    await Deno.remove(`${directory}/${name}`, { recursive: true })
      .catch(() => {});
  }
}
