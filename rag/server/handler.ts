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
import { eventStream } from "./_event_stream.ts";
import { readRequest } from "./_request.ts";
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
  /** Longest time that an answer is written where it is not streamed, milliseconds. @default {60000} */
  readonly writeTimeoutMs?: number;
  /** Requests under way at once; further ones get 503. @default {16} */
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

/**
 * Make the handler for `Deno.serve`.
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
  const { maxConcurrent = 16, maxBodyBytes = 65_536 } = options;
  const tokens = new Tokens(options.tokens);
  let running = 0;
  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/healthz") return json({ ok: true });
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
    try {
      return await route(request, url, {
        searcher,
        options,
        role,
        maxBodyBytes,
      });
    } catch (error) {
      return failure(error);
    } finally {
      running--;
    }
  };
}

interface Routing {
  readonly searcher: Searcher;
  readonly options: HandlerOptions;
  readonly role: Role;
  readonly maxBodyBytes: number;
}

async function route(
  request: Request,
  url: URL,
  { searcher, options, role, maxBodyBytes }: Routing,
): Promise<Response> {
  const path = `${request.method} ${url.pathname}`;
  switch (path) {
    case "GET /api":
      return json({ routes: ROUTES, role, roles: ROLES });
    case "GET /api/ask":
    case "POST /api/ask": {
      const asked = await readRequest(request, url, maxBodyBytes);
      const answer = await ask(searcher, options, asked);
      return json(answerData(answer));
    }
    case "GET /api/ask/stream": {
      const asked = await readRequest(request, url, maxBodyBytes);
      return eventStream(async (send, signal) => {
        const result = await searcher.find(asked.question, asked.request);
        const { understood, unresolved, contradictions, weak } = result;
        send("understood", { understood, unresolved, contradictions, weak });
        send(
          "hits",
          result.hits.map(({ id, score, narrative, folded }) => ({
            event_id: id,
            score,
            narrative,
            folded,
          })),
        );
        const answer = await options.write(result, {
          language: result.language,
          signal,
          onText: (text) => send("text", { text }),
        });
        send("answer", answerData(answer));
      });
    }
    case "POST /api/command": {
      const asked = await readRequest(request, url, maxBodyBytes, "command");
      const { data } = await runCommand(asked.question, {
        searcher,
        role,
        language: asked.request.language ?? "en",
        request: asked.request,
        ask: (question, inner) =>
          ask(searcher, options, { question, request: inner }),
      }, {
        extra: options.commands ?? [],
        allowWrites: options.allowWrites ?? false,
      });
      return json(data);
    }
  }
  return ROUTES.some((r) => r.split(/[ ?]/)[1] === url.pathname)
    ? json({ error: "method not allowed" }, { status: 405 })
    : json({ error: "not found", routes: ROUTES }, { status: 404 });
}

async function ask(
  searcher: Searcher,
  options: HandlerOptions,
  asked: { question: string; request: SearchRequest },
): Promise<Answer> {
  const { writeTimeoutMs = 60_000 } = options;
  const result = await searcher.find(asked.question, asked.request);
  return await options.write(result, {
    language: result.language,
    signal: AbortSignal.timeout(writeTimeoutMs),
  });
}

function failure(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RefusedError) {
    return json({ error: message }, { status: 403 });
  }
  const wrong = error instanceof SyntaxError || error instanceof RangeError ||
    error instanceof TypeError;
  return json({ error: message }, { status: wrong ? 400 : 500 });
}

function json(value: unknown, init: ResponseInit = {}): Response {
  return Response.json(value, {
    ...init,
    headers: {
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...init.headers,
    },
  });
}
