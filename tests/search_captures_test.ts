// deno-lint-ignore-file no-console
/**
 * A day of labelled captures in the log, and the questions that search is for: their events are those that SQL, written by
 * hand, finds in the same database; what no filter says is judged by the captures' labels.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openSearch } from "@ml-defender/rag";
import { optional } from "./_optional.ts";
import { dataFolder } from "./oracle/data.ts";
import { type DayCapture, generated, logOfOneDay } from "./search/one_day.ts";

const DAY_MS = Date.UTC(2026, 2, 17);
const NEXT_DAY = { nowMs: Date.UTC(2026, 2, 18, 15, 30) };
const NEXT_WEEK = { nowMs: Date.UTC(2026, 2, 25, 15, 30) };
const ALL = { limit: 1_000_000, fold: false } as const;

const data = dataFolder();

const CLASSES = [
  "bruteforce",
  "scan",
  "botnet",
  "lateral",
  "web",
  "dns",
  "cryptomining",
  "benign",
];

async function captureFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of CLASSES) {
    for await (const { name: file } of Deno.readDir(`${folder}/${name}`)) {
      if (file.endsWith(".pcap")) files.push(`${name}/${file}`);
    }
  }
  return files.sort();
}

interface Fixture {
  readonly store: string;
  readonly captures: readonly DayCapture[];
}

async function withDay(
  folder: string,
  run: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const temporary = await Deno.makeTempDir();
  try {
    const log = `${temporary}/log`;
    const files = await captureFiles(folder);
    const options = { log, dayMs: DAY_MS };
    const captures = [
      ...await logOfOneDay(folder, files, options),
      ...await generated(["smb_worm", "ssh_guessing"], options),
    ];
    const store = `${temporary}/search`;
    await using search = await openSearch(store);
    const { added } = await search.ingest([`${log}/artifacts`]);
    console.log(`${captures.length} captures, ${added} events from artifacts`);
    ok(added >= 10_000, `${added} events`);
    await search.close();
    await run({ store, captures });
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

function sql(store: string, query: string): string[] {
  using db = new DatabaseSync(`${store}/events.db`, { readOnly: true });
  return db.prepare(query).all().map((row) => String(row.id)).sort();
}

/** Microseconds of 17 March 2026 and of the day after it. */
const FROM = DAY_MS * 1000;
const TO = (DAY_MS + 86_400_000) * 1000;

const EXACT = [
  {
    question: "Show me high divergence events from yesterday",
    now: NEXT_DAY,
    sql: `SELECT id FROM entries WHERE divergence >= 0.4
      AND timestamp_us >= ${FROM} AND timestamp_us < ${TO}`,
  },
  {
    question: "fast detector triggered but ML disagreed",
    now: NEXT_DAY,
    sql: `SELECT id FROM entries WHERE fast_triggered = 1 AND ml_score < 0.5`,
  },
  {
    question:
      "SSH or RDP guessing from 10.0.0.0/8 last week, outside business hours",
    now: NEXT_WEEK,
    sql: `SELECT id FROM entries WHERE category = 'bruteforce'
      AND service IN ('ssh', 'rdp') AND src_ip LIKE '10.%'
      AND timestamp_us >= unixepoch('2026-03-16') * 1000000
      AND timestamp_us < unixepoch('2026-03-23') * 1000000
      AND NOT (strftime('%H:%M', timestamp_us / 1000000, 'unixepoch')
          BETWEEN '09:00' AND '17:59'
        AND strftime('%w', timestamp_us / 1000000, 'unixepoch')
          BETWEEN '1' AND '5')`,
  },
] as const;

const reason = "no labelled captures: set ML_DEFENDER_DATA to their folder";

optional({
  name:
    "questions over a day of captures give exactly the events that SQL gives, and those of the labels by meaning",
  available: data !== undefined,
  reason,
  fn: () =>
    withDay(data!, async ({ store, captures }) => {
      await using search = await openSearch(store);
      for (const { question, now, sql: query } of EXACT) {
        const { hits, summary } = await search.find(question, {
          ...now,
          ...ALL,
        });
        const expected = sql(store, query);
        console.log(`${expected.length} events: ${question}`);
        ok(expected.length > 0, question);
        equal(summary.total, expected.length, question);
        deepEqual(hits.map(({ id }) => id).sort(), expected, question);
      }

      const question = "¿qué equipos hablaron con muchos servidores SMB?";
      const { groups = [] } = await search.find(question, NEXT_DAY);
      using db = new DatabaseSync(`${store}/events.db`, { readOnly: true });
      const expected = db.prepare(
        `SELECT src_ip, count(DISTINCT dst_ip) AS n FROM entries
          WHERE service = 'smb' GROUP BY src_ip HAVING n >= 10
          ORDER BY n DESC, src_ip`,
      ).all();
      ok(expected.length > 0);
      deepEqual(
        groups.map(({ key, value }) => [key[0], value]),
        expected.map(({ src_ip, n }) => [src_ip, n]),
      );

      const classes = new Map(
        captures.map(({ node, file }) => [node, file.split("/")[0]!]),
      );
      const { hits } = await search.find("find botnet-like behavior", {
        ...NEXT_DAY,
        limit: 20,
      });
      const found = hits.map(({ facts }) => classes.get(facts.node_id ?? ""));
      const relevant = found.filter((name) => name === "botnet").length;
      const { total } = (await search.recent()).summary;
      const base = captures.filter(({ file }) => file.startsWith("botnet/"))
        .reduce((sum, { events }) => sum + events, 0) / total;
      console.log(
        `find botnet-like behavior: ${relevant} of ${hits.length} from botnet captures, by chance ${
          (20 * base).toFixed(1)
        }:`,
        Object.entries(Object.groupBy(found, (name) => name ?? "?"))
          .map(([name, list]) => `${name} ${list?.length}`).join(", "),
      );
      equal(hits.length, 20);
      ok(relevant / 20 >= 3 * base, `${relevant} of 20`);
    }),
});
