import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { kindCode } from "./_specs.ts";
import { change, event, incident } from "../store/testdata/entries.ts";
import type { Share } from "../result.ts";
import { EventStore } from "../store/event_store.ts";
import { AGGREGATE_CASES, FILTER_CASES } from "./testdata/sql_cases.ts";

/** More than a chunk, so that a full one and a growing one are asked; and a few that are gone. */
const EVENTS = 9500;

function fill(folder: string): EventStore {
  const store = EventStore.open(folder);
  const entries = Array.from({ length: EVENTS }, (_, i) => event(i));
  const incidents = Array.from(
    { length: 200 },
    (_, i) => incident(20_000 + i, "opened"),
  );
  store.append([...entries.slice(0, 4000), ...incidents, change(1)]);
  store.append(entries.slice(4000));
  store.remove(entries.filter((_, i) => i % 97 === 5).map(({ id }) => id));
  return store;
}

const folder = Deno.makeTempDirSync({ prefix: "columns_" });
const store = fill(folder);
const db = new DatabaseSync(`${folder}/events.db`, { readOnly: true });
globalThis.addEventListener("unload", () => {
  db.close();
  store.close();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test(`Columns.evaluate gives the rows that SQL gives, for each of ${FILTER_CASES.length} filters`, () => {
  let empty = 0;
  for (const { filter, where, kind = "event" } of FILTER_CASES) {
    const expected = db.prepare(
      `SELECT row FROM entries WHERE kind = ${
        kindCode(kind)
      } AND (${where}) ORDER BY row`,
    ).all().map(({ row }) => row);
    const found = store.columns.evaluate(filter, kind);
    assert.deepEqual([...found.toRows()], expected, where);
    assert.equal(store.columns.count(found), expected.length);
    assert.ok(expected.every((row) => found.has(Number(row))));
    if (expected.length === 0) empty++;
  }
  assert.equal(empty, 3, "filters that match nothing on purpose");
});

Deno.test(`Columns.aggregate gives the groups that SQL gives, for each of ${AGGREGATE_CASES.length} aggregates`, () => {
  for (const { aggregate, sql, filter, sort, limit } of AGGREGATE_CASES) {
    const expected = db.prepare(sql).all().map((row) => {
      const { value, ...key } = row;
      return { key: Object.values(key), value };
    });
    const rows = store.columns.evaluate(filter, "event");
    const groups = store.columns.aggregate(rows, aggregate, {
      ...(sort === undefined ? {} : { sort }),
      ...(limit === undefined ? {} : { limit }),
    });
    assert.equal(groups.length, expected.length, sql);
    groups.forEach(({ key, value }, i) => {
      assert.deepEqual(key, expected[i]?.key, sql);
      assertClose(value, expected[i]?.value, sql);
    });
  }
});

function assertClose(
  found: number | null,
  expected: unknown,
  sql: string,
): void {
  if (found === null || expected === null) {
    assert.equal(found, expected, sql);
    return;
  }
  const difference = Math.abs(found - Number(expected));
  assert.ok(
    difference <= 1e-12 * Math.abs(found),
    `${sql}: ${found}, ${expected}`,
  );
}

Deno.test("Columns.aggregate gives each group the ids of its three latest entries", () => {
  const rows = store.columns.evaluate(undefined, "event");
  const groups = store.columns.aggregate(rows, {
    metric: { kind: "count" },
    groupBy: ["src_ip"],
  });
  const latest = db.prepare(
    "SELECT id FROM entries WHERE kind = 1 AND src_ip IS ? ORDER BY timestamp_us DESC, row DESC LIMIT 3",
  );
  for (const { key, ids } of groups.slice(0, 100)) {
    const expected = latest.all(key[0] as string | null).map(({ id }) => id);
    assert.deepEqual(ids, expected);
  }
  assert.ok(groups.length > 100);
  assert.ok(groups.slice(100).every(({ ids }) => ids.length === 0));
});

Deno.test("Columns.top gives the order of SQL, unknown values last, and Columns.latest the latest", () => {
  const rows = store.columns.evaluate(
    { op: "eq", field: "category", value: "dns" },
    "event",
  );
  const sql = (order: string, limit: number) =>
    db.prepare(
      `SELECT row FROM entries WHERE kind = 1 AND category = 'dns' ORDER BY ${order}, timestamp_us DESC, row DESC LIMIT ${limit}`,
    ).all().map(({ row }) => row);
  for (
    const [by, order, limit] of [
      ["bytes", "desc", 10],
      ["duration", "asc", 25],
      ["dst_port", "desc", 300],
      ["fast_score", "asc", 100_000],
      ["final_score", "desc", 0],
    ] as const
  ) {
    const found = store.columns.top(rows, { by, order }, limit);
    assert.deepEqual(found, sql(`${by} IS NULL, ${by} ${order}`, limit), by);
  }
  assert.deepEqual(
    store.columns.latest(rows, 12),
    sql("timestamp_us DESC", 12),
  );
  assert.deepEqual(
    store.columns.top(rows, { by: "time", order: "asc" }, 7),
    sql("timestamp_us", 7),
  );
});

Deno.test("Columns.aggregate shows a largest and a smallest value by entries that have it", () => {
  const rows = store.columns.evaluate(undefined, "event");
  for (const kind of ["min", "max"] as const) {
    const metric = { kind, field: "ml_score" } as const;
    const groups = store.columns.aggregate(rows, {
      metric,
      groupBy: ["service"],
    });
    assert.ok(groups.length > 1);
    for (const { value, ids } of groups) {
      assert.ok(ids.length > 0);
      for (const id of ids) {
        const sql = `SELECT ml_score AS value FROM entries WHERE id = '${id}'`;
        assert.equal(db.prepare(sql).get()?.["value"], value);
      }
    }
  }
});

Deno.test("Columns.summary, timeline and text functions give what SQL gives", () => {
  const filter = {
    op: "and",
    of: [
      { op: "eq", field: "decision", value: "malicious" },
      {
        op: "time",
        from: "2023-12-01T00:00:00.000Z",
        to: "2023-12-08T00:00:00.000Z",
      },
    ],
  } as const;
  const from = Date.parse("2023-12-01") * 1000;
  const week = 7 * 86_400_000_000;
  const where = (since: number) =>
    `kind = 1 AND decision = 'malicious' AND timestamp_us >= ${since} AND timestamp_us < ${
      since + week
    }`;
  const rows = store.columns.evaluate(filter, "event");
  const one = (sql: string) => db.prepare(sql).get()!;
  const shares = (field: string) =>
    db.prepare(
      `SELECT ${field} AS value, count(*) AS count FROM entries WHERE ${
        where(from)
      } AND value NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5`,
    ).all().map((row) => ({ ...row }));
  const summary = store.columns.summary(rows, { filter, kind: "event" });
  const extent = one(
    `SELECT count(*) AS n, min(timestamp_us) AS first, max(timestamp_us) AS last FROM entries WHERE ${
      where(from)
    }`,
  );
  const aspects = {
    category: summary.categories,
    src_ip: summary.sources,
    dst_ip: summary.destinations,
    service: summary.services,
    decision: summary.decisions,
  };
  for (const [field, found] of Object.entries(aspects)) {
    for (const { value, ids = [] } of found) {
      assert.equal(ids.length, 1);
      const sql = `SELECT ${field} AS value FROM entries WHERE ${
        where(from)
      } AND id = '${ids[0]}'`;
      assert.equal(one(sql)?.["value"], value);
    }
  }
  const timeOf = (id = "") =>
    one(`SELECT timestamp_us AS time FROM entries WHERE id = '${id}'`)
      ?.["time"];
  const { firstId, lastId, ...figures } = summary;
  assert.equal(timeOf(firstId), extent.first);
  assert.equal(timeOf(lastId), extent.last);
  const plain = (found: readonly Share[]) =>
    found.map(({ value, count }) => ({ value, count }));
  assert.deepEqual({
    ...figures,
    categories: plain(summary.categories),
    sources: plain(summary.sources),
    destinations: plain(summary.destinations),
    services: plain(summary.services),
    decisions: plain(summary.decisions),
  }, {
    total: extent.n,
    firstUs: extent.first,
    lastUs: extent.last,
    categories: shares("category"),
    sources: shares("src_ip"),
    destinations: shares("dst_ip"),
    services: shares("service"),
    decisions: shares("decision"),
    before:
      one(`SELECT count(*) AS n FROM entries WHERE ${where(from - week)}`).n,
  });
  assert.equal(store.columns.summary(rows).before, undefined);

  const buckets = store.columns.timeline(rows, 3_600_000);
  const hours = db.prepare(
    `SELECT timestamp_us / 3600000000 AS hour, count(*) AS n FROM entries WHERE ${
      where(from)
    } GROUP BY 1 ORDER BY 1`,
  ).all();
  assert.deepEqual(
    buckets.filter(({ count }) => count > 0)
      .map(({ startMs, count }) => [startMs / 3_600_000, count]),
    hours.map(({ hour, n }) => [hour, n]),
  );
  const scans = buckets.reduce((n, b) => n + (b.categories.scan ?? 0), 0);
  assert.equal(
    scans,
    one(
      `SELECT count(*) AS n FROM entries WHERE ${
        where(from)
      } AND category = 'scan'`,
    ).n,
  );

  const texts = db.prepare(
    `SELECT text_id, count(*) AS n, max(timestamp_us) AS last FROM entries WHERE ${
      where(from)
    } GROUP BY 1 ORDER BY 1`,
  ).all();
  const bits = store.columns.textBits(rows);
  const ids = Array.from({ length: bits.length * 8 }, (_, id) => id)
    .filter((id) => (bits[id >> 3]! >> (id & 7) & 1) === 1);
  assert.deepEqual(ids, texts.map(({ text_id }) => text_id));
  const found = store.columns.rowsOfTexts(rows, ids.slice(0, 3), 2);
  for (const { text_id, n, last } of texts.slice(0, 3)) {
    const { rows: latest, count } = found.get(Number(text_id))!;
    assert.equal(count, n);
    assert.equal(latest.length, 2);
    assert.equal(store.at(latest[0]!)?.timestampUs, last);
  }
});
