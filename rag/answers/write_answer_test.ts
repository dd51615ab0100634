import assert from "node:assert/strict";
import type { Language, Result } from "../result.ts";
import type { Query } from "../query/ast.ts";
import { checkText } from "./check_citations.ts";
import { citableIds } from "./compose_prompt.ts";
import { knownFacts } from "./known_facts.ts";
import {
  facts,
  hit,
  id,
  NOW_US,
  result,
  summaryOf,
} from "./testdata/results.ts";
import { templateAnswer, writeAnswer } from "./write_answer.ts";

const HOUR_US = 3_600_000_000;
const MANY = [0, 1, 2, 3, 3, 5, 6, 7].map((n, i) =>
  hit(n, {
    id: id(i),
    timestampUs: NOW_US - (i + 1) * 5 * HOUR_US,
    folded: i === 2 ? 3 : 0,
  })
);

function text(of: Result, language: Language = "en"): string {
  return writeAnswer(of, { language, nowUs: NOW_US }).text
    .replaceAll(/ ?\[[0-9a-f]{32}\]/g, "");
}

function aggregate(
  query: NonNullable<Query["aggregate"]>,
  groups: Result["groups"],
  more: Partial<Query> = {},
): Result {
  return result(MANY, {
    query: { kind: "event", aggregate: query, ...more },
    groups: groups ?? [],
  });
}

const COUNT = { kind: "count" } as const;
const RESULTS: Readonly<Record<string, Result>> = {
  nothing: result([]),
  one: result([hit(0)]),
  two: result([hit(0), hit(1)]),
  many: result(MANY, { summary: { ...summaryOf(MANY), before: 5 } }),
  ranked: result(MANY.slice(0, 2), {
    weak: true,
    query: { kind: "event", text: "bot.net “x” [y]" },
    summary: { ...summaryOf(MANY), total: 812 },
  }),
  similar: result(MANY.slice(0, 3), {
    query: { kind: "event", similarTo: id(99) },
  }),
  incidents: result([
    hit(0, { kind: "incident" }),
    hit(1, { kind: "incident" }),
  ], {
    query: { kind: "incident" },
  }),
  changes: result([
    hit(0, { kind: "change", id: "change-1", facts: facts({}) }),
  ], {
    query: { kind: "change" },
  }),
  count: aggregate({ metric: COUNT, groupBy: [] }, [{
    key: [],
    value: 8,
    ids: [],
  }]),
  "unknown mean": aggregate(
    { metric: { kind: "mean", field: "duration" }, groupBy: [] },
    [{ key: [], value: null, ids: [] }],
  ),
  groups: aggregate(
    { metric: { kind: "sum", field: "bytes" }, groupBy: ["src_ip", "service"] },
    Array.from({ length: 13 }, (_, n) => ({
      key: [`10.0.0.${n}`, n === 1 ? null : "ssh"],
      value: 5_000_000_000 / (n + 1),
      ids: [id(n)],
    })),
  ),
  hours: aggregate({ metric: COUNT, groupBy: ["hour"] }, [
    { key: ["2026-03-07T12:00"], value: 2, ids: [id(0)] },
    { key: ["2026-03-07T13:00"], value: 1, ids: [id(1)] },
  ]),
  "the latest": result([hit(0)], {
    query: { kind: "event", limit: 1, sort: { by: "time", order: "desc" } },
    summary: summaryOf(MANY),
  }),
  weekdays: aggregate(
    { metric: COUNT, groupBy: ["weekday"] },
    [{ key: [1], value: 2, ids: [id(0)] }, {
      key: [7],
      value: 1,
      ids: [id(1)],
    }],
  ),
  first: aggregate(
    { metric: { kind: "distinct", field: "dst_ip" }, groupBy: ["src_ip"] },
    [{ key: ["10.0.0.9"], value: 1, ids: [id(0)] }],
    { limit: 1 },
  ),
};

