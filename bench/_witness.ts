/**
 * Whether the host that talks through a flood is seen whole.
 *
 * @module
 */
import type { Batch } from "@ml-defender/events";
import type { CoreLayout, RecordLayout } from "@ml-defender/native";
import { WITNESS } from "./_flood.ts";

const [A, B, C, D] = WITNESS.split(".").map(Number);

/** Rows whose address is that of the witness. Makes no objects for the others. */
function* rowsOf(
  bytes: Uint8Array,
  { size, fields }: RecordLayout,
  field: string,
): Generator<number> {
  const start = fields.find(({ name }) => name === field)!.offset;
  for (let at = start; at < bytes.length; at += size) {
    if (
      bytes[at] === A && bytes[at + 1] === B && bytes[at + 2] === C &&
      bytes[at + 3] === D
    ) yield (at - start) / size;
  }
}

/** Gathers the records of the witness of `floodCapture`. */
export class Witness {
  readonly #layout: CoreLayout;
  #forward = 0;
  #flowRecords = 0;
  #windows = 0;
  #wrong = 0;

  /** Takes the layout of the core that gives the records. */
  constructor(layout: CoreLayout) {
    this.#layout = layout;
  }

  /** Looks at a batch. */
  add({ flows, hosts }: Batch): void {
    for (const row of rowsOf(hosts.bytes, this.#layout.host, "addr")) {
      this.#windows++;
      const { features } = hosts;
      const at = features.offset + row * features.stride;
      const rate = features.names.indexOf("out_packet_rate_10s");
      // One packet a second: 10 in a window, 5 in the first bucket.
      const wanted = this.#windows === 1 ? 0.5 : 1;
      if (features.values[at + rate] !== Math.fround(wanted)) this.#wrong++;
      if (!hosts.host(row).established) this.#wrong++;
    }
    for (const row of rowsOf(flows.bytes, this.#layout.flow, "src")) {
      this.#flowRecords++;
      const flow = flows.flow(row);
      if (flow.forwardPackets !== flow.backwardPackets) this.#wrong++;
      if (flow.final) this.#forward += flow.forwardPackets;
    }
  }

  /**
   * What is wrong; empty if nothing is.
   *
   * @param seconds Length of the capture.
   * @param counters Of the core.
   */
  problems(
    seconds: number,
    counters: Readonly<Record<string, number>>,
  ): string[] {
    const found: string[] = [];
    const expect = (name: string, value: number, wanted: number) => {
      if (value !== wanted) {
        found.push(`${name}: ${value} instead of ${wanted}`);
      }
    };
    expect("packets of the witness", this.#forward, seconds);
    expect("windows of the witness", this.#windows, Math.ceil(seconds / 5));
    expect("wrong values of the witness", this.#wrong, 0);
    expect("hosts_evicted", counters.hosts_evicted ?? NaN, 0);
    expect("flows_evicted", counters.flows_evicted ?? NaN, 0);
    if (this.#flowRecords === 0) found.push("no record of the witness");
    return found;
  }
}
