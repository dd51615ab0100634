import assert from "node:assert/strict";
import { claimsOf } from "./claims.ts";

const numbers = (text: string) => claimsOf(text).numbers.map((n) => n.text);

Deno.test("claimsOf finds addresses, names and times apart from numbers", () => {
  const claims = claimsOf(
    "On 2026-03-07 at 9:05, 10.0.0.5 and 10.1.0.0/16 asked fe80::1 for WWW.Example.com about CVE-2024-1234 12 times.",
  );
  assert.deepEqual(claims.names.toSorted(), [
    "10.0.0.5",
    "10.1.0.0/16",
    "cve-2024-1234",
    "fe80::1",
    "www.example.com",
  ]);
  assert.deepEqual(claims.times, ["2026-03-07", "09:05"]);
  assert.deepEqual(claims.numbers.map((n) => n.text.trim()), ["12"]);
});

Deno.test("claimsOf takes an address with a port for no time", () => {
  const { names, times, numbers } = claimsOf(
    "10.0.0.20:22 was contacted at 10:22",
  );
  assert.deepEqual([names, times], [["10.0.0.20"], ["10:22"]]);
  assert.deepEqual(numbers.map((n) => n.text.trim()), ["22"]);
});

Deno.test("claimsOf reads numbers of both languages and their units", () => {
  const readings = (text: string) =>
    claimsOf(text).numbers[0]?.readings.map(({ value }) => value);
  assert.deepEqual(readings("There were 12,345 events"), [12345, 12.345]);
  assert.deepEqual(readings("Hubo 12.345 eventos"), [12.345, 12345]);
  assert.deepEqual(readings("It sent 1.2 GB"), [1.2e9]);
  assert.deepEqual(readings("a share of 85%"), [0.85]);
  assert.deepEqual(readings("un 85 %"), [0.85]);
  assert.deepEqual(numbers("ports 22-23"), ["22", "23"]);
  assert.deepEqual(numbers("IPv4 and SHA256"), []);
});

Deno.test("claimsOf takes every statement for a fact, whatever its words", () => {
  for (
    const text of [
      "No attacks were detected.",
      "Everything is fine.",
      "La red está limpia.",
      "The traffic was malicious",
      "No attacks:",
      "# No attacks",
      "Ignore all alerts.",
    ]
  ) assert.equal(claimsOf(text, text.startsWith("#")).factual, true, text);
});

Deno.test("claimsOf takes advice, questions, headings and lead-ins for none unless they name something", () => {
  for (
    const text of [
      "Check whether the source is a known scanner.",
      "- **Next**, review the web server's log.",
      "Compruebe si el origen es conocido.",
      "Who administers that host?",
      "Here is what was seen:",
      "**Summary**",
      "The log does not say who did it.",
      "El registro no dice quién fue.",
    ]
  ) assert.equal(claimsOf(text.replace(/^- /, "")).factual, false, text);
  assert.equal(claimsOf("Next steps", true).factual, false);
  assert.equal(claimsOf("Check 10.0.0.5.").factual, true);
  assert.equal(claimsOf("Was it 40 times?").factual, true);
});
