/** Questions about changes of configuration, against plain filters over the records. */
import assert from "node:assert/strict";
import { templateAnswer } from "./answers/write_answer.ts";
import type { ChangeRecord, Entry } from "./entry.ts";
import { pick, randomOf } from "./query/testdata/rows.ts";
import { type EventSearch, openSearch } from "./search.ts";
import { day } from "./testdata/events.ts";

const NOW_MS = Date.UTC(2026, 2, 18, 15, 30);
const REQUEST = { nowMs: NOW_MS, limit: 1000 };
const AUTHORS = ["ana", "eva", "Ana", "dns", "10.0.0.1", "policy", "rules"];
const PATHS = [
  "policy.thresholds.alert",
  "policy.thresholds.categories.dns",
  "policy.thresholdsOfOthers",
  "policy.incidents.maxSeconds",
  "rules.scan.minPorts",
  "log.queueLimit",
];

/** 200 changes of the last 40 days. */
function records(): ChangeRecord[] {
  const random = randomOf(11);
  return Array.from({ length: 200 }, (_, i): ChangeRecord => {
    const ageMs = Math.floor(random() * 40 * 86_400_000);
    const paths = PATHS.filter(() => random() < 0.3);
    return {
      id: `change-${i}`,
      time: new Date(NOW_MS - ageMs).toISOString(),
      actor: pick(random, AUTHORS),
      revision: String(Math.floor(random() * 20)),
      outcome: pick(random, ["applied", "refused", "rolled_back"] as const),
      changes: paths.map((path) => ({ path, before: "1", after: "2" })),
    };
  });
}

