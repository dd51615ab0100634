/**
 * Answers by a local model: a GGUF file, run in this process by llama.cpp through npm:node-llama-cpp.
 *
 * The package is loaded with the first answer and not before: then Deno downloads it, about 740 MB in its cache, unless it is
 * there. Deno notes it in the lock file of the program: from then on everything that uses that lock file downloads it.
 *
 * Permissions: `ffi`, `read`, `env`, `sys` and `run`, for the package.
 *
 * ```ts ignore
 * import { answerWith } from "@ml-defender/rag";
 * import { llamaModel } from "@ml-defender/rag/llama";
 *
 * await using model = llamaModel({ modelPath: "model.gguf" });
 * const answer = await answerWith(model, result, { nowUs: Date.now() * 1000 });
 * ```
 *
 * @module
 */
export {
  LlamaModel,
  llamaModel,
  type LlamaModelOptions,
} from "./llama_model.ts";
export {
  type AnswerModel,
  type GenerateOptions,
  ModelError,
  type ModelErrorCode,
  type Prompt,
} from "../answers/answer_model.ts";
