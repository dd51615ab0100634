/** The handler behind a real server: clients that go away, are slow, are many, or send what is no HTTP. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { templateAnswer } from "../answers/write_answer.ts";
import { openSearch } from "../search.ts";
import { day } from "../testdata/events.ts";
import {
  type AnswerWriter,
  type HandlerOptions,
  searchHandler,
} from "./handler.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const TOKEN = "a-viewer-of-the-log";
const HEADERS = { authorization: `Bearer ${TOKEN}` };

interface Served {
  readonly port: number;
  readonly url: string;
}

async function serving(
  options: Partial<HandlerOptions>,
  run: (served: Served) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const stop = new AbortController();
  try {
    await using search = await openSearch(folder, { clock: () => NOW });
    await search.add(day());
    const handler = searchHandler(search, {
      tokens: { [TOKEN]: "viewer" },
      write: (result, { language }) =>
        Promise.resolve(
          templateAnswer(result, { language, nowUs: NOW * 1000 }),
        ),
      ...options,
    });
    const server = Deno.serve({
      ...{ hostname: "127.0.0.1", port: 0, signal: stop.signal },
      onListen: () => {},
    }, handler);
    const { port } = server.addr as Deno.NetAddr;
    await run({ port, url: `http://127.0.0.1:${port}` });
    stop.abort();
    await server.finished;
  } finally {
    stop.abort();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A writer that goes on until it is told to stop, and counts. */
class Endless {
  begun = 0;
  stopped = 0;
  readonly write: AnswerWriter = async (
    result,
    { language, signal, onText },
  ) => {
    this.begun++;
    onText?.("once upon a time ");
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.stopped++;
    return templateAnswer(result, { language, nowUs: NOW * 1000 });
  };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !await what(); tries++) {
    ok(tries < 500, "it does not happen");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a server says to bytes of a client's own making. */
async function raw(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(text));
    const bytes = new Uint8Array(1024);
    const count = await connection.read(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, count));
  } finally {
    connection.close();
  }
}

for (const path of ["/api/ask?q=port+scans", "/api/ask/stream?q=port+scans"]) {
  Deno.test(`searchHandler() stops the writing for a client that goes away from ${path}, and gives its place to others`, async () => {
    const writer = new Endless();
    await serving(
      { write: writer.write, maxConcurrent: 2 },
      async ({ url }) => {
        const leave = new AbortController();
        const { signal } = leave;
        const asked = [0, 1].map(() =>
          fetch(url + path, { headers: HEADERS, signal })
            .then((response) => response.text()).catch(() => "")
        );
        await until(() => writer.begun === 2);
        const full = await fetch(`${url}/api`, { headers: HEADERS });
        equal(full.status, 503);
        await full.body?.cancel();
        leave.abort();
        deepEqual(await Promise.all(asked), ["", ""]);
        await until(() => writer.stopped === 2);
        await until(async () => {
          const free = await fetch(`${url}/api`, { headers: HEADERS });
          await free.body?.cancel();
          return free.status === 200;
        });
      },
    );
  });
}

Deno.test("searchHandler() ends answers and streams that take longer than the write time-out", async () => {
  const writer = new Endless();
  const options = { write: writer.write, writeTimeoutMs: 400 };
  await serving(options, async ({ url }) => {
    const began = performance.now();
    const stream = await fetch(`${url}/api/ask/stream?q=port+scans`, {
      headers: HEADERS,
    });
    match(await stream.text(), /event: answer/);
    const late = await fetch(`${url}/api/ask?q=port+scans`, {
      headers: HEADERS,
    });
    equal(late.headers.get("content-type"), "application/json");
    equal((await late.json()).total, 5);
    equal(writer.stopped, 2);
    ok(performance.now() - began < 5000);
  });
});

Deno.test("searchHandler() does not wait for a writer that heeds no signal", async () => {
  const write = () => new Promise<never>(() => {});
  await serving({ write, writeTimeoutMs: 100 }, async ({ url }) => {
    const response = await fetch(`${url}/api/ask?q=port+scans`, {
      headers: HEADERS,
    });
    equal((await response.json()).error, "the answer took too long");
  });
});

Deno.test("searchHandler() bounds streams: of 200 at once as many are answered as there are places, the others get 503", async () => {
  const writer = new Endless();
  await serving({ write: writer.write, maxConcurrent: 5 }, async ({ url }) => {
    const leave = new AbortController();
    const { signal } = leave;
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const response = await fetch(`${url}/api/ask/stream?q=port+scans`, {
          headers: HEADERS,
          signal,
        });
        if (response.status === 200) response.text().catch(() => {});
        else await response.body?.cancel();
        return response.status;
      }),
    );
    equal(statuses.filter((status) => status === 200).length, 5);
    equal(statuses.filter((status) => status === 503).length, 195);
    const health = await fetch(`${url}/healthz`);
    deepEqual(await health.json(), { ok: true });
    leave.abort();
    await until(() => writer.stopped === 5);
  });
});

