import assert from "node:assert/strict";
import { checkFilter, checkQuery } from "./check.ts";

const WRONG_FILTERS: readonly (readonly [unknown, string])[] = [
  [null, "'filter' must be an object: current value is null"],
  [{ op: "like" }, "'filter.op' must be an operation"],
  [{ op: "and", of: [] }, "'filter.of' must be a list that is not empty"],
  [
    { op: "and", of: [{ op: "eq", field: "bytes", value: "x" }] },
    "'filter.of[0].value' must be a number, as bytes is number",
  ],
  [
    { op: "not", of: { op: "eq", field: "user", value: "x" } },
    "'filter.of.field' must be a field",
  ],
  [
    { op: "eq", field: "fast_triggered", value: 1 },
    "'filter.value' must be a boolean",
  ],
  [
    { op: "eq", field: "category", value: 1 },
    "'filter.value' must be a string",
  ],
  [{ op: "eq", field: "bytes", value: NaN }, "'filter.value' must be a number"],
  [
    { op: "lt", field: "category", value: 1 },
    "'filter.field' must be a number field",
  ],
  [
    { op: "in", field: "fast_triggered", values: [true] },
    "'filter.field' must be a field that is not boolean",
  ],
  [
    { op: "in", field: "dst_port", values: [22, "23"] },
    "'filter.values[1]' must be a number",
  ],
  [
    { op: "cidr", field: "name", network: "10.0.0.0/8" },
    "'filter.field' must be an address field",
  ],
  [
    { op: "cidr", field: "ip", network: "10.0.0.0/33" },
    "'filter.network' must be a network",
  ],
  [
    { op: "under", field: "node_id", value: "x" },
    "'filter.field' must be one of name",
  ],
  [{ op: "time", from: "yesterday" }, "'filter.from' must be an instant"],
  [
    { op: "time_of_day", from: "9:00", to: "10:00" },
    "'filter.from' must be a time of day",
  ],
  [
    { op: "time_of_day", from: "09:00", to: "24:30" },
    "'filter.to' must be a time of day",
  ],
  [{ op: "day_of_week", days: [1, 8] }, "'filter.days[1]' must be a day"],
];

Deno.test("checkFilter says where a filter is wrong", () => {
  for (const [filter, message] of WRONG_FILTERS) {
    assert.throws(() => checkFilter(filter), (error) => {
      assert.ok(error instanceof TypeError);
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  }
});

Deno.test("checkFilter refuses a filter that is too deep instead of overflowing", () => {
  let filter: unknown = { op: "eq", field: "dst_port", value: 1 };
  for (let i = 0; i < 10_000; i++) filter = { op: "not", of: filter };
  assert.throws(() => checkFilter(filter), TypeError);
});

Deno.test("checkQuery says where a query is wrong, and takes one that has everything", () => {
  const kind = "event";
  const count = { kind: "count" };
  for (
    const [query, path] of [
      [{}, "kind"],
      [{ kind: "flow" }, "kind"],
      [{ kind, zone: "Atlantis" }, "zone"],
      [{ kind, limit: 1.5 }, "limit"],
      [{ kind, text: 3 }, "text"],
      [{ kind, sort: { by: "category", order: "asc" } }, "sort.by"],
      [{ kind, sort: { by: "bytes", order: "up" } }, "sort.order"],
      [
        { kind, aggregate: { metric: { kind: "median" }, groupBy: [] } },
        "aggregate.metric.kind",
      ],
      [{
        kind,
        aggregate: { metric: { kind: "sum", field: "name" }, groupBy: [] },
      }, "aggregate.metric.field"],
      [
        { kind, aggregate: { metric: count, groupBy: ["bytes"] } },
        "aggregate.groupBy[0]",
      ],
      [
        { kind, aggregate: { metric: count, groupBy: "day" } },
        "aggregate.groupBy",
      ],
      [{
        kind,
        aggregate: {
          metric: count,
          groupBy: [],
          having: { op: "gt", value: "1" },
        },
      }, "aggregate.having.value"],
      [{
        kind,
        aggregate: { metric: count, groupBy: [] },
        sort: { by: "bytes", order: "asc" },
      }, "sort.by"],
    ] as const
  ) {
    assert.throws(() => checkQuery(query), (error) => {
      assert.ok(error instanceof TypeError);
      assert.ok(error.message.includes(`'${path}'`), error.message);
      return true;
    });
  }
  checkQuery({
    kind,
    filter: {
      op: "and",
      of: [{ op: "gt", field: "bytes", value: 1 }, { op: "time" }],
    },
    text: "odd",
    similarTo: "0123",
    aggregate: {
      metric: { kind: "distinct", field: "ip" },
      groupBy: ["ip", "hour"],
      having: { op: "ge", value: 2 },
    },
    sort: { by: "metric", order: "desc" },
    limit: 10,
    zone: "Europe/Madrid",
  });
});