for (const language of ["en", "es"] as const) {
  for (const [name, of] of Object.entries(RESULTS)) {
    Deno.test(`writeAnswer of ${name} in ${language}: deterministic, cites what is there, and passes its own check`, () => {
      const answer = writeAnswer(of, { language, nowUs: NOW_US });
      assert.deepEqual(writeAnswer(of, { language, nowUs: NOW_US }), answer);
      const ids = citableIds(of);
      assert.ok(answer.citations.every((one) => ids.includes(one)));
      const checked = checkText(answer.text, ids, knownFacts(of));
      assert.deepEqual(
        checked.sentences.map((s) => s.text),
        answer.sentences.map((s) => s.text),
      );
      const doubted = checked.sentences.filter((s) => !s.supported);
      assert.ok(
        doubted.every((s) => /weak|débil/.test(s.text)),
        doubted[0]?.text ?? "",
      );
      assert.doesNotMatch(answer.text, /undefined|NaN|null|\.\.|\s\.|\s,/);
      assert.ok(answer.sentences.every((s) => s.citations.length <= 3));
    });
  }
}

Deno.test("writeAnswer says how many, who, when, how, the trend and what to do next", () => {
  assert.equal(
    text(RESULTS["many"]!),
    `8 events match. All of them are classified as password guessing, are directed at 10.0.0.5, involve the service ssh and were judged malicious. The most frequent sources are 203.0.113.3 (2 events), 203.0.113.0 (1) and 203.0.113.1 (1). The first happened on 5 March 2026 at 20:00 UTC and the last today at 07:00 UTC. In the period of the same length before there were 5 events, now 60% more.

The latest:
- 203.0.113.0 tried 40 short SSH sessions against 10.0.0.5; the rules say 0.91.
- 203.0.113.1 tried 40 short SSH sessions against 10.0.0.5; the rules say 0.91.
- 203.0.113.2 tried 40 short SSH sessions against 10.0.0.5; the rules say 0.91 (and 3 more like it).
- 203.0.113.3 tried 40 short SSH sessions against 10.0.0.5; the rules say 0.91.
- 203.0.113.3 tried 40 short SSH sessions against 10.0.0.5; the rules say 0.91.

Next steps:
- Look for a long or large session from the same source after the many short ones: it may be a login that succeeded.
- Check the authentication log of the server for the same minutes.
- Confirm that the service takes keys or a second factor, and limit who may reach it.`,
  );
});

Deno.test("writeAnswer in Spanish agrees in gender and number", () => {
  const [first] = text(RESULTS["many"]!, "es").split("\n\n");
  assert.equal(
    first,
    "Coinciden 8 eventos. Todos están clasificados como fuerza bruta, van dirigidos a 10.0.0.5, afectan al servicio ssh y se juzgaron maliciosos. Los orígenes más frecuentes son 203.0.113.3 (2 eventos), 203.0.113.0 (1) y 203.0.113.1 (1). El primero ocurrió el 5 de marzo de 2026 a las 20:00 UTC y el último, hoy a las 07:00 UTC. En el periodo anterior de igual duración hubo 5 eventos; ahora hay un 60 % más.",
  );
  assert.match(text(RESULTS["one"]!, "es"), /^Coincide un evento: /);
  assert.match(
    text(RESULTS["first"]!, "es"),
    /^En primer lugar está el origen 10\.0\.0\.9, con un solo destino\./,
  );
});

Deno.test("writeAnswer gives numbers their units and groups their names", () => {
  const en = text(RESULTS["groups"]!);
  assert.match(
    en,
    /^The total amount of data by source and service:\n- 10\.0\.0\.0, ssh: 5 GB\.\n- 10\.0\.0\.1, unknown: 2\.5 GB\./,
  );
  assert.match(en, /There are 3 more rows like these\./);
  assert.match(
    text(RESULTS["groups"]!, "es"),
    /\n- 10\.0\.0\.2, ssh: 1,667 GB\./,
  );
  assert.match(
    text(RESULTS["weekdays"]!),
    /- Monday: 2 events\.\n- Sunday: 1 event\./,
  );
  assert.match(
    text(RESULTS["weekdays"]!, "es"),
    /- lunes: 2 eventos\.\n- domingo: 1 evento\./,
  );
  assert.match(text(RESULTS["count"]!), /^8 events match\./);
  assert.match(text(RESULTS["unknown mean"]!), /mean duration is unknown/);
});

Deno.test("writeAnswer tells one entry where one of many was asked for", () => {
  const of = RESULTS["the latest"]!;
  assert.match(
    text(of),
    /^This is the latest of 8 events: 203\.0\.113\.0 tried .*\.\n\nNext steps:/,
  );
  assert.match(text(of, "es"), /^Este es el más reciente de 8 eventos: /);
});

