import { createHash } from "node:crypto";
import {
  encodeForestBlob,
  FastRules,
  type ForestModel,
} from "@ml-defender/detectors";
import { DEFAULT_POLICY, type Policy } from "@ml-defender/scoring";

/** What decides what a capture's events are. */
export interface Settings {
  /** Networks that count as internal; `undefined` for the default. */
  readonly homeNets: readonly string[] | undefined;
  /** Bytes of payload in which names are looked for; `undefined` for the default, 512. */
  readonly prefixBytes: number | undefined;
  /** Further settings of the core that differ from its own, by name. @default {{}} */
  readonly tables?: Readonly<Record<string, number>>;
  /** Fast rules; `undefined` for the default. */
  readonly rules: FastRules | undefined;
  /** Models. */
  readonly models: readonly ForestModel[];
  /** Policy; `undefined` for the default. */
  readonly policy: Policy | undefined;
}

/**
 * SHA-256 of the settings: the same capture with the same digest gives the same events.
 *
 * @param settings What decides.
 * @returns 64 hexadecimal digits.
 */
export function settingsDigest(settings: Settings): string {
  const { homeNets, prefixBytes, rules, models, policy, tables = {} } =
    settings;
  return sha256(JSON.stringify(sorted({
    homeNets: homeNets ?? "default",
    prefixBytes: prefixBytes ?? 512,
    rules: (rules ?? new FastRules()).rules,
    models: modelSet(models),
    policy: policy ?? DEFAULT_POLICY,
    ...(Object.keys(tables).length === 0 ? {} : { tables }),
  })));
}

/**
 * The models by name and content, as the log names them.
 *
 * @param models Models, in any order.
 * @returns `name@digest` of each with 12 digits, sorted; empty without models.
 */
export function modelSet(models: readonly ForestModel[]): string {
  return models.map(identityOf).sort().join(" ");
}

/** A model is data that nobody changes: its digest is made once. */
const IDENTITIES = new WeakMap<ForestModel, string>();

function identityOf(model: ForestModel): string {
  let identity = IDENTITIES.get(model);
  if (identity === undefined) {
    const { name, calibration } = model;
    const content = [encodeForestBlob(model), JSON.stringify(calibration)];
    identity = `${name}@${sha256(...content).slice(0, 12)}`;
    IDENTITIES.set(model, identity);
  }
  return identity;
}

/** The same with the names of objects in order: a policy is the same whatever wrote it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)
      .map(([name, one]) => [name, sorted(one)]),
  );
}

function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
