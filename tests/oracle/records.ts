/**
 * The oracle's records with all their features, under keys by which the core's records are found.
 *
 * @module
 */
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import type { Feature } from "@ml-defender/events";
import type { Host, Role } from "./buckets.ts";
import { flowFeatures } from "./features.ts";
import type { OracleRun } from "./flow.ts";
import { type WindowContext, windowFeatures } from "./windows.ts";

/** One record of either kind. */
export interface KeyedRecord {
  /** Unique in a run: what the record is about. */
  readonly key: string;
  /** Features in catalogue order; NaN where unavailable. */
  readonly features: readonly number[];
  /** Everything else that is compared, as text. */
  readonly facts: string;
}

/** Both kinds of records. */
export interface KeyedRun {
  /** Flow records. */
  readonly flows: readonly KeyedRecord[];
  /** Host records. */
  readonly hosts: readonly KeyedRecord[];
}

/** Key of a flow record. */
export function flowKey(it: {
  readonly kind: string;
  readonly protocol: number;
  readonly vlan: number;
  readonly vni: number;
  readonly initiator: string;
  readonly initiatorPort: number;
  readonly responder: string;
  readonly responderPort: number;
  readonly startUs: number;
  readonly sequence: number;
}): string {
  return [
    it.kind,
    it.protocol,
    `${it.initiator}/${it.initiatorPort}`,
    `${it.responder}/${it.responderPort}`,
    `vlan ${it.vlan} vni ${it.vni}`,
    `start ${it.startUs} sequence ${it.sequence}`,
  ].join(" ");
}

/** Key of a host record. */
export function hostKey(it: {
  readonly address: string;
  readonly vlan: number;
  readonly vni: number;
  readonly endUs: number;
}): string {
  return `${it.address} vlan ${it.vlan} vni ${it.vni} end ${it.endUs}`;
}

const SCOPES = { src: "out", dst: "in", out: "out", in: "in" } as const;

function metricOf(feature: Feature): { metric: string; seconds: number } {
  const seconds = feature.windowSeconds ?? 0;
  const metric = feature.name.slice(
    feature.scope.length + 1,
    -`_${seconds}s`.length,
  );
  return { metric, seconds };
}

/** Features of hosts by scope; what was computed once is kept, as many flows share a host and a bucket. */
class HostFeatures {
  readonly #known = new Map<Host, Map<string, readonly number[]>>();
  readonly #context: WindowContext;

  constructor(context: WindowContext) {
    this.#context = context;
  }

  of(
    host: Host,
    bucket: number,
    scope: keyof typeof SCOPES,
  ): readonly number[] {
    const role: Role = SCOPES[scope];
    const known = this.#known.get(host) ?? new Map<string, readonly number[]>();
    this.#known.set(host, known);
    const key = `${role} ${bucket}`;
    const catalogue = scope === "src" || scope === "dst"
      ? FLOW_FEATURES
      : HOST_FEATURES;
    const features = known.get(key) ?? windowFeatures(
      host,
      role,
      bucket,
      catalogue.filter((it) => it.scope === scope).map(metricOf),
      this.#context,
    );
    known.set(key, features);
    return features;
  }
}

/** Computes the features of every record of a run. */
export function keyedRun(run: OracleRun, context: WindowContext): KeyedRun {
  const hosts = new HostFeatures(context);
  const own = FLOW_FEATURES.filter((it) => it.scope === "flow");
  return {
    flows: run.flows.map((record) => {
      const { flow, bucket } = record;
      const values = flowFeatures(record, context.networks);
      return {
        key: flowKey({
          ...flow,
          kind: flow.first.kind,
          protocol: flow.first.protocol,
          vlan: flow.first.vlan,
          vni: flow.first.vni,
          startUs: flow.first.timeUs,
          sequence: record.sequence,
        }),
        features: [
          ...own.map(({ name }) => {
            const value = values.get(name);
            if (value === undefined) {
              throw new Error(`No definition of ${name}`);
            }
            return value;
          }),
          ...hosts.of(flow.source, bucket, "src"),
          ...hosts.of(flow.destination, bucket, "dst"),
        ],
        facts:
          `${record.reason} final ${record.final} confidence ${flow.confidence}`,
      };
    }),
    hosts: run.hosts.map(({ host, bucket, endUs, packets }) => ({
      key: hostKey({ ...host, endUs }),
      features: [
        ...hosts.of(host, bucket, "out"),
        ...hosts.of(host, bucket, "in"),
      ],
      facts: `packets ${packets}`,
    })),
  };
}
