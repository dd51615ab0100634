import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Filter } from "../query/ast.ts";
import { FIELDS } from "../query/fields.ts";
import { migrate } from "./_schema.ts";
import { StoreError } from "./error.ts";
import { EventStore } from "./event_store.ts";
import { change, event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

function raw(folder: string): DatabaseSync {
  return new DatabaseSync(`${folder}/events.db`);
}

Deno.test("EventStore.open refuses a second writer, and lets readers see what is committed", async () => {
  await using folder = await temporaryFolder();
  const writer = EventStore.open(folder.path);
  assert.throws(() => EventStore.open(folder.path), { code: "busy" });
  writer.append([event(1)]);
  const reader = EventStore.open(folder.path, { readOnly: true });
  assert.equal(reader.columns.size, 1);
  assert.equal(reader.get(event(1).id)?.row, 1);
  assert.throws(() => reader.append([event(2)]), TypeError);
  assert.throws(() => reader.remove([event(1).id]), TypeError);
  assert.equal(reader.refresh(), false);
  writer.append(Array.from({ length: 9000 }, (_, i) => event(10 + i)));
  assert.equal(reader.columns.size, 1);
  assert.equal(reader.refresh(), true);
  assert.equal(reader.columns.size, 9001);
  assert.equal(reader.get(event(9000).id)?.id, event(9000).id);
  const scans = { op: "eq", field: "category", value: "scan" } as const;
  assert.equal(
    reader.columns.evaluate(scans, "event").count,
    writer.columns.evaluate(scans, "event").count,
  );
  writer.close();
  writer.close();
  assert.throws(() => writer.get(event(1).id), TypeError);
  EventStore.open(folder.path).close();
  assert.equal(reader.get(event(1).id)?.id, event(1).id);
  reader.close();
});

Deno.test("EventStore reads beside a writer that removes whole chunks", async () => {
  await using folder = await temporaryFolder();
  using writer = EventStore.open(folder.path);
  const entries = Array.from({ length: 9000 }, (_, i) => event(i));
  writer.append(entries);
  using reader = EventStore.open(folder.path, { readOnly: true });
  writer.remove(entries.slice(0, 8500).map(({ id }) => id));
  const scans = { op: "eq", field: "category", value: "scan" } as const;
  reader.columns.evaluate(scans, "event");
  reader.refresh();
  assert.equal(
    reader.columns.evaluate(scans, "event").count,
    writer.columns.evaluate(scans, "event").count,
  );
});

Deno.test("EventStore.open brings a database of version 1 to the present one", async () => {
  await using folder = await temporaryFolder();
  await using later = await temporaryFolder();
  const entries = Array.from({ length: 9000 }, (_, i) => event(i));
  using made = EventStore.open(later.path);
  made.append(entries);
  // The tables that version 1 had, with what they would hold.
  const db = raw(folder.path);
  db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
  migrate(db, "events.db", 1);
  const tables = () =>
    db.prepare("SELECT name FROM sqlite_schema").all().map(({ name }) => name);
  assert.ok(!tables().includes("column_chunks"));
  const columns = db.prepare("SELECT name FROM pragma_table_info('entries')")
    .all().map(({ name }) => `"${name}"`).join(", ");
  db.exec(`
    ATTACH '${later.path}/events.db' AS later;
    INSERT INTO entries SELECT ${columns} FROM later.entries;
    INSERT INTO texts SELECT * FROM later.texts;
    INSERT INTO texts_fts (rowid, text) SELECT text_id, text FROM texts;
    DETACH later`);
  db.close();
  assert.throws(
    () => EventStore.open(folder.path, { readOnly: true }),
    (error) =>
      error instanceof StoreError && error.code === "version" &&
      /opening it once for writing upgrades it/.test(error.message),
  );
  const store = EventStore.open(folder.path);
  const scans = { op: "eq", field: "category", value: "scan" } as const;
  const rows = (from: EventStore) => [
    ...from.columns.evaluate(scans, "event").toRows(),
  ];
  assert.deepEqual(rows(store), rows(made));
  assert.equal(store.append([entries[3]!]).unchanged, 1);
  assert.equal(store.append([event(99_999)]).added, 1);
  store.close();
  const upgraded = raw(folder.path);
  assert.equal(
    upgraded.prepare("PRAGMA user_version").get()?.user_version,
    3,
  );
  assert.equal(
    upgraded.prepare("SELECT count(DISTINCT chunk) AS n FROM column_chunks")
      .get()?.n,
    1,
  );
  upgraded.close();
});

Deno.test("EventStore has a column of its table for every field but ip", async () => {
  await using folder = await temporaryFolder();
  EventStore.open(folder.path).close();
  const db = raw(folder.path);
  const columns = new Set(
    db.prepare("PRAGMA table_info(entries)").all().map(({ name }) => name),
  );
  db.close();
  const fields = Object.keys(FIELDS).filter((field) => field !== "ip");
  assert.deepEqual(fields.filter((field) => !columns.has(field)), []);
});

Deno.test("EventStore.open refuses a database of a later version and leaves it as it is", async () => {
  await using folder = await temporaryFolder();
  EventStore.open(folder.path).close();
  const db = raw(folder.path);
  db.exec("PRAGMA user_version = 99");
  db.close();
  for (const readOnly of [true, false]) {
    assert.throws(
      () => EventStore.open(folder.path, { readOnly }),
      (error) =>
        error instanceof StoreError && error.code === "version" &&
        /must be 3 or less: current value is 99/.test(error.message),
    );
  }
});

Deno.test("EventStore.open and its reads say that a database is damaged, with its path", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/events.db`;
  const isCorrupt = (error: unknown) =>
    error instanceof StoreError && error.code === "corrupt" &&
    error.message.includes(path) && !error.message.includes("\n") &&
    /put a copy of it back, or remove the folder and read/.test(error.message);
  await Deno.writeTextFile(path, "no database, but long enough ".repeat(99));
  assert.throws(() => EventStore.open(folder.path), isCorrupt);
  await Deno.remove(path);

  const store = EventStore.open(folder.path);
  store.append(Array.from({ length: 8200 }, (_, i) => event(i)));
  store.close();
  const whole = await Deno.readFile(path);
  const scrambled = whole.slice();
  for (let at = 16_384 * 3; at < scrambled.length; at += 7) {
    scrambled[at]! ^= 0x55;
  }
  await Deno.writeFile(path, scrambled);
  assert.throws(() => {
    using damaged = EventStore.open(folder.path);
    for (let row = 1; row < 8200; row++) damaged.at(row);
  }, isCorrupt);

  await Deno.writeFile(path, whole);
  const db = raw(folder.path);
  db.exec(`UPDATE column_chunks SET data = x'00' WHERE "column" = 'category'`);
  db.close();
  using damaged = EventStore.open(folder.path);
  const scans = { op: "eq", field: "category", value: "scan" } as const;
  assert.throws(
    () => damaged.columns.evaluate(scans, "event"),
    /column category of chunk 0 is damaged/,
  );
});

Deno.test("EventStore.open says that there is nothing to read, and that a folder cannot be made", async () => {
  await using folder = await temporaryFolder();
  assert.throws(
    () => EventStore.open(`${folder.path}/none`, { readOnly: true }),
    (error) => error instanceof StoreError && error.code === "io",
  );
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  assert.throws(
    () => EventStore.open(`${file}/below`),
    (error) => error instanceof StoreError && error.code === "io",
  );
});

Deno.test("EventStore.open makes the columns of an index of version 2 anew, and knows the fields of its changes", async () => {
  await using folder = await temporaryFolder();
  await using later = await temporaryFolder();
  const changes = Array.from({ length: 30 }, (_, i) => {
    const { entry, ...rest } = change(i);
    assert.ok(entry.kind === "change");
    const record = {
      ...entry.record,
      actor: ["ana", "eva", "dns"][i % 3]!,
      revision: String(i % 7),
      changes: [
        { path: "policy.thresholds.alert", before: "", after: "" },
        { path: `rules.r${i % 4}`, before: "", after: "" },
      ].slice(i % 2),
    };
    return { ...rest, entry: { kind: "change", record } } as const;
  });
  using made = EventStore.open(later.path);
  made.append([
    ...Array.from({ length: 9000 }, (_, i) => event(i)),
    ...changes,
  ]);
  const db = raw(folder.path);
  db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
  migrate(db, "events.db", 2);
  const columns = db.prepare("SELECT name FROM pragma_table_info('entries')")
    .all().map(({ name }) => `"${name}"`).join(", ");
  assert.ok(!columns.includes("actor"));
  db.exec(`
    ATTACH '${later.path}/events.db' AS later;
    INSERT INTO entries SELECT ${columns} FROM later.entries;
    INSERT INTO texts SELECT * FROM later.texts;
    INSERT INTO texts_fts (rowid, text) SELECT text_id, text FROM texts;
    INSERT INTO column_chunks SELECT * FROM later.column_chunks
      WHERE "column" NOT IN ('actor', 'revision', 'outcome', 'setting');
    INSERT INTO dictionary SELECT * FROM later.dictionary
      WHERE name NOT IN ('actor', 'revision', 'outcome', 'setting');
    UPDATE entries SET body = CAST('{' AS BLOB) WHERE id = 'change-29';
    DETACH later`);
  db.close();
  assert.throws(
    () => EventStore.open(folder.path, { readOnly: true }),
    { code: "version" },
  );
  using store = EventStore.open(folder.path);
  const known = changes.slice(0, 29).map(({ entry }) => entry.record);
  const ids = (filter: Filter) =>
    [
      ...store.columns.evaluate(filter, "change").toRows(),
    ].map((row) => store.idOf(row)).sort();
  assert.deepEqual(
    ids({ op: "eq", field: "actor", value: "EVA" }),
    known.filter((r) => r.actor === "eva").map((r) => r.id).sort(),
  );
  assert.deepEqual(
    ids({ op: "under", field: "setting", value: "policy" }),
    known.filter((r) => r.changes.some(({ path }) => path.startsWith("policy")))
      .map((r) => r.id).sort(),
  );
  assert.deepEqual(
    ids({ op: "in", field: "setting", values: ["rules.r1", "rules.r2"] }),
    known.filter((r) => r.changes.some(({ path }) => /r[12]$/.test(path)))
      .map((r) => r.id).sort(),
  );
  assert.deepEqual(
    ids({ op: "eq", field: "revision", value: "3" }),
    known.filter((r) => r.revision === "3").map((r) => r.id).sort(),
  );
  const scans = { op: "eq", field: "category", value: "scan" } as const;
  assert.deepEqual(
    [...store.columns.evaluate(scans, "event").toRows()],
    [...made.columns.evaluate(scans, "event").toRows()],
  );
});
