// deno-lint-ignore-file no-console
/**
 * The store of events: `deno run -A bench/store.ts [--entries N] [--texts N] [--folder DIR] [--json]`.
 *
 * Appends generated events in batches, opens the store again, and times filters, groups and searches for words; of each
 * the least of several runs. Without `--folder` it works in a temporary folder that is removed.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { PreparedEntry } from "../rag/entry.ts";
import type { Aggregate, Filter } from "../rag/query/ast.ts";
import { EventStore } from "../rag/store/event_store.ts";
import { event, idOf, random } from "../rag/store/testdata/entries.ts";
import { machine } from "./_measure.ts";

const BATCH = 4000;
const RUNS = 7;

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Events that share bodies and facts of 2,000 different ones, each with its own id, time, text and identifier of its flow. */
function* batches(entries: number, texts: number): Generator<PreparedEntry[]> {
  const next = random(7);
  const models = Array.from({ length: 2000 }, (_, i) => event(i));
  const wordOf = words();
  for (let first = 0; first < entries; first += BATCH) {
    const length = Math.min(BATCH, entries - first);
    yield Array.from({ length }, (_, i) => {
      const number = first + i;
      const model = models[number % models.length]!;
      const text = Math.floor(next() ** 2 * texts);
      const id = idOf(number);
      return {
        ...model,
        id,
        words: `1:${id}= ${model.facts.name ?? ""}`,
        timestampUs: 1_700_000_000_000_000 + number * 2_500_000 +
          Math.floor(next() * 2_000_000),
        behaviour: wordOf(text),
      };
    });
  }
}

/** Texts whose words are as unevenly frequent as those of a language: two are in nearly all of them. */
function words(): (text: number) => string {
  return (text) => {
    const next = random(text);
    const rare = Array.from(
      { length: 10 },
      () => `word${Math.floor(3000 ** next())}`,
    );
    return `host sent traffic ${rare.join(" ")} ${text.toString(36)}x`;
  };
}

function least(run: () => unknown): number {
  let milliseconds = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  }
  return milliseconds;
}

const FILTERS: Readonly<Record<string, Filter>> = {
  "filter of 3 terms": {
    op: "and",
    of: [
      { op: "eq", field: "category", value: "scan" },
      { op: "ge", field: "final_score", value: 0.5 },
      { op: "cidr", field: "src_ip", network: "10.0.0.0/8" },
    ],
  },
  "filter of 3 terms, none of them rare": {
    op: "and",
    of: [
      { op: "not", of: { op: "eq", field: "decision", value: "benign" } },
      { op: "ge", field: "bytes", value: 1000 },
      { op: "in", field: "service", values: ["ssh", "rdp", "http"] },
    ],
  },
  "time of day and weekday in a zone": {
    op: "and",
    of: [
      { op: "time_of_day", from: "22:00", to: "06:00" },
      { op: "day_of_week", days: [1, 2, 3, 4, 5] },
    ],
  },
};

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  "distinct destinations by source": {
    metric: { kind: "distinct", field: "dst_ip" },
    groupBy: ["src_ip"],
    having: { op: "ge", value: 10 },
  },
  "sum of bytes by source and day": {
    metric: { kind: "sum", field: "bytes" },
    groupBy: ["src_ip", "day"],
  },
};

function queries(store: EventStore): Row[] {
  const { columns } = store;
  const zone = "Europe/Madrid";
  const rows: Row[] = [];
  const time = (name: string, run: () => unknown) =>
    rows.push({ name, value: least(run), unit: "ms" });
  for (const [name, filter] of Object.entries(FILTERS)) {
    time(name, () => columns.evaluate(filter, "event", zone));
  }
  const all = columns.evaluate(undefined, "event");
  for (const [name, aggregate] of Object.entries(AGGREGATES)) {
    time(
      `${name}, all entries`,
      () => columns.aggregate(all, aggregate, { zone, limit: 10 }),
    );
  }
  const some = columns.evaluate(FILTERS["filter of 3 terms"], "event");
  time(
    `distinct destinations by source, ${some.count} entries`,
    () =>
      columns.aggregate(
        some,
        AGGREGATES["distinct destinations by source"]!,
        { limit: 10 },
      ),
  );
  time(
    "top 10 by bytes, all entries",
    () => columns.top(all, { by: "bytes", order: "desc" }, 10),
  );
  time("summary, all entries", () => columns.summary(all));
  time("bits of texts, all entries", () => columns.textBits(all));
  time(
    "texts by rare words",
    () => store.searchTexts(["word2900", "word2700"], 100),
  );
  time(
    "texts by words of all kinds",
    () =>
      store.searchTexts(["host", "traffic", "word1", "word40", "word900"], 100),
  );
  time(
    "texts by frequent words",
    () => store.searchTexts(["host", "traffic"], 100),
  );
  time("names by a frequent word", () => store.searchWords(["example"], 100));
  time("names by a rare word", () => store.searchWords([idOf(1)], 100));
  time("an entry by id", () => store.get(idOf(12)));
  return rows;
}

function run(folder: string, entries: number, texts: number): Row[] {
  const store = EventStore.open(folder);
  let milliseconds = 0;
  let cpuUs = 0;
  for (const batch of batches(entries, texts)) {
    const start = performance.now();
    const before = process.cpuUsage();
    store.append(batch);
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
    milliseconds += performance.now() - start;
  }
  const { bytes, texts: distinct } = store.stats();
  store.close();
  const start = performance.now();
  const again = EventStore.open(folder);
  const opened = performance.now() - start;
  again.columns.evaluate(FILTERS["filter of 3 terms"], "event");
  const first = performance.now() - start;
  const rows = [
    {
      name: "append",
      value: milliseconds * 1000 / entries,
      unit: "us an event",
    },
    { name: "append, CPU time", value: cpuUs / entries, unit: "us an event" },
    { name: "distinct texts", value: distinct, unit: "texts" },
    { name: "size", value: bytes / entries, unit: "bytes an event" },
    { name: "open", value: opened, unit: "ms" },
    { name: "open and first filter", value: first, unit: "ms" },
    ...queries(again),
    {
      name: "resident memory, of making the entries too",
      value: Deno.memoryUsage().rss / 1e6,
      unit: "MB",
    },
  ];
  again.close();
  return rows;
}

const { values } = parseArgs({
  options: {
    entries: { type: "string", default: "200000" },
    texts: { type: "string", default: "20000" },
    folder: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const folder = values.folder ?? await Deno.makeTempDir({ prefix: "store_" });
try {
  const rows = run(folder, Number(values.entries), Number(values.texts));
  if (values.json) {
    console.log(JSON.stringify({ machine: await machine(), rows }));
  } else {
    console.log(`${await machine()}; ${values.entries} events`);
    for (const { name, value, unit } of rows) {
      console.log(`${name.padEnd(60)} ${value.toPrecision(4)} ${unit}`);
    }
  }
} finally {
  if (values.folder === undefined) {
    await Deno.remove(folder, { recursive: true });
  }
}
