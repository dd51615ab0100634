/**
 * Search over HTTP: JSON, and server-sent events for what is written while one waits. Every request carries a token, and
 * every token has a role. All of it only reads, but for commands that the host program adds and allows.
 *
 * @module
 */

import { answerData } from "../commands/answer_data.ts";
import type { Command, Role } from "../commands/command.ts";
import { ROLES } from "../commands/command.ts";
import { RefusedError, runCommand } from "../commands/commands.ts";
import type { Answer, Language, Result } from "../result.ts";
import type { Searcher, SearchRequest } from "../searcher.ts";
import {
  eventStream,
  json,
  lateJson,
  messageOf,
  type Reply,
} from "./_reply.ts";
import {
  addressOf,
  type Asked,
  type ReadOptions,
  readRequest,
  RequestError,
} from "./_request.ts";
import { Tokens } from "./_tokens.ts";

/** Writes the prose of a result. */
export type AnswerWriter = (
  result: Result,
  options: {
    /** Language of the prose. */
    readonly language: Language;
    /** Ends it. */
    readonly signal: AbortSignal;
    /** Gets the prose while it is written. */
    readonly onText?: (text: string) => void;
  },
) => Promise<Answer>;

/** How requests are served. */
export interface HandlerOptions {
  /** Token of each client and its role; at least 16 characters each. */
  readonly tokens: Readonly<Record<string, Role>>;
  /** Writes the answers. */
  readonly write: AnswerWriter;
  /** Commands of the host program. @default {[]} */
  readonly commands?: readonly Command[];
  /** Whether commands that change something may run. @default {false} */
  readonly allowWrites?: boolean;
  /** What holds where a client does not say it: zone, present, language. @default {{}} */
  readonly defaults?: SearchRequest;
  /** Why answers are over a part of the log only, if so: it goes with each of them as `incomplete`. */
  readonly incomplete?: () => string | undefined;
  /** Longest time that an answer is written, milliseconds. @default {60000} */
  readonly writeTimeoutMs?: number;
  /** Longest time that a client may take to send a body, and to fetch what is ready for it, milliseconds. @default {10000} */
  readonly clientTimeoutMs?: number;
  /** Requests under way at once, streams until their end; further ones get 503. @default {16} */
  readonly maxConcurrent?: number;
  /** Bytes of a request's body. @default {65536} */
  readonly maxBodyBytes?: number;
}

/** What the API offers, as `GET /api` answers it. */
export const ROUTES: readonly string[] = [
  "GET /healthz",
  "GET /api",
  "GET /api/ask?q=&zone=&limit=&language=&filter=",
  "POST /api/ask {question, zone, limit, language, filter}",
  "GET /api/ask/stream?q= (text/event-stream: understood, hits, text, answer)",
  "POST /api/command {command}",
];

/** After so long an answer that is being written begins to be sent. */
const GRACE_MS = 250;
/** A writer that does not heed its signal is not waited for any longer than this. */
const HEED_MS = 2000;

/**
 * Make the handler for `Deno.serve`. A client that goes away stops the writing of its answer.
 *
 * @param searcher What is searched.
 * @param options Tokens, writer and bounds.
 * @returns A function from request to response that never throws.
 * @throws {RangeError} If there is no token, or one is short.
 */
export function searchHandler(
  searcher: Searcher,
  options: HandlerOptions,
): (request: Request) => Promise<Response> {
  const { maxConcurrent = 16 } = options;
  const tokens = new Tokens(options.tokens);
  let running = 0;
  const answer = async (request: Request): Promise<Response> => {
    const url = addressOf(request);
    if (url === undefined) {
      return json({ error: "the address is malformed" }, { status: 400 });
    }
    if (url.pathname === "/healthz") {
      return json({ ok: true, ...incompleteOf(options) });
    }
    const role = await tokens.roleOf(request.headers.get("authorization"));
    if (role === undefined) {
      return json({ error: "a valid token is needed: Authorization: Bearer" }, {
        status: 401,
        headers: { "www-authenticate": "Bearer" },
      });
    }
    if (running >= maxConcurrent) {
      return json({ error: "too many requests under way" }, {
        status: 503,
        headers: { "retry-after": "1" },
      });
    }
    running++;
    let reply: Reply | undefined;
    try {
      reply = await route(request, url, { searcher, options, role });
      return reply.response;
    } finally {
      const free = () => void running--;
      if (reply?.over === undefined) free();
      else reply.over.then(free, free);
    }
  };
  return (request) => answer(request).catch(failure);
}

interface Routing {
  readonly searcher: Searcher;
  readonly options: HandlerOptions;
  readonly role: Role;
}

