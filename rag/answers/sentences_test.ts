import assert from "node:assert/strict";
import { splitSentences } from "./sentences.ts";

const texts = (text: string) => splitSentences(text).map((p) => p.text);
const ID = "0a1b2c3d".repeat(4);

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["two sentences", "One came. Two went.", ["One came.", "Two went."]],
  ["decimals", "The score is 0.91. It rose by 1,5.", [
    "The score is 0.91.",
    "It rose by 1,5.",
  ]],
  [
    "addresses and names",
    "From 10.0.0.5 to ::1 via www.example.com. Then nothing.",
    ["From 10.0.0.5 to ::1 via www.example.com.", "Then nothing."],
  ],
  [
    "a sentence that begins with a name in small letters",
    "Twelve events match. example.com was asked for.",
    ["Twelve events match.", "example.com was asked for."],
  ],
  [
    "English abbreviations",
    "Scans, e.g. of SMB, i.e. port 445, etc. were seen.",
    [
      "Scans, e.g. of SMB, i.e. port 445, etc. were seen.",
    ],
  ],
  ["etc. at the end", "Ports 22, 23, etc. Then it ended.", [
    "Ports 22, 23, etc.",
    "Then it ended.",
  ]],
  [
    "Spanish abbreviations",
    "Hubo p. ej. 3 escaneos, aprox. 40 puertos. Luego nada.",
    [
      "Hubo p. ej. 3 escaneos, aprox. 40 puertos.",
      "Luego nada.",
    ],
  ],
  ["Spanish marks", "¿Quién fue? ¡Nadie! Fin.", [
    "¿Quién fue?",
    "¡Nadie!",
    "Fin.",
  ]],
  ["no. as a number and as a word", "It was no. 5. The answer is no. Done.", [
    "It was no. 5.",
    "The answer is no.",
    "Done.",
  ]],
  ["a citation before the full stop", `A scan [${ID}]. Next.`, [
    `A scan [${ID}].`,
    "Next.",
  ]],
  ["citations after the full stop", `A scan. [${ID}] [${ID}] Next one.`, [
    `A scan. [${ID}] [${ID}]`,
    "Next one.",
  ]],
  ["a citation on the next line", `A scan.\n[${ID}]\nNext one.`, [
    `A scan.\n[${ID}]`,
    "Next one.",
  ]],
  ["bullets", "Seen:\n- one\n* two\n1. three\n2) four", [
    "Seen:",
    "one",
    "two",
    "three",
    "four",
  ]],
  ["headings and quotes", "# Summary\nText here.\n> quoted", [
    "Summary",
    "Text here.",
    "quoted",
  ]],
  ["a wrapped line", "It came from\nthe outside. It left.", [
    "It came from\nthe outside.",
    "It left.",
  ]],
  ["a line without a full stop after a citation", `Fact [${ID}]\nno attacks`, [
    `Fact [${ID}]`,
    "no attacks",
  ]],
  ["quotation marks", "It said “Stop. Go. Now.” and left. End.", [
    "It said “Stop. Go. Now.” and left.",
    "End.",
  ]],
  [
    "straight quotation marks, with escaped ones inside",
    'Its name is "a. B \\"c. D\\" e." and more. End.',
    [
      'Its name is "a. B \\"c. D\\" e." and more.',
      "End.",
    ],
  ],
  ["an unbalanced quotation mark", "It said “Stop. Go.", [
    "It said “Stop.",
    "Go.",
  ]],
  ["an ellipsis", "It waited… and came. Then...\nEnd.", [
    "It waited… and came.",
    "Then...",
    "End.",
  ]],
  ["initials", "J. R. Doe wrote it. End.", ["J. R. Doe wrote it.", "End."]],
  ["nothing", " \n\n", []],
];

for (const [name, text, wanted] of CASES) {
  Deno.test(`splitSentences cuts ${name}`, () => {
    assert.deepEqual(texts(text), wanted);
  });
}

Deno.test("splitSentences loses nothing: gaps and texts joined are the text", () => {
  for (const [, text] of CASES) {
    const joined = splitSentences(text).map((p) => p.gap + p.text).join("");
    assert.equal(joined, text.trimEnd());
  }
});

Deno.test("splitSentences takes a hostile text of 64 KiB in under two seconds", () => {
  for (
    const part of [
      "“",
      ".",
      "[",
      "[a]",
      "a.",
      "“.”",
      "- ",
      "\n#",
      "1.",
      "e.g. ",
    ]
  ) {
    const start = performance.now();
    splitSentences(part.repeat(65_536 / part.length));
    assert.ok(performance.now() - start < 2000, part);
  }
});
