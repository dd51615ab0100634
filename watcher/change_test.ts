import assert from "node:assert/strict";
import { changeTexts, diffSection } from "./change.ts";
import { feed, logging, scoring } from "./testdata/sections.ts";

Deno.test("diffSection names each setting that differs, sorted, with both values", () => {
  const before = { suspicious: 0.7, alert: 0.8, models: { a: 1, b: 0 } };
  const after = { suspicious: 0.7, alert: 0.9, models: { a: 1, "c.d": 0.5 } };
  assert.deepEqual(diffSection(scoring, before, after), [
    { path: "scoring.alert", before: 0.8, after: 0.9, restart: false },
    { path: "scoring.models.b", before: 0, after: undefined, restart: false },
    {
      path: 'scoring.models."c.d"',
      before: undefined,
      after: 0.5,
      restart: false,
    },
  ]);
  assert.deepEqual(diffSection(scoring, before, { ...before }), []);
});

Deno.test("diffSection says what needs a restart, and takes lists as a whole", () => {
  const before = { sampling: 1, folder: "a", networks: ["x"] };
  const after = { sampling: 1, folder: "b", networks: ["x", "y"] };
  assert.deepEqual(diffSection(logging, before, after), [
    { path: "logging.folder", before: "a", after: "b", restart: true },
    {
      path: "logging.networks",
      before: ["x"],
      after: ["x", "y"],
      restart: false,
    },
  ]);
});

Deno.test("diffSection shows that a secret changed, and never what it was or is", () => {
  const before = { url: "u", token: "old-secret", hosts: [] };
  const after = {
    url: "u",
    token: "new-secret",
    hosts: [{ name: "n", password: "their-secret" }],
  };
  const changes = diffSection(feed, before, after);
  assert.deepEqual(changes.map(({ path }) => path), [
    "feed.hosts",
    "feed.token",
  ]);
  assert.doesNotMatch(JSON.stringify(changes), /secret/);
  assert.doesNotMatch(
    JSON.stringify(diffSection(feed, undefined, after)),
    /secret/,
  );
});

Deno.test("changeTexts cuts long values and keeps the first of very many", () => {
  const change = { path: "a.b", restart: false, before: undefined };
  const [one] = changeTexts([{ ...change, after: "x".repeat(5000) }]);
  assert.equal(one?.before, "");
  assert.ok(one.after.length < 600);
  const many = changeTexts(
    Array.from({ length: 300 }, () => ({ ...change, after: 1 })),
  );
  assert.equal(many.length, 201);
  assert.equal(many.at(-1)?.after, "100 more");
});
