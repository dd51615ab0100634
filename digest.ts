import { createHash, type Hash } from "node:crypto";
import type { Batch } from "@ml-defender/events";
import type { Detections } from "@ml-defender/detectors";
import type { RecordLayout } from "@ml-defender/native";

/**
 * SHA-256 over every record byte, feature, text and score of a run. It does not depend on how the capture was cut into
 * batches: what differs there, the place of a record's text in its batch, is left out.
 */
export class RunDigest {
  readonly #parts = new Map<string, Hash>();
  readonly #layout: RecordLayout;
  readonly #offsets: readonly number[];

  /**
   * Takes the layout of flow records.
   *
   * @param layout As the core reports it.
   */
  constructor(layout: RecordLayout) {
    this.#layout = layout;
    this.#offsets = layout.fields.filter(({ type }) => type === "ref")
      .map(({ offset }) => offset);
  }

  /**
   * Add a batch and what was said about it.
   *
   * @param batch Records.
   * @param flows Scores of its flow records.
   * @param hosts Scores of its host records.
   */
  add(batch: Batch, flows: Detections, hosts: Detections): void {
    this.#update("flows", this.#withoutPlaces(batch.flows.bytes));
    this.#update("text", batch.flows.text);
    this.#update("hosts", batch.hosts.bytes);
    this.#update("flow scores", bytesOf(flows.fast));
    this.#update("host scores", bytesOf(hosts.fast));
    for (const [model, scores] of Object.entries(flows.predictions)) {
      this.#update(`model ${model}`, bytesOf(scores));
    }
  }

  /**
   * The digest of everything added.
   *
   * @returns 64 hexadecimal digits.
   */
  finish(): string {
    const whole = createHash("sha256");
    for (const name of [...this.#parts.keys()].sort()) {
      whole.update(`${name}\n`).update(this.#parts.get(name)!.digest());
    }
    return whole.digest("hex");
  }

  #update(name: string, bytes: Uint8Array): void {
    let hash = this.#parts.get(name);
    if (hash === undefined) {
      hash = createHash("sha256");
      this.#parts.set(name, hash);
    }
    hash.update(bytes);
  }

  #withoutPlaces(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    for (let start = 0; start < copy.length; start += this.#layout.size) {
      for (const offset of this.#offsets) {
        view.setUint32(start + offset, 0, true);
      }
    }
    return copy;
  }
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
