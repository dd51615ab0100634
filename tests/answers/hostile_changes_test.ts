/** Changes of configuration whose authors and paths are texts of attackers, beside those of honest authors. */
import assert from "node:assert/strict";
import { templateAnswer } from "../../rag/answers/write_answer.ts";
import type { ChangeRecord, Entry } from "../../rag/entry.ts";
import { type EventSearch, openSearch } from "../../rag/search.ts";
import { day } from "../../rag/testdata/events.ts";
import { FIXTURES } from "./_hostile.ts";

const NOW_MS = Date.UTC(2026, 2, 18, 15, 30);
const REQUEST = { nowMs: NOW_MS };
const ALERT = "policy.thresholds.alert";

function change(number: number, part: Partial<ChangeRecord>): Entry {
  return {
    kind: "change",
    record: {
      id: `change-${number}`,
      time: "2026-03-18T10:00:00.000Z",
      actor: "ana",
      revision: "7",
      outcome: "applied",
      changes: [{ path: ALERT, before: "0.7", after: "0.8" }],
      ...part,
    },
  };
}

const HONEST: readonly Entry[] = [
  change(1, {}),
  change(2, { actor: "eva", revision: "8", outcome: "refused" }),
  change(3, { actor: "dns", revision: "9", time: "2026-03-17T09:00:00.000Z" }),
];

/** Names that could be taken for another's, or for a part of a question. */
const NAMES = [
  ...FIXTURES.map(({ text }) => text),
  ...'ana\u200b|an\u0061\u0000|\u202eana|ana\n|ana, eva|ana" or actor = "eva'
    .split("|"),
  ...[
    "ana or eva",
    "by ana",
    "not ana",
    "ana*",
    "%",
    "10.0.0.5 ",
    "A".repeat(9000),
  ],
  `${ALERT}\nana`,
];

function hostile(): Entry[] {
  const time = "2026-03-18T11:00:00.000Z";
  const asAuthors = NAMES.map((actor, i) =>
    change(100 + i, {
      ...{ actor, time, revision: "99", outcome: "rolled_back" as const },
      changes: [{ path: "log.queueLimit", before: "1", after: "2" }],
    })
  );
  const asPaths = [
    ...NAMES,
    `x\n${ALERT}`,
    `x, ${ALERT}`,
    `${ALERT}\u200b`,
    `${ALERT}s`,
    `x.${ALERT}`,
  ].map((path, i) =>
    change(500 + i, {
      ...{ actor: "mallory", time, outcome: "rolled_back" as const },
      ...{ revision: path, changes: [{ path, before: path, after: path }] },
    })
  );
  return [...asAuthors, ...asPaths];
}

const QUESTIONS = [
  "what did ana change?",
  "config changes by ana this week",
  "config changes by eva",
  "what did dns change?",
  `who changed ${ALERT}?`,
  `¿quién cambió ${ALERT} ayer?`,
  "refused changes",
  "applied changes today",
  "revision 7",
  "what did bob change?",
  "port scans yesterday",
  "how many events this month",
] as const;

async function withSearches(
  run: (hostile: EventSearch, twin: EventSearch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const options = { clock: () => NOW_MS };
    await using attacked = await openSearch(`${folder}/attacked`, options);
    await using twin = await openSearch(`${folder}/twin`, options);
    await attacked.add([...day(), ...HONEST, ...hostile()]);
    await twin.add([...day(), ...HONEST]);
    await run(attacked, twin);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("find() answers questions about changes the same whatever other authors call themselves and their settings", async () => {
  await withSearches(async (attacked, twin) => {
    const nowUs = NOW_MS * 1000;
    for (const question of QUESTIONS) {
      const got = await attacked.find(question, REQUEST);
      const wanted = await twin.find(question, REQUEST);
      assert.deepEqual(got.query, wanted.query, question);
      assert.deepEqual(got.hits.map((h) => h.id), wanted.hits.map((h) => h.id));
      assert.deepEqual(got.groups, wanted.groups);
      assert.deepEqual(got.summary, wanted.summary);
      assert.deepEqual(got.unresolved, wanted.unresolved);
      assert.equal(
        templateAnswer(got, { nowUs }).answer,
        templateAnswer(wanted, { nowUs }).answer,
      );
    }
  });
});

Deno.test("find() tells hostile authors as data: in quotes, on one line, citing changes that are theirs", async () => {
  await withSearches(async (attacked) => {
    const result = await attacked.find("config changes by author", {
      ...REQUEST,
      limit: 1000,
    });
    const authors = result.groups?.map(({ key }) => key[0]) ?? [];
    assert.equal(new Set(authors).size, authors.length);
    assert.ok(authors.length > NAMES.length / 2);
    const { sentences } = templateAnswer(result, { nowUs: NOW_MS * 1000 });
    const real = new Set(result.groups?.flatMap(({ ids }) => ids));
    for (const { text, citations } of sentences) {
      assert.ok(!text.includes("\n"));
      for (const id of citations) assert.ok(real.has(id), id);
      const inside = text.replace(/"(?:[^"\\]|\\.)*"/gu, "");
      assert.doesNotMatch(inside, /ignor|disregard|olvida|system:|no attacks/i);
    }
    // Nobody passes for ana: not with what nobody sees, not by a longer name.
    const { hits } = await attacked.find("what did ana change?", REQUEST);
    assert.deepEqual(hits.map(({ id }) => id), ["change-1"]);
  });
});

Deno.test("an author's name changes no other question", async () => {
  await withSearches(async (attacked) => {
    for (
      const [question, field] of [
        ["dns events yesterday", "service"],
        ["events by 10.0.0.5 yesterday", "src_ip"],
        ["port scans by 10.0.0.5", "src_ip"],
      ] as const
    ) {
      const { query } = await attacked.find(question, REQUEST);
      assert.equal(query.kind, "event");
      assert.ok(JSON.stringify(query.filter).includes(`"${field}"`), question);
      assert.ok(!JSON.stringify(query).includes("actor"));
    }
  });
});
