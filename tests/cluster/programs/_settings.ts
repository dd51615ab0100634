/** What the operator of a test bed writes: two sections that belong together, each revision with values of its own. */
import type { Json } from "@ml-defender/etcd-client";
import { model } from "../../../watcher/testdata/sections.ts";

/** The values of a revision, by section. */
export function valuesOf(
  revision: number,
): { readonly scoring: { alert: number }; readonly logging: Sampling } {
  if (revision === 0) return { scoring: { alert: 0.8 }, logging: one };
  const alert = 0.8 + revision % 1000 / 10_000;
  return { scoring: { alert }, logging: { sampling: revision + 1 } };
}

interface Sampling {
  readonly sampling: number;
}

const one: Sampling = { sampling: 1 };

/** The digest of a revision, from its values alone. */
export async function digestOf(revision: number): Promise<string> {
  const values: ReadonlyMap<string, Json> = new Map(
    Object.entries(valuesOf(revision) as unknown as Record<string, Json>),
  );
  const built = await model().build(values, revision);
  if (built.state === "invalid") throw new Error(JSON.stringify(built.issues));
  return built.tree.digest;
}
