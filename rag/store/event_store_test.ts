import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { LogRecord } from "@ml-defender/raglogger";
import { hashId } from "../columns/_id_index.ts";
import type { PreparedEntry } from "../entry.ts";
import { EventStore } from "./event_store.ts";
import { change, event, idOf, incident, record } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

function raw(folder: string): DatabaseSync {
  return new DatabaseSync(`${folder}/events.db`);
}

Deno.test("EventStore gives back every entry as it was put in, also when opened again", async () => {
  await using folder = await temporaryFolder();
  const entries = [
    ...Array.from({ length: 300 }, (_, i) => event(i)),
    incident(1000, "updated"),
    change(1),
  ];
  let store = EventStore.open(folder.path);
  assert.deepEqual(store.append(entries), {
    added: 302,
    updated: 0,
    unchanged: 0,
  });
  for (const round of ["open", "again"]) {
    for (const { id, kind, timestampUs, facts, behaviour, entry } of entries) {
      const stored = store.get(id);
      assert.ok(stored, `${round}: ${id}`);
      const { row, textId, ...rest } = stored;
      assert.deepEqual(
        rest,
        { id, kind, timestampUs, facts, entry, text: behaviour },
      );
      assert.equal(JSON.stringify(stored.entry), JSON.stringify(entry));
      assert.deepEqual(store.at(row), stored);
      assert.equal(store.rowOf(id), row);
      assert.equal(store.idOf(row), id);
      assert.equal(store.textOf(textId), behaviour);
    }
    store.close();
    store = EventStore.open(folder.path, { readOnly: round === "open" });
  }
  assert.equal(store.get("0".repeat(32)), undefined);
  assert.equal(store.at(99_999), undefined);
  assert.equal(store.textOf(99_999), undefined);
  store.close();
});

Deno.test("EventStore keeps a record whole that has other leaves than this version's", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const base = record(1);
  const { window: _, ...fewer } = base;
  const records: unknown[] = [
    { ...base, later_part: { leaf: [1, 2] } },
    { ...base, window: { ...base.window, extra: "x" } },
    { ...base, window: { ...base.window, events: { nested: 1 } } },
    fewer,
  ];
  const entries = records.map((made, i): PreparedEntry => ({
    ...event(i),
    entry: { kind: "event", record: made as LogRecord, evidence: { i } },
  }));
  store.append(entries);
  for (const { id, entry } of entries) {
    assert.deepEqual(store.get(id)?.entry, entry);
  }
});

Deno.test("EventStore.append leaves what is there, but takes evidence that was missing", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const bare = event(1, { evidence: false, words: "", behaviour: "plain" });
  const full = event(1, {
    evidence: true,
    words: "late.example.net",
    behaviour: "with a name",
  });
  assert.deepEqual(store.append([bare, bare]), {
    added: 1,
    updated: 0,
    unchanged: 1,
  });
  const row = store.rowOf(bare.id)!;
  assert.deepEqual(store.searchWords(["late.example.net"], 5), []);
  assert.deepEqual(store.append([full]), {
    added: 0,
    updated: 1,
    unchanged: 0,
  });
  assert.deepEqual(store.append([full, bare]), {
    added: 0,
    updated: 0,
    unchanged: 2,
  });
  const stored = store.get(bare.id)!;
  assert.equal(stored.row, row);
  assert.equal(stored.text, "with a name");
  assert.deepEqual(stored.entry, full.entry);
  assert.deepEqual(
    store.searchWords(["late.example.net"], 5).map((match) => match.row),
    [row],
  );
  assert.equal(store.stats().entries.event, 1);
});

Deno.test("EventStore.append keeps the latest state of an incident, whatever the order they come in", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const states = [
    incident(1, "opened", 100),
    incident(1, "updated", 200),
    incident(1, "updated", 300),
    incident(1, "closed", 300),
  ];
  const last = states.at(-1)!;
  for (
    const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 2, 0, 3]]
  ) {
    for (const index of order) store.append([states[index]!]);
    assert.deepEqual(store.get(last.id)?.entry, last.entry, `${order}`);
    store.remove([last.id]);
  }
  store.append([states[2]!]);
  assert.equal(store.append([states[1]!]).unchanged, 1);
  assert.equal(store.append([incident(1, "updated", 400)]).updated, 1);
  assert.equal(store.get(last.id)?.timestampUs, 400);
});

