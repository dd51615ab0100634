import { strictEqual } from "node:assert/strict";
import { stem, Vocabulary } from "./vocabulary.ts";

const vocabulary = new Vocabulary([
  ...["password", "guessing", "flood", "escaneo", "beacon", "ssh", "leak"],
]);

Deno.test("Vocabulary.resolve finds a word by itself and by its stem, in both languages", () => {
  strictEqual(vocabulary.resolve("password"), "password");
  strictEqual(vocabulary.resolve("passwords"), "password");
  strictEqual(vocabulary.resolve("flooding"), "flood");
  strictEqual(vocabulary.resolve("floods"), "flood");
  strictEqual(vocabulary.resolve("escanear"), "escaneo");
  strictEqual(vocabulary.resolve("escaneos"), "escaneo");
});

Deno.test("Vocabulary.resolve forgives one typing error from five letters on", () => {
  for (
    const typo of ["pasword", "passwordd", "pazzword", "psasword", "paswsord"]
  ) {
    strictEqual(
      vocabulary.resolve(typo),
      typo === "pazzword" ? undefined : "password",
      typo,
    );
  }
  strictEqual(vocabulary.resolve("beakon"), "beacon");
  strictEqual(vocabulary.resolve("ssj"), undefined);
  strictEqual(vocabulary.resolve("leek"), undefined);
});

Deno.test("Vocabulary.resolve does not know other words", () => {
  for (const word of ["tomato", "", "guess", "passport", "zzzzzz"]) {
    strictEqual(
      vocabulary.resolve(word),
      word === "guess" ? "guessing" : undefined,
      word,
    );
  }
});

Deno.test("stem takes off endings and double consonants but leaves four letters", () => {
  strictEqual(stem("scanning"), stem("scans"));
  strictEqual(stem("scanned"), stem("scanner"));
  strictEqual(stem("used"), "used");
});
