import assert from "node:assert/strict";
import { cached, optional } from "../../tests/_optional.ts";
import type { Entry, PreparedEntry } from "../entry.ts";
import { EventStore } from "../store/event_store.ts";
import { change, event, incident } from "../store/testdata/entries.ts";
import { temporaryFolder } from "../store/testdata/folder.ts";
import { exportJsonl } from "../store/transfer.ts";

/** Computed, so that the package is neither fetched nor needed where these tests only have to be left out. */
const MODULE = `./${"mod"}.ts`;
const PACKAGE = `npm:${"@duckdb/node-api"}@1.5.5-r.5`;

const available = await cached(PACKAGE);
const reason = "@duckdb/node-api is not in the cache: deno task optional";
type Module = typeof import("./mod.ts");
const module: Module | undefined = available ? await import(MODULE) : undefined;

const ENTRIES = [
  ...Array.from({ length: 500 }, (_, i) => event(i)),
  incident(5000, "closed"),
  change(1),
];
const BY_RECORD = new Map(
  ENTRIES.map((one) => [JSON.stringify(one.entry), one]),
);

function prepare(entry: Entry): PreparedEntry {
  const known = BY_RECORD.get(JSON.stringify(entry));
  if (known === undefined) throw new TypeError("no entry of the test");
  return known;
}

/** Rows of a query over Parquet files, as any user of DuckDB would get them. */
async function ask(sql: string): Promise<unknown[][]> {
  const { DuckDBInstance } = await import(PACKAGE);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows: unknown[][] = reader.getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows.map(([key, ...rest]) => [key, ...rest.map(Number)]);
}

function byCategory(): unknown[][] {
  const found = new Map<string | null, number[]>();
  for (const { kind, facts } of ENTRIES) {
    if (kind !== "event") continue;
    const sums = found.get(facts.category) ?? [0, 0, 0];
    sums[0]!++;
    sums[1]! += facts.bytes ?? 0;
    if (facts.src_internal !== null) sums[2]!++;
    found.set(facts.category, sums);
  }
  return [...found].map(([key, sums]) => [key, ...sums])
    .sort(([a], [b]) => a === null ? 1 : b === null || a! < b! ? -1 : 1);
}

optional({
  name:
    "exportParquet and importParquet give every entry with its evidence, and leave no other files",
  ...{ available, reason },
  fn: async () => {
    await using folder = await temporaryFolder();
    const { exportParquet, importParquet } = module!;
    const path = `${folder.path}/it's.parquet`;
    using source = EventStore.open(`${folder.path}/from`);
    using target = EventStore.open(`${folder.path}/to`);
    source.append(ENTRIES);
    for (let round = 0; round < 2; round++) {
      assert.equal(await exportParquet(source, path), ENTRIES.length);
    }
    const files = await Array.fromAsync(Deno.readDir(folder.path));
    const names = files.map(({ name }) => name);
    assert.deepEqual(names.sort(), ["from", "it's.parquet", "to"]);
    assert.deepEqual(
      await ask(`SELECT category, count(*), sum(bytes), count(src_internal)
        FROM '${path.replace("'", "''")}' WHERE kind = 'event'
        GROUP BY 1 ORDER BY 1 NULLS LAST`),
      byCategory(),
    );
    const counts = await importParquet(target, path, { prepare });
    assert.deepEqual(counts, {
      added: ENTRIES.length,
      updated: 0,
      unchanged: 0,
      skipped: 0,
    });
    assert.equal(
      [...exportJsonl(target)].join(""),
      [...exportJsonl(source)].join(""),
    );
    const scans = { op: "eq", field: "category", value: "scan" } as const;
    const rows = source.columns.evaluate(scans, "event");
    assert.equal(await exportParquet(source, path, { rows }), rows.count);
    const again = await importParquet(target, path, { prepare });
    assert.equal(again.unchanged, rows.count);
  },
});

optional({
  name: "importParquet says which file is no Parquet file",
  ...{ available, reason },
  fn: async () => {
    await using folder = await temporaryFolder();
    using store = EventStore.open(`${folder.path}/store`);
    const path = `${folder.path}/odd.parquet`;
    await Deno.writeTextFile(path, "not a Parquet file at all");
    await assert.rejects(
      module!.importParquet(store, path, { prepare }),
      (error) =>
        error instanceof SyntaxError && error.message.includes(path) &&
        !error.message.includes("\n"),
    );
    await assert.rejects(
      module!.importParquet(store, `${path}.none`, { prepare }),
      SyntaxError,
    );
  },
});

optional({
  name: "exportParquet leaves files alone that are beside the one it writes",
  available,
  reason,
  fn: async () => {
    await using folder = await temporaryFolder();
    using store = EventStore.open(`${folder.path}/store`);
    store.append(ENTRIES.slice(0, 5));
    const path = `${folder.path}/events.parquet`;
    const names = [".tmp", ".tmp.db", ".tmp.db.wal", ".db"];
    for (const name of names) await Deno.writeTextFile(path + name, "mine");
    assert.equal(await module!.exportParquet(store, path), 5);
    for (const name of names) {
      assert.equal(await Deno.readTextFile(path + name), "mine");
    }
    const left: string[] = [];
    for await (const { name } of Deno.readDir(folder.path)) left.push(name);
    assert.equal(left.length, names.length + 2, left.join());
  },
});
