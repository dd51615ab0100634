import assert from "node:assert/strict";
import { canonicalFilter } from "../query/canonical.ts";
import { checkQuery } from "../query/check.ts";
import { formatFilter } from "../query/syntax.ts";
import { pick, randomOf } from "../query/testdata/rows.ts";
import { ASKING_MEANINGS } from "./_meanings_asking.ts";
import { CHANGE_MEANINGS } from "./_meanings_changes.ts";
import { FILTER_MEANINGS } from "./_meanings_filters.ts";
import { CLOCK_MEANINGS } from "./_meanings_clock.ts";
import { TIME_MEANINGS } from "./_meanings_time.ts";
import { PIECES } from "./_pieces.ts";
import { ASKING_RULES } from "./_rules_asking.ts";
import { CHANGE_RULES } from "./_rules_changes.ts";
import { FILTER_RULES } from "./_rules_filters.ts";
import { TIME_RULES } from "./_rules_time.ts";
import { compileGrammar } from "./chart.ts";
import { LEXICONS } from "./lexicon/mod.ts";
import { understand } from "./understand.ts";

const nowMs = Date.parse("2026-03-18T15:30:00.000Z");
const RULES = [
  ...TIME_RULES,
  ...FILTER_RULES,
  ...ASKING_RULES,
  ...CHANGE_RULES,
];
const TYPED = [
  ...["NUMBER", "ORDINAL", "PCT", "SIZED", "RATE", "TIMED", "ADDRESS"],
  ...["NETWORK", "DOMAIN", "ID", "DATE", "INSTANT", "CLOCK", "WORD", "QUOTED"],
  "LITERAL",
];

interface Variant {
  readonly question: string;
}

Deno.test("understand reads each variant of the guide's words as written down", async () => {
  const text = await Deno.readTextFile(
    new URL("testdata/variants.jsonl", import.meta.url),
  );
  const wrong: string[] = [];
  for (const line of text.split("\n").filter((l) => l !== "")) {
    const { question } = JSON.parse(line) as Variant;
    const made = understand(question, { nowMs });
    const { filter, kind, ...rest } = made.query;
    const given = JSON.stringify({
      question,
      ...(kind === "event" ? {} : { kind }),
      ...(filter === undefined ? {} : {
        filter: formatFilter(canonicalFilter(filter)).replaceAll(
          ":00.000Z",
          "Z",
        ),
      }),
      ...rest,
      ...(made.unresolved.length === 0
        ? {}
        : { unresolved: made.unresolved.map((u) => u.text) }),
      ...(made.contradictions.length === 0 ? {} : { contradiction: true }),
    });
    if (given !== line) wrong.push(`expected ${line}\ngiven    ${given}`);
  }
  assert.equal(wrong.length, 0, wrong.join("\n"));
});

Deno.test("every symbol of the grammar is made by a rule, a word or a token, and every action exists", () => {
  const { symbols, actions } = compileGrammar(RULES);
  const made = new Set(RULES.map((r) => r.split("<-")[0]!.trim()));
  const words = new Set([...LEXICONS.en.symbols, ...LEXICONS.es.symbols]);
  const unknown = [...symbols].filter((s) =>
    !made.has(s) && !words.has(s) && !TYPED.includes(s)
  );
  assert.deepEqual(unknown, []);
  const all = {
    ...FILTER_MEANINGS,
    ...ASKING_MEANINGS,
    ...TIME_MEANINGS,
    ...CLOCK_MEANINGS,
    ...CHANGE_MEANINGS,
  };
  assert.deepEqual([...actions].filter((a) => !Object.hasOwn(all, a)), []);
  assert.deepEqual(Object.keys(all).filter((a) => !actions.has(a)), []);
});

Deno.test("every kind of word is used by a rule or as it is", () => {
  const { symbols } = compileGrammar(RULES);
  const plain = ["FUNCTION", "NOISE", "COMMON", "SINGULAR", "REAL"];
  for (const language of ["en", "es"] as const) {
    const idle = [...LEXICONS[language].symbols].filter((s) =>
      !symbols.has(s) && !PIECES.has(s) && !plain.includes(s)
    );
    assert.deepEqual(idle, [], language);
  }
});

