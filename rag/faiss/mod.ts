/**
 * A second index of vectors: faiss, by npm:faiss-node. It has no binary in its package; `deno task faiss` makes one. Without
 * it this module does not load.
 *
 * Permissions: `ffi`, `read`, `env` and `sys` for the package; `read` and `write` of its directory.
 *
 * ```ts ignore
 * import { openFaissIndex } from "@ml-defender/rag/faiss";
 *
 * using index = openFaissIndex("vectors", { model: "any", kind: "hnsw" });
 * index.add(Uint32Array.of(1), new Float32Array(128).fill(1));
 * const [hit] = index.search(new Float32Array(128).fill(2), 1); // { id: 1, score: 1 }
 * ```
 *
 * @module
 */
import type { IndexFactory } from "../index_factory.ts";
import { openFaissIndex } from "./faiss_index.ts";

export * from "./faiss_index.ts";
export type { IndexFactory, IndexSetup } from "../index_factory.ts";
export {
  type VectorHit,
  type VectorIndex,
  VectorIndexError,
  type VectorIndexErrorCode,
  type VectorIndexRecovery,
} from "../vectors/index.ts";

/** The exact index of faiss, for `openSearch`. */
export const FAISS_FLAT: IndexFactory = {
  name: "faiss",
  open: (directory, { model, dimensions }) =>
    openFaissIndex(directory, { model, dimensions, kind: "flat" }),
};

/** The same by the name that a worker looks for. */
export const INDEX: IndexFactory = FAISS_FLAT;
