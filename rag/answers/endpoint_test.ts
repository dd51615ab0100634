import assert from "node:assert/strict";
import { ModelError, type ModelErrorCode } from "./answer_model.ts";
import { type EndpointOptions, openAiModel } from "./endpoint.ts";
import { chunks, delta, says, serve, stream } from "./testdata/servers.ts";

const PROMPT = { system: "rules", user: "question" };
const KEY = "sk-very-secret-0123456789";

async function text(
  baseUrl: string,
  options: Partial<EndpointOptions> = {},
  signal?: AbortSignal,
): Promise<string> {
  const model = openAiModel({
    baseUrl,
    model: "m",
    timeoutMs: 5000,
    ...options,
  });
  let out = "";
  const how = signal === undefined ? {} : { signal };
  for await (const piece of model.generate(PROMPT, how)) out += piece;
  return out;
}

async function failing(
  code: ModelErrorCode,
  run: () => Promise<unknown>,
): Promise<ModelError> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new Error("it did not fail");
}

Deno.test("openAiModel asks as the protocol has it and yields the stream's text", async () => {
  await using server = serve(() => says("One came. Two went."));
  const seen: string[] = [];
  const model = openAiModel({
    baseUrl: `${server.baseUrl}/v1/`,
    model: "tiny",
    apiKey: KEY,
    maxTokens: 99,
    headers: { "x-team": "soc" },
  });
  let out = "";
  const onToken = (piece: string) => seen.push(piece);
  for await (const piece of model.generate(PROMPT, { onToken })) out += piece;
  assert.equal(out, "One came. Two went.");
  assert.equal(seen.join(""), out);
  assert.equal(seen.length, 4);
  const [request] = server.requests;
  assert.equal(request?.path, "/v1/chat/completions");
  assert.equal(request?.headers.get("authorization"), `Bearer ${KEY}`);
  assert.equal(request?.headers.get("x-team"), "soc");
  assert.deepEqual(request?.body, {
    model: "tiny",
    messages: [
      { role: "system", content: "rules" },
      { role: "user", content: "question" },
    ],
    max_tokens: 99,
    temperature: 0,
    stream: true,
  });
});

Deno.test("openAiModel finds the path from an address with and without /v1", async () => {
  await using server = serve(() => says("yes"));
  for (const path of ["", "/", "/v1", "/v1/chat/completions"]) {
    assert.equal(await text(server.baseUrl + path), "yes");
  }
  assert.equal(await text(`${server.baseUrl}/proxy`), "yes");
  assert.deepEqual(server.requests.map(({ path }) => path), [
    ...Array(4).fill("/v1/chat/completions"),
    "/proxy/v1/chat/completions",
  ]);
});

Deno.test("openAiModel reads a stream in single bytes, with comments, CRLF, roles and usage events", async () => {
  const body =
    ': hi\r\n\r\ndata: {"choices":[{"delta":{"role":"assistant"}}]}\r\n\r\n' +
    delta("señal 🙂 ").replaceAll("\n", "\r\n") + delta("fin") +
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n' +
    'data: {"choices":[],"usage":{"total_tokens":5}}\n\n';
  const bytes = [...new TextEncoder().encode(body)].map((b) =>
    Uint8Array.of(b)
  );
  await using server = serve(() => stream(chunks(bytes)));
  assert.equal(await text(server.baseUrl), "señal 🙂 fin");
});

Deno.test("openAiModel reads a server that does not stream", async () => {
  const answer = {
    choices: [{ message: { role: "assistant", content: "all" } }],
  };
  await using server = serve(() => Response.json(answer));
  assert.equal(await text(server.baseUrl), "all");
  await using untyped = serve(() =>
    new Response(`\n ${JSON.stringify(answer)}`, { headers: {} })
  );
  assert.equal(await text(untyped.baseUrl), "all");
});

Deno.test("openAiModel says that a dead endpoint is unreachable", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await failing(
    "unreachable",
    () => text(`http://127.0.0.1:${port}`, { apiKey: KEY }),
  );
  assert.match(error.message, new RegExp(`127.0.0.1:${port}`));
  assert.ok(!Deno.inspect(error).includes(KEY));
});

Deno.test("openAiModel gives the status of a refusal and never the key, even if the server repeats it", async () => {
  const body = { error: { message: `Incorrect API key provided: ${KEY}` } };
  await using server = serve(() => Response.json(body, { status: 401 }));
  const error = await failing(
    "status",
    () => text(server.baseUrl, { apiKey: KEY }),
  );
  assert.equal(error.status, 401);
  assert.match(error.message, /status 401/);
  assert.ok(!Deno.inspect(error).includes(KEY));
  const open = await failing("status", () => text(server.baseUrl));
  assert.match(open.message, /Incorrect API key/);
  await using stream = serve(() =>
    new Response(`data: ${JSON.stringify(body)}\n\n`)
  );
  const inside = await failing(
    "protocol",
    () => text(stream.baseUrl, { headers: { "x-key": KEY } }),
  );
  assert.ok(!Deno.inspect(inside).includes(KEY));
});

