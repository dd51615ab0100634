/** The distinct behaviour texts. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoredText } from "./types.ts";
import type { WordIndex } from "./_word_index.ts";

const REMEMBERED = 50_000;

/** Texts by id and ids by text; the most used of them in memory. */
export class TextTable {
  /** Id of the next new text. */
  next = 1;
  readonly #words: WordIndex;
  readonly #known = new Map<string, number>();
  readonly #byText: StatementSync;
  readonly #byId: StatementSync;
  readonly #after: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync, words: WordIndex) {
    this.#words = words;
    this.#byText = db.prepare("SELECT text_id FROM texts WHERE text = ?");
    this.#byId = db.prepare("SELECT text FROM texts WHERE text_id = ?");
    this.#after = db.prepare(
      "SELECT text_id, text FROM texts WHERE text_id > ? ORDER BY text_id LIMIT ?",
    );
    this.#insert = db.prepare(
      "INSERT INTO texts (text_id, text) VALUES (?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM texts WHERE text_id = ?");
    this.#count = db.prepare("SELECT count(*) AS n FROM texts");
  }

  get count(): number {
    return Number(this.#count.get()?.n);
  }

  /** Id of a text; undefined where it is new. */
  find(text: string): number | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const found = this.#byText.get(text);
    if (found === undefined) return undefined;
    return this.#remember(text, Number(found.text_id));
  }

  /** Stores a text that is new. */
  add(text: string): number {
    const id = this.next++;
    this.#insert.run(id, text);
    this.#words.add(id, text);
    return this.#remember(text, id);
  }

  textOf(id: number): string | undefined {
    const found = this.#byId.get(id);
    return found === undefined ? undefined : String(found.text);
  }

  after(id: number, limit: number): StoredText[] {
    return this.#after.all(id, limit).map(({ text_id, text }) => ({
      textId: Number(text_id),
      text: String(text),
    }));
  }

  /** Removes the texts that `uses` has no number for, and says which. */
  sweep(uses: Uint32Array): number[] {
    const unused: number[] = [];
    for (let after = 0;;) {
      const some = this.after(after, 10_000);
      const last = some.at(-1);
      if (last === undefined) break;
      after = last.textId;
      for (const { textId } of some) {
        if ((uses[textId] ?? 0) === 0) unused.push(textId);
      }
    }
    for (const id of unused) {
      this.#remove.run(id);
      this.#words.remove(id);
    }
    if (unused.length > 0) this.forget();
    return unused;
  }

  /** Forgets what it remembers, as after a transaction that failed. */
  forget(): void {
    this.#known.clear();
  }

  #remember(text: string, id: number): number {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(text, id);
    return id;
  }
}
