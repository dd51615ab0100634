import assert from "node:assert/strict";
import type { Json, StandardSchema } from "@ml-defender/etcd-client";
import * as v from "valibot";
import { ConfigModel } from "./model.ts";
import { defineSection } from "./section.ts";
import { feed, logging, model, scoring } from "./testdata/sections.ts";

const stored = (values: Record<string, Json>) =>
  new Map(Object.entries(values));

/** A schema of one function; not what a program would write. */
function schemaOf(
  validate: StandardSchema["~standard"]["validate"],
): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

Deno.test("ConfigModel.build fills in defaults and freezes all of it", async () => {
  const built = await model().build(stored({ scoring: { alert: 0.9 } }), 7);
  assert.equal(built.state, "valid");
  const { tree } = built;
  assert.equal(tree.revision, 7);
  assert.deepEqual(tree.get(scoring), {
    suspicious: 0.7,
    alert: 0.9,
    models: { level1: 0.5 },
  });
  assert.equal(tree.at("logging.sampling"), 1);
  assert.throws(() => {
    (tree.get(logging).networks as string[]).push("x");
  }, TypeError);
});

Deno.test("ConfigModel.build names each setting that a schema refuses, by its path", async () => {
  const built = await model().build(
    stored({
      scoring: { alert: 7, models: { a: -1 } },
      logging: { colour: "red" },
      feed: [],
    }),
    1,
  );
  assert.equal(built.state, "invalid");
  assert.deepEqual(built.issues.map(({ path }) => path).sort(), [
    "feed",
    "logging.colour",
    "scoring.alert",
    "scoring.models.a",
  ]);
  assert.ok(built.issues.every(({ message }) => message !== ""));
});

Deno.test("ConfigModel.build looks at sections together once each is good", async () => {
  const built = await model().build(stored({ scoring: { alert: 0.1 } }), 1);
  assert.equal(built.state, "invalid");
  assert.deepEqual(built.issues, [{
    path: "scoring.alert",
    message: "must be at least scoring.suspicious, 0.7",
  }]);
});

Deno.test("ConfigModel.build does not pass on what a schema says of a secret", async () => {
  const built = await model().build(
    stored({
      feed: {
        token: "abc",
        hosts: [{ name: "n", password: { x: "hunter2" } }],
      },
    }),
    1,
  );
  assert.equal(built.state, "invalid");
  assert.deepEqual(built.issues.map(({ path }) => path), [
    "feed.token",
    "feed.hosts.0.password",
  ]);
  assert.doesNotMatch(JSON.stringify(built.issues), /abc|hunter2/);
});

Deno.test("ConfigModel.build does not pass on a secret that a schema or a check quotes", async () => {
  const quoting = defineSection({
    name: "quoting",
    schema: v.strictObject({
      token: v.pipe(
        v.string(),
        v.check(
          (value) => value !== "hunter2",
          ({ input }) => `must not be ${input}`,
        ),
      ),
      open: v.pipe(
        v.string(),
        v.check(
          (value) => value !== "shown",
          ({ input }) => `must not be ${input}`,
        ),
      ),
    }),
    defaults: { token: "none", open: "" },
    secrets: ["token"],
  });
  const own = new ConfigModel({
    sections: [quoting],
    checks: [(tree) => {
      const { token } = tree.get(quoting);
      return token !== "hunter3"
        ? []
        : [{ path: "quoting.token", message: `must not be ${token}` }];
    }],
  });
  const said = async (value: Json) => {
    const built = await own.build(stored({ quoting: value }), 1);
    assert.equal(built.state, "invalid");
    return built.issues;
  };
  const message = "is not what the schema wants";
  assert.deepEqual(await said({ token: "hunter2", open: "shown" }), [
    { path: "quoting.token", message },
    { path: "quoting.open", message: "must not be shown" },
  ]);
  assert.deepEqual(await said({ token: "hunter3" }), [
    { path: "quoting.token", message },
  ]);
});

Deno.test("ConfigModel.build takes a schema or check that throws, or gives no JSON, as a refusal", async () => {
  for (
    const validate of [
      () => {
        throw new Error("broke");
      },
      () => Promise.reject(new Error("broke")),
      () => ({ value: new Map() }),
      () => ({ value: { n: NaN } }),
    ]
  ) {
    const section = defineSection({
      name: "odd",
      schema: schemaOf(validate),
      defaults: {},
    });
    const built = await new ConfigModel({ sections: [section] })
      .build(new Map(), 1);
    assert.equal(built.state, "invalid");
    assert.match(built.issues[0]!.path, /^odd$/);
  }
  const broken = new ConfigModel({
    sections: [scoring],
    checks: [() => {
      throw new Error("broke");
    }],
  });
  const built = await broken.build(new Map(), 1);
  assert.equal(built.state, "invalid");
  assert.match(built.issues[0]!.message, /broke/);
});

Deno.test("ConfigModel.build is not fooled by names that objects have anyway", async () => {
  const value: Json = JSON.parse(
    '{"models":{"__proto__":{"polluted":1},"constructor":0.5}}',
  );
  const refused = await model().build(stored({ scoring: value }), 1);
  assert.equal(refused.state, "invalid");
  assert.deepEqual(refused.issues.map(({ path }) => path), [
    "scoring.models.__proto__",
    "scoring.models.constructor",
  ]);
  const listed = '{"hosts":[{"name":"a","password":"b","prototype":1}]}';
  const within = await model().build(stored({ feed: JSON.parse(listed) }), 1);
  assert.equal(within.state, "invalid");
  assert.equal(within.issues[0]?.path, "feed.hosts.0.prototype");
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  const built = await model().build(
    stored({ scoring: JSON.parse('{"__proto__":{"alert":1}}') }),
    1,
  );
  assert.equal(built.state, "invalid");
  assert.equal(built.issues[0]?.path, "scoring.__proto__");
});

Deno.test("ConfigTree.digest is equal where values are, and says nothing of secrets", async () => {
  const digestOf = async (values: Record<string, Json>) => {
    const built = await model().build(stored(values), 1);
    assert.equal(built.state, "valid");
    return built.tree.digest;
  };
  const base = await digestOf({});
  assert.match(base, /^[0-9a-f]{16}$/);
  assert.equal(await digestOf({ scoring: { alert: 0.8 } }), base);
  assert.notEqual(await digestOf({ scoring: { alert: 0.81 } }), base);
  assert.equal(await digestOf({ feed: { token: "other" } }), base);
});

Deno.test("ConfigTree.masked shows no secret", async () => {
  const hosts = [{ name: "n", password: "their-secret" }];
  const built = await model().build(
    stored({ feed: { token: "my-secret", hosts } }),
    1,
  );
  assert.equal(built.state, "valid");
  assert.doesNotMatch(JSON.stringify(built.tree.masked()), /secret/);
  assert.match(JSON.stringify(built.tree), /my-secret/);
});

Deno.test("ConfigModel and defineSection refuse what cannot be", () => {
  assert.throws(
    () => new ConfigModel({ sections: [feed, { ...feed }] }),
    /there is another one/,
  );
  const schema = schemaOf((value) => ({ value }));
  for (const name of ["", "A", "a-b", "@change", "a/b", "a".repeat(65)]) {
    assert.throws(
      () => defineSection({ name, schema, defaults: {} }),
      /'name' must be/,
    );
  }
  assert.throws(
    () => defineSection({ name: "a", schema, defaults: [] }),
    /must be an object/,
  );
  assert.throws(
    () => defineSection({ name: "a", schema: {} as never, defaults: {} }),
    /Standard Schema/,
  );
});
