import assert from "node:assert/strict";
import { CATEGORIES, FLOW_FEATURES, HOST_FEATURES } from "./mod.ts";

const ALL = [["flow", FLOW_FEATURES], ["host", HOST_FEATURES]] as const;

Deno.test("names of features are unique within a record, and words of lower case", () => {
  for (const [record, features] of ALL) {
    const names = features.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, record);
    for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/);
  }
});

Deno.test("the prefix and the ending of a feature's name are its scope and its window", () => {
  for (const [, features] of ALL) {
    for (const { name, scope, windowSeconds } of features) {
      if (scope !== "flow") assert.ok(name.startsWith(`${scope}_`), name);
      const ending = /_(\d+)s$/.exec(name)?.[1];
      if (scope === "flow") assert.equal(windowSeconds, null, name);
      else assert.equal(Number(ending ?? NaN), windowSeconds ?? NaN, name);
    }
  }
});

Deno.test("flow records describe the flow, its initiator and its responder; host records the host both ways", () => {
  const scopes = (features: typeof FLOW_FEATURES) => [
    ...new Set(features.map(({ scope }) => scope)),
  ];
  assert.deepEqual(scopes(FLOW_FEATURES), ["flow", "src", "dst"]);
  assert.deepEqual(scopes(HOST_FEATURES).toSorted(), ["in", "out"]);
});

Deno.test("every feature has a unit, a range and a formula", () => {
  for (const [, features] of ALL) {
    for (const { name, unit, range, formula } of features) {
      assert.ok(unit.length > 0, name);
      assert.match(range, /^[[({].*[\])}]$/, name);
      assert.ok(formula.length > 0, name);
    }
  }
});

Deno.test("categories are ten and unique", () => {
  assert.equal(new Set(CATEGORIES).size, 10);
  assert.equal(CATEGORIES.length, 10);
});
