import assert from "node:assert/strict";
import { cannotMount, mountTmpfs } from "./testdata/small_disk.ts";
import { optional } from "../../tests/_optional.ts";
import { EventStore } from "./event_store.ts";
import { event } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

Deno.test("EventStore says that its file was removed or replaced, and adds nothing to what is gone", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store`;
  {
    using store = EventStore.open(path);
    store.append([event(1)]);
    store.checkThere();
    await Deno.remove(path, { recursive: true });
    const isGone = { name: "StoreError", code: "gone", message: /removed/ };
    assert.throws(() => store.append([event(2)]), isGone);
    assert.throws(() => store.checkThere(), isGone);
    assert.throws(() => store.remove([event(1).id]), isGone);
  }
  using store = EventStore.open(path);
  assert.equal(store.columns.size, 0);
  store.append([event(3)]);
  await Deno.copyFile(`${path}/events.db`, `${path}/copy`);
  await Deno.rename(`${path}/copy`, `${path}/events.db`);
  assert.throws(() => store.append([event(4)]), {
    code: "gone",
    message: /another file took its place/,
  });
});

Deno.test("EventStore.retain refuses bounds that are not above 0 and removes nothing", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append([event(1), event(2)]);
  const nowUs = Date.UTC(2026, 0, 1) * 1000;
  for (
    const bad of [
      ...[-5, 0, NaN].flatMap((value) => [
        { maxAgeDays: value, nowUs },
        { maxBytes: value, nowUs },
      ]),
      { maxAgeDays: 1, nowUs: NaN },
    ]
  ) assert.throws(() => store.retain(bad), RangeError);
  assert.equal(store.columns.size, 2);
});

Deno.test("EventStore.forgetPositions takes out what it is told", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const at = (path: string) => ({ path, identity: "x", offset: 1, size: 1 });
  store.append([], [at("a"), at("b"), at("c")]);
  store.forgetPositions(["a", "c", "none"]);
  store.forgetPositions([]);
  assert.deepEqual(store.positions().map(({ path }) => path), ["b"]);
});

optional({
  name:
    "EventStore can be read where nothing can be written: on a file system that may only be read, and on a full disk",
  available: await mountTmpfs.available(),
  reason: cannotMount,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using disk = await mountTmpfs(folder.path, "12m");
    const path = `${folder.path}/store`;
    const entries = Array.from({ length: 500 }, (_, i) => event(i));
    {
      using store = EventStore.open(path);
      store.append(entries);
    }
    const reads = () => {
      using store = EventStore.open(path, { readOnly: true });
      assert.equal(store.columns.size, entries.length);
      assert.equal(store.get(entries[7]!.id)?.id, entries[7]!.id);

      assert.equal(store.refresh(), false);
    };
    await disk.fill();
    reads();
    await disk.readOnly();
    assert.throws(() => EventStore.open(path), {
      name: "StoreError",
      code: "io",
    });
    reads();
  },
});
