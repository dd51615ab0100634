import {
  deepStrictEqual,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { hashPair, hashText, plain, wordsOf } from "./tokenizer.ts";

Deno.test("wordsOf gives lower case words without accents, of both languages", () => {
  deepStrictEqual(wordsOf("¿Qué Máquinas ENVÍAN señales?"), [
    ...["que", "maquinas", "envian", "senales"],
  ]);
  deepStrictEqual(wordsOf("Straße port-scan (tcp/udp), half-open"), [
    ...["strasse", "port", "scan", "tcp", "udp", "half", "open"],
  ]);
  deepStrictEqual(wordsOf("Cafe\u0301 \u{1F600} 攻撃 x"), ["cafe"]);
});

Deno.test("wordsOf leaves out addresses, domains, URLs, numbers and identifiers", () => {
  for (
    const text of [
      ...["10.0.0.1", "192.168.1.0/24", "2001:db8::1", "fe80::1%eth0", "10:20"],
      ...["evil.example.com", "http://a.b/c?d=e", "www.example.org:8080/path"],
      ...["443", "3.5", "2026-03-05", "12:30:00", "0123456789abcdef"],
      ...["deadbeefdeadbeefdeadbeef", "6284b6b1cd21b52cfffe33b0ba68b26f"],
      ...["", "   ", "?!", "a", "a".repeat(33)],
    ]
  ) {
    deepStrictEqual(wordsOf(text), [], text);
  }
});

Deno.test("wordsOf masks digits inside words", () => {
  deepStrictEqual(wordsOf("c2 C&C log4j smbv1 base64 sha256sum"), [
    ...["c0", "c0", "log0j", "smbv0", "base0", "sha0sum"],
  ]);
});

Deno.test("plain keeps a text of ASCII as it is but for case", () => {
  strictEqual(plain("Already PLAIN 1"), "already plain 1");
  strictEqual(plain("ÀÉÎÕÜñç"), "aeiounc");
});

Deno.test("hashText and hashPair keep kinds and orders apart, and stay what they are", () => {
  strictEqual(hashText("scan", 0x57), hashText("scan", 0x57));
  notStrictEqual(hashText("scan", 0x57), hashText("scan", 0x50));
  notStrictEqual(hashPair(1, 2), hashPair(2, 1));
  // A model file depends on them: another value is another format.
  strictEqual(hashText("scan", 0x57), 1009670265);
  strictEqual(
    hashPair(hashText("port", 0x57), hashText("scan", 0x57)),
    3575498666,
  );
});
