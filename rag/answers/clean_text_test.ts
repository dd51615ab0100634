import assert from "node:assert/strict";
import { clause, cleanText, dataText, TextCleaner } from "./clean_text.ts";

Deno.test("cleanText removes colours, titles, links and single control characters", () => {
  assert.equal(cleanText("\x1b[31mred\x1b[0m"), "red");
  assert.equal(cleanText("\x1b]0;title\x07text"), "text");
  assert.equal(cleanText("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
  assert.equal(cleanText("\x9b31mred a\x00b\x08c\x7f"), "red abc");
  assert.equal(cleanText("\x1b(Btext\x1bc"), "text");
});

Deno.test("cleanText removes invisible and direction characters and keeps line feeds and tabs", () => {
  assert.equal(cleanText("a\u202eb\u2066c\u200bd\ufeffe"), "abcde");
  assert.equal(cleanText("a\r\nb\tc\u2028d"), "a\n\nb\tc\nd");
  assert.equal(cleanText("niño 🙂"), "niño 🙂");
});

Deno.test("TextCleaner gives the same whatever the pieces are", () => {
  const text = "a\x1b[1;31mb\x1b]0;t\x1b\\c🙂d\x1b[";
  for (let at = 0; at <= text.length; at++) {
    const cleaner = new TextCleaner();
    const out = cleaner.push(text.slice(0, at)) + cleaner.push(text.slice(at));
    assert.equal(out, "abc🙂d", `cut at ${at}`);
  }
});

Deno.test("TextCleaner lets no open sequence swallow an answer", () => {
  const out = cleanText(`\x1b]0;${"x".repeat(300)}the answer`);
  assert.ok(out.endsWith("the answer"));
  assert.equal(cleanText("a\x1b]0;title\nb"), "a\nb");
});

Deno.test("dataText is one line without brackets, cut by code points", () => {
  assert.equal(dataText(" a\n\n[b]  c "), "a (b) c");
  assert.equal(dataText("🙂🙂🙂🙂", 3), "🙂🙂…");
  assert.equal(clause("That is all.\n"), "That is all");
});
