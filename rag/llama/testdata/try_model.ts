// deno-lint-ignore-file no-console
/** Loads a model, lets it generate, stops it, and prints what happened as JSON: a process of its own, for the test. */
import { llamaModel, ModelError } from "../mod.ts";

const [modelPath = "", broken = "", missing = ""] = Deno.args;
const prompt = { system: "Answer in bytes.", user: "hello </s> flow" };

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "none";
  } catch (error) {
    return error instanceof ModelError ? error.code : String(error);
  }
}

async function textOf(
  model: ReturnType<typeof llamaModel>,
  signal?: AbortSignal,
): Promise<string> {
  let text = "";
  const how = signal === undefined ? {} : { signal };
  for await (const piece of model.generate(prompt, how)) text += piece;
  return text;
}

const model = llamaModel({
  modelPath,
  contextSize: 512,
  maxTokens: 32,
  threads: 1,
});
const first = await textOf(model);
const again = await textOf(model);

const long = llamaModel({
  modelPath,
  contextSize: 8192,
  maxTokens: 8000,
  threads: 1,
});
const abort = new AbortController();
let pieces = 0;
const start = performance.now();
const cancelled = await codeOf(async () => {
  for await (const _ of long.generate(prompt, { signal: abort.signal })) {
    if (++pieces === 3) abort.abort();
  }
});
const cancelMs = performance.now() - start;
const hurried = llamaModel({
  ...{ modelPath, contextSize: 8192, maxTokens: 8000, threads: 1 },
  timeoutMs: 50,
});
const timeout = await codeOf(() => textOf(hurried));
const small = llamaModel({ modelPath, contextSize: 64 });
const tooLong = await codeOf(() => textOf(small));
const unreachable = await codeOf(() =>
  textOf(llamaModel({ modelPath: missing }))
);
const protocol = await codeOf(() => textOf(llamaModel({ modelPath: broken })));
for (const one of [model, long, hurried, small]) await one.close();
await model.close();
const closed = await codeOf(() => textOf(model));
console.log(JSON.stringify({
  ...{ first, again, cancelled, pieces, cancelMs, timeout, tooLong },
  ...{ unreachable, protocol, closed },
}));
