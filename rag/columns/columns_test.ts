import assert from "node:assert/strict";
import type { PreparedEntry } from "../entry.ts";
import type { Filter, Scalar } from "../query/ast.ts";
import {
  type AddressField,
  type BooleanField,
  type Field,
  FIELDS,
  type NumberField,
} from "../query/fields.ts";
import { EventStore } from "../store/event_store.ts";
import { event, incident, pick, random } from "../store/testdata/entries.ts";
import { matches, wall } from "./testdata/walker.ts";

const ZONES = ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata"];
const NETWORKS = [
  "10.0.0.0/8",
  "10.0.1.0/27",
  "192.168.1.64/26",
  "203.0.113.0/31",
  "2001:db8::/32",
  "2001:db8::20/123",
  "fe80::1:0/112",
  "::/0",
];

function named<F extends Field>(type: string): F[] {
  return (Object.keys(FIELDS) as F[]).filter((f) => FIELDS[f].type === type);
}

const NUMBERS = named<NumberField>("number");
const BOOLEANS = named<BooleanField>("boolean");
const ADDRESSES = named<AddressField>("address");
const TEXTS_AND_ADDRESSES = [...named<Field>("text"), ...ADDRESSES];

const SETTINGS = ["policy", "POLICY.thresholds.alert", "log.queueLimit"];

/** A value that an entry has, so that comparisons hit and bounds are met exactly. */
function valueOf(
  entries: PreparedEntry[],
  field: Field,
  next: () => number,
): Scalar {
  const stored = field === "ip" ? "src_ip" : field;
  for (let tries = 0; tries < 30; tries++) {
    const value = pick(next, entries).facts[stored];
    if (value !== null) return value;
  }
  return FIELDS[field].type === "number" ? 1 : "none";
}

function randomLeaf(entries: PreparedEntry[], next: () => number): Filter {
  const number = () => {
    const field = pick(next, NUMBERS);
    return { field, value: valueOf(entries, field, next) as number };
  };
  const day = () => Date.UTC(2023, 10, 10 + Math.floor(next() * 50));
  const clock = () =>
    `${`${Math.floor(next() * 24)}`.padStart(2, "0")}:${
      pick(next, ["00", "30", "59"])
    }`;
  switch (Math.floor(next() * 11)) {
    case 0:
      return { op: pick(next, ["lt", "le", "gt", "ge"]), ...number() };
    case 1:
      return { op: "eq", ...number() };
    case 2: {
      const field = pick(next, TEXTS_AND_ADDRESSES);
      return { op: "eq", field, value: valueOf(entries, field, next) };
    }
    case 3:
      return { op: "eq", field: pick(next, BOOLEANS), value: next() < 0.5 };
    case 4: {
      const field = pick(next, [...TEXTS_AND_ADDRESSES, ...NUMBERS]) as Exclude<
        Field,
        BooleanField
      >;
      const values = Array.from(
        { length: 3 },
        () => valueOf(entries, field, next) as string | number,
      );
      return { op: "in", field, values };
    }
    case 5:
      return {
        op: "cidr",
        field: pick(next, ADDRESSES),
        network: pick(next, NETWORKS),
      };
    case 6:
      return {
        op: "under",
        field: "name",
        value: pick(next, ["example.com", "com", "org"]),
      };
    case 9:
      return {
        op: "under",
        field: "setting",
        value: pick(next, ["policy", "Policy.thresholds", "log.queueLimit"]),
      };
    case 10:
      return next() < 0.5
        ? { op: "eq", field: "setting", value: pick(next, SETTINGS) }
        : { op: "in", field: "setting", values: SETTINGS };
    case 7:
      return {
        op: "time",
        from: new Date(day()).toISOString(),
        ...(next() < 0.5 ? {} : { to: new Date(day()).toISOString() }),
      };
    default:
      return next() < 0.5
        ? { op: "time_of_day", from: clock(), to: clock() }
        : {
          op: "day_of_week",
          days: [1 + Math.floor(next() * 7), 1 + Math.floor(next() * 7)],
        };
  }
}

function randomFilter(
  entries: PreparedEntry[],
  next: () => number,
  depth = 0,
): Filter {
  const kind = next();
  if (depth > 3 || kind < 0.4) return randomLeaf(entries, next);
  const inner = () => randomFilter(entries, next, depth + 1);
  if (kind < 0.55) return { op: "not", of: inner() };
  const of = Array.from({ length: 2 + Math.floor(next() * 2) }, inner);
  return { op: kind < 0.8 ? "and" : "or", of };
}

