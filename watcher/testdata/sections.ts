/** Sections for tests: numbers in ranges, a rule between two, secrets, settings that need a restart. */
import {
  type ConfigIssue,
  type ConfigStore,
  type Json,
  MemoryStore,
  type Operation,
} from "@ml-defender/etcd-client";
import * as v from "valibot";
import { digestsOf } from "../_digest.ts";
import { ConfigModel } from "../model.ts";
import type { ConfigTree } from "../tree.ts";
import { defineSection } from "../section.ts";

const share = () => v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Scores from which something is said. */
export const scoring = defineSection({
  name: "scoring",
  schema: v.strictObject({
    suspicious: share(),
    alert: share(),
    // A record alone would take a list for an object.
    models: v.pipe(
      v.custom<object>((value) => !Array.isArray(value), "must be an object"),
      v.record(v.string(), share()),
    ),
  }),
  defaults: { suspicious: 0.7, alert: 0.8, models: { level1: 0.5 } },
});

/** A log. */
export const logging = defineSection({
  name: "logging",
  schema: v.strictObject({
    sampling: v.pipe(v.number(), v.integer(), v.minValue(1)),
    folder: v.pipe(v.string(), v.minLength(1)),
    networks: v.array(v.string()),
  }),
  defaults: { sampling: 1, folder: "logs", networks: ["10.0.0.0/8"] },
  restart: ["folder"],
});

/** A feed with secrets. */
export const feed = defineSection({
  name: "feed",
  schema: v.strictObject({
    url: v.string(),
    token: v.pipe(v.string(), v.minLength(4)),
    hosts: v.array(v.strictObject({ name: v.string(), password: v.string() })),
  }),
  defaults: { url: "https://feed.test", token: "none", hosts: [] },
  secrets: ["token", "hosts.*.password"],
});

/** Alerts are at least as certain as suspicions. */
export function ordered(tree: ConfigTree): ConfigIssue[] {
  const { suspicious, alert } = tree.get(scoring);
  return alert >= suspicious ? [] : [{
    path: "scoring.alert",
    message: `must be at least scoring.suspicious, ${suspicious}`,
  }];
}

/** All of it. */
export function model(): ConfigModel {
  return new ConfigModel({
    sections: [scoring, logging, feed],
    checks: [ordered],
  });
}

/** Writes past the editor, which would refuse what a test wants written; gives the revision. */
export async function force(
  store: ConfigStore,
  sections: Readonly<Record<string, Json | undefined>>,
  actor = "tester",
): Promise<number> {
  const config = "ml-defender/config/";
  const mark = `${config}@change`;
  const { entries } = await store.list(config);
  const all = new Map(entries.map(({ key, value }) => [key, value]));
  const value = all.get(mark) as { revision?: number } | undefined;
  const revision = (value?.revision ?? 0) + 1;
  all.delete(mark);
  const operations: Operation[] = [];
  for (const [name, section] of Object.entries(sections)) {
    const key = config + name;
    if (section === undefined) {
      operations.push({ kind: "delete", key });
      all.delete(key);
    } else {
      operations.push({ kind: "put", key, value: section });
      all.set(key, section);
    }
  }
  const digests = digestsOf(
    new Map([...all].map(([key, it]) => [key.slice(config.length), it])),
  );
  const change = { revision, actor, timeMs: 1, digests };
  operations.push({ kind: "put", key: mark, value: change });
  await store.transaction({ operations });
  return revision;
}

/** A store that is away until it is told to come. */
export class AwayStore extends MemoryStore {
  #away = true;

  /** It is there. */
  come(): void {
    this.#away = false;
  }

  /** As the store's, or a failure while it is away. */
  override watch(
    ...[target, options]: Parameters<MemoryStore["watch"]>
  ): ReturnType<MemoryStore["watch"]> {
    if (this.#away) throw new Error("nobody answers");
    return super.watch(target, options);
  }
}
