import assert from "node:assert/strict";
import { type Json, MemoryStore } from "@ml-defender/etcd-client";
import { type ChangeRecord, ConfigWatcher } from "@ml-defender/watcher";
import { force, model } from "../../watcher/testdata/sections.ts";
import { judge } from "./_judge.ts";
import { oneOf, random } from "./_random.ts";

const CONFIGS = 10_000;

/** Values that some setting takes, and values that none does. */
const POOL: readonly Json[] = [
  0,
  1,
  0.5,
  0.75,
  0.95,
  -1,
  1.5,
  3,
  1e300,
  "",
  "none",
  "text",
  "0.5",
  null,
  true,
  [],
  {},
  ["10.0.0.0/8", "fe80::/10"],
  ["10.0.0.0/8", 5],
  [{ name: "a", password: "b" }],
  [{ name: "a" }],
  [{ name: "a", password: "b", more: 1 }],
  { level1: 0.9, ddos: 0.1 },
  { level1: "high" },
  { toString: 0.5 },
];

const SETTINGS = [
  "scoring.suspicious",
  "scoring.alert",
  "scoring.models",
  "logging.sampling",
  "logging.folder",
  "logging.networks",
  "feed.url",
  "feed.token",
  "feed.hosts",
  "scoring.colour",
  "feed.level",
];

/** Values that the setting takes. */
const GOOD: Record<string, (next: () => number) => Json> = {
  "scoring.suspicious": (next) => next() * 0.9,
  "scoring.alert": (next) => 0.8 + next() * 0.2,
  "scoring.models": (next) => ({ [oneOf(next, ["a", "b"])]: next() }),
  "logging.sampling": (next) => 1 + Math.floor(next() * 100),
  "logging.folder": (next) => oneOf(next, ["logs", "/var/log/x", "é"]),
  "logging.networks": (next) => [`10.${Math.floor(next() * 255)}.0.0/16`],
  "feed.url": (next) => `https://feed${Math.floor(next() * 9)}.test`,
  "feed.token": (next) => `token-${next()}`,
  "feed.hosts": (next) => [{ name: "h", password: `p${next()}` }],
};

type Sections = Record<string, Record<string, Json>>;

/** A configuration of good values, with none, one or two settings or a whole section replaced by anything. */
function config(next: () => number): Record<string, Json> {
  const sections: Sections = {};
  const put = (path: string, value: Json) => {
    const [section, setting] = path.split(".") as [string, string];
    (sections[section] ??= {})[setting] = value;
  };
  for (const [path, make] of Object.entries(GOOD)) {
    if (next() < 0.5) put(path, make(next));
  }
  const spoiled = Math.floor(next() * 3);
  for (let i = 0; i < spoiled; i++) {
    put(oneOf(next, SETTINGS), oneOf(next, POOL));
  }
  const result: Record<string, Json> = sections;
  if (next() < 0.03) {
    result[oneOf(next, ["scoring", "feed"])] = oneOf(next, POOL.slice(0, 16));
  }
  return result;
}

Deno.test(`ConfigWatcher refuses each bad one of ${CONFIGS} random configurations with path and reason, applies each good one, and stays byte for byte after a refusal`, async () => {
  const next = random(20_260_102);
  await using store = new MemoryStore({ historyLimit: 100 });
  const records: ChangeRecord[] = [];
  await using watcher = await ConfigWatcher.start({
    store,
    model: model(),
    onAudit: (record) => records.push(record),
  });
  const seen = { good: 0, bad: 0, rules: 0 };
  for (let i = 0; i < CONFIGS; i++) {
    const wanted = config(next);
    const sections = {
      scoring: undefined,
      logging: undefined,
      feed: undefined,
    };
    const { values, wrong } = judge(wanted);
    const before = JSON.stringify(watcher.tree);
    const revisionBefore = watcher.tree.revision;
    const revision = await force(store, { ...sections, ...wanted });
    const { state, refusal, applied } = await watcher.reached(revision);
    const [record] = records.splice(0);
    const what = JSON.stringify(wanted);
    if (wrong.length === 0) {
      assert.equal(state, "in_force", `${what}: ${refusal?.reason}`);
      assert.equal(applied.revision, revision);
      assert.deepEqual(watcher.tree.toJSON(), values, what);
      assert.equal(record?.outcome, "applied");
      seen.good++;
      continue;
    }
    assert.equal(state, "refused", what);
    assert.equal(JSON.stringify(watcher.tree), before, what);
    assert.equal(applied.revision, revisionBefore);
    assert.equal(refusal?.revision, revision);
    assert.deepEqual(
      [...new Set(refusal.issues.map(({ path }) => path))].sort(),
      [...wrong].sort(),
      what,
    );
    for (const { path, message } of refusal.issues) {
      assert.ok(message.length > 3, `${path} has a reason`);
    }
    assert.equal(record?.outcome, "refused");
    assert.equal(record.reason, refusal.reason);
    assert.ok(refusal.reason.startsWith(refusal.issues[0]!.path));
    seen.bad++;
    if (refusal.reason.includes("must be at least")) seen.rules++;
  }
  assert.ok(seen.good > CONFIGS / 4, `${seen.good} good ones`);
  assert.ok(seen.bad > CONFIGS / 4, `${seen.bad} bad ones`);
  assert.ok(seen.rules > 100, `${seen.rules} against a rule between settings`);
});
