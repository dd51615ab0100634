/** The table of entries: a row for each, its fields as columns, and its body. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Facts, PreparedEntry } from "../entry.ts";
import { kindCode, KINDS, STORED_FIELDS } from "../columns/_specs.ts";
import { FIELDS } from "../query/fields.ts";
import { LAST_US } from "../_time.ts";
import { fromBody, stageOf, toBody } from "./_body.ts";
import type { StoredEntry } from "./types.ts";

/** What has to be known of an entry to tell whether another state of it is a later one. */
export interface KnownEntry {
  readonly row: number;
  readonly kind: number;
  readonly stage: number;
  readonly timestampUs: number;
}

/** Whether another state of an entry that is there is a later one, or knows more. */
export function isLater(
  { kind, entry, timestampUs }: PreparedEntry,
  known: KnownEntry,
): boolean {
  if (known.kind !== kindCode(kind)) return false;
  const stage = stageOf(entry);
  return stage > known.stage ||
    (kind === "incident" && stage === known.stage &&
      timestampUs > known.timestampUs);
}

type Bound = string | number | null | Uint8Array;

const COLUMN_NAMES = [
  "row",
  "id",
  "kind",
  "stage",
  "timestamp_us",
  "text_id",
  ...STORED_FIELDS,
  "body",
].map((name) => `"${name}"`);
/** What is read as the time: an earlier program took later ones, which SQLite refuses to give as numbers. */
export const HELD_TIME = `min(timestamp_us, ${LAST_US})`;
const READ_NAMES = COLUMN_NAMES.map((name) =>
  name === '"timestamp_us"' ? `${HELD_TIME} AS timestamp_us` : `e.${name}`
);
const SELECT = `SELECT ${
  READ_NAMES.join(", ")
}, t.text FROM entries e JOIN texts t ON t.text_id = e.text_id`;

export class EntryTable {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #known: StatementSync;
  readonly #byRow: StatementSync;
  readonly #idOf: StatementSync;
  readonly #remove: StatementSync;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #bytes = new Uint8Array(65_536);

  constructor(db: DatabaseSync) {
    const marks = COLUMN_NAMES.map(() => "?").join(", ");
    const settings = COLUMN_NAMES.map((name) => `${name} = ?`).join(", ");
    this.#insert = db.prepare(
      `INSERT INTO entries (${COLUMN_NAMES.join(", ")}) VALUES (${marks})`,
    );
    this.#update = db.prepare(`UPDATE entries SET ${settings} WHERE row = ?`);
    this.#known = db.prepare(
      `SELECT kind, stage, ${HELD_TIME} AS timestamp_us FROM entries WHERE row = ?`,
    );
    this.#byRow = db.prepare(`${SELECT} WHERE e.row = ?`);
    this.#idOf = db.prepare("SELECT id FROM entries WHERE row = ?");
    this.#remove = db.prepare("DELETE FROM entries WHERE row = ?");
  }

  insert(row: number, textId: number, prepared: PreparedEntry): void {
    this.#insert.run(...this.#bind(row, textId, prepared));
  }

  update(row: number, textId: number, prepared: PreparedEntry): void {
    this.#update.run(...this.#bind(row, textId, prepared), row);
  }

  remove(row: number): void {
    this.#remove.run(row);
  }

  known(row: number): KnownEntry {
    const found = this.#known.get(row);
    return {
      row,
      kind: Number(found?.kind),
      stage: Number(found?.stage),
      timestampUs: Number(found?.timestamp_us),
    };
  }

  at(row: number): StoredEntry | undefined {
    return this.#entry(this.#byRow.get(row));
  }

  idOf(row: number): string | undefined {
    const found = this.#idOf.get(row);
    return found === undefined ? undefined : String(found.id);
  }

  #bind(row: number, textId: number, prepared: PreparedEntry): Bound[] {
    const { id, kind, timestampUs, facts, entry } = prepared;
    const bound: Bound[] = [
      row,
      id,
      kindCode(kind),
      stageOf(entry),
      timestampUs,
      textId,
    ];
    for (let i = 0; i < STORED_FIELDS.length; i++) {
      const fact = facts[STORED_FIELDS[i]!];
      bound.push(typeof fact === "boolean" ? fact ? 1 : 0 : fact);
    }
    bound.push(this.#encode(toBody(entry)));
    return bound;
  }

  /** The bytes of a text; overwritten by the next call. */
  #encode(text: string): Uint8Array {
    if (this.#bytes.length < text.length * 3) {
      this.#bytes = new Uint8Array(text.length * 3);
    }
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    return this.#bytes.subarray(0, written);
  }

  #entry(
    found: Record<string, unknown> | undefined,
  ): StoredEntry | undefined {
    if (found === undefined) return undefined;
    const facts: Record<string, unknown> = {};
    for (const field of STORED_FIELDS) {
      const value = found[field];
      facts[field] = FIELDS[field].type === "boolean" && value !== null
        ? value === 1
        : value;
    }
    return {
      row: Number(found.row),
      id: String(found.id),
      kind: KINDS[Number(found.kind) - 1]!,
      timestampUs: Number(found.timestamp_us),
      facts: facts as Facts,
      entry: fromBody(this.#decoder.decode(found.body as Uint8Array)),
      textId: Number(found.text_id),
      text: String(found.text),
    };
  }
}