Deno.test("understand says what it understood, and which words it read as others", () => {
  assert.equal(
    understand("scnas from 10.0.0.0/8 yesterday", { nowMs }).understood,
    "events with category scan and source in 10.0.0.0/8" +
      ' from 2026-03-17 00:00 to 2026-03-18 00:00 UTC (read "scnas" as "scans")',
  );
  assert.equal(
    understand("escaenos de ayer", { nowMs, zone: "Europe/Madrid" }).understood,
    "eventos con categoría scan desde 2026-03-17 00:00 hasta 2026-03-18 00:00," +
      ' times in Europe/Madrid (leído "escaenos" como "escaneos")'
        .replace("times in", "horas en"),
  );
});

Deno.test("understand leaves words alone that the search by meaning knows", () => {
  const knows = (word: string) => word === "scams";
  assert.equal(understand("scams", { nowMs, knows }).query.text, "scams");
  assert.equal(understand("scams", { nowMs }).query.text, undefined);
  const mistyped = understand("longest conections", {
    nowMs,
    knows: () => true,
  });
  assert.equal(mistyped.query.text, undefined);
});

Deno.test("understand takes no word for another that is one letter away", () => {
  for (const word of ["posts", "spans", "minor", "direction", "attached"]) {
    const { understood } = understand(`show ${word} of 10.0.0.1`, { nowMs });
    assert.doesNotMatch(understood, /\(read/, word);
  }
  for (const word of ["cuenta", "minuto", "ministro", "fuente"]) {
    const { understood } = understand(`muestra ${word} de ayer`, { nowMs });
    assert.doesNotMatch(understood, /\(leído/, word);
  }
});

Deno.test("understand takes an unknown word for another subject, a known one for a text", () => {
  const knows = (word: string) => word === "zeroaccess";
  const plain = understand("zeroaccess", { nowMs });
  assert.equal(plain.unresolved.length, 1);
  assert.deepEqual(plain.query, { kind: "event" });
  const known = understand("zeroaccess", { nowMs, knows });
  assert.deepEqual(known.unresolved, []);
  assert.equal(known.query.text, "zeroaccess");
});

Deno.test("understand keeps quoted words as they are", () => {
  const { query } = understand('http to "Weird Agent 1.0" yesterday', {
    nowMs,
  });
  assert.equal(query.text, "Weird Agent 1.0");
});

Deno.test("understand keeps names of programs and files as text, never as unresolved or a service", () => {
  for (
    const text of ["Go-http-client", "gate.php", "/wp-login.php", "BorgBackup"]
  ) {
    const { query, unresolved } = understand(text, { nowMs });
    assert.deepEqual(query, { kind: "event", text });
    assert.deepEqual(unresolved, []);
  }
});

const queryOf = (question: string) => understand(question, { nowMs }).query;

Deno.test("understand takes size and length as filters only of what has them here", () => {
  const large = { op: "ge", field: "bytes", value: 10_000_000 };
  const long = { op: "ge", field: "duration", value: 600 };
  for (const text of ["large flows", "big transfers", "tráfico voluminoso"]) {
    assert.deepEqual(queryOf(text).filter, large, text);
  }
  assert.deepEqual(queryOf("transferencias que son grandes").filter, large);
  assert.deepEqual(queryOf("long sessions").filter, long);
  for (
    const text of [
      ...["large echo requests", "spoofed lookups whose large answers hit us"],
      ...["nos llegan respuestas enormes", "long names of malware"],
    ]
  ) assert.equal(queryOf(text).filter, undefined, text);
});

Deno.test("understand takes no number of a description for a limit and no question in it for a group", () => {
  assert.equal(queryOf("show 5 strange connections").limit, 5);
  assert.equal(queryOf("one ssh session").limit, 1);
  for (
    const text of [
      ...["malware spreading at one machine", "flood at layer 7"],
      ...["denegación de servicio en capa 7", "ssh from 10.0.0.5:22"],
    ]
  ) assert.equal(queryOf(text).limit, undefined, text);
  for (
    const text of [
      ...["malware checking which services another one offers"],
      ...["exfiltración por un puerto raro", "logins, one or two per host"],
      ...["who-has broadcasts", "half-open connections on few ports"],
    ]
  ) assert.equal(queryOf(text).aggregate, undefined, text);
  for (const text of ["identify which hosts beaconed", "scans by host"]) {
    assert.deepEqual(queryOf(text).aggregate?.groupBy, ["src_ip"], text);
  }
});

Deno.test("understand leaves what the log does not hold to the text where it is only described", () => {
  const text = (question: string) => {
    const { query, unresolved } = understand(question, { nowMs });
    return unresolved.length === 0 ? query.text : undefined;
  };
  assert.equal(text("brute force on the FTP account"), "account");
  assert.equal(text("exfiltration of customer files"), "customer files");
  assert.equal(
    text("un gusano que infecta equipos windows"),
    "gusano infecta windows",
  );
  for (
    const question of [
      ...["which accounts were brute forced", "phishing emails"],
      ...["files encrypted by ransomware", "scans and the users behind them"],
      ...["brute force against user jsmith", "brute force of accounts today"],
    ]
  ) assert.equal(text(question), undefined, question);
});

Deno.test("understand negates and joins filters, not the words before them", () => {
  const ssh = { op: "eq", field: "service", value: "ssh" };
  assert.deepEqual(queryOf("malware not on websites or ssh").filter, {
    op: "not",
    of: ssh,
  });
  assert.deepEqual(queryOf("malware sin pausa por ssh").filter, ssh);
  assert.deepEqual(queryOf("ping of icmp").filter, {
    op: "eq",
    field: "protocol",
    value: "icmp",
  });
});

Deno.test("understand gives the same for the same question, whatever came before", () => {
  const question = "top 5 attackers last week outside business hours";
  const first = JSON.stringify(understand(question, { nowMs }));
  understand("¿qué equipos hablaron con muchos servidores?", { nowMs });
  assert.equal(JSON.stringify(understand(question, { nowMs })), first);
});

Deno.test("understand makes a query that checkQuery accepts of any text", () => {
  const random = randomOf(6);
  const words = [
    ...LEXICONS.en.words,
    ...LEXICONS.es.words,
    ...["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "2026-03-05", "5/3"],
    ...[
      "29/2/2025",
      "3pm",
      "24:00",
      "85%",
      "10MB",
      "1e9",
      "99999999999",
      "24h",
    ],
    ...[
      "0",
      "-5",
      "65536",
      ",",
      "?",
      '"',
      "a.example.com",
      "31",
      "💥",
      "\u0000",
    ],
    ...["0123456789abcdef0123456789abcdef", "__proto__", "constructor", "Ñ"],
  ];
  const zones = ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata"];
  const times: number[] = [];
  for (let i = 0; i < 1_500; i++) {
    const length = 1 + Math.floor(random() * 25);
    const question = Array.from({ length }, () => pick(random, words)).join(
      " ",
    );
    const started = performance.now();
    const { query, understood } = understand(question, {
      nowMs,
      zone: pick(random, zones),
    });
    times.push(performance.now() - started);
    checkQuery(query);
    assert.ok(understood.length > 0);
  }
  times.sort((a, b) => a - b);
  assert.ok(times.at(-1)! < 1_000, `slowest ${times.at(-1)} ms`);
});

Deno.test("understand ends soon for questions made to be slow", () => {
  const parts = [
    "or ",
    "10.0.0.1 and ",
    "not ",
    "yesterday and ",
    "more than 5 and less than 6 and ",
    "ssh or scans from 10.0.0.1 or ",
    "from monday to friday and between ",
    "las 5 y ",
    "(((((",
    '"',
    "::::::::",
    "1.1.1.1.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "1,1,1,",
    "top 5 most attacked hosts that talked to many ",
  ];
  for (const part of parts) {
    const question = part.repeat(Math.ceil(10_000 / part.length));
    const started = performance.now();
    checkQuery(understand(question, { nowMs }).query);
    const took = performance.now() - started;
    assert.ok(took < 2_000, `${part}: ${took} ms`);
  }
});
