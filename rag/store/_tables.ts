/** The tables of an open database. */
import type { DatabaseSync } from "node:sqlite";
import { EntryTable } from "./_entry_table.ts";
import { SourceTable } from "./_source_table.ts";
import { TextTable } from "./_text_table.ts";
import { WordIndex } from "./_word_index.ts";

export interface Tables {
  readonly entries: EntryTable;
  readonly texts: TextTable;
  readonly sources: SourceTable;
  /** Words of the behaviour texts. */
  readonly textWords: WordIndex;
  /** Names and identifiers of the entries. */
  readonly names: WordIndex;
}

/** Prepares what is asked of the tables. */
export function openTables(db: DatabaseSync): Tables {
  const textWords = new WordIndex(db, "texts_fts", "text");
  return {
    entries: new EntryTable(db),
    texts: new TextTable(db, textWords),
    sources: new SourceTable(db),
    textWords,
    names: new WordIndex(db, "words", "name"),
  };
}
