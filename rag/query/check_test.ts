import assert from "node:assert/strict";
import type { Filter, Query } from "./ast.ts";
import { checkQuery, contradictions } from "./check.ts";
import { parseFilter } from "./syntax.ts";
import {
  matches,
  NOW_MS,
  randomFilter,
  randomOf,
  randomQuery,
  randomRow,
} from "./testdata/rows.ts";

const query = (text: string, zone?: string): Query => ({
  kind: "event",
  filter: parseFilter(text, { nowMs: NOW_MS, zone: zone ?? "UTC" }),
  ...(zone === undefined ? {} : { zone }),
});

Deno.test("a reported contradiction matches none of many rows, in any shape of filter", () => {
  const random = randomOf(1);
  const zone = "Europe/Madrid";
  const rows = Array.from({ length: 400 }, () => randomRow(random));
  const fields = ["category", "src_ip", "ip", "dst_port", "name"] as const;
  let reported = 0;
  for (let i = 0; i < 3_000; i++) {
    const filter = randomFilter(random, { fields, depth: 3 });
    if (contradictions({ kind: "event", filter, zone }, "en").length === 0) {
      continue;
    }
    reported++;
    for (const row of rows) {
      assert.ok(!matches(filter, row, zone), JSON.stringify({ filter, row }));
    }
  }
  assert.ok(reported > 100, `only ${reported} contradictions were made`);
});

const IMPOSSIBLE = [
  "category = scan and category = ddos",
  "category = scan and category in (ddos, c2)",
  "category = scan and (category = ddos or category = c2)",
  "(category = scan or category = web) and (category = ddos or category = c2)",
  "category = scan and not category = SCAN",
  "fast_triggered = true and fast_triggered = false",
  "not (category = scan or not (category = scan))",
  "divergence > 0.5 and divergence < 0.4",
  "divergence > 0.5 and divergence <= 0.5",
  "divergence = 0.5 and divergence < 0.4",
  "dst_port > 22 and dst_port < 23",
  "dst_port >= 22 and dst_port <= 23 and dst_port != 22 and dst_port not in (23)",
  "dst_port in (22, 23) and dst_port > 100",
  "bytes > 10MB and not bytes >= 1MB",
  "src_ip = 10.0.0.1 and src_ip = 10.0.0.2",
  "src_ip in 10.0.0.0/8 and src_ip in 192.168.0.0/16",
  "src_ip in 10.0.0.0/8 and src_ip = 192.168.0.1",
  "src_ip in 10.1.0.0/16 and not src_ip in 10.0.0.0/8",
  "ip = 10.0.0.1 and ip = 10.0.0.2 and ip = 10.0.0.3",
  "ip = 10.0.0.1 and src_ip = 10.0.0.2 and dst_ip = 10.0.0.3",
  "src_ip = 10.0.0.1 and not ip = 10.0.0.1",
  "dst_ip = ::1 and dst_ip = ::2",
  "name under example.com and name under example.org",
  "name = www.example.com and not name under example.com",
  "name under example.com and not name under com",
  "time = 2026-03-17 and time = 2026-03-18",
  "time from 2026-03-18 to 2026-03-17",
  "time = 2026-03-17 and not time from 2026-03-16 to 2026-03-19",
  "time = 2026-03-17 and day_of_week mon",
  "day_of_week mon and day_of_week tue",
  "time_of_day 02:00-05:00 and time_of_day 09:00-18:00",
  "time from 2026-03-17T10:00 to 2026-03-17T11:00 and time_of_day 22:00-06:00",
  "(category = scan and category = ddos) or (dst_port = 1 and dst_port = 2)",
  "category = scan and (service = ssh or dst_port = 1) and category = web",
];

const POSSIBLE = [
  "category = scan or category = ddos",
  "ip = 10.0.0.1 and ip = 10.0.0.2",
  "ip in 10.0.0.0/8 and ip in 192.168.0.0/16",
  "src_ip in 10.0.0.0/8 and src_ip in 10.1.0.0/16",
  "src_ip in 10.0.0.0/8 and not src_ip in 10.1.0.0/16",
  "not divergence > 0.5 and not divergence <= 0.5",
  "not fast_triggered = true and not fast_triggered = false",
  "divergence > 0.5 and divergence < 0.51",
  "dst_port > 22 and dst_port < 24",
  "category = scan and service = ssh",
  "service = dns and app_protocol = tls",
  "name under example.com and not name = example.com",
  "time = 2026-03-17 and day_of_week tue",
  "time_of_day 22:00-06:00 and time_of_day 05:00-07:00",
  "time = 2026-03-17 and time_of_day 22:00-06:00",
  "(category = scan and category = ddos) or dst_port = 1",
];

Deno.test("contradictions finds what cannot be true at once, through and, or and not", () => {
  for (const text of IMPOSSIBLE) {
    assert.notDeepEqual(contradictions(query(text), "en"), [], text);
    assert.notDeepEqual(contradictions(query(text), "es"), [], text);
  }
});

Deno.test("contradictions leaves alone what can be true", () => {
  for (const text of POSSIBLE) {
    assert.deepEqual(contradictions(query(text), "en"), [], text);
  }
});

