import { LiveBody } from "./_live_body.ts";

/** A response, and when what it takes is free again. */
export interface Reply {
  /** The response. */
  readonly response: Response;
  /** Settles when its body is read and everything behind it has ended; absent where it has already. */
  readonly over?: Promise<unknown>;
}

/** Times of a reply. */
export interface ReplyTimes {
  /** Longest time that a client may take to fetch what is ready, milliseconds. */
  readonly drainMs: number;
  /** After so long an answer's head is sent before the rest of it, milliseconds. */
  readonly graceMs: number;
}

const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/** JSON that is there. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  return Response.json(value, {
    ...init,
    headers: { ...HEADERS, ...init.headers },
  });
}

/**
 * JSON that somebody is still writing. The head of a response that has not begun does not tell that its client went away,
 * so after a moment of writing the body begins; an error after that is `{error}` in it.
 *
 * @param run Does the work; calls `writing` once the part begins that may take long, and heeds the signal.
 */
export async function lateJson(
  run: (writing: () => void, gone: AbortSignal) => Promise<unknown>,
  { drainMs, graceMs }: ReplyTimes,
): Promise<Reply> {
  const body = new LiveBody({ drainMs });
  const late = Promise.withResolvers<undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const writing = () => {
    timer ??= setTimeout(() => late.resolve(undefined), graceMs);
  };
  const done = run(writing, body.gone)
    .then((value) => ({ value }))
    .finally(() => clearTimeout(timer));
  const first = await Promise.race([done, late.promise]);
  if (first !== undefined) return { response: json(first.value) };
  const written = done.then(
    ({ value }) => body.write(JSON.stringify(value)),
    (error) => body.write(JSON.stringify({ error: messageOf(error) })),
  ).finally(() => body.finish());
  const headers = { ...HEADERS, "content-type": "application/json" };
  return {
    response: new Response(body.stream, { headers }),
    over: Promise.all([body.over, written]),
  };
}

/**
 * Server-sent events.
 *
 * @param run Sends them until its signal says that the client is gone; what it throws becomes the event `error`.
 */
export function eventStream(
  run: (
    send: (event: string, data: unknown) => void,
    gone: AbortSignal,
  ) => Promise<void>,
  { drainMs }: Pick<ReplyTimes, "drainMs">,
): Reply {
  const body = new LiveBody({ drainMs });
  const send = (event: string, data: unknown) =>
    body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const running = run(send, body.gone)
    .catch((error) => send("error", { error: messageOf(error) }))
    .finally(() => body.finish());
  const headers = {
    ...HEADERS,
    "content-type": "text/event-stream; charset=utf-8",
  };
  return {
    response: new Response(body.stream, { headers }),
    over: Promise.all([body.over, running]),
  };
}

/** An error in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
