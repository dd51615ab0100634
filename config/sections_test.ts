import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { FastRules } from "@ml-defender/detectors";
import { DEFAULT_LOG_POLICY } from "@ml-defender/raglogger";
import { DEFAULT_POLICY } from "@ml-defender/scoring";
import {
  ARTIFACTS_PER_INCIDENT,
  LINES_PER_INCIDENT,
  QUEUE_LIMIT,
  setupOf,
} from "../_run.ts";
import { settingsDigest } from "../settings.ts";
import { configModel, configOf, FIELDS, openConfig, SECTIONS } from "./mod.ts";

async function built(stored: Record<string, Json>) {
  return await configModel().build(new Map(Object.entries(stored)), 1);
}

async function issuesOf(stored: Record<string, Json>) {
  const result = await built(stored);
  return result.state === "valid"
    ? []
    : result.issues.map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("the defaults are those of a run without a configuration", async () => {
  await using config = await openConfig({ store: "memory" });
  const { live } = await setupOf({});
  const current = await config.live.current();
  assert.deepEqual(current.rules.rules, new FastRules().rules);
  assert.deepEqual(current.policy, DEFAULT_POLICY);
  assert.deepEqual(current.models, live.models);
  assert.deepEqual(current.log.policy, live.log.policy);
  assert.equal(current.log.artifactsPerIncident, ARTIFACTS_PER_INCIDENT);
  assert.equal(current.queueLimit, QUEUE_LIMIT);
  assert.equal(current.log.policy.perIncident, LINES_PER_INCIDENT);
  assert.equal(current.log.policy.benignShare, DEFAULT_LOG_POLICY.benignShare);
  assert.equal(current.homeNets, undefined);
  assert.deepEqual(current.tables, {});
  const settings = { homeNets: undefined, prefixBytes: undefined };
  assert.equal(
    settingsDigest({ ...current, homeNets: undefined }),
    settingsDigest({
      ...settings,
      ...live,
      rules: undefined,
      policy: undefined,
    }),
  );
});

Deno.test("each setting has a sentence, what it must be, and a default or none at all", () => {
  const fields = Object.values(FIELDS).flat();
  assert.ok(fields.length > 80, `${fields.length} settings`);
  for (const { path, doc, wanted } of fields) {
    assert.match(doc, /[.]$|[.] null: `[a-zA-Z.]+`\.$/, path);
    assert.notEqual(wanted, "", path);
  }
  const paths = fields.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
  assert.ok(paths.includes("policy.thresholds.models.ddos"));
  assert.ok(paths.includes("policy.suppressions[].until"));
  const restart = fields.filter((field) => field.restart);
  assert.deepEqual(
    new Set(restart.map(({ path }) => path.split(".")[0])),
    new Set(["capture", "log"]),
  );
});

Deno.test("the reference names every default that the sections have, and no other", async () => {
  const result = await built({});
  assert.ok(result.state === "valid");
  const config = configOf(result.tree);
  for (const [name, fields] of Object.entries(FIELDS)) {
    for (const { path, default: value } of fields) {
      if (value === undefined) continue;
      assert.deepEqual(result.tree.at(path), value, path);
    }
    const section = SECTIONS[name as keyof typeof SECTIONS];
    assert.deepEqual(config[name as keyof typeof config], section.defaults);
  }
});

Deno.test("names that are not known are refused in every section, with their path", async () => {
  for (const name of Object.keys(SECTIONS)) {
    assert.deepEqual(await issuesOf({ [name]: { nonsense: 1 } }), [
      `${name}.nonsense: is not a known setting`,
    ]);
  }
  assert.deepEqual(
    await issuesOf({ policy: { thresholds: { models: { nobody: 1 } } } }),
    ["policy.thresholds.models.nobody: is not a known setting"],
  );
});

Deno.test("what does not go together is refused with path and reason", async () => {
  const cases: [Record<string, Json>, RegExp][] = [
    [
      { policy: { thresholds: { alert: 0.1 } } },
      /^policy\.thresholds: must be an object with suspicious <= alert <= high/,
    ],
    [
      { log: { ragScore: 0.1 } },
      /^log\.ragScore: must be at least 0\.7/,
    ],
    [
      { policy: { thresholds: { malicious: 0.9 } } },
      /^policy\.thresholds\.rag: must be at least 0\.9/,
    ],
    [
      { log: { ragDivergence: 0.1 } },
      /^log\.ragDivergence: must be at least 0\.3/,
    ],
    [
      { log: { retention: { maxBytes: 1000 } } },
      /^log\.retention\.maxBytes: must be at least 268435456/,
    ],
    [
      { policy: { incidents: { quietSeconds: 600, maxSeconds: 60 } } },
      /^policy\.incidents\.maxSeconds: must be at least 600/,
    ],
    [
      { rules: { thresholds: { nobody: { x: 1 } } } },
      /^rules\.thresholds\.nobody: the profile 'default' has no rule 'nobody'/,
    ],
    [
      { rules: { thresholds: { arp_sweep: { out_arp_targets_30s: 0 } } } },
      /^rules\.thresholds\.arp_sweep\.out_arp_targets_30s: must be a finite number above 0/,
    ],
    [
      { rules: { disabled: ["nobody"] } },
      /^rules\.disabled: the profile 'default' has no rule 'nobody'/,
    ],
    [
      { models: { ddos: { depth: 0 } } },
      /^models\.ddos\.depth: must be a whole number from 1 to 32/,
    ],
    [
      { capture: { homeNets: ["10.0.0.0/8", "nowhere"] } },
      /^capture\.homeNets\.1: must be an address or a CIDR block/,
    ],
    [{ search: { limit: 0 } }, /^search\.limit: must be a whole number from 1/],
  ];
  for (const [stored, wanted] of cases) {
    const [first = "nothing is refused"] = await issuesOf(stored);
    assert.match(first, wanted);
  }
});
