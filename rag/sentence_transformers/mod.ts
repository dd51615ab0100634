/**
 * Embeddings by a sentence-transformers model that the user has: a directory with `tokenizer.json` and `model.onnx`, run by
 * npm:@huggingface/tokenizers and npm:onnxruntime-node in a worker. Nothing is downloaded but the packages.
 *
 * Permissions: `read` of the directory; `ffi`, `read`, `env` and `sys` for onnxruntime-node.
 *
 * ```ts ignore
 * import { openSentenceTransformer } from "@ml-defender/rag/sentence-transformers";
 *
 * const embedder = await openSentenceTransformer("models/all-MiniLM-L6-v2");
 * const vectors = await embedder.embed(["passwords are being guessed", "a port scan"]);
 * await embedder.close();
 * ```
 *
 * @module
 */
export type { Embedder } from "../embedding/embedder.ts";
export * from "./sentence_transformer.ts";
export { openSentenceTransformer as openEmbedder } from "./sentence_transformer.ts";
export * from "./sentence_transformer_error.ts";
