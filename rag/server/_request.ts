import type { Language } from "../result.ts";
import type { SearchRequest } from "../searcher.ts";
import { parseFilter } from "../query/syntax.ts";

const LONGEST_QUESTION = 2000;
const MOST = 10_000;

/** What a client asked. */
export interface Asked {
  /** The question, or the line of a command. */
  readonly question: string;
  /** How it is to be run. */
  readonly request: SearchRequest;
}

/** How requests are read. */
export interface ReadOptions {
  /** Bytes of a body at most. */
  readonly maxBodyBytes: number;
  /** Longest time until a body is there, milliseconds. */
  readonly bodyMs: number;
  /** What holds where the client does not say it. */
  readonly defaults: SearchRequest;
  /** What holds the question. @default {"question"} */
  readonly name?: "question" | "command";
}

/** A request that cannot be taken, with the status that says so. */
export class RequestError extends Error {
  /** Always `"RequestError"`. */
  override readonly name = "RequestError";
  /** HTTP status. */
  readonly status: number;

  /** Says what is wrong. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The address of a request; absent where its host or path is none. */
export function addressOf(request: Request): URL | undefined {
  try {
    return new URL(request.url);
  } catch {
    return undefined;
  }
}

/**
 * Read what a client asked, from the address or from a JSON body.
 *
 * @throws {SyntaxError} If it is not what the API takes; the message says what is wrong.
 * @throws {RequestError} If the body is too long, or takes too long.
 */
export async function readRequest(
  request: Request,
  url: URL,
  options: ReadOptions,
): Promise<Asked> {
  const { name = "question", defaults } = options;
  const fields = request.method === "POST"
    ? await readBody(request, options)
    : Object.fromEntries(url.searchParams);
  const question = text(fields, name) ?? text(fields, "q") ?? "";
  if (question.trim() === "") throw new SyntaxError(`'${name}' is missing`);
  if (question.length > LONGEST_QUESTION) {
    throw new SyntaxError(
      `'${name}' is longer than ${LONGEST_QUESTION} characters`,
    );
  }
  const zone = readZone(text(fields, "zone")) ?? defaults.zone;
  const language = readLanguage(text(fields, "language"));
  const limit = readLimit(fields.limit);
  const filter = text(fields, "filter");
  const { nowMs = Date.now() } = defaults;
  return {
    question,
    request: {
      ...defaults,
      ...(zone === undefined ? {} : { zone }),
      ...(language === undefined ? {} : { language }),
      ...(limit === undefined ? {} : { limit }),
      ...(filter === undefined
        ? {}
        : { filter: parseFilter(filter, { zone: zone ?? "UTC", nowMs }) }),
    },
  };
}

async function readBody(
  request: Request,
  { maxBodyBytes, bodyMs }: ReadOptions,
): Promise<Record<string, unknown>> {
  const tooLong = () =>
    new RequestError(413, `the body is longer than ${maxBodyBytes} bytes`);
  const said = Number(request.headers.get("content-length") ?? 0);
  if (said > maxBodyBytes) throw tooLong();
  const reader = request.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const slow = Promise.withResolvers<never>();
  slow.promise.catch(() => {});
  const timer = setTimeout(
    () =>
      slow.reject(
        new RequestError(408, `the body did not come within ${bodyMs} ms`),
      ),
    bodyMs,
  );
  try {
    while (reader !== undefined) {
      const { done, value } = await Promise.race([reader.read(), slow.promise]);
      if (done) break;
      size += value.length;
      if (size > maxBodyBytes) throw tooLong();
      parts.push(value);
    }
  } catch (error) {
    reader?.cancel().catch(() => {});
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "the body ended before it was complete");
  } finally {
    clearTimeout(timer);
  }
  return parseBody(await new Blob(parts).text());
}

function parseBody(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("the body is not JSON");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new SyntaxError("the body is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function text(
  fields: Record<string, unknown>,
  name: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new SyntaxError(`'${name}' is not text`);
}

function readZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    throw new SyntaxError("'zone' is not an IANA time zone");
  }
}

function readLanguage(language: string | undefined): Language | undefined {
  if (language === undefined || language === "en" || language === "es") {
    return language;
  }
  throw new SyntaxError("'language' is neither en nor es");
}

function readLimit(value: unknown): number | undefined {
  if (value === undefined || value === "") return undefined;
  const limit = Number(value);
  if (Number.isSafeInteger(limit) && limit > 0 && limit <= MOST) return limit;
  throw new SyntaxError(`'limit' is not a whole number from 1 to ${MOST}`);
}
