/** Processes, as they say of themselves in the store. */
import type {
  Component,
  ConfigEntry,
  ConfigStore,
  Json,
} from "@ml-defender/etcd-client";
import { ConfigError } from "./error.ts";
import type { FleetMember } from "./history.ts";
import { memberOf } from "./_json.ts";
import type { Layout } from "./_layout.ts";

/** What the store says: where refusals are, and which revision is wanted. */
export interface Wanted {
  readonly prefix: string;
  readonly revision: number;
}

/** Members from registrations and refusals; a refusal outlives its process. */
export function fleetOf(
  components: readonly Component[],
  refusals: readonly ConfigEntry[],
  { prefix, revision: wanted }: Wanted,
): FleetMember[] {
  const refused = new Map(
    refusals.map(({ key, value }) => [key.slice(prefix.length), value]),
  );
  const here = components.filter(({ data }) =>
    numberOf(data, "appliedRevision") !== undefined
  ).map((component): FleetMember => {
    const { kind, id, version, status, data, sinceMs, revision: _ } = component;
    const pending = memberOf(data, "restartPending");
    const appliedRevision = numberOf(data, "appliedRevision");
    // One that is cut off does not know of its lag.
    const lagRevisions = appliedRevision === undefined
      ? undefined
      : Math.max(0, wanted - appliedRevision);
    return {
      kind,
      id,
      version,
      status,
      appliedRevision,
      digest: textOf(data, "digest"),
      lagRevisions,
      sinceMs,
      refusal: refusalOf(refused.get(id)),
      restartPending: Array.isArray(pending) ? pending.map(String) : [],
      idTaken: memberOf(data, "idTaken") === true,
    };
  });
  const known = new Set(here.map(({ id }) => id));
  const gone = [...refused].filter(([id]) => !known.has(id)).map((
    [id, value],
  ): FleetMember => ({
    kind: "",
    id,
    version: "",
    status: "gone",
    appliedRevision: undefined,
    digest: undefined,
    lagRevisions: undefined,
    sinceMs: undefined,
    refusal: refusalOf(value),
    restartPending: [],
    idTaken: false,
  }));
  return [...here, ...gone];
}

/** Removes what is left of a process that is gone; whether there was anything. */
export async function forget(
  store: ConfigStore,
  { prefix, refused }: Layout,
  id: string,
): Promise<boolean> {
  if (typeof id !== "string" || !/^[^/\s]{1,100}$/.test(id)) {
    throw new TypeError(
      `Cannot forget component as its id must be a text of 1 to 100 characters without slash and space: current value is ${
        JSON.stringify(id)
      }`,
    );
  }
  const there = (await store.discover(undefined, { prefix }))
    .find((one) => one.id === id);
  if (there !== undefined) {
    throw new ConfigError(
      "conflict",
      `Cannot forget '${id}' as it must be gone: a ${there.kind} is registered under this id; what it refused goes when it runs what is desired`,
    );
  }
  const key = refused + id;
  const { entries, invalid } = await store.list(key);
  const left = [...entries, ...invalid].find((one) => one.key === key);
  if (left === undefined) return false;
  const { revision: expectedRevision } = left;
  return (await store.delete(key, { expectedRevision })).deleted;
}

function refusalOf(value: Json | undefined): FleetMember["refusal"] {
  const revision = numberOf(value, "revision");
  const reason = textOf(value, "reason");
  if (revision === undefined || reason === undefined) return undefined;
  return { revision, reason };
}

function numberOf(value: Json | undefined, name: string): number | undefined {
  const member = memberOf(value, name);
  return typeof member === "number" ? member : undefined;
}

function textOf(value: Json | undefined, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : undefined;
}