Deno.test("openAiModel does not follow a redirect", async () => {
  await using other = serve(() => says("stolen"));
  await using server = serve(() =>
    Response.redirect(`${other.baseUrl}/v1/x`, 307)
  );
  await failing("status", () => text(server.baseUrl, { apiKey: KEY }));
  assert.equal(other.requests.length, 0);
});

const GARBAGE: Readonly<Record<string, () => Response>> = {
  "bytes": () =>
    stream(Uint8Array.from({ length: 4096 }, (_, i) => i * i * 167 + 13)),
  "a web page": () => new Response("<html>hello</html>"),
  "events that are no JSON": () => stream("data: {oops\n\n"),
  "events of another shape": () => stream('data: {"hello":1}\n\n'),
  "choices that are no objects": () => stream('data: {"choices":[1]}\n\n'),
  "content that is no text": () =>
    stream('data: {"choices":[{"delta":{"content":[1]}}]}\n\n'),
  "an error in the stream": () =>
    stream(delta("a") + 'data: {"error":{"message":"full"}}\n\n'),
  "JSON of another shape": () => Response.json({ hello: 1 }),
  "JSON without a message": () => Response.json({ choices: [{}] }),
  "a JSON list": () => Response.json([]),
  "JSON that is cut": () =>
    new Response('{"choices":[', {
      headers: { "content-type": "application/json" },
    }),
  "nothing": () => stream(""),
  "only the end": () => stream("data: [DONE]\n\n"),
  "a stream that ends in the middle": () => stream(delta("half")),
};

for (const [name, respond] of Object.entries(GARBAGE)) {
  Deno.test(`openAiModel refuses ${name}`, async () => {
    await using server = serve(respond);
    await failing("protocol", () => text(server.baseUrl));
  });
}

Deno.test("openAiModel stops waiting for a server that says nothing", async () => {
  await using server = serve(() => stream(chunks([], true)));
  const start = performance.now();
  const error = await failing(
    "timeout",
    () => text(server.baseUrl, { firstTokenMs: 100 }),
  );
  assert.match(error.message, /no text within 100 ms/);
  assert.ok(performance.now() - start < 3000);
});

Deno.test("openAiModel stops waiting for a server that goes quiet after its first words", async () => {
  await using server = serve(() => stream(chunks([delta("one ")], true)));
  const error = await failing(
    "timeout",
    () => text(server.baseUrl, { firstTokenMs: 100, timeoutMs: 300 }),
  );
  assert.match(error.message, /longer than 300 ms/);
});

Deno.test("openAiModel reads no more than it may of a server that sends 10 MB", async () => {
  const megabyte = delta("x".repeat(1_000_000));
  await using server = serve(() => stream(chunks(Array(10).fill(megabyte))));
  await failing("too_long", () => text(server.baseUrl));
  await using line = serve(() =>
    stream(chunks(Array(10).fill("y".repeat(1_000_000))))
  );
  await failing("too_long", () => text(line.baseUrl));
  await using whole = serve(() => Response.json({ a: "z".repeat(10_000_000) }));
  await failing("too_long", () => text(whole.baseUrl));
});

Deno.test("openAiModel is cancelled in the middle of a stream, and before it begins", async () => {
  await using server = serve(() =>
    stream(chunks([delta("one "), delta("two ")], true))
  );
  const abort = new AbortController();
  const model = openAiModel({ baseUrl: server.baseUrl, model: "m" });
  let out = "";
  await failing("cancelled", async () => {
    for await (
      const piece of model.generate(PROMPT, { signal: abort.signal })
    ) {
      out += piece;
      if (out === "one two ") abort.abort();
    }
  });
  assert.equal(out, "one two ");
  await failing("cancelled", () => text(server.baseUrl, {}, abort.signal));
  assert.equal(server.requests.length, 1);
});

Deno.test("openAiModel lets go of the connection when its reader stops", async () => {
  await using server = serve(() =>
    stream(chunks([delta("one "), delta("two ")], true))
  );
  const model = openAiModel({ baseUrl: server.baseUrl, model: "m" });
  for await (const piece of model.generate(PROMPT)) {
    assert.equal(piece, "one ");
    break;
  }
});

Deno.test("openAiModel refuses options that cannot work, without repeating them where they may be secret", () => {
  for (
    const baseUrl of [
      "localhost:8080",
      "ftp://x",
      `http://user:${KEY}@host`,
      `http://host/?key=${KEY}`,
    ]
  ) {
    assert.throws(
      () => openAiModel({ baseUrl, model: "m" }),
      (error) => error instanceof TypeError && !error.message.includes(KEY),
    );
  }
  const baseUrl = "http://localhost:1";
  assert.throws(() => openAiModel({ baseUrl, model: " " }), TypeError);
  assert.throws(
    () => openAiModel({ baseUrl, model: "m", timeoutMs: 0 }),
    RangeError,
  );
  assert.throws(
    () => openAiModel({ baseUrl, model: "m", apiKey: `${KEY}\n` + "ñ€" }),
    (error) => error instanceof TypeError && !error.message.includes(KEY),
  );
});
