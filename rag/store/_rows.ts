/** Rows of a store: finding them by id, putting entries in. */
import type { ColumnImage } from "../columns/_image.ts";
import { kindCode } from "../columns/_specs.ts";
import { isHeld, LAST_US } from "../_time.ts";
import type { PreparedEntry } from "../entry.ts";
import { isLater } from "./_entry_table.ts";
import type { Tables } from "./_tables.ts";
import type { AppendCounts } from "./types.ts";

/** Entries as rows of the tables and of the columns; to be changed in a transaction only. */
export class Rows {
  readonly #tables: Tables;
  readonly #image: ColumnImage;
  /** Number of the next row. */
  next = 1;

  constructor(tables: Tables, image: ColumnImage) {
    this.#tables = tables;
    this.#image = image;
  }

  /**
   * Stores an entry, or leaves it, or puts it in the place of an earlier state; says which.
   *
   * @throws {RangeError} If its time is before 1970 or after 2255.
   */
  put(prepared: PreparedEntry): keyof AppendCounts {
    if (!isHeld(prepared.timestampUs)) {
      throw new RangeError(
        `Cannot store an entry as 'timestampUs' must be from 0 to ${LAST_US}: current value is ${prepared.timestampUs}`,
      );
    }
    const present = this.find(prepared.id);
    if (present === undefined) {
      const textId = this.#textId(prepared);
      const row = this.next++;
      this.#tables.entries.insert(row, textId, prepared);
      this.#index(row, textId, prepared);
      return "added";
    }
    const known = this.#tables.entries.known(present);
    if (!isLater(prepared, known)) return "unchanged";
    const textId = this.#textId(prepared);
    this.#tables.entries.update(known.row, textId, prepared);
    this.#tables.names.remove(known.row);
    this.#index(known.row, textId, prepared);
    return "updated";
  }

  #textId({ behaviour }: PreparedEntry): number {
    return this.#tables.texts.find(behaviour) ??
      this.#tables.texts.add(behaviour);
  }

  /** The row of an id. Two ids may have one hash, so the id is compared. */
  find(id: string): number | undefined {
    return this.#image.rowsOfId(id)
      .find((row) => this.#tables.entries.idOf(row) === id);
  }

  #index(row: number, textId: number, prepared: PreparedEntry): void {
    const { id, kind, timestampUs, facts, words } = prepared;
    if (words !== "") this.#tables.names.add(row, words);
    const code = kindCode(kind);
    this.#image.put(row, { id, kind: code, timestampUs, textId, facts });
  }
}
