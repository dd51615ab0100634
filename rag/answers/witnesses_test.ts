import { deepEqual, equal, ok } from "node:assert/strict";
import type { Query } from "../query/ast.ts";
import type { Facts } from "../entry.ts";
import { openSearch } from "../search.ts";
import { pick, random } from "../store/testdata/entries.ts";
import { made } from "../testdata/events.ts";
import { checkText } from "./check_citations.ts";
import { citableIds } from "./compose_prompt.ts";
import { knownFacts } from "./known_facts.ts";
import { ENGLISH } from "./phrases_en.ts";
import { writeAnswer } from "./write_answer.ts";

const FIELDS = ["category", "src_ip", "dst_ip", "service"] as const;
const NOUNS: Readonly<Record<string, typeof FIELDS[number]>> = {
  category: "category",
  categories: "category",
  source: "src_ip",
  sources: "src_ip",
  destination: "dst_ip",
  destinations: "dst_ip",
  service: "service",
  services: "service",
};
const QUERIES: readonly Query[] = [
  { kind: "event" },
  { kind: "event", text: "many ports probed" },
  { kind: "event", filter: { op: "eq", field: "category", value: "scan" } },
  { kind: "event", filter: { op: "eq", field: "dst_port", value: 443 } },
  { kind: "event", sort: { by: "final_score", order: "desc" } },
  {
    kind: "event",
    zone: "Europe/Madrid",
    filter: {
      op: "time",
      from: "2026-03-17T12:00:00.000Z",
      to: "2026-03-18T00:00:00.000Z",
    },
  },
  ...(["src_ip", "category", "hour", "weekday"] as const).map((
    key,
  ): Query => ({
    kind: "event",
    aggregate: { metric: { kind: "count" }, groupBy: [key] },
  })),
  {
    kind: "event",
    aggregate: { metric: { kind: "max", field: "bytes" }, groupBy: [] },
  },
  {
    kind: "event",
    aggregate: {
      metric: { kind: "distinct", field: "dst_ip" },
      groupBy: ["src_ip", "category"],
    },
  },
];

function events(seed: number) {
  const next = random(seed);
  return Array.from({ length: 60 }, (_, i) => {
    const second = Math.floor(next() * 86_400);
    return made({
      number: seed * 1000 + i,
      time: new Date(Date.UTC(2026, 2, 17) + second * 1000).toISOString()
        .replace(".000Z", "Z"),
      category: pick(next, ["scan", "c2", "bruteforce", "benign"]),
      src: `10.0.0.${Math.floor(next() * 12)}`,
      dst: `203.0.113.${Math.floor(next() * 12)}`,
      port: pick(next, [22, 53, 80, 443, 445, 8080]),
    });
  });
}

Deno.test("writeAnswer passes its own check, and cites for each value an entry that has it, and for first and last entries of those times", async () => {
  let values = 0;
  let spans = 0;
  for (const seed of [1, 2, 3]) {
    const folder = await Deno.makeTempDir();
    try {
      await using search = await openSearch(folder);
      await search.add(events(seed));
      const entryOf = async (id: string) => (await search.explain(id))!.hit;
      for (const query of QUERIES) {
        for (const limit of [1, 3, 10]) {
          const result = await search.search({ ...query, limit });
          const { sentences } = writeAnswer(result, { nowUs: 0 });
          for (const language of ["en", "es"] as const) {
            const asked = { language };
            const found = await search.search({ ...query, limit }, asked);
            const { text } = writeAnswer(found, { nowUs: 0 });
            const checked = checkText(
              text,
              citableIds(found),
              knownFacts(found),
            );
            const doubted = checked.sentences.find((s) => !s.supported);
            const weak = /weak|débil/.test(doubted?.text ?? "");
            ok(doubted === undefined || weak, doubted?.text ?? "");
          }
          const hits = new Map(result.hits.map((hit) => [hit.id, hit]));
          for (const { text, citations } of sentences) {
            const cited = await Promise.all(citations.map(entryOf));
            const facts = cited.map((hit) => hit.facts);
            values += checkValues(text, facts);
            if (text.startsWith("The first happened")) {
              spans++;
              equal(cited[0]?.timestampUs, result.summary.firstUs);
              equal(cited[1]?.timestampUs, result.summary.lastUs);
            }
            const [id = ""] = citations;
            const told = hits.get(id)?.narrative.slice(0, 30) ?? "";
            if (text.startsWith("At 2026")) ok(text.startsWith(told));
          }
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  ok(values > 100 && spans > 20, `${values} values, ${spans} spans`);
});

/** Checks the values that a sentence names; gives how many they are. */
function checkValues(text: string, facts: readonly Facts[]): number {
  const shown = (field: keyof Facts, of: Facts) =>
    ENGLISH.value(field, of[field] as string | null);
  const most = /^The most frequent (\w+) (?:is|are) (.*)/.exec(text);
  if (most !== null) {
    const field = NOUNS[most[1]!]!;
    const names = [...most[2]!.matchAll(/([^(),]+?) \(\d/g)]
      .map(([, name]) => name!.replace(/^\s*(?:and )?/, ""));
    deepEqual(facts.map((of) => shown(field, of)), names, text);
    return names.length;
  }
  const decided = /^Of the events, (.*)/.exec(text);
  if (decided !== null) {
    const names = [...decided[1]!.matchAll(/\d+ (?:were judged )?([a-z]+)/g)]
      .map(([, name]) => name!);
    deepEqual(facts.map(({ decision }) => decision), names, text);
    return names.length;
  }
  if (!text.startsWith("All of them ")) return 0;
  const [of] = facts;
  const named = FIELDS.filter((field) =>
    text.includes(` ${shown(field, of!)}`) && of![field] !== null
  );
  const parts = text.match(
    /classified as|come from|directed at|involve the service/g,
  ) ?? [];
  ok(named.length >= parts.length, text);
  return named.length;
}
