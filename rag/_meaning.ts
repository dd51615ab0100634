import {
  allTexts,
  type EmbeddedTexts,
  type NumberedText,
} from "./_embedded_texts.ts";
import { type OpenIndex, openIndex, removeOthers } from "./_meaning_index.ts";
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

/**
 * Keeps the vectors of a store's texts: each text that the store has is embedded once, those of another model anew, and
 * those whose vectors were made of other texts than the store has now.
 */
export class Meaning {
  readonly #store: EventStore;
  readonly #embedder: Embedder;
  readonly #index: VectorIndex;
  readonly #texts: EmbeddedTexts | undefined;
  /** What was wrong with the index and was put right. */
  readonly repairs: readonly string[];
  /** Called once, when all texts are embedded; does not throw. */
  readonly #complete: () => Promise<void>;
  #cleaning: Promise<void> | undefined;
  #after = 0;
  /** Texts whose vectors are not on disk yet. */
  #unwritten: NumberedText[] = [];
  #background: Promise<void> | undefined;
  #closed = false;
  /** Why texts are missing, if they are. */
  #problem: Error | undefined;

  private constructor(
    store: EventStore,
    embedder: Embedder,
    { index, texts }: OpenIndex,
    repairs: readonly string[],
    complete: () => Promise<void>,
  ) {
    this.#store = store;
    this.#embedder = embedder;
    this.#index = index;
    this.#texts = texts;
    this.repairs = repairs;
    this.#complete = complete;
  }

  /**
   * Open the index of a store, in a folder of its own for each model; an unreadable one is made anew, and so is what was
   * made of other texts than the store has.
   */
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
    let open: OpenIndex;
    try {
      open = await openIndex(store, factory, { directory, setup, repairs });
    } catch (error) {
      if (
        directory === undefined || !(error instanceof VectorIndexError) ||
        (error.code !== "corrupt" && error.code !== "model")
      ) throw error;
      repairs.push(`${error.message}: made anew from the store`);
      await Deno.remove(directory, { recursive: true });
      open = await openIndex(store, factory, { directory, setup, repairs });
    }
    const complete = async () => {
      if (!readOnly) await removeOthers(store.directory, prefix, own);
    };
    const meaning = new Meaning(store, embedder, open, repairs, complete);
    try {
      meaning.update();
    } catch (error) {
      await meaning.close();
      throw error;
    }
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

  /**
   * Embed what is new: at once where the embedder can, in the background where it has to be waited for. What the index
   * cannot take is in `problem`, and tried again the next time.
   */
  update(): void {
    if (this.#closed) return;
    if (isSync(this.#embedder)) {
      const embedder = this.#embedder;
      this.#attempt(() => {
        while (this.#embedSync(embedder)) { /* as long as there are any */ }
        this.#problem = undefined;
        this.#clean();
      });
    } else if (this.#background === undefined) {
      this.#background = this.#embedAll().catch((error) => {
        this.#fail(error);
      }).finally(() => {
        this.#background = undefined;
      });
    }
  }

  /** Why texts are missing from the index, if they are. */
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
    this.#attempt(() => {
      this.#index.remove(textIds);
      this.#write();
    });
  }

  /** Give back the space of what was removed. */
  async compact(): Promise<void> {
    try {
      await this.#index.compact();
      this.#texts?.rewrite(this.#embedded());
    } catch (error) {
      if (!(error instanceof VectorIndexError)) throw error;
      this.#problem = error;
    }
  }

  /** End what is under way and close the index; the embedder stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#background;
    await this.#cleaning;
    try {
      this.#write();
    } catch {
      // Closing the index tries once more, and says what is wrong.
    }
    this.#texts?.close();
    this.#index.close();
  }

  /** Does what the index may not have room for; where it has none, that is the problem, and all is looked at again. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof VectorIndexError)) throw error;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#problem = error instanceof Error ? error : new Error(`${error}`);
    this.#after = 0;
  }

  /** Makes vectors durable, and then what they were made of. */
  #write(): void {
    this.#index.flush();
    this.#texts?.append(this.#unwritten);
    this.#unwritten = [];
  }

  *#embedded(): Generator<NumberedText[]> {
    const store = this.#store;
    for (const some of allTexts((id, limit) => store.textsAfter(id, limit))) {
      yield some.filter(({ textId }) => this.#index.has(textId));
    }
  }

  #next(): NumberedText[] | undefined {
    for (;;) {
      const found = this.#store.textsAfter(this.#after, BATCH);
      const last = found.at(-1);
      if (last === undefined) return undefined;
      this.#after = last.textId;
      const fresh = found.filter(({ textId }) => !this.#index.has(textId));
      if (fresh.length > 0) return fresh;
    }
  }

  #add(texts: readonly NumberedText[], vectors: Float32Array): void {
    this.#index.add(Uint32Array.from(texts, ({ textId }) => textId), vectors);
    if (this.#texts !== undefined) this.#unwritten.push(...texts);
    this.#write();
  }

  #embedSync(embedder: SyncEmbedder): boolean {
    const next = this.#next();
    if (next === undefined) {
      if (this.#unwritten.length > 0) this.#write();
      return false;
    }
    const { dimensions } = embedder;
    const vectors = new Float32Array(next.length * dimensions);
    next.forEach(({ text }, row) => {
      const start = row * dimensions;
      embedder.embedInto(text, vectors.subarray(start, start + dimensions));
    });
    this.#add(next, vectors);
    return true;
  }

  async #embedAll(): Promise<void> {
    const { dimensions } = this.#embedder;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.#closed) return;
      const vectors = await this.#embedder.embed(next.map(({ text }) => text));
      if (this.#closed) return;
      // Some may have been removed meanwhile.
      const rows = [...next.keys()].filter((row) =>
        this.#store.textOf(next![row]!.textId) !== undefined
      );
      const kept = new Float32Array(rows.length * dimensions);
      rows.forEach((row, i) => {
        const start = row * dimensions;
        kept.set(vectors.subarray(start, start + dimensions), i * dimensions);
      });
      if (rows.length > 0) this.#add(rows.map((row) => next![row]!), kept);
    }
    this.#problem = undefined;
    this.#clean();
  }

  #clean(): void {
    this.#cleaning ??= this.#complete().catch(() => {
      // What is left over is removed the next time.
    });
  }
}

function isSync(embedder: Embedder): embedder is SyncEmbedder {
  return "embedInto" in embedder;
}