Deno.test("EventStore.append leaves an id alone that an entry of another kind has", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append([event(7, { evidence: false })]);
  assert.equal(store.append([incident(7, "closed")]).unchanged, 1);
  assert.equal(store.get(idOf(7))?.kind, "event");
});

Deno.test("EventStore.append takes all of a batch with its positions, or nothing", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path, { clock: () => 1234.5 });
  const position = {
    path: "events/a.jsonl",
    identity: "8:1",
    offset: 10,
    size: 20,
  };
  store.append([event(1)], [position]);
  assert.deepEqual(store.positions(), [position]);
  const broken = {
    ...event(3),
    facts: { ...event(3).facts, name: { not: "text" } },
  } as unknown as PreparedEntry;
  const later = { ...position, offset: 20 };
  const second = event(2, { behaviour: "never seen before" });
  assert.throws(() => store.append([second, broken], [later]));
  assert.equal(store.get(event(2).id), undefined);
  assert.deepEqual(store.positions(), [position]);
  assert.equal(store.columns.size, 1);
  const third = event(4, { behaviour: "another one" });
  assert.equal(store.append([third, second], [later]).added, 2);
  assert.equal(store.get(second.id)?.text, "never seen before");
  assert.equal(store.get(third.id)?.text, "another one");
  store.setPosition({ ...position, path: "b" });
  assert.deepEqual(store.positions(), [{ ...position, path: "b" }, later]);
  assert.deepEqual(
    raw(folder.path).prepare("SELECT DISTINCT updated_ms AS ms FROM sources")
      .all().map(({ ms }) => ms),
    [1234],
  );
});

Deno.test("EventStore finds ids by their first digits, and ids that share a hash apart", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const ids = ["abcdef01", "abcdef01", "abcdef02"]
    .map((start, i) => start + `${i}`.padStart(24, "0"));
  store.append([
    ...ids.map((id, i) => ({ ...event(i), id })),
    ...Array.from({ length: 50 }, (_, i) => event(100 + i)),
  ]);
  assert.deepEqual(store.idsWithPrefix("ABCDEF01", 9), ids.slice(0, 2));
  assert.deepEqual(store.idsWithPrefix(`abcdef010`, 1), ids.slice(0, 1));
  assert.deepEqual(store.idsWithPrefix("abcdef0199", 9), []);
  assert.deepEqual(store.idsWithPrefix("abcdef", 9), []);
  assert.deepEqual(store.idsWithPrefix("' OR 1=1", 9), []);
});

Deno.test("EventStore keeps entries apart whose ids have one hash", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const seen = new Map<number, string>();
  const pairs: string[][] = [];
  for (let i = 0; pairs.length < 2; i++) {
    const id = `change-${i}`;
    const { b } = hashId(id);
    const other = seen.get(b);
    if (other !== undefined) pairs.push([other, id]);
    seen.set(b, id);
  }
  for (const [first, second] of pairs as [string, string][]) {
    assert.deepEqual(hashId(first), hashId(second));
    store.append([{ ...change(1), id: first }]);
    assert.equal(store.get(second), undefined);
    assert.equal(store.append([{ ...change(2), id: second }]).added, 1);
    assert.equal(store.get(first)?.id, first);
    assert.equal(store.get(second)?.id, second);
    store.remove([first]);
    assert.equal(store.get(first), undefined);
    assert.equal(store.get(second)?.id, second);
  }
});

