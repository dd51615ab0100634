import assert from "node:assert/strict";
import { openBuilds } from "./_test_builds.ts";
import { type FormatterField, openHandles } from "./mod.ts";

const FIELDS: readonly FormatterField[] = [
  { path: "a.when", kind: "time" },
  { path: "a.name", kind: "text" },
  { path: "b.ok", kind: "boolean" },
  { path: "n", kind: "number" },
];
const NAME = new TextEncoder().encode('x"ñ\n');

Deno.test("Formatter writes what JSON.stringify would, alike in both builds", async () => {
  const numbers = Float64Array.from([
    ...[1_700_000_000_123_456, NAME.length, 1, 0.1],
    ...[NaN, NaN, 0, NaN],
  ]);
  for (const core of await openBuilds()) {
    using formatter = core.openFormatter(FIELDS);
    const text = new TextDecoder().decode(formatter.format(numbers, NAME));
    const [first, second, end] = text.split("\n");
    assert.deepEqual(JSON.parse(first!).a.name, 'x"ñ\n');
    assert.equal(JSON.parse(first!).n, 0.1);
    assert.match(JSON.parse(first!).a.when, /^2023-11-14T22:13:20\.123/);
    assert.equal(
      second,
      '{"a":{"when":null,"name":null},"b":{"ok":false},"n":null}',
    );
    assert.equal(end, "");
  }
});

Deno.test("Formatter writes more than its buffer holds, and lines longer than it", async () => {
  const fields: FormatterField[] = Array.from(
    { length: 12 },
    (_, i) => ({ path: `t${i}`, kind: "text" }),
  );
  const long = new Uint8Array(60_000).fill(120);
  const row = new Array(12).fill(long.length);
  const numbers = Float64Array.from([...row, ...row, ...row]);
  const expected = JSON.stringify(
    Object.fromEntries(fields.map(({ path }) => [path, "x".repeat(60_000)])),
  );
  for (const core of await openBuilds()) {
    using formatter = core.openFormatter(fields);
    const lines = new TextDecoder().decode(formatter.format(numbers, long));
    assert.equal(lines, `${expected}\n`.repeat(3));
    assert.equal(formatter.format(new Float64Array(0), long).length, 0);
  }
});

Deno.test("Formatter refuses text outside the arena, part of a row and fields that make no line", async () => {
  for (const core of await openBuilds()) {
    using formatter = core.openFormatter(FIELDS);
    const outside = Float64Array.from([0, NAME.length + 1, 0, 0]);
    assert.throws(() => formatter.format(outside, NAME), RangeError);
    assert.throws(
      () => formatter.format(new Float64Array(5), NAME),
      RangeError,
    );
    assert.throws(() => core.openFormatter([]), { code: "refused" });
    assert.throws(
      () => core.openFormatter([{ path: "a..b", kind: "number" }]),
      { code: "refused" },
    );
    formatter.close();
    assert.throws(() => formatter.format(outside, NAME), /as it is closed/);
  }
  assert.equal(openHandles(), 0);
});
