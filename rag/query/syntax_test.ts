import assert from "node:assert/strict";
import { checkQuery } from "./check.ts";
import { type Field, FIELDS } from "./fields.ts";
import { formatFilter, parseFilter } from "./syntax.ts";
import { pick, randomFilter, randomOf } from "./testdata/rows.ts";

const NOW = { nowMs: Date.parse("2026-03-18T12:00:00Z") };
const parse = (text: string, zone = "UTC") =>
  parseFilter(text, { ...NOW, zone });

Deno.test("parseFilter reads what formatFilter writes, as the same tree", () => {
  const random = randomOf(4);
  const fields = Object.keys(FIELDS) as Field[];
  for (let i = 0; i < 5_000; i++) {
    const filter = randomFilter(random, { fields, depth: 4 });
    const text = formatFilter(filter);
    assert.deepEqual(parse(text), filter, text);
  }
});

Deno.test("parseFilter binds and before or, not before and", () => {
  assert.deepEqual(
    parse("not category = scan and service = ssh or bytes > 5"),
    {
      op: "or",
      of: [
        {
          op: "and",
          of: [
            { op: "not", of: { op: "eq", field: "category", value: "scan" } },
            { op: "eq", field: "service", value: "ssh" },
          ],
        },
        { op: "gt", field: "bytes", value: 5 },
      ],
    },
  );
});

Deno.test("parseFilter knows units, networks, domains, quotes and lists", () => {
  const cases: [string, unknown][] = [
    ["bytes >= 10MB", { op: "ge", field: "bytes", value: 10_000_000 }],
    ["bytes >= 1KiB", { op: "ge", field: "bytes", value: 1024 }],
    ["duration < 10m", { op: "lt", field: "duration", value: 600 }],
    ["packets > 2k", { op: "gt", field: "packets", value: 2000 }],
    ["ml_score > 85%", { op: "gt", field: "ml_score", value: 0.85 }],
    [
      "SRC_IP in 10.0.0.0/8",
      { op: "cidr", field: "src_ip", network: "10.0.0.0/8" },
    ],
    ["ip = 2001:db8::1", { op: "eq", field: "ip", value: "2001:db8::1" }],
    [
      "dst_port in (22, 3389)",
      { op: "in", field: "dst_port", values: [22, 3389] },
    ],
    [
      "name under Example.com",
      { op: "under", field: "name", value: "example.com" },
    ],
    ['name = "a \\"b\\""', { op: "eq", field: "name", value: 'a "b"' }],
    ["protocol = 47", { op: "eq", field: "protocol", value: "47" }],
    ["fast_triggered=true", { op: "eq", field: "fast_triggered", value: true }],
    [
      "time_of_day 22:00-06:00",
      { op: "time_of_day", from: "22:00", to: "06:00" },
    ],
    ["day_of_week mon-fri", { op: "day_of_week", days: [1, 2, 3, 4, 5] }],
    ["day_of_week sat-mon", { op: "day_of_week", days: [1, 6, 7] }],
    ["day_of_week sun, wednesday", { op: "day_of_week", days: [3, 7] }],
  ];
  for (const [text, tree] of cases) assert.deepEqual(parse(text), tree, text);
});

Deno.test("parseFilter reads times in the zone, as half-open spans", () => {
  const span = (text: string, zone?: string) => {
    const found = parse(text, zone);
    assert.ok(found.op === "time");
    return [found.from, found.to];
  };
  const day = ["2026-03-17T00:00:00.000Z", "2026-03-18T00:00:00.000Z"];
  assert.deepEqual(span("time = 2026-03-17"), day);
  assert.deepEqual(span("time > 2026-03-17"), [day[1], undefined]);
  assert.deepEqual(span("time >= 2026-03-17"), [day[0], undefined]);
  assert.deepEqual(span("time < 2026-03-17"), [undefined, day[0]]);
  assert.deepEqual(span("time <= 2026-03-17"), [undefined, day[1]]);
  assert.deepEqual(span("time last 24h"), [
    "2026-03-17T12:00:00.000Z",
    "2026-03-18T12:00:00.000Z",
  ]);
  assert.deepEqual(span("time = 2026-03-29", "Europe/Madrid"), [
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  assert.deepEqual(
    span("time from 2026-03-17T09:30+02:00 to 2026-03-17T09:30"),
    ["2026-03-17T07:30:00.000Z", "2026-03-17T09:30:00.000Z"],
  );
});

Deno.test("parseFilter says where a text is wrong and what was expected", () => {
  const cases: [string, number, RegExp][] = [
    ["", 1, /a field.*found the end/],
    ["category", 9, /=, != or 'in', found the end/],
    ["colour = red", 1, /a field.*found 'colour'/],
    ["category = scan category = web", 17, /'and', 'or' or the end/],
    ["(category = scan", 17, /'\)'/],
    ["bytes > many", 9, /a number for bytes/],
    ["bytes > 85%", 9, /a number for bytes/],
    ["src_ip = 10.0.0.0/8", 10, /an address; a network comes after 'in'/],
    ["src_ip in 10.0.0.0/99", 11, /a network/],
    ["decision = bad", 12, /one of benign, suspicious, malicious/],
    ['name = "open', 8, /closing "/],
    ["time = 2026-02-30", 8, /a time/],
    ["time last year", 11, /24h/],
    ["time_of_day 9-5", 13, /clock/],
    ["time_of_day 24:00-05:00", 13, /clock/],
    ["day_of_week someday", 13, /days/],
    ["fast_triggered = maybe", 18, /true or false/],
    ["category > 5", 10, /=, != or 'in'/],
    ["!", 1, /a word/],
  ];
  for (const [text, position, expected] of cases) {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof SyntaxError, text);
      assert.match(error.message, expected, text);
      assert.match(error.message, new RegExp(`position ${position}:`), text);
      return true;
    });
  }
});

Deno.test("parseFilter refuses what is too long or too deep", () => {
  const atom = "category = scan";
  assert.throws(() => parse(`${"(".repeat(10_000)}${atom}`), SyntaxError);
  assert.throws(() => parse(`${"not ".repeat(1_000)}${atom}`), SyntaxError);
  assert.throws(
    () => parse(Array(2_000).fill(atom).join(" or ")),
    /at most 16384 characters/,
  );
});

Deno.test("parseFilter gives a filter or a SyntaxError for any text", () => {
  const random = randomOf(5);
  const pieces = [
    ..."()=,!<>\"'\\ ",
    "and",
    "or",
    "not",
    "in",
    "under",
    "time",
    "last",
    "from",
    "to",
    "24h",
    "2026-03-17",
    "category",
    "bytes",
    "src_ip",
    "time_of_day",
    "22:00-06:00",
    "day_of_week",
    "mon-fri",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "5",
    "1e999",
    "scan",
    "\u0000",
    "💥",
    "__proto__",
    "constructor",
  ];
  let read = 0;
  for (let i = 0; i < 20_000; i++) {
    const length = 1 + Math.floor(random() * 6);
    const start = pick(random, [
      "",
      "",
      "not (bytes > 5 or ",
      "bytes > 5 and ",
    ]);
    const text = start +
      Array.from({ length }, () => pick(random, pieces)).join(
        random() < 0.7 ? " " : "",
      ) + pick(random, ["", " bytes > 5", ")"]);
    try {
      const filter = parse(text);
      checkQuery({ kind: "event", filter });
      read++;
    } catch (error) {
      assert.ok(error instanceof SyntaxError, `${text}: ${error}`);
    }
  }
  assert.ok(read > 10, `only ${read} were filters`);
});
