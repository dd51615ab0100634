/** How far the files that entries come from were read. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SourcePosition } from "../ingest/position.ts";

export class SourceTable {
  readonly #all: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync) {
    this.#all = db.prepare(
      "SELECT path, identity, offset, size FROM sources ORDER BY path",
    );
    this.#set = db.prepare(
      `INSERT OR REPLACE INTO sources (path, identity, size, offset, updated_ms)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#remove = db.prepare("DELETE FROM sources WHERE path = ?");
  }

  all(): SourcePosition[] {
    return this.#all.all().map(({ path, identity, offset, size }) => ({
      path: String(path),
      identity: String(identity),
      offset: Number(offset),
      size: Number(size),
    }));
  }

  set({ path, identity, size, offset }: SourcePosition, nowMs: number): void {
    this.#set.run(path, identity, size, offset, Math.floor(nowMs));
  }

  remove(path: string): void {
    this.#remove.run(path);
  }
}
