import assert from "node:assert/strict";
import { RowSet } from "../columns/row_set.ts";
import { EventStore } from "./event_store.ts";
import { event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

/** More rows than are scored. */
const FLOOD = 20_500;
const CLEAN = 2_500;

function setOf(rows: readonly number[]): RowSet {
  const words = Math.ceil((FLOOD + CLEAN + 100) / 32);
  return new RowSet(0, new Uint32Array(words)).with(rows);
}

Deno.test("EventStore.searchWords and searchTexts find what a set has however often others have the words", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  // Rows 1 to 2,500 are clean but for one in a hundred; the flood comes later, and one more after it.
  const has = (row: number) => row <= CLEAN ? row % 100 === 0 : true;
  store.append(Array.from({ length: CLEAN + FLOOD + 1 }, (_, i) => {
    const words = `${has(i + 1) ? "evilbot " : ""}n${i + 1}`;
    return event(i, { words, behaviour: words });
  }));
  const rows = Array.from({ length: CLEAN }, (_, i) => i + 1);
  const expected = rows.filter(has).reverse();
  for (const set of [setOf(rows), setOf(expected), setOf([100])]) {
    const wanted = expected.filter((row) => set.has(row));
    const found = store.searchWords(["evilbot"], 2000, set);
    assert.deepEqual(found.map(({ row }) => row), wanted);
    assert.ok(found.every(({ score }) => score > 0));
    const texts = store.searchTexts(["evilbot"], 2000, set);
    assert.deepEqual(texts.map(({ textId }) => textId), wanted);
  }
  const [both] = store.searchWords(["evilbot", "n200"], 3, setOf(rows));
  assert.equal(both?.row, 200);
  assert.deepEqual(store.searchWords(["evilbot"], 5, setOf([1, 2, 3])), []);
  assert.deepEqual(store.searchWords(["evilbot"], 5, setOf([])), []);
});

Deno.test("EventStore.searchWords gives the latest where a set has a word more often than asked for", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append(
    Array.from({ length: FLOOD }, (_, i) => event(i, { words: "evilbot" })),
  );
  const all = setOf(Array.from({ length: FLOOD }, (_, i) => i + 1));
  assert.deepEqual(
    store.searchWords(["evilbot"], 3, all).map(({ row }) => row),
    [FLOOD, FLOOD - 1, FLOOD - 2],
  );
});
