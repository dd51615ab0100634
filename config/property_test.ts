import assert from "node:assert/strict";
import type { Json } from "@ml-defender/etcd-client";
import { FastRules } from "@ml-defender/detectors";
import { RagLogger } from "@ml-defender/raglogger";
import { IncidentTracker, Scorer } from "@ml-defender/scoring";
import { Rng } from "../generator/rng.ts";
import {
  configModel,
  configOf,
  type FieldDoc,
  FIELDS,
  logScores,
} from "./mod.ts";

const ROUNDS = 10_000;
const ALL = Object.values(FIELDS).flat();
/** Settings that stand for themselves: no lists' items, no names that a profile decides on. */
const PLAIN = ALL.filter(({ path }) =>
  !path.includes("[]") && !path.endsWith(".file") &&
  !/^(rules\.(thresholds|disabled)|policy\.(roles|suppressions)|capture\.homeNets)$/
    .test(path)
);

/** A value that a setting must take, by what the reference says that it wants. */
function good({ wanted }: FieldDoc, rng: Rng): Json {
  if (wanted.endsWith(", or null") && rng.chance(0.3)) return null;
  const words = /^one of ([^.]+)$/.exec(wanted)?.[1]?.split(", ");
  if (words !== undefined) return rng.pick(words);
  if (wanted === "true or false") return rng.chance(0.5);
  if (wanted === "1") return 1;
  const range =
    /^a (whole )?number (?:from (\S+) to ([^\s,]+)|of at least (\S+?))(?:,.*)?$/
      .exec(wanted);
  assert.ok(range, wanted);
  const low = Number(range[2] ?? range[4]);
  const high = Number(range[3] ?? 2 ** 40);
  const value = rng.chance(0.2)
    ? rng.pick([low, high])
    : rng.chance(0.5)
    ? rng.uniform(low, high)
    : rng.uniform(low, Math.min(high, low + 100));
  return range[1] === undefined ? value : Math.floor(value);
}

/** A value that it must not take. */
function bad({ wanted }: FieldDoc, rng: Rng): Json {
  const high = /from \S+ to ([^\s,]+)/.exec(wanted)?.[1];
  return rng.pick<Json>([
    "nonsense",
    {},
    [1],
    -1,
    ...(high === undefined ? [] : [Number(high) + 1]),
    ...(wanted.includes("whole") ? [1.5] : []),
    ...(wanted.endsWith("or null") ? [] : [null]),
  ]);
}

/** Sections as they are stored. */
function stored(settings: ReadonlyMap<string, Json>): Map<string, Json> {
  const root: Record<string, Json> = {};
  for (const [path, value] of settings) {
    const names = path.split(".");
    const last = names.pop()!;
    let at = root;
    for (const name of names) at = (at[name] ??= {}) as Record<string, Json>;
    at[last] = value;
  }
  return new Map(Object.entries(root));
}

Deno.test(`${ROUNDS} random configurations: what is out of its range is refused with its path, and what is accepted every part can take`, async () => {
  const rng = new Rng("configurations");
  const model = configModel();
  const folder = await Deno.makeTempDir({ prefix: "config-" });
  const logger = await RagLogger.open(folder);
  const seen = { valid: 0, wrong: 0, together: 0 };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const settings = new Map<string, Json>();
      for (let i = rng.int(0, 8); i > 0; i--) {
        const field = rng.pick(PLAIN);
        settings.set(field.path, good(field, rng));
      }
      const wrong = rng.chance(0.3) ? rng.pick(PLAIN) : undefined;
      if (wrong !== undefined) settings.set(wrong.path, bad(wrong, rng));
      const built = await model.build(stored(settings), round);
      const shown = JSON.stringify([...settings]);
      if (wrong !== undefined) {
        assert.equal(built.state, "invalid", shown);
        assert.ok(built.state === "invalid");
        const found = built.issues.some(({ path, message }) =>
          (path === wrong.path || path.startsWith(`${wrong.path}.`)) &&
          message !== ""
        );
        assert.ok(found, `${wrong.path}: ${JSON.stringify(built.issues)}`);
        seen.wrong++;
        continue;
      }
      if (built.state === "invalid") {
        // Each value is in its range: only what does not go together may be refused.
        const together = /must be at least|suspicious <= alert <= high/;
        for (const { path, message } of built.issues) {
          assert.match(message, together, `${path} of ${shown}`);
        }
        seen.together++;
        continue;
      }
      const { rules, policy, log } = configOf(built.tree);
      const { suspicious, alert, high } = policy.thresholds;
      assert.ok(suspicious <= alert && alert <= high, shown);
      const scores = logScores(log, policy);
      assert.ok(scores.ragScore >= scores.minFinalScore, shown);
      assert.ok(scores.ragDivergence >= scores.minDivergence, shown);
      new FastRules(rules);
      new Scorer(policy);
      new IncidentTracker(policy);
      const { benignShare, perIncident, rotation, compress, sync } = log;
      const { maxAgeDays, maxBytes } = log.retention;
      logger.prepareChange({
        policy: { ...scores, benignShare, perIncident },
        maxFileLines: rotation.maxLines,
        maxFileBytes: rotation.maxBytes,
        artifactsPerIncident: log.artifactsPerIncident,
        compress,
        sync,
        retention: {
          ...(maxAgeDays !== null && { maxAgeDays }),
          ...(maxBytes !== null && { maxBytes }),
        },
      });
      seen.valid++;
    }
  } finally {
    await logger.close();
    await Deno.remove(folder, { recursive: true });
  }
  assert.ok(seen.valid > ROUNDS / 4, JSON.stringify(seen));
  assert.ok(seen.wrong > ROUNDS / 5, JSON.stringify(seen));
  assert.ok(seen.together > ROUNDS / 50, JSON.stringify(seen));
});
