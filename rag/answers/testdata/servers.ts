/** Servers for tests that speak the protocol of chat completions, well or badly. */

/** A server on a free port of this machine. */
export interface TestServer extends AsyncDisposable {
  /** Its address. */
  readonly baseUrl: string;
  /** Requests that it got: headers and body. */
  readonly requests: readonly {
    /** Path. */
    readonly path: string;
    /** Headers. */
    readonly headers: Headers;
    /** Parsed body. */
    readonly body: Record<string, unknown>;
  }[];
}

/** Serve with a handler until disposed. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
): TestServer {
  const requests: TestServer["requests"][number][] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = JSON.parse(await request.text() || "{}");
      requests.push({
        path: new URL(request.url).pathname,
        headers: request.headers,
        body,
      });
      return await handler(request);
    },
  );
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** One event of a stream with a piece of text. */
export function delta(text: string): string {
  const choice = { index: 0, delta: { content: text }, finish_reason: null };
  return `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
}

/** A stream of events that says a text word by word. */
export function says(text: string): Response {
  const words = text.match(/\s*\S+|\s+/g) ?? [];
  return stream(words.map(delta).join("") + "data: [DONE]\n\n");
}

/** A response of the type of streams. */
export function stream(body: BodyInit): Response {
  return new Response(body, {
    headers: { "content-type": "text/event-stream" },
  });
}

/** A body that sends chunks one after the other and then ends, or hangs until the reader goes. */
export function chunks(
  parts: readonly (string | Uint8Array)[],
  hang = false,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  let release: (() => void) | undefined;
  return new ReadableStream({
    pull(controller) {
      const part = parts[next++];
      if (part !== undefined) {
        controller.enqueue(
          typeof part === "string"
            ? encoder.encode(part)
            : Uint8Array.from(part),
        );
        return;
      }
      if (!hang) {
        controller.close();
        return;
      }
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    cancel() {
      release?.();
    },
  });
}
