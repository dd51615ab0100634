import assert from "node:assert/strict";
import type { Query } from "./ast.ts";
import { describe } from "./describe.ts";
import { parseFilter } from "./syntax.ts";
import { randomOf, randomQuery } from "./testdata/rows.ts";

const query = (text: string, rest: Partial<Query> = {}): Query => ({
  kind: "event",
  filter: parseFilter(text, { nowMs: 0, zone: rest.zone ?? "UTC" }),
  ...rest,
});

Deno.test("describe reads like a sentence, in both languages", () => {
  const high = query("divergence >= 0.4 and time = 2026-03-17", {
    sort: { by: "time", order: "desc" },
  });
  assert.equal(
    describe(high, "en"),
    "events with divergence at least 0.4 from 2026-03-17 00:00 to 2026-03-18 00:00 UTC, newest first",
  );
  assert.equal(
    describe(high, "es"),
    "eventos con divergencia al menos 0.4 desde 2026-03-17 00:00 hasta 2026-03-18 00:00 UTC, los más recientes primero",
  );
  const grouped = query("service = smb and not src_ip in 10.0.0.0/8", {
    aggregate: {
      metric: { kind: "distinct", field: "dst_ip" },
      groupBy: ["src_ip"],
      having: { op: "ge", value: 10 },
    },
    limit: 5,
    text: "admin shares",
  });
  assert.equal(
    describe(grouped, "en"),
    "number of different values of destination of events with service smb and not (source in 10.0.0.0/8)," +
      ' most like "admin shares", by source, only where it is at least 10, at most 5',
  );
});

Deno.test("describe shows times in the query's zone, and the second of a repeated hour as such", () => {
  const first = query("time from 2026-10-25T00:30Z to 2026-10-25T01:30Z", {
    zone: "Europe/Madrid",
  });
  assert.equal(
    describe(first, "en"),
    "events from 2026-10-25 02:30 to 2026-10-25 02:30 (+01:00), times in Europe/Madrid",
  );
});

Deno.test("describe reads differently for queries that differ", () => {
  const random = randomOf(3);
  for (const language of ["en", "es"] as const) {
    const seen = new Map<string, string>();
    for (let i = 0; i < 4_000; i++) {
      const made = randomQuery(random);
      const zone = made.zone ?? "UTC";
      const key = JSON.stringify(sorted({ ...made, zone }));
      const text = describe(made, language);
      assert.equal(seen.get(text) ?? key, key, text);
      seen.set(text, key);
    }
  }
});

/** The query with the parts that `describe` reorders in one order: times come after facts. */
function sorted(query: Query): unknown {
  const { filter } = query;
  if (filter?.op !== "and") return { ...query, filter };
  const isTime = ({ op }: { op: string }) => /^time|^day/.test(op);
  return {
    ...query,
    filter: [
      ...filter.of.filter((f) => !isTime(f)),
      ...filter.of.filter(isTime),
    ],
  };
}
