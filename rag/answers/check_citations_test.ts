import assert from "node:assert/strict";
import { checkCitations, checkText } from "./check_citations.ts";
import { knownFacts } from "./known_facts.ts";
import { hit, id, result } from "./testdata/results.ts";

const HITS = [0, 1, 2].map((n) => hit(n));
const IDS = HITS.map((h) => h.id);
const FACTS = knownFacts(result(HITS));
const [A, B, C] = [id(0), id(1), id(2)];

function one(text: string) {
  const sentences = checkCitations(text, IDS, FACTS);
  assert.equal(sentences.length, 1, text);
  return sentences[0]!;
}

Deno.test("checkCitations accepts a fact with a citation that has it", () => {
  const text = `203.0.113.0 guessed at SSH on port 22 [${A}].`;
  assert.deepEqual(one(text), { text, citations: [A], supported: true });
});

Deno.test("checkCitations resolves a unique prefix of at least 8 digits, lists of ids, and capital letters", () => {
  assert.deepEqual(one(`It scored 0.91 [${A.slice(0, 8)}].`), {
    text: `It scored 0.91 [${A}].`,
    citations: [A],
    supported: true,
  });
  const both = `Two hosts [${A.slice(0, 9).toUpperCase()}, ${B}].`;
  assert.deepEqual(one(both).citations, [A, B]);
  assert.equal(one(both).text, `Two hosts [${A}][${B}].`);
  assert.deepEqual(one(`One host [id: ${B}].`).citations, [B]);
  assert.deepEqual(one(`One host [${A.slice(0, 10)}…].`).citations, [A]);
});

Deno.test("checkCitations refuses prefixes that are short or fit several ids", () => {
  const twins = [`${"ab".repeat(15)}01`, `${"ab".repeat(15)}02`];
  for (const text of ["It came [abababab].", "It came [ababab]."]) {
    const [sentence] = checkCitations(text, twins);
    assert.deepEqual(sentence, {
      text: "It came.",
      citations: [],
      supported: false,
    });
  }
});

Deno.test("checkCitations removes ids that do not exist and marks the sentence, even beside one that does", () => {
  const fake = "deadbeef".repeat(4);
  assert.deepEqual(one(`It scored 0.91 [${A}][${fake}].`), {
    text: `It scored 0.91 [${A}].`,
    citations: [A],
    supported: false,
  });
  const { text, citations } = checkText(`Attack [${fake}].`, IDS, FACTS);
  assert.equal(text, "Attack. [?]");
  assert.deepEqual(citations, []);
});

Deno.test("checkCitations marks facts without a citation", () => {
  for (
    const text of [
      "There were 3 events.",
      "10.0.0.5 was the target.",
      "No attacks were seen.",
      "Todo está bien.",
    ]
  ) assert.equal(one(text).supported, false, text);
});

Deno.test("checkCitations marks a number, an address, a name or a time that what is cited does not have", () => {
  for (
    const text of [
      `It tried 41 times [${A}].`,
      `10.0.0.6 was the target [${A}].`,
      `It asked for evil.example [${A}].`,
      `It happened at 23:59 [${A}].`,
      `It happened on 2025-01-01 [${A}].`,
      `It uses CVE-2021-44228 [${A}].`,
      `It was [in all 500 hosts] [${A}].`,
    ]
  ) assert.equal(one(text).supported, false, text);
});

Deno.test("checkCitations accepts what the summary has: totals, shares, spans", () => {
  for (
    const text of [
      `3 events match [${A}].`,
      `A third, 33%, came from 203.0.113.2 [${C}].`,
      `It lasted from 11:57 to 11:59 on 7 March 2026 [${A}][${C}].`,
      `El 7 de marzo de 2026 hubo 40 intentos [${A}].`,
    ]
  ) assert.equal(one(text).supported, true, text);
});

Deno.test("checkCitations marks what is said of the log in other words than numbers and names", () => {
  for (
    const text of [
      `There were five million scans [${A}].`,
      `Hubo doscientos mil intentos [${A}].`,
      `Hundreds of hosts took part [${A}].`,
      `La mitad de los equipos respondieron [${A}].`,
      `The host is harmless and was patched yesterday [${A}].`,
      "Keep calm: no attack took place.",
      "Keep calm, the network is clean.",
      "Use of stolen passwords was confirmed by nobody, the network is clean.",
      "Check Point says the network is safe.",
      `Ignore the alerts; the attacker is a friend [${A}].`,
      `The attack came from Russia and was run by APT group Sandworm [${A}].`,
      `The attack was run by Sandworm [${A}].`,
      `Fue obra de Sandworm [${A}].`,
      "Nothing to see?",
      "Is it proven that the administrator did this?",
      "List of compromised machines is empty.",
      "Watch lists are empty.",
      "The log does not say who did it; so the network is fine.",
      `3 hosts were infected with ransomware [${A}].`,
      `It was a ransomware attack [${A}].`,
      `Fue un ataque de ransomware [${A}].`,
      `The attack succeeded [${A}].`,
      `It happened on 8 March 2026 [${A}].`,
      `It happened in April 2026 [${A}].`,
      `Ocurrió el 7 de abril [${A}].`,
    ]
  ) assert.equal(one(text).supported, false, text);
});

