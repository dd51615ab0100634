import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EventStore } from "./event_store.ts";
import { event, idOf } from "./testdata/entries.ts";
import { temporaryFolder } from "./testdata/folder.ts";

const PROGRAM = new URL("./testdata/append_forever.ts", import.meta.url);
const KILLS = 50;
const PER_ROUND = 1_000_000;
/** Entries that are there before: all but a few of a chunk. */
const OLD = 900_000_000;
const OLD_COUNT = 8000;
const OLD_PER_ROUND = 150;

/** What a program said it had done before it was killed. */
interface Acknowledged {
  readonly added: Set<number>;
  readonly withEvidence: Set<number>;
  readonly removed: Set<number>;
  /** Position that was committed with the last batch. */
  offset: number;
}

/** Runs the program with the permissions that the package states, kills it some time after its first batch. */
async function killAfter(
  directory: string,
  { round, milliseconds }: { round: number; milliseconds: number },
): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--cached-only",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
      PROGRAM.href,
      directory,
      `${round * PER_ROUND}`,
      `${OLD + round * OLD_PER_ROUND}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const decoder = new TextDecoder();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    timer ??= setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }
  clearTimeout(timer);
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", text);
  return text.split("\n").slice(0, -1);
}

function note(all: Acknowledged, lines: readonly string[]): void {
  for (const line of lines) {
    const [what, first, end] = line.split(" ");
    const number = Number(first);
    if (what === "e") all.withEvidence.add(number);
    if (what === "r") all.removed.add(number);
    if (what !== "a") continue;
    for (let i = number; i < Number(end); i++) all.added.add(i);
    all.offset = Number(end);
  }
}

/** What must hold after each kill, of what is cheap to ask. */
function checkOpen(store: EventStore, all: Acknowledged): void {
  const { offset } = store.positions()[0]!;
  assert.ok(offset >= all.offset, `${offset} of ${all.offset}`);
  const found = store.columns.evaluate(undefined, "event").count;
  const expected = all.added.size - all.removed.size;
  // A batch may have been committed whose acknowledgement was not printed; a removal as well.
  assert.ok(found >= expected - KILLS, `${found} of ${expected}`);
}

Deno.test(`after each of ${KILLS} kill -9 the store has every acknowledged entry once, and columns, texts and words agree with it`, async () => {
  await using folder = await temporaryFolder();
  const all: Acknowledged = {
    added: new Set(),
    withEvidence: new Set(),
    removed: new Set(),
    offset: 0,
  };
  const before = EventStore.open(folder.path);
  before.append(
    Array.from(
      { length: OLD_COUNT },
      (_, i) => event(OLD + i, { evidence: false, words: `w${OLD + i}x` }),
    ),
  );
  before.close();
  note(all, [`a ${OLD} ${OLD + OLD_COUNT}`]);
  for (let round = 0; round < KILLS; round++) {
    // Sparse multiples of a prime: the kills fall at all phases of a batch.
    const milliseconds = (round * 17.31) % 60;
    note(all, await killAfter(folder.path, { round, milliseconds }));
    using store = EventStore.open(folder.path);
    checkOpen(store, all);
  }
  using store = EventStore.open(folder.path);
  const db = new DatabaseSync(`${folder.path}/events.db`, { readOnly: true });
  checkEntries(db, all);
  checkColumns(db, store);
  checkWords(db, store);
  db.close();
});

/** Nothing that was acknowledged is missing or there twice, and batches are there whole. */
function checkEntries(db: DatabaseSync, all: Acknowledged): void {
  const stages = new Map<string, number>();
  for (
    const { id, stage } of db.prepare("SELECT id, stage FROM entries").all()
  ) {
    assert.ok(!stages.has(String(id)), `${id} is there twice`);
    stages.set(String(id), Number(stage));
  }
  const missing = [...all.added].filter((number) =>
    !all.removed.has(number) && !stages.has(idOf(number))
  );
  // A removal may have been committed without having been printed: at most one a kill.
  assert.ok(missing.length <= KILLS, `${missing.length} are missing`);
  for (const number of missing) assert.ok(all.withEvidence.has(number - 1));
  for (const number of all.removed) assert.ok(!stages.has(idOf(number)));
  for (const number of all.withEvidence) {
    assert.equal(stages.get(idOf(number)), 1, `evidence of ${number}`);
  }
  assert.ok(
    all.added.size > OLD_COUNT + 500,
    `${all.added.size} acknowledged`,
  );
  assert.deepEqual(
    db.prepare("PRAGMA integrity_check").all()
      .map((row) => row.integrity_check),
    ["ok"],
  );
}

function checkColumns(db: DatabaseSync, store: EventStore): void {
  const sealed = db.prepare(
    "SELECT count(DISTINCT chunk) AS n FROM column_chunks",
  );
  assert.ok(Number(sealed.get()?.n) >= 1);
  for (
    const [filter, where] of [
      [{ op: "eq", field: "category", value: "scan" }, "category = 'scan'"],
      [{ op: "gt", field: "bytes", value: 1e6 }, "bytes > 1000000"],
      [
        { op: "eq", field: "ip", value: "10.0.1.7" },
        "src_ip = '10.0.1.7' OR dst_ip = '10.0.1.7'",
      ],
      [
        { op: "not", of: { op: "eq", field: "fast_triggered", value: true } },
        "fast_triggered IS NOT 1",
      ],
    ] as const
  ) {
    const expected = db.prepare(
      `SELECT row FROM entries WHERE ${where} ORDER BY row`,
    ).all().map(({ row }) => row);
    const rows = [...store.columns.evaluate(filter, "event").toRows()];
    assert.deepEqual(rows, expected, where);
  }
  const rows = [...store.columns.evaluate(undefined, "event").toRows()];
  const texts = db.prepare("SELECT row, text_id FROM entries ORDER BY row")
    .all();
  assert.deepEqual(
    rows.map((row) => [row, store.columns.textIdOf(row)]),
    texts.map(({ row, text_id }) => [row, text_id]),
  );
}

function checkWords(db: DatabaseSync, store: EventStore): void {
  const rowids = (table: string) =>
    db.prepare(`SELECT rowid AS n FROM ${table} ORDER BY rowid`).all()
      .map(({ n }) => n);
  assert.deepEqual(rowids("words"), rowids("entries"));
  assert.deepEqual(rowids("texts_fts"), rowids("texts"));
  const some = db.prepare("SELECT row, id FROM entries ORDER BY id LIMIT 500")
    .all();
  for (const { row, id } of some) {
    const number = parseInt(String(id).slice(24), 16);
    const found = store.searchWords([`w${number}x`], 5).map((match) =>
      match.row
    );
    assert.deepEqual(found, [row]);
    assert.equal(store.rowOf(String(id)), row);
  }
}