Deno.test("EventStore.searchTexts and searchWords rank by BM25, and nothing in a word is syntax", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const texts = [
    "slow scan of many ports",
    "scan of one host",
    "scan of one server",
    "beacon to one server",
    "contraseña adivinada por fuerza bruta",
  ];
  store.append(
    texts.map((behaviour, i) =>
      event(i, { behaviour, words: `host${i}.example.com agent/1.${i}` })
    ),
  );
  const found = (words: string[]) =>
    store.searchTexts(words, 9).map(({ textId }) => store.textOf(textId));
  assert.deepEqual(found(["beacon"]), [texts[3]]);
  assert.equal(found(["scan", "beacon"])[0], texts[3]);
  assert.equal(found(["SCAN"]).length, 3);
  assert.deepEqual(found(["contrasena"]), [texts[4]]);
  assert.deepEqual(found(["one server"]), [texts[2], texts[3]]);
  const scores = store.searchTexts(["scan", "ports"], 9).map((m) => m.score);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
  assert.ok(scores.every((score) => score > 0));
  assert.deepEqual(found([]), []);
  for (
    const word of [
      '"',
      "scan OR beacon",
      "text:scan",
      "sc*",
      "NEAR(scan, 2)",
      "-",
      "\0",
      "scan\0",
      "😀",
      "\ud800",
      "^scan",
      '" OR "scan',
    ]
  ) {
    const expected = word === "scan\0" || word === "^scan" ? 3 : 0;
    assert.equal(found([word]).length, expected, JSON.stringify(word));
  }
  const rows = store.searchWords(["host3.example.com"], 9).map((m) => m.row);
  assert.deepEqual(rows, [4]);
  assert.equal(store.searchWords(["example.com"], 9).length, 5);
  assert.equal(store.searchTexts(["scan"], 2).length, 2);
});

Deno.test("EventStore.searchTexts leaves words out that very many texts have, and gives the latest where there is no other", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const count = 20_500;
  // Each of three words is in three quarters of the texts.
  const words = ["alpha", "beta", "gamma"];
  store.append(Array.from({ length: count }, (_, i) => {
    const some = words.filter((_, word) => i % 4 !== word).join(" ");
    return event(i, { behaviour: `common ${some} ${i}`, words: "" });
  }));
  const latest = store.searchTexts(["common"], 3);
  assert.deepEqual(
    latest.map(({ textId }) => textId),
    [count, count - 1, count - 2],
  );
  assert.equal(new Set(latest.map(({ score }) => score)).size, 1);
  const both = store.searchTexts(["common", "18"], 9);
  assert.deepEqual(
    both.map(({ textId }) => store.textOf(textId)),
    ["common alpha beta 18"],
  );
  const three = store.searchTexts(words, 50);
  assert.deepEqual(three, store.searchTexts(words.slice(0, 2), 50));
  assert.notDeepEqual(three, store.searchTexts(words.slice(0, 1), 50));
});

Deno.test("EventStore.textsAfter gives every text once, in order", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append(
    Array.from(
      { length: 25 },
      (_, i) => event(i, { behaviour: `text ${i % 10}` }),
    ),
  );
  const all = [];
  for (let after = 0;;) {
    const some = store.textsAfter(after, 4);
    if (some.length === 0) break;
    all.push(...some);
    after = some.at(-1)!.textId;
  }
  assert.deepEqual(
    all.map(({ textId, text }) => `${textId} ${text}`),
    Array.from({ length: 10 }, (_, i) => `${i + 1} text ${i}`),
  );
  assert.equal(store.stats().texts, 10);
});

Deno.test("EventStore.append forgets the words that an entry had before it was updated", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  store.append([
    event(1, { evidence: false, words: "early.example.net shared.example" }),
    event(2, { evidence: false, words: "other.example.net" }),
  ]);
  assert.equal(store.searchWords(["early.example.net"], 5).length, 1);
  const later = event(1, {
    evidence: true,
    words: "late.example.net shared.example",
  });
  assert.equal(store.append([later]).updated, 1);
  assert.deepEqual(store.searchWords(["early.example.net"], 5), []);
  assert.equal(store.searchWords(["late.example.net"], 5).length, 1);
  assert.equal(store.searchWords(["shared.example"], 5).length, 1);
});

Deno.test("EventStore.append stores a text again that was in a batch that failed", async () => {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const first = event(1, { behaviour: "seen in a batch that failed" });
  const bad = event(2, { timestampUs: -1 });
  assert.throws(() => store.append([first, bad]), RangeError);
  assert.equal(store.stats().texts, 0);
  store.append([event(3, { behaviour: "another" }), first]);
  assert.equal(store.get(first.id)?.text, "seen in a batch that failed");
  assert.deepEqual(
    store.textsAfter(0, 9).map(({ text }) => text),
    ["another", "seen in a batch that failed"],
  );
});
