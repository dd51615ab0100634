/** Bounds of the section `policy`. */
import assert from "node:assert/strict";
import type { ConfigModel } from "@ml-defender/watcher";
import { configModel, FIELDS } from "./mod.ts";

const model: ConfigModel = configModel();

/** Issues of a policy, as `path: message`. */
async function issuesOf(policy: Record<string, unknown>): Promise<string[]> {
  const sections = new Map([["policy", policy as never]]);
  const built = await model.build(sections, 1);
  if (built.state === "valid") return [];
  return built.issues.map(({ path, message }) => `${path}: ${message}`);
}

const one = (change: Record<string, unknown>) => ({
  suppressions: [{
    rule: "syn_flood",
    until: "2030-01-01T00:00:00Z",
    reason: "known",
    ...change,
  }],
});

Deno.test("policy takes 10,000 roles and suppressions, and refuses one more without a look at them", async () => {
  const role = { network: "10.0.0.1", role: "nat" };
  const [known] = one({}).suppressions;
  const lists = (
    count: number,
    item: { roles: unknown; suppressions: unknown },
  ) => ({
    roles: Array(count).fill(item.roles),
    suppressions: Array(count).fill(item.suppressions),
  });
  const good = { roles: role, suppressions: known };
  assert.deepEqual(await issuesOf(lists(10_000, good)), []);
  assert.deepEqual(await issuesOf(lists(10_001, good)), [
    "policy.roles: must be a list of at most 10000",
    "policy.suppressions: must be a list of at most 10000",
  ]);
  const looked = () => {
    throw new Error("it was looked at");
  };
  const trap = Object.defineProperty({}, "network", { get: looked });
  const roles = Array(10_001).fill(trap);
  const [issue] = FIELDS.policy.filter(({ path }) => path === "policy.roles");
  assert.equal(issue!.wanted, "a list of at most 10000");
  const schema = model.section("policy")!.schema["~standard"];
  const result = await schema.validate({ roles });
  assert.equal(result.issues?.length, 1);
});

Deno.test("policy refuses a suppression until a time that there is not, and texts without end", async () => {
  for (
    const until of [
      "2030-02-31T00:00:00Z",
      "2030-02-29T00:00:00Z",
      "2030-04-31T00:00:00+02:00",
      "2030-13-01T00:00:00Z",
      "2030-01-01T24:00:00Z",
      "2030-01-01T00:60:00Z",
      "2030-01-01T00:00:00+99:00",
      "2030-01-01",
      "soon",
    ]
  ) {
    assert.deepEqual(await issuesOf(one({ until })), [
      "policy.suppressions.0.until: must be a time such as 2030-01-31T00:00:00Z",
    ], until);
  }
  for (
    const until of [
      "2028-02-29T23:59:59.5+05:30",
      "2030-12-31T00:00:00Z",
      "2030-01-01T00:30:00-00:45",
    ]
  ) assert.deepEqual(await issuesOf(one({ until })), [], until);
  for (const [name, most] of [["rule", 100], ["reason", 1000]] as const) {
    assert.deepEqual(await issuesOf(one({ [name]: "x".repeat(most) })), []);
    const [issue] = await issuesOf(one({ [name]: "x".repeat(most + 1) }));
    assert.match(issue!, new RegExp(`^policy\\.suppressions\\.0\\.${name}: `));
  }
  assert.deepEqual(await issuesOf(one({ domain: "a".repeat(253) })), []);
  assert.equal((await issuesOf(one({ domain: "a".repeat(254) }))).length, 1);
});