async function route(
  request: Request,
  url: URL,
  routing: Routing,
): Promise<Reply> {
  const { options, role } = routing;
  const { clientTimeoutMs = 10_000, maxBodyBytes = 65_536, defaults = {} } =
    options;
  const times = { drainMs: clientTimeoutMs, graceMs: GRACE_MS };
  const reading: ReadOptions = {
    ...{ maxBodyBytes, bodyMs: clientTimeoutMs, defaults },
    name: url.pathname === "/api/command" ? "command" : "question",
  };
  switch (`${request.method} ${url.pathname}`) {
    case "GET /api":
      return { response: json({ routes: ROUTES, role, roles: ROLES }) };
    case "GET /api/ask":
    case "POST /api/ask": {
      const asked = await readRequest(request, url, reading);
      return await lateJson(async (writing, gone) => ({
        ...answerData(await ask(asked, routing, { gone, writing })),
        ...incompleteOf(options),
      }), times);
    }
    case "GET /api/ask/stream": {
      const asked = await readRequest(request, url, reading);
      return eventStream(
        (send, gone) => tell(asked, routing, send, gone),
        times,
      );
    }
    case "POST /api/command": {
      const asked = await readRequest(request, url, reading);
      return await lateJson(
        (writing, gone) => command(asked, routing, { gone, writing }),
        times,
      );
    }
  }
  const response = ROUTES.some((r) => r.split(/[ ?]/)[1] === url.pathname)
    ? json({ error: "method not allowed" }, { status: 405 })
    : json({ error: "not found", routes: ROUTES }, { status: 404 });
  return { response };
}

/** How an answer is written: until when, and who hears of it. */
interface Writing {
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
  /** Called when the search is done and the writing begins. */
  readonly writing?: () => void;
  /** Gets the prose while it is written. */
  readonly onText?: (text: string) => void;
}

async function ask(
  asked: Asked,
  { searcher, options }: Routing,
  writing: Writing,
): Promise<Answer> {
  const result = await searcher.find(asked.question, asked.request);
  writing.writing?.();
  return await written(result, options, writing);
}

async function tell(
  asked: Asked,
  { searcher, options }: Routing,
  send: (event: string, data: unknown) => void,
  gone: AbortSignal,
): Promise<void> {
  const result = await searcher.find(asked.question, asked.request);
  const { understood, unresolved, contradictions, weak } = result;
  send("understood", {
    ...{ understood, unresolved, contradictions, weak },
    ...incompleteOf(options),
  });
  send(
    "hits",
    result.hits.map(({ id, score, narrative, folded }) => ({
      event_id: id,
      score,
      narrative,
      folded,
    })),
  );
  if (gone.aborted) return;
  const onText = (text: string) => send("text", { text });
  send("answer", answerData(await written(result, options, { gone, onText })));
}

async function command(
  asked: Asked,
  routing: Routing,
  writing: Writing,
): Promise<unknown> {
  const { searcher, options, role } = routing;
  const { data } = await runCommand(asked.question, {
    searcher,
    role,
    language: asked.request.language ?? "en",
    request: asked.request,
    ask: (question, request) => ask({ question, request }, routing, writing),
  }, {
    extra: options.commands ?? [],
    allowWrites: options.allowWrites ?? false,
  });
  return data;
}

/** The prose, in time: a writer that goes on behind its time or its client is left alone. */
async function written(
  result: Result,
  { write, writeTimeoutMs = 60_000 }: HandlerOptions,
  { gone, onText }: Writing,
): Promise<Answer> {
  const stop = new AbortController();
  const given = Promise.withResolvers<never>();
  given.promise.catch(() => {});
  const signal = AbortSignal.any([gone, stop.signal]);
  let heed: ReturnType<typeof setTimeout> | undefined;
  const stopped = () => {
    heed = setTimeout(
      () => given.reject(new Error("the answer took too long")),
      HEED_MS,
    );
  };
  const timer = setTimeout(() => stop.abort(), writeTimeoutMs);
  signal.addEventListener("abort", stopped, { once: true });
  if (signal.aborted) stopped();
  try {
    return await Promise.race([
      write(result, {
        language: result.language,
        signal,
        ...(onText === undefined ? {} : { onText }),
      }),
      given.promise,
    ]);
  } finally {
    clearTimeout(timer);
    clearTimeout(heed);
    signal.removeEventListener("abort", stopped);
  }
}

function incompleteOf({ incomplete }: HandlerOptions): object {
  const why = incomplete?.();
  return why === undefined ? {} : { incomplete: why };
}

function failure(error: unknown): Response {
  const message = messageOf(error);
  if (error instanceof RequestError) {
    return json({ error: message }, { status: error.status });
  }
  if (error instanceof RefusedError) {
    return json({ error: message }, { status: 403 });
  }
  const wrong = error instanceof SyntaxError || error instanceof RangeError ||
    error instanceof TypeError;
  return json({ error: message }, { status: wrong ? 400 : 500 });
}
