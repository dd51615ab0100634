import assert from "node:assert/strict";
import { narrate } from "../narrative/narrate.ts";
import { prepare } from "../prepare.ts";
import { classifyArtifact, classifyLine } from "./_classify.ts";
import { LineSplitter } from "./_lines.ts";
import {
  artifactText,
  eventLine,
  scanVerdict,
  seeded,
} from "./testdata/entries.ts";

Deno.test("LineSplitter gives the same lines however the bytes are cut, too long ones left out", () => {
  const random = seeded(7);
  for (let turn = 0; turn < 300; turn++) {
    const lines = Array.from(
      { length: Math.floor(random() * 12) },
      () => "ab".repeat(Math.floor(random() ** 3 * 60)),
    );
    const tail = "z".repeat(Math.floor(random() * 5));
    const bytes = new TextEncoder().encode(
      lines.map((line) => `${line}\n`).join("") + tail,
    );
    const splitter = new LineSplitter(40);
    const found: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(1 + Math.floor(random() * 30), bytes.length - at);
      splitter.room(count).set(bytes.subarray(at, at + count));
      splitter.filled(count);
      at += count;
      for (let line = splitter.next(); line; line = splitter.next()) {
        found.push(new TextDecoder().decode(line));
      }
    }
    const short = lines.filter((line) => line.length <= 40);
    assert.deepEqual(found, short.filter((line) => line !== ""));
    assert.equal(splitter.tooLarge, lines.length - short.length);
    assert.equal(splitter.consumed, bytes.length - tail.length);
  }
});

/** Changes some bytes, cuts some out, or puts a piece somewhere else. */
function broken(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = () => Math.floor(random() * bytes.length);
  const copy = bytes.slice();
  const kind = random();
  if (kind < 0.5) {
    for (let count = 1 + random() * 4; count > 0; count--) {
      copy[at()] = Math.floor(random() * 256);
    }
    return copy;
  }
  if (kind < 0.6) return copy.subarray(0, at());
  const [from, to, target] = [at(), at(), at()];
  copy.copyWithin(target, Math.min(from, to), Math.max(from, to));
  return copy;
}

/** Replaces some values of a JSON text, so that it stays JSON more often. */
function odd(text: string, random: () => number): string {
  const values = ["null", "[]", "{}", "1e308", '"\\u202e\\u0000x"', "true"];
  return text.replace(
    /"[^"]{0,80}"(?=[,}\]])|-?\d+(?:\.\d+)?(?=[,}\]])/g,
    (value) =>
      random() < 0.05 ? values[Math.floor(random() * values.length)]! : value,
  );
}

Deno.test("classifyArtifact and classifyLine bear any bytes, and what they take can be prepared and told", () => {
  const random = seeded(11);
  const text = artifactText(3);
  const artifact = new TextEncoder().encode(text);
  const line = new TextEncoder().encode(eventLine(3).trim());
  const { eventId } = scanVerdict(3);
  let taken = 0;
  let left = 0;
  for (let turn = 0; turn < 4000; turn++) {
    const found = turn % 4 === 0
      ? classifyLine(broken(line, random))
      : turn % 4 === 1
      ? classifyArtifact(new TextEncoder().encode(odd(text, random)), eventId)
      : classifyArtifact(broken(artifact, random), eventId);
    if (found.entry === undefined) {
      left++;
      continue;
    }
    taken++;
    const prepared = prepare(found.entry);
    const told = narrate(prepared, turn % 2 === 0 ? "en" : "es");
    for (const one of [prepared.behaviour, prepared.words, told]) {
      assert.doesNotMatch(one, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      assert.ok(one.length <= 1600);
    }
  }
  assert.ok(taken > 500, `${taken} taken`);
  assert.ok(left > 500, `${left} left out`);
});
