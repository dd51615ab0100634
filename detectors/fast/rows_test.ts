/** Literal records for the tests of this folder. */
import {
  type Feature,
  type FeatureRows,
  FLOW_FEATURES,
  type FlowBatch,
  HOST_FEATURES,
  type HostBatch,
} from "@ml-defender/events";

const NAMES = {
  flow: FLOW_FEATURES.map((feature: Feature) => feature.name),
  host: HOST_FEATURES.map((feature: Feature) => feature.name),
};

/** Features by name; what is not named is `rest`. */
export type Values = Readonly<Record<string, number>>;

/** Rows of literal features. */
export function featureRows(
  kind: "flow" | "host",
  rows: readonly Values[],
  rest = NaN,
): FeatureRows {
  const names = NAMES[kind];
  const values = new Float32Array(rows.length * names.length).fill(rest);
  rows.forEach((row, index) => {
    for (const [name, value] of Object.entries(row)) {
      const column = names.indexOf(name);
      if (column < 0) throw new Error(`no feature ${name}`);
      values[index * names.length + column] = value;
    }
  });
  return {
    length: rows.length,
    names,
    values,
    offset: 0,
    stride: names.length,
  };
}

const never = (): never => {
  throw new Error("not used");
};

/** Flow records from 10.0.0.1 to 10.0.0.2. */
export function flowBatch(rows: readonly Values[], rest = NaN): FlowBatch {
  const batch: FlowBatch = {
    length: rows.length,
    features: featureRows("flow", rows, rest),
    bytes: new Uint8Array(),
    text: new Uint8Array(),
    order: (row) => row,
    id: never,
    endUs: () => 0,
    flow: never,
    source: () => "10.0.0.1",
    destination: () => "10.0.0.2",
    copy: () => batch,
  };
  return batch;
}

/** Host records of 10.0.0.9. */
export function hostBatch(rows: readonly Values[], rest = NaN): HostBatch {
  const batch: HostBatch = {
    length: rows.length,
    features: featureRows("host", rows, rest),
    bytes: new Uint8Array(),
    order: (row) => row,
    endUs: () => 0,
    host: never,
    address: () => "10.0.0.9",
    copy: () => batch,
  };
  return batch;
}