Deno.test("checkCitations takes numbers of the summary only for what they count", () => {
  const hits = [0, 1, 1, 2, 2, 2, 3].map((n, i) => hit(n, { id: id(i) }));
  const ids = hits.map((h) => h.id);
  const facts = knownFacts(result(hits));
  const check = (text: string) =>
    checkCitations(text, ids, facts)[0]?.supported;
  const of = (n: number) => `[${id(n)}]`;
  for (
    const text of [
      `7 events match ${of(0)}.`,
      `Seven events match ${of(0)}.`,
      `Coinciden 7 eventos ${of(0)}.`,
      `3 events came from 203.0.113.2 ${of(3)}.`,
      `Of the 7 events, 3 came from 203.0.113.2 ${of(3)}.`,
      `The most frequent source is 203.0.113.2 (3 events) ${of(3)}.`,
      `All 7 events were directed at 10.0.0.5 ${of(3)}.`,
    ]
  ) assert.equal(check(text), true, text);
  for (
    const text of [
      `7 hosts were seen ${of(0)}.`,
      `7 events came from 203.0.113.2 ${of(3)}.`,
      `3 events came from 203.0.113.1 ${of(1)}.`,
      `3 events came from 203.0.113.2 ${of(0)}.`,
      `It took 7 passwords ${of(0)}.`,
      `6 events match ${of(0)}.`,
    ]
  ) assert.equal(check(text), false, text);
});

Deno.test("checkCitations does not take a word of the network for a verdict, nor a verdict of one entry for another's", () => {
  const said = hit(0, {
    narrative: 'It named itself "harmless, no malware". It was judged benign.',
  });
  const facts = knownFacts(result([said, hit(1)]));
  const check = (text: string) =>
    checkCitations(text, [A, B], facts)[0]?.supported;
  assert.equal(check(`The host is harmless [${A}].`), false);
  assert.equal(check(`It was judged benign [${A}].`), true);
  assert.equal(check(`It was judged benign [${B}].`), false);
  assert.equal(check(`It calls itself "harmless, no malware" [${A}].`), true);
});

Deno.test("checkCitations leaves advice alone that states nothing", () => {
  for (
    const text of [
      "Check whether any host is compromised.",
      "Verify that no other host was reached, and that backups are recent.",
      "Review the Windows event log.",
      "Compruebe si el equipo es seguro.",
      "Isolate the host if it is not needed.",
      "Look for two or three further logins.",
    ]
  ) assert.equal(one(text).supported, true, text);
});

Deno.test("checkCitations does not take one address for a part of another", () => {
  const facts = knownFacts(result([hit(12)]));
  const cited = `[${id(12)}]`;
  for (const address of ["203.0.113.1", "3.0.113.12", "203.0.113.120"]) {
    const [sentence] = checkCitations(
      `It was ${address} ${cited}.`,
      [id(12)],
      facts,
    );
    assert.equal(sentence?.supported, false, address);
  }
});

Deno.test("checkCitations asks for no citation where nothing was retrieved, but for nothing invented", () => {
  const nothing = result([], { understood: "events from 10.9.9.9" });
  const check = (text: string) =>
    checkCitations(text, [], knownFacts(nothing))[0]?.supported;
  assert.equal(check("Nothing came from 10.9.9.9."), true);
  assert.equal(check("Nothing came from 10.9.9.8."), false);
});

Deno.test("checkText takes away marks that the text brings itself, and keeps its layout", () => {
  const { text } = checkText(
    `Seen:\n\n- 203.0.113.0 [${A}] [?]\n- 40 tries\n\nCheck its owner.`,
    IDS,
    FACTS,
  );
  assert.equal(
    text,
    `Seen:\n\n- 203.0.113.0 [${A}]\n- 40 tries [?]\n\nCheck its owner.`,
  );
});

Deno.test("checkText keeps the citation of a Markdown link and drops its address", () => {
  const { text, citations } = checkText(
    `It scored 0.91 [${A}](http://evil.example/x). See [this](http://evil.example).`,
    IDS,
    FACTS,
  );
  assert.ok(!text.includes("evil.example"));
  assert.deepEqual(citations, [A]);
});

Deno.test("checkText takes a change by its own id, whatever it looks like", () => {
  const [sentence] = checkCitations("It was applied [change-7].", ["change-7"]);
  assert.deepEqual(sentence?.citations, ["change-7"]);
  assert.equal(sentence?.supported, true);
});

Deno.test("checkCitations takes ids that are not hexadecimal as they are typed, and marks those that do not exist", () => {
  const ids = ["evt_42", "Order-Seven", "ABCDEF012345", "id-5"];
  for (const one of ids) {
    for (const text of [`It came [${one}].`, `It came [id: ${one}].`]) {
      const [sentence] = checkCitations(text, ids);
      assert.deepEqual(sentence?.citations, [one], text);
      assert.equal(sentence?.supported, true);
    }
  }
  for (const wrong of ["evt_43", "order-7", "x1y2z3"]) {
    const [sentence] = checkCitations(`It came [${wrong}].`, ids);
    assert.deepEqual(sentence, {
      text: "It came.",
      citations: [],
      supported: false,
    });
  }
});
