import assert from "node:assert/strict";
import { optional } from "../../tests/_optional.ts";
import { StoreError } from "./error.ts";
import { EventStore } from "./event_store.ts";
import { event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";
import { cannotMount, mountTmpfs } from "./testdata/small_disk.ts";

/** Appends batches until the disk is full; gives the number of entries that are acknowledged. */
function fill(store: EventStore, from: number): number {
  for (let first = from;; first += 100) {
    const batch = Array.from(
      { length: 100 },
      (_, i) => event(first + i, { behaviour: `number ${first + i}` }),
    );
    try {
      store.append(batch);
    } catch (error) {
      assert.ok(error instanceof StoreError, String(error));
      assert.equal(error.code, "full", error.message);
      assert.match(error.message, /^Cannot append to .*events\.db: .*full/);
      return first;
    }
  }
}

optional({
  name:
    "EventStore survives a full disk: the batch is not there, reading goes on, and appending when there is room again",
  available: await mountTmpfs.available(),
  reason: cannotMount,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using _disk = await mountTmpfs(folder.path, "12m");
    const path = `${folder.path}/store`;
    const ballast = `${folder.path}/ballast`;
    await Deno.writeFile(ballast, new Uint8Array(4_000_000));
    let store = EventStore.open(path);
    const count = fill(store, 0);
    assert.ok(count > 500, `${count}`);
    for (let tries = 0; tries < 3; tries++) fill(store, count);
    const scans = { op: "eq", field: "category", value: "scan" } as const;
    for (const round of ["full", "room", "again"]) {
      assert.equal(store.stats().entries.event, count, round);
      assert.equal(store.get(event(count).id), undefined);
      assert.equal(store.get(event(count - 1).id)?.row, count);
      const expected = Array.from({ length: count }, (_, i) => event(i))
        .filter(({ facts }) => facts.category === "scan").length;
      const found = store.columns.evaluate(scans, "event").count;
      assert.equal(found, expected, round);
      if (round === "full") await Deno.remove(ballast);
      if (round !== "room") continue;
      assert.equal(store.append([event(count)]).added, 1);
      store.remove([event(count).id]);
      store.close();
      store = EventStore.open(path);
    }
    store.close();
  },
});
