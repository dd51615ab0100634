/** What `ask` and `rag` share: where the search is, what it embeds with, who writes. */
import type { Core } from "@ml-defender/native";
import { openCore } from "@ml-defender/native";
import {
  type AnswerModel,
  answerWith,
  type AnswerWriter,
  type Embedder,
  type IndexFactory,
  openAiModel,
  openSearch,
  type OpenSearchOptions,
  openStaticEmbedder,
  OWN_INDEX,
  type Searcher,
  StoreError,
  templateAnswer,
} from "@ml-defender/rag";
import { complain, progress, shownPath, UsageError, userPath } from "./_cli.ts";

/** Options of the command line that both have, as `parseArgs` takes them. */
export const SEARCH_OPTIONS = {
  log: { type: "string", multiple: true },
  store: { type: "string" },
  index: { type: "string", default: "own" },
  embedder: { type: "string" },
  model: { type: "string" },
  "model-name": { type: "string" },
  gguf: { type: "string" },
  zone: { type: "string" },
  now: { type: "string" },
  language: { type: "string" },
  wasm: { type: "boolean" },
} as const;

/** Their help. */
export const SEARCH_HELP = `
      --log DIR          folder of an event log, or of artifacts; default ./events-log
      --store DIR        where the search keeps its files; default DIR/search
      --index own|faiss  which index of meaning (faiss needs \`deno task faiss\` once)
      --embedder DIR     a sentence-transformers folder: tokenizer.json and model.onnx
      --model URL        let a model behind an OpenAI-compatible endpoint write the answer,
                         for example http://127.0.0.1:11434/v1; its key is in ML_DEFENDER_MODEL_KEY
      --model-name NAME  which model of that endpoint
      --gguf FILE        let a local GGUF model write the answer
      --zone ZONE        time zone of the question, for example Europe/Madrid; default UTC
      --now TIME         the present for "yesterday" and the like, RFC 3339; default now
      --language en|es   language of the answer; default that of the question
      --wasm             use the wasm build of the core`;

/** Values of those options. */
export interface SearchValues {
  /** Folders. */
  log?: string[] | undefined;
  /** Folder of the store. */
  store?: string | undefined;
  /** Which index. */
  index?: string | undefined;
  /** Folder of a model for embedding. */
  embedder?: string | undefined;
  /** Endpoint. */
  model?: string | undefined;
  /** Model of the endpoint. */
  "model-name"?: string | undefined;
  /** Local model. */
  gguf?: string | undefined;
  /** Time zone. */
  zone?: string | undefined;
  /** The present. */
  now?: string | undefined;
  /** Language. */
  language?: string | undefined;
  /** Which build. */
  wasm?: boolean | undefined;
}

/** Folders of the log that were asked for. */
export function logFolders(values: SearchValues): string[] {
  return (values.log ?? ["events-log"]).map(userPath);
}

/** The zone and the present of a question. */
export function questionOptions(
  values: SearchValues,
): { zone: string; nowMs?: number; language?: "en" | "es" } {
  const { zone = "UTC", now, language } = values;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    throw new UsageError(`--zone is not an IANA time zone: ${zone}`);
  }
  const nowMs = now === undefined ? undefined : Date.parse(now);
  if (nowMs !== undefined && Number.isNaN(nowMs)) {
    throw new UsageError(`--now is not a time of RFC 3339: ${now}`);
  }
  if (language !== undefined && language !== "en" && language !== "es") {
    throw new UsageError(`--language is neither en nor es: ${language}`);
  }
  return {
    zone,
    ...(nowMs === undefined ? {} : { nowMs }),
    ...(language === undefined ? {} : { language }),
  };
}

async function indexFactory(name: string): Promise<IndexFactory> {
  if (name === "own") return OWN_INDEX;
  if (name !== "faiss") {
    throw new UsageError(`--index is neither own nor faiss: ${name}`);
  }
  const address = new URL("../rag/faiss/mod.ts", import.meta.url).href;
  try {
    return (await import(address)).FAISS_FLAT;
  } catch (cause) {
    throw new Error("faiss-node does not load: run `deno task faiss`", {
      cause,
    });
  }
}

async function embedderOf(folder: string | undefined): Promise<Embedder> {
  if (folder === undefined) return await openStaticEmbedder();
  const address =
    new URL("../rag/sentence_transformers/mod.ts", import.meta.url).href;
  return await (await import(address)).openSentenceTransformer(
    userPath(folder),
  );
}

/** A search and what it holds open. */
export interface OpenedSearch extends AsyncDisposable {
  /** The search. */
  readonly searcher: Searcher;
  /** Whether another process writes to its folder, and this one only reads. */
  readonly readOnly: boolean;
}

/** Open the search that the options name; where another process writes to it, only for reading. */
export async function openFor(values: SearchValues): Promise<OpenedSearch> {
  const [first] = logFolders(values);
  const directory = values.store === undefined
    ? `${first}/search`
    : userPath(values.store);
  const core: Core = await openCore({ build: values.wasm ? "wasm" : "auto" });
  const embedder = await embedderOf(values.embedder);
  const index = await indexFactory(values.index ?? "own");
  const options: OpenSearchOptions = { core, embedder, index };
  const { searcher, readOnly } = await openEither(directory, options);
  return {
    searcher,
    readOnly,
    async [Symbol.asyncDispose]() {
      await searcher.close();
      await embedder.close();
    },
  };
}

async function openEither(directory: string, options: OpenSearchOptions) {
  try {
    return { searcher: await openSearch(directory, options), readOnly: false };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "busy") throw error;
    complain("search", "another process writes to it: reading what it has");
    const searcher = await openSearch(directory, {
      ...options,
      readOnly: true,
    });
    return { searcher, readOnly: true };
  }
}

/** Read the log's folders once, with progress. */
export async function backfill(
  searcher: Searcher,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const folder of folders) {
    const found = await Deno.stat(folder).catch(() => undefined);
    if (found?.isDirectory) continue;
    throw new Error(
      `there is no event log in ${
        shownPath(folder)
      }: make one with \`deno task analyze FILE --out DIR\`, or name it with --log DIR`,
    );
  }
  await searcher.ingest(folders, {
    signal,
    onProgress: ({ added, bytes, ofBytes }) =>
      progress(
        `reading the log: ${added} events, ${
          ofBytes === 0 ? 100 : Math.floor(bytes / ofBytes * 100)
        } %`,
      ),
  });
  progress("");
}

/** Who writes the answers, and how to let go of it. */
export async function openWriter(
  values: SearchValues,
  options: {
    /** Whether the network stays allowed where no model needs it. @default {false} */
    readonly keepNet?: boolean;
  } = {},
): Promise<AsyncDisposable & { readonly write: AnswerWriter }> {
  const model = await modelOf(values);
  if (model === undefined && options.keepNet !== true) {
    await Deno.permissions.revoke({ name: "net" });
  }
  return {
    write: async (result, { language, signal, onText }) => {
      if (model === undefined) {
        return templateAnswer(result, { language, nowUs: Date.now() * 1000 });
      }
      return await answerWith(model, result, {
        language,
        signal,
        nowUs: Date.now() * 1000,
        ...(onText === undefined ? {} : { onText }),
      });
    },
    async [Symbol.asyncDispose]() {
      await (model as Partial<AsyncDisposable> | undefined)
        ?.[Symbol.asyncDispose]?.();
    },
  };
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
