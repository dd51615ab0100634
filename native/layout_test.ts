import assert from "node:assert/strict";
import { openBuilds } from "./_test_builds.ts";
import { checkLayout, type CoreLayout } from "./layout.ts";

Deno.test("both builds have the same layout, of the version that the loader wants", async () => {
  const layouts = (await openBuilds()).map(({ layout }) => layout);
  for (const layout of layouts) {
    assert.deepEqual(layout, layouts[0]);
    assert.equal(layout.abi, 1);
    assert.ok(layout.counters.includes("packets"));
    for (
      const { size, features, featuresOffset } of [layout.flow, layout.host]
    ) {
      assert.equal(size, featuresOffset + 4 * features.length);
    }
  }
});

Deno.test("checkLayout refuses fields that overlap or lie outside, and names given twice", () => {
  const record = {
    size: 24,
    fields: [
      { name: "order", type: "u64", offset: 0 },
      { name: "port", type: "u16", offset: 8 },
    ],
    featuresOffset: 12,
    features: ["a", "b", "c"],
  } as const;
  const good: CoreLayout = {
    ...{ abi: 1, flow: record, host: record, texts: [], counters: ["x"] },
    enums: {
      ...{ endReason: ["fin"], app: ["dns"], kind: ["ip"], flowFlag: ["a"] },
      malformed: ["none"],
    },
  };
  checkLayout(good);
  const refuse = (flow: Partial<CoreLayout["flow"]>): void =>
    assert.throws(
      () => checkLayout({ ...good, flow: { ...record, ...flow } }),
      {
        code: "mismatch",
      },
    );
  refuse({ size: 20 });
  refuse({ featuresOffset: 8 });
  refuse({ featuresOffset: 14, size: 26 });
  refuse({ features: ["a", "b", "a"] });
  refuse({
    fields: [...record.fields, { name: "late", type: "u8", offset: 9 }],
  });
  const enums = { ...good.enums, app: [] };
  assert.throws(() => checkLayout({ ...good, enums }), { code: "mismatch" });
  assert.throws(() => checkLayout({ ...good, counters: ["x", "x"] }), {
    code: "mismatch",
  });
});