async function withStore(run: (store: EventStore) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "columns_" });
  const store = EventStore.open(folder);
  try {
    run(store);
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function idsOf(store: EventStore, filter: Filter, zone: string): string[] {
  return [...store.columns.evaluate(filter, "event", zone).toRows()]
    .map((row) => store.idOf(row)!).sort();
}

Deno.test("Columns.evaluate gives what a walk over the entries gives, for 400 random filters", async () => {
  await withStore((store) => {
    const entries = Array.from({ length: 700 }, (_, i) => event(i));
    store.append(entries);
    const next = random(11);
    let found = 0;
    for (let i = 0; i < 400; i++) {
      const filter = randomFilter(entries, next);
      const zone = ZONES[i % ZONES.length]!;
      const expected = entries.filter((e) => matches(filter, e, zone))
        .map(({ id }) => id).sort();
      assert.deepEqual(
        idsOf(store, filter, zone),
        expected,
        JSON.stringify(filter),
      );
      if (expected.length > 0 && expected.length < entries.length) found++;
    }
    assert.ok(found > 200, `${found} filters say something`);
  });
});

Deno.test("Columns follow updates and removals in full chunks and in the growing one, also when opened again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "columns_" });
  let store = EventStore.open(folder);
  try {
    const first = Array.from(
      { length: 8600 },
      (_, i) => event(i, { evidence: false }),
    );
    store.append(first);
    const next = random(5);
    const entries = first.flatMap((entry, i) => {
      if (next() < 0.02) return [];
      // What comes with evidence later has other facts: also texts that the chunk's codes have no room for.
      const later = event(i, {
        evidence: true,
        facts: event(i + 50_000).facts,
      });
      const facts = { ...later.facts, reason: `reason ${i}`, bytes: i + 0.1 };
      return next() < 0.05 ? [{ ...later, facts }] : [entry];
    });
    const kept = new Set(entries.map(({ id }) => id));
    store.remove(first.filter(({ id }) => !kept.has(id)).map(({ id }) => id));
    const { updated } = store.append(entries);
    assert.ok(updated > 300, `${updated} updated`);
    for (const round of ["open", "again"]) {
      for (let i = 0; i < 25; i++) {
        const filter = randomFilter(entries, next);
        const expected = entries.filter((e) => matches(filter, e, "UTC"))
          .map(({ id }) => id).sort();
        assert.deepEqual(
          idsOf(store, filter, "UTC"),
          expected,
          `${round}: ${JSON.stringify(filter)}`,
        );
      }
      store.close();
      store = EventStore.open(folder, { readOnly: round === "open" });
    }
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Columns.aggregate puts days, hours and weekdays as the zone's calendar has them, over changes of summer time", async () => {
  await withStore((store) => {
    const start = Date.UTC(2024, 2, 28) * 1000;
    const entries = Array.from(
      { length: 500 },
      (_, i) => event(i, { timestampUs: start + i * 53 * 60_000_000 + 1 }),
    );
    store.append(entries);
    for (const zone of ["Europe/Madrid", "America/New_York", "Pacific/Apia"]) {
      const rows = store.columns.evaluate(undefined, "event");
      for (
        const [unit, keyOf] of [
          ["day", (us: number) => wall(us, zone).date],
          ["weekday", (us: number) => wall(us, zone).weekday],
          [
            "hour",
            (us: number) =>
              `${wall(us, zone).date}T${wall(us, zone).time.slice(0, 2)}:00`,
          ],
        ] as const
      ) {
        const expected = new Map<unknown, number>();
        for (const { timestampUs } of entries) {
          const key = keyOf(timestampUs);
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        const groups = store.columns.aggregate(rows, {
          metric: { kind: "count" },
          groupBy: [unit],
        }, { zone });
        assert.deepEqual(
          new Map(groups.map(({ key, value }) => [key[0], value])),
          expected,
          `${unit} ${zone}`,
        );
      }
    }
  });
});

Deno.test("Columns.evaluate keeps kinds apart, and gives nothing of an empty store", async () => {
  await withStore((store) => {
    assert.equal(store.columns.evaluate(undefined, "event").count, 0);
    assert.deepEqual(
      store.columns.timeline(store.columns.evaluate(undefined, "event"), 1000),
      [],
    );
    store.append([event(1), incident(2, "opened")]);
    assert.equal(store.columns.evaluate(undefined, "event").count, 1);
    assert.equal(store.columns.evaluate(undefined, "incident").count, 1);
    assert.equal(store.columns.evaluate(undefined, "change").count, 0);
    assert.equal(store.columns.size, 2);
  });
});

Deno.test("Columns.timeline refuses spans of no length and spans without end", async () => {
  await withStore((store) => {
    store.append([event(1, { timestampUs: 0 }), event(2)]);
    const rows = store.columns.evaluate(undefined, "event");
    for (const bucketMs of [0, -1, NaN, 1]) {
      assert.throws(() => store.columns.timeline(rows, bucketMs), RangeError);
    }
  });
});

Deno.test("Columns.evaluate has the first instant of a time span in it and the last one not, also at the ends of a full chunk", async () => {
  await withStore((store) => {
    const second = 1_000_000;
    store.append(
      Array.from(
        { length: 8300 },
        (_, i) => event(i, { timestampUs: i * second, evidence: false }),
      ),
    );
    const count = (from: number, to: number) =>
      store.columns.evaluate({
        op: "time",
        from: new Date(from * 1000).toISOString(),
        to: new Date(to * 1000).toISOString(),
      }, "event").count;
    // Row 1 is at 0 s, and the last row of the first chunk, 8191, at 8190 s.
    assert.equal(count(8190, 8191), 1);
    assert.equal(count(8190, 8190), 0);
    assert.equal(count(8189, 8192), 3);
    assert.equal(count(0, 1), 1);
    assert.equal(count(0, 8190), 8190);
    assert.equal(count(0, 8191), 8191);
    assert.equal(count(-5, 0), 0);
    assert.equal(count(0, 99_999), 8300);
    assert.equal(count(5, 4), 0);
  });
});
