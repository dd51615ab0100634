import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { templateAnswer } from "../answers/write_answer.ts";
import type { Command } from "../commands/command.ts";
import { openSearch } from "../search.ts";
import { day, id } from "../testdata/events.ts";
import { type HandlerOptions, searchHandler } from "./handler.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const TOKENS = {
  "a-viewer-of-the-log": "viewer",
  "an-operator-of-the-log": "operator",
} as const;

type Fetch = (
  path: string,
  init?: RequestInit & { token?: string },
) => Promise<Response>;

async function withHandler(
  options: Partial<HandlerOptions>,
  run: (fetch: Fetch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using search = await openSearch(folder, { clock: () => NOW });
    await search.add(day());
    const handler = searchHandler(search, {
      tokens: TOKENS,
      write: (result, { language, onText }) => {
        const answer = templateAnswer(result, { language, nowUs: NOW * 1000 });
        onText?.(answer.answer);
        return Promise.resolve(answer);
      },
      ...options,
    });
    await run((path, { token = "a-viewer-of-the-log", ...init } = {}) =>
      handler(
        new Request(`http://localhost${path}`, {
          ...init,
          headers: { authorization: `Bearer ${token}`, ...init.headers },
        }),
      )
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("searchHandler() answers a question with cited events", async () => {
  await withHandler({}, async (fetch) => {
    const response = await fetch("/api/ask?q=port+scans+yesterday&limit=3");
    equal(response.status, 200);
    const body = await response.json();
    equal(body.total, 5);
    equal(body.hits.length, 3);
    deepEqual(Object.keys(body).slice(0, 3), [
      "understood",
      "ast",
      "unresolved",
    ]);
    ok(body.citations.length > 0);
  });
});

Deno.test("searchHandler() takes questions and filters as JSON", async () => {
  await withHandler({}, async (fetch) => {
    const response = await fetch("/api/ask", {
      method: "POST",
      body: JSON.stringify({
        question: "eventos de ayer",
        filter: "category = bruteforce",
      }),
    });
    equal((await response.json()).total, 8);
  });
});

Deno.test("searchHandler() lets nobody in without a token that it knows", async () => {
  await withHandler({}, async (fetch) => {
    equal(
      (await fetch("/api/ask?q=x", { token: "not-the-token" })).status,
      401,
    );
    equal((await fetch("/api", { token: "" })).status, 401);
    const health = await fetch("/healthz", { token: "" });
    equal(health.status, 200);
    await health.body?.cancel();
  });
});

Deno.test("searchHandler() streams what was understood, the hits, the text and the answer", async () => {
  await withHandler({}, async (fetch) => {
    const response = await fetch("/api/ask/stream?q=port+scans");
    match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const text = await response.text();
    const events = [...text.matchAll(/^event: (\w+)\ndata: (.+)$/gm)];
    deepEqual(events.map(([, name]) => name), [
      "understood",
      "hits",
      "text",
      "answer",
    ]);
    equal(JSON.parse(events[3]![2]!).total, 5);
  });
});

Deno.test("searchHandler() tells an error of the writer as an event", async () => {
  const write = () => Promise.reject(new Error("no writer"));
  await withHandler({ write }, async (fetch) => {
    const text = await (await fetch("/api/ask/stream?q=port+scans")).text();
    match(text, /event: error\ndata: {"error":"no writer"}/);
    equal((await fetch("/api/ask?q=port+scans")).status, 500);
  });
});

Deno.test("searchHandler() runs commands that the role may", async () => {
  await withHandler({}, async (fetch) => {
    const run = (command: string, token?: string) =>
      fetch("/api/command", {
        method: "POST",
        body: JSON.stringify({ command }),
        ...(token === undefined ? {} : { token }),
      });
    const stats = await (await run("stats")).json();
    equal(stats.entries.event, 26);
    const refused = await run(`explain ${id(1)}`);
    equal(refused.status, 403);
    match((await refused.json()).error, /role analyst/);
    equal(
      (await run(`explain ${id(1)}`, "an-operator-of-the-log")).status,
      200,
    );
  });
});

Deno.test("searchHandler() refuses commands that change something unless they are allowed", async () => {
  let ran = 0;
  const command: Command = {
    name: "forget",
    usage: "",
    text: "Changes something",
    role: "operator",
    writes: true,
    run: () => Promise.resolve({ data: ++ran, text: "" }),
  };
  const init = {
    method: "POST",
    body: JSON.stringify({ command: "forget" }),
    token: "an-operator-of-the-log",
  };
  await withHandler({ commands: [command] }, async (fetch) => {
    equal((await fetch("/api/command", init)).status, 403);
    equal(ran, 0);
  });
  await withHandler(
    { commands: [command], allowWrites: true },
    async (fetch) => {
      equal((await fetch("/api/command", init)).status, 200);
      equal(ran, 1);
    },
  );
});

Deno.test("searchHandler() says what is wrong with a request", async () => {
  await withHandler({ maxBodyBytes: 100 }, async (fetch) => {
    const cases: readonly [string, RequestInit, number, RegExp][] = [
      ["/api/ask", {}, 400, /missing/],
      ["/api/ask?q=x&zone=Mars/Base", {}, 400, /time zone/],
      ["/api/ask?q=x&limit=-1", {}, 400, /limit/],
      ["/api/ask?q=x&filter=category+%3D%3D", {}, 400, /./],
      [`/api/ask?q=${"x".repeat(3000)}`, {}, 400, /longer than/],
      ["/api/ask", { method: "POST", body: "{" }, 400, /not JSON/],
      ["/api/ask", { method: "POST", body: "[]" }, 400, /object/],
      [
        "/api/ask",
        { method: "POST", body: `{"question":"${"x".repeat(200)}"}` },
        413,
        /longer than 100 bytes/,
      ],
      ["/api/nothing", {}, 404, /not found/],
      ["/api/ask", { method: "DELETE" }, 405, /not allowed/],
    ];
    for (const [path, init, status, message] of cases) {
      const response = await fetch(path, init);
      equal(response.status, status, path);
      match((await response.json()).error, message);
    }
  });
});

Deno.test("searchHandler() turns requests away beyond its bound", async () => {
  const gate = Promise.withResolvers<void>();
  const write: HandlerOptions["write"] = async (result, { language }) => {
    await gate.promise;
    return templateAnswer(result, { language, nowUs: NOW * 1000 });
  };
  await withHandler({ maxConcurrent: 1, write }, async (fetch) => {
    // Which of them comes first is not said: each has its token looked at.
    const both = await Promise.all([
      fetch("/api/ask?q=port+scans"),
      fetch("/api/ask?q=port+scans"),
    ]);
    gate.resolve();
    deepEqual(both.map(({ status }) => status).sort(), [200, 503]);
    for (const response of both) await response.text();
  });
});

Deno.test("searchHandler() wants tokens that cannot be guessed", async () => {
  await withHandler({}, () => {
    const write = () => Promise.reject(new Error());
    const searcher = {} as Parameters<typeof searchHandler>[0];
    throws(() => searchHandler(searcher, { tokens: {}, write }), RangeError);
    const tokens = { short: "viewer" } as const;
    throws(() => searchHandler(searcher, { tokens, write }), RangeError);
    return Promise.resolve();
  });
});