async function withSearch(
  entries: readonly Entry[],
  run: (search: EventSearch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using search = await openSearch(folder, { clock: () => NOW_MS });
    await search.add(entries);
    await run(search);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function entryOf(record: ChangeRecord): Entry {
  return { kind: "change", record };
}

const by = (...names: string[]) => (r: ChangeRecord) =>
  names.includes(r.actor.toLowerCase());
const of = (path: string) => (r: ChangeRecord) =>
  r.changes.some((c) => c.path === path || c.path.startsWith(`${path}.`));
const was = (...outcomes: string[]) => (r: ChangeRecord) =>
  outcomes.includes(r.outcome);
const since = (day: string) => (r: ChangeRecord) => r.time >= day;
const revision = (...wanted: string[]) => (r: ChangeRecord) =>
  wanted.includes(r.revision);
const not = (test: Test): Test => (r) => !test(r);
type Test = (record: ChangeRecord) => boolean;

const LISTS: readonly (readonly [string, ...Test[]])[] = [
  ["what did eva change?", by("eva")],
  ["config changes by ana this week", by("ana"), since("2026-03-16")],
  ["¿qué cambió eva?", by("eva")],
  ["cambios de configuración de ana", by("ana")],
  ["what did dns change?", by("dns")],
  ["config changes by 10.0.0.1", by("10.0.0.1")],
  ["config changes by policy", by("policy")],
  ["changes to policy.thresholds", of("policy.thresholds")],
  ["changes to rules.*", of("rules")],
  ["cambios en policy.thresholds.alert", of("policy.thresholds.alert")],
  ["revision 7", revision("7")],
  ["what was in revisions 7 and 8 changed", revision("7", "8")],
  ["refused changes", was("refused")],
  ["changes that were not applied", was("refused", "rolled_back")],
  ["cambios rechazados de esta semana", was("refused"), since("2026-03-16")],
  ["rolled back config changes by eva", was("rolled_back"), by("eva")],
  ["config changes not by ana", not(by("ana"))],
  ["changes to policy by ana or eva", of("policy"), by("ana", "eva")],
  ["config changes by bob", () => false],
  ["what changed?"],
  ["¿qué cambió esta semana?", since("2026-03-16")],
  ["did policy.thresholds.alert change?", of("policy.thresholds.alert")],
  ["changes to the alert threshold", of("policy.thresholds.alert")],
  ["¿cuándo cambió log.queueLimit?", of("log.queueLimit")],
];

Deno.test("find() lists the changes that a plain filter over the records gives, and nothing else", async () => {
  const all = records();
  await withSearch([...day(), ...all.map(entryOf)], async (search) => {
    for (const [question, ...tests] of LISTS) {
      const { hits, weak, summary } = await search.find(question, REQUEST);
      const wanted = all.filter((r) => tests.every((test) => test(r)));
      assert.deepEqual(
        hits.map(({ id }) => id).sort(),
        wanted.map(({ id }) => id).sort(),
        question,
      );
      assert.equal(summary.total, wanted.length);
      assert.equal(weak, false);
    }
  });
});

const WHO: readonly (readonly [string, ...Test[]])[] = [
  ["who changed policy.thresholds.alert?", of("policy.thresholds.alert")],
  ["¿quién cambió policy...?", of("policy")],
  ["who changed the configuration this week?", since("2026-03-16")],
];

Deno.test("find() answers who changed something with each author and outcome, cited by changes of theirs", async () => {
  const all = records();
  const byId = new Map(all.map((record) => [record.id, record]));
  await withSearch([...day(), ...all.map(entryOf)], async (search) => {
    for (const [question, ...tests] of WHO) {
      const result = await search.find(question, REQUEST);
      const wanted = Map.groupBy(
        all.filter((r) => tests.every((test) => test(r))),
        ({ actor, outcome }) => `${actor} ${outcome}`,
      );
      const groups = result.groups ?? [];
      assert.deepEqual(
        new Map(groups.map(({ key, value }) => [key.join(" "), value])),
        new Map([...wanted].map(([key, list]) => [key, list.length])),
        question,
      );
      for (const { key, ids } of groups) {
        assert.ok(ids.length > 0, question);
        for (const id of ids) {
          const { actor, outcome } = byId.get(id)!;
          assert.deepEqual([actor, outcome], key);
        }
      }
      const { sentences } = templateAnswer(result, { nowUs: NOW_MS * 1000 });
      for (const { key, ids } of groups.slice(0, 10)) {
        const line = sentences.find(({ text }) =>
          text.startsWith(`${key[0]}, `) && text.includes(ids[0]!)
        );
        assert.ok(line !== undefined && line.citations.length > 0, question);
      }
    }
  });
});

Deno.test("find() says that the log has no change of an author or setting, and shows no others", async () => {
  await withSearch([...day(), ...records().map(entryOf)], async (search) => {
    for (
      const [question, name] of [
        ["what did bob change?", "bob"],
        ["who changed models.ransomware.file?", "models.ransomware.file"],
        ["¿qué cambió bob hoy?", "bob"],
        ["revision 999", "999"],
        ["config changes by ana or bob", "bob"],
      ] as const
    ) {
      const result = await search.find(question, REQUEST);
      assert.deepEqual(result.unresolved.map(({ text }) => text), [name]);
      assert.match(result.unresolved[0]!.why, /no config|ningún cambio/);
      const both = question.includes("ana");
      assert.equal(result.hits.length > 0, both, question);
      const { answer } = templateAnswer(result, { nowUs: NOW_MS * 1000 });
      assert.ok(answer.includes(name));
    }
    const known = await search.find("what did eva change?", REQUEST);
    assert.deepEqual(known.unresolved, []);
  });
});

const REVISIONS: readonly (readonly [string, ...Test[]])[] = [
  ["which revisions were applied?", was("applied")],
  ["¿qué revisiones se rechazaron esta semana?", ...[
    was("refused"),
    since("2026-03-16"),
  ]],
];

Deno.test("find() answers which revisions met an outcome with each of them", async () => {
  const all = records();
  await withSearch([...day(), ...all.map(entryOf)], async (search) => {
    for (const [question, ...tests] of REVISIONS) {
      const { groups = [] } = await search.find(question, REQUEST);
      const wanted = Map.groupBy(
        all.filter((r) => tests.every((test) => test(r))),
        (r) => r.revision,
      );
      assert.ok(wanted.size > 0);
      assert.deepEqual(
        new Map(groups.map(({ key, value }) => [key[0], value])),
        new Map([...wanted].map(([key, list]) => [key, list.length])),
        question,
      );
    }
  });
});

const NOTED: readonly (readonly [string, readonly string[], ...Test[]])[] = [
  ["who set policy.thresholds.alert to 0.75?", ["to 0.75"], ...[
    of("policy.thresholds.alert"),
  ]],
  ["¿quién bajó el umbral de alerta?", ["bajó"], of("policy.thresholds.alert")],
  ["who refused the configuration?", ["who"], was("refused")],
  ["who changed the frob threshold?", ["frob threshold"]],
  [
    "config changes by me this week",
    ["me"],
    since("2026-03-16"),
  ],
];

Deno.test("find() says what of a question about changes the log cannot answer, and answers the rest", async () => {
  const all = records();
  await withSearch([...day(), ...all.map(entryOf)], async (search) => {
    for (const [question, noted, ...tests] of NOTED) {
      const result = await search.find(question, REQUEST);
      assert.deepEqual(result.unresolved.map(({ text }) => text), noted);
      assert.equal(
        result.summary.total,
        all.filter((r) => tests.every((test) => test(r))).length,
        question,
      );
      const { answer } = templateAnswer(result, { nowUs: NOW_MS * 1000 });
      for (const text of noted) assert.ok(answer.includes(text), question);
    }
    const { hits, unresolved } = await search.find(
      "config changes by me",
      REQUEST,
    );
    assert.deepEqual(unresolved.map(({ text }) => text), ["me"]);
    assert.deepEqual(hits, [], "changes of others are none of theirs");
  });
});
