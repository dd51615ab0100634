import { gzipSync } from "node:zlib";
import {
  encodeModel,
  type StaticModel,
} from "../../rag/embedding/static_model.ts";

/** A model as a JSON module, the one kind of asset that every registry and every loader passes on. */
export interface PackedModel {
  /** File name when unpacked. */
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** SHA-256 of those bytes, hexadecimal: the model's identity. */
  readonly sha256: string;
  /** The bytes. */
  readonly gzip: string;
}

/**
 * Pack a model.
 *
 * @param model The model.
 * @param before What was packed last; its compressed bytes are kept where the model is the same, as another version of the
 * compressor may write others.
 */
export async function packModel(
  model: StaticModel,
  before?: PackedModel,
): Promise<PackedModel> {
  const bytes = encodeModel(model);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = new Uint8Array(digest).toHex();
  const gzip = before?.sha256 === sha256
    ? before.gzip
    : new Uint8Array(gzipSync(bytes, { level: 9 })).toBase64();
  return { name: "static_model.bin", size: bytes.length, sha256, gzip };
}
