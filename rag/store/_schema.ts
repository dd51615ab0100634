/** The database: what its tables are, and how one of an earlier version becomes the present one. */
import type { DatabaseSync } from "node:sqlite";
import { changeFacts } from "../_change_facts.ts";
import { kindCode } from "../columns/_specs.ts";
import type { ChangeRecord } from "../entry.ts";
import { fromBody } from "./_body.ts";
import { StoreError } from "./error.ts";

/** Step `i` makes version `i + 1` of version `i`. */
export const MIGRATIONS: readonly ((db: DatabaseSync) => void)[] = [
  entriesAndTexts,
  columnChunks,
  fieldsOfChanges,
];

/** 1: entries, the texts they share, words, and how far the sources were read. */
function entriesAndTexts(db: DatabaseSync): void {
  db.exec(`CREATE TABLE entries (
     row INTEGER PRIMARY KEY,
     id TEXT NOT NULL,
     kind INTEGER NOT NULL,
     stage INTEGER NOT NULL,
     timestamp_us INTEGER NOT NULL,
     text_id INTEGER NOT NULL,
     src_ip TEXT, dst_ip TEXT, category TEXT, leaning TEXT, decision TEXT, priority TEXT,
     authoritative_source TEXT, reason TEXT, confidence_level TEXT, protocol TEXT, service TEXT,
     app_protocol TEXT, name TEXT, interface TEXT, node_id TEXT, src_country TEXT, dst_country TEXT,
     src_port REAL, dst_port REAL, fast_score REAL, ml_score REAL, final_score REAL, divergence REAL,
     confidence REAL, ddos REAL, ransomware REAL, traffic REAL, internal REAL, duration REAL, packets
     REAL, bytes REAL, sent_bytes REAL, received_bytes REAL, bytes_per_second REAL, packets_per_second
     REAL,
     fast_triggered INTEGER, needs_analysis INTEGER, src_internal INTEGER, dst_internal INTEGER,
     body BLOB NOT NULL
   ) STRICT;
   CREATE TABLE texts (
     text_id INTEGER PRIMARY KEY,
     text TEXT NOT NULL UNIQUE
   ) STRICT;
   CREATE VIRTUAL TABLE texts_fts USING fts5(
     text, content='', contentless_delete=1,
     tokenize='unicode61 remove_diacritics 2');
   CREATE VIRTUAL TABLE words USING fts5(
     name, content='', contentless_delete=1,
     tokenize='unicode61 remove_diacritics 2');
   CREATE TABLE sources (
     path TEXT NOT NULL PRIMARY KEY,
     identity TEXT NOT NULL,
     size INTEGER NOT NULL,
     offset INTEGER NOT NULL,
     updated_ms INTEGER NOT NULL
   ) STRICT;`);
}

/** 2: full chunks of the columns, their dictionaries, and numbers that are not used again. */
function columnChunks(db: DatabaseSync): void {
  db.exec(`CREATE TABLE column_chunks (
     chunk INTEGER NOT NULL,
     "column" TEXT NOT NULL,
     type INTEGER NOT NULL,
     data BLOB NOT NULL,
     PRIMARY KEY (chunk, "column")
   ) STRICT;
   CREATE TABLE dictionary (
     name TEXT NOT NULL,
     code INTEGER NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (name, code)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counters (
     name TEXT NOT NULL PRIMARY KEY,
     value INTEGER NOT NULL
   ) STRICT;`);
}

/**
 * 3: what a change of configuration says, as columns. Those of the changes that are there are read from their records;
 * the chunks are made anew of the entries.
 */
function fieldsOfChanges(db: DatabaseSync): void {
  for (const name of ["actor", "revision", "outcome", "setting"]) {
    db.exec(`ALTER TABLE entries ADD COLUMN ${name} TEXT`);
  }
  const update = db.prepare(
    "UPDATE entries SET actor = ?, revision = ?, outcome = ?, setting = ? WHERE row = ?",
  );
  const changes = db.prepare("SELECT row, body FROM entries WHERE kind = ?")
    .all(kindCode("change"));
  const decoder = new TextDecoder();
  for (const { row, body } of changes) {
    const record = recordOf(decoder.decode(body as Uint8Array));
    if (record === undefined) continue;
    const facts = changeFacts(record);
    const { actor, revision, outcome, setting } = facts;
    update.run(actor, revision, outcome, setting, Number(row));
  }
  db.exec("DELETE FROM column_chunks; DELETE FROM dictionary");
}

/** The change of a body; undefined where it is damaged, which reading it says. */
function recordOf(body: string): ChangeRecord | undefined {
  try {
    const entry = fromBody(body);
    return entry.kind === "change" ? entry.record : undefined;
  } catch {
    return undefined;
  }
}

/** The version that this program writes. */
export const VERSION = MIGRATIONS.length;

/** Version of a database; 0 of a new one. */
export function versionOf(db: DatabaseSync): number {
  const found = db.prepare("PRAGMA user_version").get();
  return Number(found?.user_version);
}

/**
 * Brings a database to a version, a step at a time, each in a transaction of its own.
 *
 * @throws {StoreError} `version` if it is newer.
 */
export function migrate(db: DatabaseSync, path: string, to = VERSION): void {
  const from = versionOf(db);
  if (from > to) throw tooNew(path, from);
  for (let version = from; version < to; version++) {
    db.exec("BEGIN IMMEDIATE");
    try {
      MIGRATIONS[version]!(db);
      db.exec(`PRAGMA user_version = ${version + 1}`);
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** The error about a database that a later program wrote. */
export function tooNew(path: string, version: number): StoreError {
  return new StoreError(
    "version",
    `Cannot open ${path} as its version must be ${VERSION} or less: current value is ${version}`,
  );
}
