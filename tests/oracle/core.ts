/**
 * The core's records in the oracle's form.
 *
 * @module
 */
import { type CaptureInput, openCapture } from "@ml-defender/capture";
import type { FeatureRows, Flow } from "@ml-defender/events";
import {
  flowKey,
  hostKey,
  type KeyedRecord,
  type KeyedRun,
} from "./records.ts";
import { addressOf } from "./tshark.ts";

/** The core's flow record, and its key. */
export interface CoreFlow extends Flow {
  /** As of the oracle. */
  readonly key: string;
}

/** What the core says about a capture. */
export interface CoreRun extends KeyedRun {
  /** The flow records as plain objects, in order. */
  readonly plain: readonly CoreFlow[];
  /** Its counters. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Options of {@linkcode runCore}. */
export interface CoreOptions {
  /** Networks that count as internal. */
  readonly homeNets: readonly string[];
  /** Table bounds by name. */
  readonly tables?: Readonly<Record<string, number>>;
}

function rowOf(rows: FeatureRows, row: number): number[] {
  const start = rows.offset + row * rows.stride;
  return Array.from(rows.values.subarray(start, start + rows.names.length));
}

function keyOf(flow: Flow): string {
  return flowKey({
    ...flow,
    initiator: addressOf(flow.sourceAddress),
    initiatorPort: flow.sourcePort,
    responder: addressOf(flow.destinationAddress),
    responderPort: flow.destinationPort,
  });
}

/** Reads a capture with the core. */
export async function runCore(
  input: CaptureInput,
  options: CoreOptions,
): Promise<CoreRun> {
  const { homeNets, tables = {} } = options;
  await using capture = await openCapture(input, { homeNets, tables });
  const flows: KeyedRecord[] = [];
  const hosts: KeyedRecord[] = [];
  const plain: CoreFlow[] = [];
  for await (const batch of capture) {
    for (let row = 0; row < batch.flows.length; row++) {
      const flow = batch.flows.flow(row);
      const key = keyOf(flow);
      plain.push({ ...flow, key });
      flows.push({
        key,
        features: rowOf(batch.flows.features, row),
        facts:
          `${flow.endReason} final ${flow.final} confidence ${flow.directionConfidence}`,
      });
    }
    for (let row = 0; row < batch.hosts.length; row++) {
      const host = batch.hosts.host(row);
      hosts.push({
        key: hostKey({ ...host, address: addressOf(host.address) }),
        features: rowOf(batch.hosts.features, row),
        facts: `packets ${host.packets}`,
      });
    }
  }
  return { flows, hosts, plain, counters: capture.status().counters };
}
