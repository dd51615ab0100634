/** Processes, as they say of themselves in the store. */
import type { Component, ConfigEntry, Json } from "@ml-defender/etcd-client";
import type { FleetMember } from "./history.ts";
import { memberOf } from "./_json.ts";

/** Members from registrations and refusals; a refusal outlives its process. */
export function fleetOf(
  components: readonly Component[],
  refusals: readonly ConfigEntry[],
  prefix: string,
): FleetMember[] {
  const refused = new Map(
    refusals.map(({ key, value }) => [key.slice(prefix.length), value]),
  );
  const here = components.filter(({ data }) =>
    numberOf(data, "appliedRevision") !== undefined
  ).map((component): FleetMember => {
    const { kind, id, version, status, data, sinceMs, revision: _ } = component;
    const pending = memberOf(data, "restartPending");
    return {
      kind,
      id,
      version,
      status,
      appliedRevision: numberOf(data, "appliedRevision"),
      digest: textOf(data, "digest"),
      lagRevisions: numberOf(data, "lagRevisions"),
      sinceMs,
      refusal: refusalOf(refused.get(id)),
      restartPending: Array.isArray(pending) ? pending.map(String) : [],
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
  }));
  return [...here, ...gone];
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
