/** Who writes the answers of `ask` and `rag`, and the permissions that are left for it. */
import {
  type AnswerModel,
  answerWith,
  type AnswerWriter,
  openAiModel,
  templateAnswer,
} from "@ml-defender/rag";
import { UsageError, userPath } from "./_cli.ts";
import type { SearchValues } from "./_search.ts";

/**
 * Who writes the answers, and how to let go of it.
 *
 * @param values The options.
 * @param nowMs The present for all answers, where it was given.
 */
export async function openWriter(
  values: SearchValues,
  nowMs: number | undefined,
): Promise<AsyncDisposable & { readonly write: AnswerWriter }> {
  const model = await modelOf(values);
  return {
    write: async (result, { language, signal, onText }) => {
      const nowUs = (nowMs ?? Date.now()) * 1000;
      if (model === undefined) {
        return templateAnswer(result, { language, nowUs });
      }
      return await answerWith(model, result, {
        ...{ language, signal, nowUs },
        ...(onText === undefined ? {} : { onText }),
      });
    },
    async [Symbol.asyncDispose]() {
      await (model as Partial<AsyncDisposable> | undefined)
        ?.[Symbol.asyncDispose]?.();
    },
  };
}

/** Whether a model writes, so that there is text to show while it does. */
export function hasModel({ model, gguf }: SearchValues): boolean {
  return (model ?? gguf) !== undefined;
}

/**
 * Give up the permissions that no option needs. A task's permissions cannot be bound to its arguments: what is left of
 * `read` and `write` is for any folder; a program of your own is better run with those of its log and its store.
 *
 * @param values The options.
 * @param options Whether something listens.
 */
export async function dropPermissions(
  values: SearchValues,
  { serve }: {
    /** Whether there is a server. */
    readonly serve: boolean;
  },
): Promise<void> {
  const { model, gguf, index, embedder, wasm } = values;
  const native = gguf !== undefined || index === "faiss" ||
    embedder !== undefined;
  const unused: Deno.PermissionDescriptor[] = [];
  // node-llama-cpp is downloaded where it is not there.
  if (model === undefined && gguf === undefined && !serve) {
    unused.push({ name: "net" });
  }
  if (!native) unused.push({ name: "sys" });
  if (!native && wasm === true) unused.push({ name: "ffi" });
  if (gguf === undefined) unused.push({ name: "run" });
  for (const permission of unused) await Deno.permissions.revoke(permission);
}

async function modelOf(
  values: SearchValues,
): Promise<AnswerModel | undefined> {
  const { model, gguf } = values;
  if (model !== undefined && gguf !== undefined) {
    throw new UsageError("--model and --gguf exclude each other");
  }
  if (gguf !== undefined) {
    const address = new URL("../rag/llama/mod.ts", import.meta.url).href;
    return (await import(address)).llamaModel({ modelPath: userPath(gguf) });
  }
  if (model === undefined) return undefined;
  const apiKey = Deno.env.get("ML_DEFENDER_MODEL_KEY");
  return openAiModel({
    baseUrl: model,
    model: values["model-name"] ?? "default",
    ...(apiKey === undefined ? {} : { apiKey }),
  });
}
