/**
 * A response of server-sent events.
 *
 * @param run Sends the events until its signal says that the client is gone; what it throws becomes the event `error`.
 */
export function eventStream(
  run: (
    send: (event: string, data: unknown) => void,
    signal: AbortSignal,
  ) => Promise<void>,
): Response {
  const abort = new AbortController();
  const gone = abort.signal;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown) => {
        if (gone.aborted) return;
        const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
        controller.enqueue(encoder.encode(text));
      };
      try {
        await run(send, gone);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        send("error", { error: message });
      }
      if (!gone.aborted) controller.close();
    },
    cancel() {
      abort.abort();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
