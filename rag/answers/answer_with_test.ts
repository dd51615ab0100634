import assert from "node:assert/strict";
import { type AnswerModel, ModelError } from "./answer_model.ts";
import { answerWith } from "./answer_with.ts";
import { openAiModel } from "./endpoint.ts";
import { hit, id, NOW_US, result } from "./testdata/results.ts";
import { chunks, delta, says, serve, stream } from "./testdata/servers.ts";
import { writeAnswer } from "./write_answer.ts";

const RESULT = result([0, 1, 2].map((n) => hit(n)));
const TEMPLATE = writeAnswer(RESULT, { nowUs: NOW_US });
const A = id(0);

/** A model that says given pieces and then fails, if it shall. */
function model(pieces: readonly string[], error?: unknown): AnswerModel {
  return {
    name: "told",
    async *generate() {
      yield* pieces;
      if (error !== undefined) throw error;
    },
  };
}

Deno.test("answerWith gives the model's text with full citations, checked", async () => {
  const said = [
    `203.0.113.0 guessed at SSH [${A.slice(0, 8)}]. `,
    "There were 999 more.",
  ];
  const answer = await answerWith(model(said), RESULT, { nowUs: NOW_US });
  assert.equal(
    answer.answer,
    `203.0.113.0 guessed at SSH [${A}]. There were 999 more. [?]`,
  );
  assert.deepEqual(answer.citations, [A]);
  assert.deepEqual(answer.sentences.map((s) => s.supported), [true, false]);
  assert.equal(answer.writer, "told");
  assert.equal(answer.writerProblem, undefined);
});

Deno.test("answerWith cleans what it streams, even a sequence that is cut", async () => {
  const pieces = ["a\x1b", "[31mb", "\u202e\x07c\x1b]0;", "title\x07d"];
  let shown = "";
  const answer = await answerWith(model(pieces), RESULT, {
    nowUs: NOW_US,
    onText: (text) => shown += text,
  });
  assert.equal(shown, "abcd");
  assert.equal(answer.answer, "abcd [?]");
});

const FAILURES: Readonly<Record<string, [AnswerModel, RegExp]>> = {
  "fails": [
    model(["Half "], new ModelError("protocol", "it broke\x1b[2J")),
    /^it broke$/,
  ],
  "throws something else": [model([], "oops"), /oops/],
  "writes nothing": [model([" ", "\x1b[0m"]), /without any text/],
  "writes without end": [
    model(Array(100).fill("x ".repeat(500))),
    /at most 32768/,
  ],
};

for (const [name, [failing, problem]] of Object.entries(FAILURES)) {
  Deno.test(`answerWith answers without the model where it ${name}`, async () => {
    const answer = await answerWith(failing, RESULT, { nowUs: NOW_US });
    assert.equal(answer.answer, TEMPLATE.text);
    assert.deepEqual(answer.citations, TEMPLATE.citations);
    assert.equal(answer.writer, "templates");
    assert.match(answer.writerProblem ?? "", problem);
  });
}

Deno.test("answerWith does not ask the model where nothing was found", async () => {
  const never: AnswerModel = {
    name: "never",
    generate: () => {
      throw new Error("asked");
    },
  };
  const answer = await answerWith(never, result([]), { nowUs: NOW_US });
  assert.equal(answer.writer, "templates");
  assert.match(answer.writerProblem ?? "", /nothing was found/);
});

Deno.test("answerWith passes the caller's own error on", async () => {
  const onText = () => {
    throw new Error("the pipe is closed");
  };
  await assert.rejects(
    answerWith(model(["text"]), RESULT, { nowUs: NOW_US, onText }),
    /the pipe is closed/,
  );
});

Deno.test("answerWith over HTTP: streams, is cancelled in the middle, and goes on without the model", async () => {
  await using good = serve(() =>
    says(`203.0.113.1 guessed at SSH [${id(1)}].`)
  );
  let shown = "";
  const done = await answerWith(
    openAiModel({ baseUrl: good.baseUrl, model: "m" }),
    RESULT,
    { nowUs: NOW_US, onText: (text) => shown += text },
  );
  assert.equal(shown, done.answer);
  assert.equal(done.sentences[0]?.supported, true);

  await using slow = serve(() => stream(chunks([delta("One ")], true)));
  const abort = new AbortController();
  const stopped = await answerWith(
    openAiModel({ baseUrl: slow.baseUrl, model: "m" }),
    RESULT,
    { nowUs: NOW_US, signal: abort.signal, onText: () => abort.abort() },
  );
  assert.equal(stopped.answer, TEMPLATE.text);
  assert.match(stopped.writerProblem ?? "", /cancelled/);
});

Deno.test("answerWith writes in the language that is asked for", async () => {
  const answer = await answerWith(model([]), RESULT, {
    nowUs: NOW_US,
    language: "es",
  });
  assert.match(answer.answer, /Coinciden 3 eventos/);
});
