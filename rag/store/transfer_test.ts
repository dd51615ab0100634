import assert from "node:assert/strict";
import type { Entry, PreparedEntry } from "../entry.ts";
import { prepare as prepareEntry } from "../prepare.ts";
import { EventStore } from "./event_store.ts";
import { change, event, incident } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";
import { exportJsonl, importJsonl } from "./transfer.ts";

const ENTRIES = [
  ...Array.from({ length: 1200 }, (_, i) => event(i)),
  incident(5000, "closed"),
  change(1),
];
const BY_RECORD = new Map(
  ENTRIES.map((one) => [JSON.stringify(one.entry), one]),
);

/** Knows what the tests put in; refuses anything else, as the real one refuses what has no id. */
function prepare(entry: Entry): PreparedEntry {
  const known = BY_RECORD.get(JSON.stringify(entry));
  if (known === undefined) throw new TypeError("no entry of the test");
  return known;
}

Deno.test("exportJsonl and importJsonl give every entry with its evidence, byte for byte", async () => {
  await using from = await temporaryFolder();
  await using to = await temporaryFolder();
  using source = EventStore.open(from.path);
  using target = EventStore.open(to.path);
  source.append(ENTRIES);
  const text = [...exportJsonl(source)].join("");
  assert.equal(
    text,
    ENTRIES.map(({ entry }) => `${JSON.stringify(entry)}\n`).join(""),
  );
  assert.ok(
    ENTRIES.some(({ entry }) => entry.kind === "event" && entry.evidence),
  );
  const counts = await importJsonl(target, [text], { prepare });
  assert.deepEqual(counts, {
    added: ENTRIES.length,
    updated: 0,
    unchanged: 0,
    skipped: 0,
  });
  assert.equal([...exportJsonl(target)].join(""), text);
  const again = await importJsonl(target, [text], { prepare });
  assert.equal(again.unchanged, ENTRIES.length);
});

Deno.test("exportJsonl gives the rows that are asked for", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append(ENTRIES);
  const rows = store.columns.evaluate(
    { op: "eq", field: "category", value: "scan" },
    "event",
  );
  const lines = [...exportJsonl(store, { rows })].join("").split("\n");
  const expected = ENTRIES.filter(({ kind, facts }) =>
    kind === "event" && facts.category === "scan"
  ).map(({ entry }) => JSON.stringify(entry));
  assert.deepEqual(lines, [...expected, ""]);
  assert.ok(expected.length > 50 && expected.length < 400);
});

Deno.test("importJsonl takes bytes that are cut anywhere, and counts lines that are no entry", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const odd: PreparedEntry = {
    ...event(77_777),
    behaviour: "ñandú 😀",
    entry: { kind: "change", record: { note: "ñandú 😀" } } as unknown as Entry,
  };
  BY_RECORD.set(JSON.stringify(odd.entry), odd);
  const lines = [
    JSON.stringify(ENTRIES[0]!.entry),
    "",
    "{",
    "3",
    "null",
    '{"kind":"flow","record":{}}',
    '{"kind":"event","record":{}}',
    '{"kind":"incident","record":{"id":"unknown"}}',
    JSON.stringify(odd.entry),
    JSON.stringify(ENTRIES[1]!.entry).slice(0, 99),
  ];
  const bytes = new TextEncoder().encode(lines.join("\n"));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 3) {
      yield await Promise.resolve(bytes.subarray(at, at + 3));
    }
  }
  const counts = await importJsonl(store, pieces(), { prepare, batchSize: 1 });
  assert.deepEqual(counts, {
    added: 2,
    updated: 0,
    unchanged: 0,
    skipped: 7,
  });
  assert.deepEqual(store.get(odd.id)?.entry, odd.entry);
  assert.equal(store.get(odd.id)?.text, "ñandú 😀");
});

Deno.test("importJsonl ends between two batches when it is told to, and what it committed stays", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const controller = new AbortController();
  const lines = ENTRIES.slice(0, 30).map(({ entry }) =>
    `${JSON.stringify(entry)}\n`
  );
  function* source(): Generator<string> {
    for (const [i, line] of lines.entries()) {
      if (i === 25) controller.abort();
      yield line;
    }
  }
  const { signal } = controller;
  await assert.rejects(
    importJsonl(store, source(), { prepare, batchSize: 10, signal }),
    { name: "AbortError" },
  );
  assert.equal(store.columns.size, 20);
  await assert.rejects(
    importJsonl(store, [], { prepare, batchSize: 0 }),
    RangeError,
  );
});

Deno.test("importJsonl passes over entries of times that no store holds and incidents that lack members, and takes the others", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const lines = [
    change(1).entry,
    {
      kind: "change",
      record: { ...change(2).entry.record, time: "9999-01-01T00:00:00Z" },
    },
    {
      kind: "incident",
      record: { id: "aa", last_seen: "2026-01-01T00:00:00Z" },
    },
    incident(3, "closed").entry,
  ].map((entry) => `${JSON.stringify(entry)}\n`);
  const counts = await importJsonl(store, lines, { prepare: prepareEntry });
  assert.deepEqual(counts, { added: 2, updated: 0, unchanged: 0, skipped: 2 });
});
