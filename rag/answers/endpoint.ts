/**
 * A model behind the HTTP interface of chat completions that most model servers have.
 *
 * Permissions: `net` of its host.
 *
 * @module
 */

import {
  type AnswerModel,
  type GenerateOptions,
  ModelError,
  type Prompt,
} from "./answer_model.ts";
import {
  type Complaint,
  completionText,
  readError,
  streamDelta,
} from "./completion.ts";
import { Deadline } from "./deadline.ts";
import { EventStreamParser } from "./server_sent_events.ts";

/** Where a model is, and its bounds. */
export interface EndpointOptions {
  /** Address of the server, with or without `/v1` at its end, for example `http://localhost:8080`; no user, query or fragment. */
  readonly baseUrl: string;
  /** Name of the model there. */
  readonly model: string;
  /** Key, sent as a bearer token; never in an error. */
  readonly apiKey?: string;
  /** Time for the whole answer. @default {120000} */
  readonly timeoutMs?: number;
  /** Time to the first text. @default {the smaller of timeoutMs and 60000} */
  readonly firstTokenMs?: number;
  /** Longest answer in tokens, as asked of the server. @default {700} */
  readonly maxTokens?: number;
  /** Most bytes that are read of an answer. @default {1048576} */
  readonly maxBytes?: number;
  /** More headers; never in an error. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Endpoint {
  readonly url: URL;
  readonly model: string;
  readonly timeoutMs: number;
  readonly firstTokenMs: number;
  readonly maxTokens: number;
  readonly maxBytes: number;
  readonly headers: Headers;
  /** Whether the server's own words may be shown: with a key they could have it in them. */
  readonly quotable: boolean;
}

/**
 * A model behind `/v1/chat/completions`.
 *
 * @param options Where it is.
 * @returns The model. It streams; of a server that answers in one piece it yields one piece.
 * @throws {TypeError} If the address, a header or the name is not one.
 * @throws {RangeError} If a bound is not a positive whole number.
 */
export function openAiModel(options: EndpointOptions): AnswerModel {
  const endpoint = endpointOf(options);
  return {
    name: options.model,
    generate: (prompt, how = {}) => generate(endpoint, prompt, how),
  };
}

function endpointOf(options: EndpointOptions): Endpoint {
  const { baseUrl, model, apiKey, timeoutMs = 120_000 } = options;
  const { maxTokens = 700, maxBytes = 1_048_576 } = options;
  const firstTokenMs = options.firstTokenMs ?? Math.min(timeoutMs, 60_000);
  const bounds = { timeoutMs, firstTokenMs, maxTokens, maxBytes };
  for (const [name, value] of Object.entries(bounds)) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31 - 1) {
      throw new RangeError(
        `Cannot use the model's endpoint as '${name}' must be a positive whole number below 2^31: current value is ${value}`,
      );
    }
  }
  if (model.trim() === "") {
    throw new TypeError(
      "Cannot use the model's endpoint as 'model' must be a name: it is empty",
    );
  }
  return {
    ...bounds,
    url: completionsUrl(baseUrl),
    model,
    headers: headersOf(options),
    quotable: apiKey === undefined && options.headers === undefined,
  };
}

