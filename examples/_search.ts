/** What `ask` and `rag` share: their options, and what can be said of them before anything is opened. */
import { type Filter, parseFilter } from "@ml-defender/rag";
import { shownPath, UsageError, userPath, wholeNumber } from "./_cli.ts";

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
      --log DIR          folder of an event log, or of artifacts, any number of times; default ./events-log
      --store DIR        where the search keeps its files; default DIR/search
      --index own|faiss  which index of meaning (faiss needs \`deno task faiss\` once)
      --embedder DIR     a sentence-transformers folder: tokenizer.json and model.onnx
      --model URL        let a model behind an OpenAI-compatible endpoint write the answer,
                         for example http://127.0.0.1:11434/v1; its key is in ML_DEFENDER_MODEL_KEY
      --model-name NAME  which model of that endpoint
      --gguf FILE        let a local GGUF model write the answer; only with \`deno task ask:llama\` or
                         \`rag:llama\`: its package starts programs, which amounts to every permission
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
  return (values.log ?? ["events-log"]).map((folder) => {
    if (folder.trim() === "") {
      throw new Error("--log must name a folder: it is empty");
    }
    return userPath(folder);
  });
}

/** Folder of the store that was asked for. */
export function storeFolder(values: SearchValues): string {
  const { store } = values;
  if (store === undefined) return `${logFolders(values)[0]}/search`;
  if (store.trim() === "") {
    throw new Error("--store must name a folder: it is empty");
  }
  return userPath(store);
}

/**
 * See that what is to be read is there, before anything is made.
 *
 * @param values The options.
 * @param options Whether the logs will be read: without that a store has to be there.
 * @throws {Error} If a folder is missing, or there is nothing to search.
 */
export async function checkFolders(
  values: SearchValues,
  { ingest }: {
    /** Whether the logs will be read. */
    readonly ingest: boolean;
  },
): Promise<void> {
  const store = storeFolder(values);
  if (!ingest) {
    if (await isFile(`${store}/events.db`)) return;
    throw new Error(
      `nothing was read into ${shownPath(store)} yet: leave out --no-ingest`,
    );
  }
  for (const folder of logFolders(values)) {
    const found = await Deno.stat(folder).catch(() => undefined);
    if (found?.isDirectory) continue;
    throw new Error(
      `there is no event log in ${
        shownPath(folder)
      }: make one with \`deno task analyze FILE --out DIR\`, or name it with --log DIR`,
    );
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await Deno.stat(path).catch(() => undefined);
  return found?.isFile === true && found.size > 0;
}

/** How a question is asked. */
export interface QuestionOptions {
  /** Time zone. */
  readonly zone: string;
  /** The present, milliseconds since the Unix epoch. */
  readonly nowMs?: number;
  /** Language of the answer. */
  readonly language?: "en" | "es";
}

/** The zone and the present of a question. */
export function questionOptions(values: SearchValues): QuestionOptions {
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

/** The filters of `--filter`, all of which must hold; absent where there is none. */
export function filterOf(
  texts: readonly string[] | undefined,
  { zone, nowMs = Date.now() }: QuestionOptions,
): Filter | undefined {
  if (texts === undefined) return undefined;
  const of = texts.map((text) => parseFilter(text, { zone, nowMs }));
  return of.length > 1 ? { op: "and", of } : of[0];
}

/** What is kept of a store, where the options say it. */
export function retentionOf(values: {
  /** Days. */
  "keep-days"?: string | undefined;
  /** Bytes. */
  "keep-bytes"?: string | undefined;
}): { maxAgeDays?: number; maxBytes?: number } | undefined {
  const { "keep-days": days, "keep-bytes": bytes } = values;
  if (days === undefined && bytes === undefined) return undefined;
  return {
    ...(days === undefined
      ? {}
      : { maxAgeDays: wholeNumber("keep-days", days, 0, [1, 36_500]) }),
    ...(bytes === undefined ? {} : {
      maxBytes: wholeNumber("keep-bytes", bytes, 0, [
        1_000_000,
        Number.MAX_SAFE_INTEGER,
      ]),
    }),
  };
}