Deno.test("writeAnswer says that nothing was found where a number is over nothing, or nothing resembles a text", () => {
  const none = result([], {
    query: { kind: "event", aggregate: { metric: COUNT, groupBy: [] } },
    groups: [{ key: [], value: 0, ids: [] }],
  });
  assert.match(text(none), /^Nothing was found for: /);
  const query = { kind: "event", text: "botnet" } as const;
  const unlike = result([], { query, summary: { ...summaryOf(MANY) } });
  assert.match(text(unlike), /^No event was found for: /);
});

Deno.test("writeAnswer says what was looked for and one thing to try where nothing was found", () => {
  assert.equal(
    text(result([])),
    "No event was found for: events with category bruteforce. Leave out the category: traffic of that kind may have been judged otherwise.",
  );
  const time = { op: "time", from: "2026-03-01T00:00:00.000Z" } as const;
  const dated = result([], { query: { kind: "incident", filter: time } });
  assert.match(text(dated), /^No incident was found .*\. Widen the period/);
  assert.match(
    text(dated, "es"),
    /^No se ha encontrado ningún incidente .*\. Amplíe el periodo/,
  );
  const worded = result([], { query: { kind: "event", text: "worm" } });
  assert.match(text(worded), /Use other words/);
});

Deno.test("writeAnswer says plainly what the log cannot answer, and answers the rest", () => {
  const unresolved = [{
    text: "CVE-2024-1",
    why: "the log holds no CVE numbers.",
  }];
  assert.match(
    text(result([hit(0)], { unresolved })),
    /^The log cannot answer “CVE-2024-1”: the log holds no CVE numbers\.\n\nOne event matches/,
  );
  const only = result([], { unresolved, query: { kind: "event" } });
  assert.match(text(only, "es"), /Por eso no se ha buscado nada\.$/);
});

Deno.test("writeAnswer explains a contradiction and gives nothing else", () => {
  const contradictions = ["the port cannot be 22 and 80"];
  const answer = text(result([], { contradictions }));
  assert.match(
    answer,
    /^The question contradicts itself: the port cannot be 22 and 80\. So nothing was searched/,
  );
  assert.equal(answer.split("\n").length, 1);
});

Deno.test("writeAnswer warns first where the match is weak", () => {
  assert.match(text(RESULTS["ranked"]!), /^The best match is a weak one/);
  assert.match(
    text(RESULTS["ranked"]!),
    /812 events were compared with “bot\.net "x" \(y\)”, and the 2 closest are listed/,
  );
});

const TRENDS: readonly (readonly [number, string, string])[] = [
  [
    0,
    "In the period of the same length before there were none.",
    "En el periodo anterior de igual duración no hubo ninguno.",
  ],
  [
    1,
    "In the period of the same length before there was 1 event, now 8 times as many.",
    "En el periodo anterior de igual duración hubo 1 evento; ahora son 8 veces esa cantidad.",
  ],
  [
    8,
    "In the period of the same length before there were just as many: 8.",
    "En el periodo anterior de igual duración hubo los mismos: 8.",
  ],
  [
    16,
    "In the period of the same length before there were 16 events, now 50% fewer.",
    "En el periodo anterior de igual duración hubo 16 eventos; ahora hay un 50 % menos.",
  ],
];

Deno.test("writeAnswer compares with the period before", () => {
  for (const [before, en, es] of TRENDS) {
    const of = result(MANY, { summary: { ...summaryOf(MANY), before } });
    assert.ok(text(of).includes(en), text(of));
    assert.ok(text(of, "es").includes(es), text(of, "es"));
  }
});

Deno.test("writeAnswer gives times in the question's zone", () => {
  const query = { kind: "event", zone: "Europe/Madrid" } as const;
  assert.match(
    text(result([hit(0)], { query })),
    /today at 12:59:00 Europe\/Madrid/,
  );
  const early = hit(0, { timestampUs: NOW_US - 11 * HOUR_US });
  assert.match(text(result([early]), "es"), /hoy a la 01:00:00 UTC/);
});

Deno.test("templateAnswer is the result with its prose", () => {
  const of = result([hit(0)]);
  const answer = templateAnswer(of, { nowUs: NOW_US });
  assert.equal(answer.writer, "templates");
  assert.equal(answer.answer, writeAnswer(of, { nowUs: NOW_US }).text);
  assert.equal(answer.hits, of.hits);
});