function completionsUrl(baseUrl: string): URL {
  const url = URL.parse(baseUrl);
  if (
    url === null || !/^https?:$/.test(url.protocol) || url.username !== "" ||
    url.password !== "" || url.search !== "" || url.hash !== ""
  ) {
    throw new TypeError(
      "Cannot use the model's endpoint as 'baseUrl' must be an http or https address without user, query and fragment",
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = /\/v\d+$/.test(path)
    ? `${path}/chat/completions`
    : path.endsWith("/chat/completions")
    ? path
    : `${path}/v1/chat/completions`;
  return url;
}

function headersOf({ apiKey, headers }: EndpointOptions): Headers {
  try {
    const all = new Headers(headers);
    all.set("content-type", "application/json");
    all.set("accept", "text/event-stream, application/json");
    if (apiKey !== undefined) all.set("authorization", `Bearer ${apiKey}`);
    return all;
  } catch {
    throw new TypeError(
      "Cannot use the model's endpoint as 'apiKey' and 'headers' must be valid header values: one of them is not",
    );
  }
}

async function* generate(
  endpoint: Endpoint,
  prompt: Prompt,
  { signal, onToken }: GenerateOptions,
): AsyncGenerator<string> {
  const deadline = new Deadline(endpoint, signal);
  try {
    const response = await ask(endpoint, prompt, deadline);
    let any = false;
    for await (const text of texts(endpoint, response, deadline)) {
      if (text === "") continue;
      any = true;
      deadline.started();
      onToken?.(text);
      yield text;
    }
    if (!any) throw protocol(endpoint, "answered without any text");
  } catch (error) {
    throw deadline.explain(error) ?? failure(endpoint, error);
  } finally {
    deadline.close();
  }
}

async function ask(
  endpoint: Endpoint,
  prompt: Prompt,
  deadline: Deadline,
): Promise<Response> {
  const response = await fetch(endpoint.url, {
    method: "POST",
    headers: endpoint.headers,
    body: JSON.stringify({
      model: endpoint.model,
      messages: [
        { role: "system", content: prompt.system },
        { role: "user", content: prompt.user },
      ],
      max_tokens: endpoint.maxTokens,
      temperature: 0,
      stream: true,
    }),
    redirect: "manual",
    signal: deadline.signal,
  });
  if (response.ok) return response;
  const said = endpoint.quotable ? await errorText(response) : "";
  if (!endpoint.quotable) await response.body?.cancel();
  const { status } = response;
  throw new ModelError(
    "status",
    `Cannot use the model at ${endpoint.url.origin} as it answered with status ${status}${
      statusHint(status)
    }${said === "" ? "" : `: ${said}`}`,
    { status },
  );
}

function statusHint(status: number): string {
  if (status === 401 || status === 403) return " (is the key right?)";
  if (status === 404) return " (are the address and the model's name right?)";
  if (status === 429) return " (too many requests)";
  return status >= 300 && status < 400 ? " (it redirects elsewhere)" : "";
}

async function errorText(response: Response): Promise<string> {
  let text = "";
  const body = response.body?.pipeThrough(new TextDecoderStream());
  if (body === undefined) return "";
  for await (const piece of body) {
    text += piece;
    if (text.length > 10_000) return "";
  }
  try {
    return readError(JSON.parse(text)) ?? "";
  } catch {
    return "";
  }
}

/** The pieces of the answer's text, whichever of both forms the server chose. */
async function* texts(
  endpoint: Endpoint,
  response: Response,
  deadline: Deadline,
): AsyncGenerator<string> {
  const body = bounded(endpoint, response, deadline);
  const type = response.headers.get("content-type") ?? "";
  let head = "";
  if (!/event-stream/i.test(type)) {
    for (;;) {
      const { value, done } = await body.next();
      head += value ?? "";
      if (done === true || head.trim() !== "") break;
    }
  }
  if (/^\s*[{[]/.test(head)) {
    for await (const piece of body) head += piece;
    yield completionText(head, complaint(endpoint));
  } else {
    yield* streamed(endpoint, head, body);
  }
}

async function* streamed(
  endpoint: Endpoint,
  head: string,
  body: AsyncIterable<string>,
): AsyncGenerator<string> {
  const parser = new EventStreamParser(endpoint.maxBytes);
  const complain = complaint(endpoint);
  let finished = false;
  for await (const events of eventsOf(parser, head, body)) {
    for (const event of events) {
      if (event.trim() === "[DONE]") return;
      const { text, done } = streamDelta(event, complain);
      yield text;
      finished ||= done;
    }
  }
  if (!finished) throw complain("ended its answer in the middle");
}

async function* eventsOf(
  parser: EventStreamParser,
  head: string,
  body: AsyncIterable<string>,
): AsyncGenerator<string[]> {
  yield parser.push(head);
  for await (const piece of body) yield parser.push(piece);
  yield parser.end();
}

function complaint(endpoint: Endpoint): Complaint {
  return (what, quote) =>
    protocol(
      endpoint,
      quote === undefined || !endpoint.quotable ? what : `${what}: ${quote}`,
    );
}

async function* bounded(
  endpoint: Endpoint,
  response: Response,
  deadline: Deadline,
): AsyncGenerator<string> {
  const { url, maxBytes } = endpoint;
  const decoder = new TextDecoder();
  let bytes = 0;
  for await (const chunk of unbroken(endpoint, response, deadline)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new ModelError(
        "too_long",
        `Cannot use the answer of the model at ${url.origin} as it must have at most ${maxBytes} bytes: it goes on`,
      );
    }
    deadline.check();
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

async function* unbroken(
  endpoint: Endpoint,
  response: Response,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk;
  } catch (error) {
    deadline.check();
    throw protocol(endpoint, "broke its answer off", error);
  }
}

function protocol(
  { url }: Endpoint,
  what: string,
  cause?: unknown,
): ModelError {
  return new ModelError(
    "protocol",
    `Cannot use the model at ${url.origin} as it ${what}`,
    { cause },
  );
}

function failure({ url, maxBytes }: Endpoint, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof RangeError) {
    return new ModelError(
      "too_long",
      `Cannot use the answer of the model at ${url.origin} as an event must have at most ${maxBytes} characters`,
    );
  }
  return new ModelError(
    "unreachable",
    `Cannot reach the model at ${url.origin}: is its server running there?`,
    { cause: error },
  );
}
