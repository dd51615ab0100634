import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { LAST_US } from "../_time.ts";
import { EventStore } from "./event_store.ts";
import { event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

/** In the year 9999, as an earlier program stored it. */
const TOO_LATE = 253_370_764_800_000_000;

Deno.test("EventStore.append refuses times that numbers cannot tell apart, before 1970 and after 2255, and takes nothing of the batch", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  for (const timestampUs of [-1, NaN, LAST_US + 1, TOO_LATE]) {
    assert.throws(
      () => store.append([event(1), event(2, { timestampUs })]),
      RangeError,
    );
  }
  assert.equal(store.columns.size, 0);
  store.append([event(1, { timestampUs: LAST_US })]);
  assert.equal(store.get(event(1).id)?.timestampUs, LAST_US);
});

Deno.test("EventStore reads a store that has a time beyond what numbers hold, in full chunks and behind them", async () => {
  await using folder = await temporaryFolder();
  const entries = Array.from({ length: 9000 }, (_, i) => event(i));
  let store = EventStore.open(folder.path);
  store.append(entries);
  store.close();
  const db = new DatabaseSync(`${folder.path}/events.db`);
  const late = [entries[10]!.id, entries[8990]!.id];
  for (const id of late) {
    db.prepare(`UPDATE entries SET timestamp_us = ${TOO_LATE} WHERE id = ?`)
      .run(id);
  }
  const row = Number(
    db.prepare("SELECT row FROM entries WHERE id = ?").get(late[0]!)?.row,
  );
  const found = db.prepare(
    `SELECT data FROM column_chunks WHERE chunk = 0 AND "column" = 'timestamp_us'`,
  ).get();
  const times = new Float64Array((found?.data as Uint8Array).slice().buffer);
  assert.equal(times[row], entries[10]!.timestampUs);
  times[row] = TOO_LATE;
  db.prepare(
    `UPDATE column_chunks SET data = ? WHERE chunk = 0 AND "column" = 'timestamp_us'`,
  ).run(new Uint8Array(times.buffer));
  db.close();
  for (const readOnly of [true, false]) {
    store = EventStore.open(folder.path, { readOnly });
    assert.equal(store.stats().lastUs, LAST_US);
    const all = store.columns.evaluate(undefined, "event");
    assert.equal(all.count, 9000);
    const latest = store.columns.latest(all, 2).map((row) => store.at(row));
    assert.deepEqual(latest.map((one) => one?.id).sort(), [...late].sort());
    assert.ok(latest.every((one) => one?.timestampUs === LAST_US));
    if (!readOnly) {
      assert.equal(store.append(entries).unchanged, 9000);
      assert.equal(store.remove(late).removed, 2);
      assert.ok(store.stats().lastUs! < LAST_US);
    }
    store.close();
  }
});
