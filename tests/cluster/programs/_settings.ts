/** What the operator of a test bed writes: two sections that belong together, each revision with values of its own. */
import type { Json } from "@ml-defender/etcd-client";
import { configModel } from "../../../config/mod.ts";

/** What a revision says, by path: no two of a hundred in a row are alike. */
export interface Values {
  readonly "policy.thresholds.alert": number;
  readonly "log.rotation.maxLines": number;
  readonly [path: string]: Json;
}

/** The values of a revision. */
export function valuesOf(revision: number): Values {
  return {
    "policy.thresholds.alert": 0.75 + revision % 100 / 1000,
    "log.rotation.maxLines": 1_000_000 + revision,
  };
}

/** What must be refused, by section. */
export const BAD: Readonly<Record<string, Json>> = {
  policy: { thresholds: { alert: 7 } },
};

/** The digest of a revision, from its values alone. */
export async function digestOf(revision: number): Promise<string> {
  const values = valuesOf(revision);
  const stored = new Map<string, Json>([
    ["policy", { thresholds: { alert: values["policy.thresholds.alert"] } }],
    ["log", { rotation: { maxLines: values["log.rotation.maxLines"] } }],
  ]);
  const built = await configModel().build(stored, revision);
  if (built.state === "invalid") throw new Error(JSON.stringify(built.issues));
  return built.tree.digest;
}