Deno.test("searchHandler() answers 200 questions at once where there are places for them", async () => {
  await serving({ maxConcurrent: 200 }, async ({ url }) => {
    const totals = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const kind = i % 2 === 0 ? "ask" : "ask/stream";
        const address = `${url}/api/${kind}?q=port+scans+yesterday`;
        const response = await fetch(address, { headers: HEADERS });
        return (await response.text()).match(/"total":(\d+)/)?.[1];
      }),
    );
    deepEqual(new Set(totals), new Set(["5"]));
  });
});

Deno.test("searchHandler() waits for a body no longer than its bound, and refuses one that says that it is too long", async () => {
  const options = { clientTimeoutMs: 200, maxBodyBytes: 100, maxConcurrent: 1 };
  await serving(options, async ({ port, url }) => {
    const post = (length: number) =>
      `POST /api/ask HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${length}\r\n\r\n{`;
    const began = performance.now();
    match(await raw(port, post(50)), /^HTTP\/1\.1 408 /);
    ok(performance.now() - began < 3000);
    match(await raw(port, post(101)), /^HTTP\/1\.1 413 /);
    const free = await fetch(`${url}/api`, { headers: HEADERS });
    equal(free.status, 200);
    await free.body?.cancel();
  });
});

Deno.test("searchHandler() frees the place of a client that does not fetch its answer", async () => {
  const options: Partial<HandlerOptions> = {
    ...{ clientTimeoutMs: 300, maxConcurrent: 1 },
    write: (result, { language, onText }) => {
      for (let i = 0; i < 2000; i++) onText?.("x".repeat(10_000));
      const nowUs = NOW * 1000;
      return Promise.resolve(templateAnswer(result, { language, nowUs }));
    },
  };
  await serving(options, async ({ port, url }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request =
      `GET /api/ask/stream?q=scans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const status = async () => {
      const response = await fetch(`${url}/api`, { headers: HEADERS });
      await response.body?.cancel();
      return response.status;
    };
    await until(async () => await status() === 503);
    await until(async () => await status() === 200);
    connection.close();
  });
});

Deno.test("searchHandler() answers 400 to a host or an address that is none, and goes on", async () => {
  await serving({}, async ({ port, url }) => {
    for (
      const head of [
        "GET / HTTP/1.1\r\nHost: a b",
        "GET /api HTTP/1.1\r\nHost: [::",
        "GET /healthz HTTP/1.1\r\nHost: x:99999",
        "GET http://%%/ HTTP/1.1\r\nHost: x",
      ]
    ) {
      match(await raw(port, `${head}\r\n\r\n`), /^HTTP\/1\.1 400 /, head);
    }
    equal((await (await fetch(`${url}/healthz`)).json()).ok, true);
  });
});

Deno.test("searchHandler() takes zone, present and language where a client does not say them, for filters too", async () => {
  const nowMs = Date.UTC(2026, 2, 18, 3);
  const defaults = { zone: "America/New_York", nowMs, language: "es" } as const;
  await serving({ defaults }, async ({ url }) => {
    const ask = async (query: string) => {
      const response = await fetch(`${url}/api/ask?${query}`, {
        headers: HEADERS,
      });
      return await response.json();
    };
    // In New York it is still the 17th: "today" is the day of the scans.
    const today = await ask("q=port+scans+today");
    equal(today.total, 5);
    match(today.answer, /eventos/);
    equal((await ask("q=port+scans+today&zone=UTC")).total, 0);
    const last = new URLSearchParams({ q: "events", filter: "time last 24h" });
    equal((await ask(`${last}`)).total, 25);
  });
});

Deno.test("searchHandler() says with each answer that the log is not read to its end", async () => {
  let incomplete: string | undefined = "40 % of the log is read";
  const options = { incomplete: () => incomplete };
  await serving(options, async ({ url }) => {
    const get = async (path: string) =>
      await (await fetch(url + path, { headers: HEADERS })).text();
    for (
      const path of [
        "/healthz",
        "/api/ask?q=scans",
        "/api/ask/stream?q=scans",
      ]
    ) {
      match(await get(path), /"incomplete":"40 % of the log is read"/, path);
    }
    incomplete = undefined;
    ok(!(await get("/api/ask?q=scans")).includes("incomplete"));
  });
});
