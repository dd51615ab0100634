import assert from "node:assert/strict";
import { parseQuestions } from "./questions.ts";
import { score, shareText } from "./score.ts";

const work = score(parseQuestions(
  await Deno.readTextFile(new URL("work.jsonl", import.meta.url)),
));

Deno.test("understand reads the half of the questions that it was made with exactly", () => {
  assert.ok(work.all.right / work.all.of >= 0.98, shareText(work.all));
  for (const [language, share] of work.languages) {
    assert.ok(
      share.right / share.of >= 0.97,
      `${language} ${shareText(share)}`,
    );
  }
});

Deno.test("understand reads the questions about changes of configuration exactly", async () => {
  const file = new URL("changes.jsonl", import.meta.url);
  const { all, failures } = score(
    parseQuestions(await Deno.readTextFile(file)),
  );
  assert.deepEqual(failures.map(({ question }) => question.question), []);
  assert.ok(all.of >= 50);
});

Deno.test("understand reports every contradiction among them", () => {
  assert.equal(work.silent, 0);
});

Deno.test("understand loses no more than two in a hundred of the entries that they ask for", () => {
  assert.ok(work.lost <= 0.02, `${work.lost}`);
});
