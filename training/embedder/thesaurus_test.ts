import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { wordsOf } from "../../rag/embedding/tokenizer.ts";
import { danglingNames, parseThesaurus, readThesaurus } from "./thesaurus.ts";
import { withWording } from "./wording.ts";

const FOLDER = new URL("../../rag/embedding/thesaurus/", import.meta.url);

Deno.test("parseThesaurus reads concepts, their relations, looks and phrases", () => {
  const [one, two] = parseThesaurus(
    `# comment
[flood]
rules: syn_flood  udp_flood
en: a flood; under water # and a comment
  goes on here
es: inundación
[ping_flood] flood icmp
near: scan
look: ssh|smb; inside; -
event: many pings`,
    "theme",
  );
  deepStrictEqual(one, {
    id: "flood",
    theme: "theme",
    broader: [],
    near: [],
    rules: ["syn_flood", "udp_flood"],
    features: [],
    category: undefined,
    services: [],
    shapes: [],
    looks: [],
    phrases: {
      event: [],
      en: ["a flood", "under water", "goes on here"],
      es: ["inundación"],
    },
  });
  deepStrictEqual(two?.broader, ["flood", "icmp"]);
  deepStrictEqual(two?.looks, [[["ssh", "smb"], ["inside"], ["-"]]]);
  deepStrictEqual(danglingNames([one!, two!, two!]), [
    ...["icmp", "scan", "icmp", "scan", "ping_flood"],
  ]);
});

Deno.test("parseThesaurus says which line it does not understand", () => {
  throws(() => parseThesaurus("\nen: before any concept", "x"), /x, line 2/);
  throws(() => parseThesaurus("[a]\nwhat is this", "x"), /x, line 2/);
});

Deno.test("withWording refuses names that there are not, and rules without a concept", async () => {
  const { concepts } = await readThesaurus(FOLDER);
  const named = withWording(concepts);
  ok(
    named.every(({ phrases }, i) =>
      phrases.event.length >= concepts[i]!.phrases.event.length
    ),
  );
  throws(
    () => withWording(concepts.filter(({ rules }) => rules.length === 0)),
    /syn_flood/,
  );
  throws(
    () => withWording([...concepts, { ...concepts[0]!, rules: ["nothing"] }]),
    /nothing/,
  );
});

Deno.test("the thesaurus says each thing in both languages, with phrases that have content", async () => {
  const { concepts, skipped, unrelated, foreign } = await readThesaurus(FOLDER);
  ok(concepts.length >= 60);
  const none = new Set(skipped);
  for (const { id, phrases } of concepts) {
    ok(phrases.event.length > 0, id);
    ok(phrases.en.length >= 3, `${id} has few phrases in English`);
    ok(phrases.es.length >= 3, `${id} has few phrases in Spanish`);
    for (const phrase of [...phrases.en, ...phrases.es]) {
      ok(phrase.length <= 80, `${id}: ${phrase}`);
    }
  }
  const empty = concepts.flatMap(({ phrases }) => phrases.en).filter((text) =>
    wordsOf(text).every((word) => none.has(word))
  );
  ok(empty.length < 80, `${empty.length} phrases of function words alone`);
  strictEqual(new Set(unrelated).size, unrelated.length);
  ok(foreign.length > 300);
});
