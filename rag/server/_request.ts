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

/**
 * Read what a client asked, from the address or from a JSON body.
 *
 * @throws {SyntaxError} If it is not what the API takes; the message says what is wrong.
 */
export async function readRequest(
  request: Request,
  url: URL,
  maxBodyBytes: number,
  name: "question" | "command" = "question",
): Promise<Asked> {
  const fields = request.method === "POST"
    ? await readBody(request, maxBodyBytes)
    : Object.fromEntries(url.searchParams);
  const question = text(fields, name) ?? text(fields, "q") ?? "";
  if (question.trim() === "") throw new SyntaxError(`'${name}' is missing`);
  if (question.length > LONGEST_QUESTION) {
    throw new SyntaxError(
      `'${name}' is longer than ${LONGEST_QUESTION} characters`,
    );
  }
  const zone = readZone(text(fields, "zone"));
  const language = readLanguage(text(fields, "language"));
  const limit = readLimit(fields.limit);
  const filter = text(fields, "filter");
  return {
    question,
    request: {
      ...(zone === undefined ? {} : { zone }),
      ...(language === undefined ? {} : { language }),
      ...(limit === undefined ? {} : { limit }),
      ...(filter === undefined ? {} : {
        filter: parseFilter(filter, { zone: zone ?? "UTC", nowMs: Date.now() }),
      }),
    },
  };
}

async function readBody(
  request: Request,
  maxBodyBytes: number,
): Promise<Record<string, unknown>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > maxBodyBytes) {
      throw new SyntaxError(`the body is longer than ${maxBodyBytes} bytes`);
    }
    parts.push(part);
  }
  let value: unknown;
  try {
    value = JSON.parse(await new Blob(parts as BlobPart[]).text());
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