Deno.test("contradictions names just the parts that clash", () => {
  const text =
    "category = scan and dst_port > 5 and dst_port < 3 and dst_port != 9";
  assert.deepEqual(contradictions(query(text), "en"), [
    "destination port more than 5 and destination port less than 3 cannot be true at once",
  ]);
  assert.deepEqual(contradictions(query(text), "es"), [
    "puerto de destino más de 5 y puerto de destino menos de 3 no pueden cumplirse a la vez",
  ]);
});

Deno.test("contradictions reads weekdays and times of day in the query's zone", () => {
  // 23:30 UTC of Tuesday is Wednesday in Madrid.
  const text = "time from 2026-03-17T23:30Z to 2026-03-17T23:40Z" +
    " and day_of_week wed and time_of_day 00:00-01:00";
  assert.deepEqual(contradictions(query(text, "Europe/Madrid"), "en"), []);
  assert.equal(contradictions(query(text), "en").length, 1);
});

Deno.test("contradictions ends soon for filters made to be slow", () => {
  const pairs = Array.from(
    { length: 40 },
    (_, i) => `(src_port = ${i} or dst_port = ${i} or packets = ${i})`,
  );
  const started = performance.now();
  contradictions(query(pairs.join(" and ")), "en");
  assert.ok(performance.now() - started < 2_000);
});

Deno.test("checkQuery accepts queries of every shape", () => {
  const random = randomOf(2);
  for (let i = 0; i < 500; i++) checkQuery(randomQuery(random));
});

Deno.test("checkQuery refuses what is no query, and says where", () => {
  const event = (rest: object) => ({ kind: "event", ...rest }) as Query;
  const filter = (part: unknown) => event({ filter: part as Filter });
  const cases: [Query, typeof TypeError | typeof RangeError, RegExp][] = [
    [null as unknown as Query, TypeError, /'query'/],
    [event({ colour: 1 }), TypeError, /'query\.colour' must be left out/],
    [event({ kind: "flow" }), RangeError, /'kind'/],
    [event({ limit: 0 }), RangeError, /'limit'/],
    [event({ limit: 1.5 }), RangeError, /'limit'/],
    [event({ limit: "5" }), TypeError, /'limit'/],
    [event({ zone: "Mars/Olympus" }), RangeError, /'zone'/],
    [event({ text: 5 }), TypeError, /'text'/],
    [event({ sort: { by: "metric", order: "asc" } }), RangeError, /'sort\.by'/],
    [event({ sort: { by: "name", order: "asc" } }), RangeError, /'sort\.by'/],
    [event({ sort: { by: "time", order: "up" } }), RangeError, /'sort\.order'/],
    [
      event({
        aggregate: { metric: { kind: "sum", field: "name" }, groupBy: [] },
      }),
      RangeError,
      /'aggregate\.metric\.field'/,
    ],
    [
      event({ aggregate: { metric: { kind: "count" }, groupBy: ["bytes"] } }),
      RangeError,
      /'aggregate\.groupBy\[0\]'/,
    ],
    [filter({ op: "near" }), RangeError, /'filter\.op'/],
    [
      filter({ op: "eq", field: "colour", value: "red" }),
      RangeError,
      /known field/,
    ],
    [
      filter({ op: "eq", field: "dst_port", value: "22" }),
      TypeError,
      /a number/,
    ],
    [filter({ op: "eq", field: "category", value: 1 }), TypeError, /a text/],
    [
      filter({ op: "eq", field: "decision", value: "bad" }),
      RangeError,
      /benign/,
    ],
    [
      filter({ op: "eq", field: "src_ip", value: "10.0.0" }),
      RangeError,
      /address/,
    ],
    [
      filter({ op: "eq", field: "fast_triggered", value: 1 }),
      TypeError,
      /true/,
    ],
    [
      filter({ op: "lt", field: "category", value: 1 }),
      RangeError,
      /number field/,
    ],
    [filter({ op: "lt", field: "bytes", value: NaN }), RangeError, /finite/],
    [
      filter({ op: "cidr", field: "src_ip", network: "10.0.0.0/33" }),
      RangeError,
      /network/,
    ],
    [filter({ op: "time" }), RangeError, /'from' or 'to'/],
    [filter({ op: "time", from: "yesterday" }), RangeError, /'filter\.from'/],
    [
      filter({ op: "time_of_day", from: "25:00", to: "26:00" }),
      RangeError,
      /clock/,
    ],
    [filter({ op: "day_of_week", days: [8] }), RangeError, /days/],
    [filter({ op: "and", of: [] }), RangeError, /two parts/],
    [
      filter({
        op: "not",
        of: { op: "or", of: [{ op: "eq", field: "x" }, 1] },
      }),
      TypeError,
      /'filter\.of\.of\[1\]'/,
    ],
  ];
  for (const [bad, kind, message] of cases) {
    assert.throws(() => checkQuery(bad), (error) => {
      assert.ok(error instanceof kind, `${error} for ${JSON.stringify(bad)}`);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("checkQuery refuses filters that are too deep", () => {
  let filter: Filter = { op: "eq", field: "category", value: "scan" };
  for (let i = 0; i < 100; i++) filter = { op: "not", of: filter };
  assert.throws(() => checkQuery({ kind: "event", filter }), RangeError);
});
