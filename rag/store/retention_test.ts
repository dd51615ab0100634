import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EventStore } from "./event_store.ts";
import { event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

function raw(folder: string): DatabaseSync {
  return new DatabaseSync(`${folder}/events.db`);
}

Deno.test("EventStore.remove takes entries out of every table, gives the texts that nobody uses, and no row or text comes again", async () => {
  await using folder = await temporaryFolder();
  let store = EventStore.open(folder.path);
  store.append([
    event(1, { behaviour: "shared", words: "one.example" }),
    event(2, { behaviour: "shared", words: "two.example" }),
    event(3, { behaviour: "alone", words: "three.example" }),
  ]);
  const gone = event(3).id;
  assert.deepEqual(store.remove([gone, gone, "unknown"]), {
    removed: 1,
    texts: [2],
  });
  assert.equal(store.get(gone), undefined);
  assert.equal(store.textOf(2), undefined);
  assert.deepEqual(store.searchTexts(["alone"], 5), []);
  assert.deepEqual(store.searchWords(["three"], 5), []);
  assert.equal(store.columns.evaluate(undefined, "event").count, 2);
  assert.deepEqual(store.remove([event(2).id]), { removed: 1, texts: [] });
  store.close();
  store = EventStore.open(folder.path);
  store.append([event(4, { behaviour: "new" })]);
  const stored = store.get(event(4).id)!;
  assert.deepEqual([stored.row, stored.textId], [4, 3]);
  store.append([event(3, { behaviour: "alone" })]);
  assert.equal(store.get(gone)?.row, 5);
  store.close();
});

Deno.test("EventStore.retain removes what is too old and then the oldest, and gives space back", async () => {
  await using folder = await temporaryFolder();
  let store = EventStore.open(folder.path);
  const day = 86_400_000_000;
  const nowUs = 1_700_000_000_000_000 + 100 * day;
  const entries = Array.from({ length: 20_000 }, (_, i) =>
    event(i, {
      timestampUs: nowUs - (i % 100) * day - i,
      behaviour: `seen ${i % 100} days ago`,
    }));
  store.append(entries);
  const before = store.stats();
  const { removed, texts } = store.retain({ maxAgeDays: 40, nowUs });
  const young = entries.filter(({ timestampUs }) =>
    timestampUs >= nowUs - 40 * day
  );
  assert.equal(removed, entries.length - young.length);
  assert.equal(texts.length, 60);
  assert.equal(store.stats().entries.event, young.length);
  assert.ok(store.stats().bytes < before.bytes * 0.65, "space is given back");
  assert.deepEqual(store.retain({ maxAgeDays: 40, nowUs }), {
    removed: 0,
    texts: [],
  });

  const maxBytes = store.stats().bytes / 2;
  const second = store.retain({ maxBytes, nowUs });
  assert.ok(second.removed > 0);
  const { bytes, entries: left, firstUs } = store.stats();
  assert.ok(bytes <= maxBytes, `${bytes} of ${maxBytes}`);
  const newest = young.map(({ timestampUs }) => timestampUs)
    .sort((a, b) => b - a).slice(0, left.event);
  assert.equal(firstUs, newest.at(-1));
  store.close();
  store = EventStore.open(folder.path);
  assert.equal(store.columns.size, left.event);
  assert.equal(store.retain({ maxBytes: 1, nowUs }).removed, left.event);
  assert.equal(store.stats().firstUs, undefined);
  store.append([event(1)]);
  assert.equal(store.columns.evaluate(undefined, "event").count, 1);
  store.close();
});

Deno.test("EventStore.retain drops chunks that are empty, and rows after them are found", async () => {
  await using folder = await temporaryFolder();
  let store = EventStore.open(folder.path);
  const entries = Array.from(
    { length: 17_000 },
    (_, i) =>
      event(i, { timestampUs: i * 1_000_000, behaviour: "one", words: "" }),
  );
  store.append(entries);
  const old = store.columns.evaluate(undefined, "event");
  store.retain({ maxAgeDays: 1, nowUs: (86_400 + 10_000) * 1_000_000 });
  const chunks = raw(folder.path)
    .prepare("SELECT DISTINCT chunk FROM column_chunks").all();
  assert.deepEqual(chunks.map(({ chunk }) => chunk), [1]);
  for (const round of ["open", "again"]) {
    const rows = store.columns.evaluate(undefined, "event");
    assert.equal(rows.count, 7000, round);
    assert.equal(rows.firstRow, 8192);
    assert.equal(
      store.at(store.columns.latest(rows, 1)[0]!)?.id,
      entries.at(-1)?.id,
    );
    assert.equal(rows.and(old).count, 7000);
    store.close();
    store = EventStore.open(folder.path);
  }
  store.close();
});
