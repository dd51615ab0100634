/**
 * The files of questions are whole and unchanged, and what they expect can be asked. Messages name a question by its id
 * alone: the held-out half stays unseen.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { Filter, GroupKey, Query } from "../../rag/query/ast.ts";
import { canonicalQuery } from "../../rag/query/canonical.ts";
import { FIELDS, isField } from "../../rag/query/fields.ts";
import {
  NOW,
  parseQuestions,
  type Question,
  sameReading,
} from "./questions.ts";
import { jsonLines, split } from "./split.ts";

const FOLDER = new URL(".", import.meta.url);
const FILES = ["work.jsonl", "held_out.jsonl"] as const;
/** Written later, and worked with. */
const LATER = "changes.jsonl";

const VALUES: Readonly<Record<string, readonly string[]>> = {
  category:
    "ddos scan bruteforce lateral ransomware c2 dns exfiltration mining web"
      .split(" "),
  decision: ["benign", "suspicious", "malicious"],
  priority: ["none", "low", "medium", "high", "critical"],
  confidence_level: ["low", "medium", "high"],
  outcome: ["applied", "refused", "rolled_back"],
  protocol: "tcp udp icmp icmp6 sctp gre arp".split(" "),
  service:
    "ftp ssh telnet smtp dns http kerberos ntp netbios snmp ldap https smb mssql mysql rdp vnc winrm"
      .split(" "),
  app_protocol: ["dns", "tls", "http", "ssh", "smb"],
  authoritative_source:
    "FAST_ONLY ML_ONLY FAST_PRIORITY ML_PRIORITY CONSENSUS DIVERGENCE".split(
      " ",
    ),
};
const SCORES =
  "fast_score ml_score final_score divergence confidence ddos ransomware traffic internal"
    .split(" ");

Deno.test("questions: the files have the SHA-256 that README.md states", () => {
  const readme = read("README.md");
  for (const file of [...FILES, LATER]) {
    const hash = createHash("sha256").update(read(file)).digest("hex");
    const row = readme.split("\n").find((line) =>
      line.startsWith(`| \`${file}\``)
    );
    assert.ok(row?.includes(`\`${hash}\``), file);
  }
});

Deno.test("questions: ids and wordings are unique, and there are enough in each language and of those without an answer", () => {
  const all = everything();
  const ids = [...all, ...later()].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(all.length >= 300);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  const asked = all.map((q) => `${q.question.toLowerCase()} ${q.zone}`);
  assert.equal(new Set(asked).size, all.length);
  const share = (of: (question: Question) => boolean) =>
    all.filter(of).length / all.length;
  assert.ok(share(({ language }) => language === "es") >= 0.4);
  assert.ok(share(({ language }) => language === "en") >= 0.4);
  assert.ok(share(({ unresolved }) => unresolved) >= 0.2);
  assert.ok(all.filter(({ contradiction }) => contradiction).length >= 10);
  assert.ok(all.filter(({ zone }) => zone !== "UTC").length >= 10);
});

Deno.test("questions: each has its members, and its zone is the query's", () => {
  for (const question of [...everything(), ...later()]) {
    const { id, language, query, zone, unresolved, contradiction } = question;
    assert.match(id, /^(en|es)-\d{3}$/);
    assert.equal(id.slice(0, 2), language, id);
    assert.notEqual(question.question.trim(), "", id);
    assert.equal(typeof unresolved, "boolean", id);
    assert.equal(typeof contradiction, "boolean", id);
    assert.ok(!(unresolved && contradiction), id);
    assert.equal(query.zone ?? "UTC", zone, id);
    new Intl.DateTimeFormat("en", { timeZone: zone });
  }
});

Deno.test("questions: every expected query is as canonicalQuery gives it, of known fields and of values that fit them", () => {
  for (const { id, query, contradiction } of [...everything(), ...later()]) {
    const canonical = JSON.stringify(canonicalQuery(query));
    assert.ok(canonical === JSON.stringify(query), `${id} is not canonical`);
    const fault = queryFault(query) ??
      (query.filter && filterFault(query.filter, contradiction));
    assert.equal(fault, undefined, id);
  }
});

Deno.test("split: both files are what the seed in README.md gives", () => {
  const seed = Number(/^Seed: `(\d+)`$/m.exec(read("README.md"))?.[1]);
  const { work, heldOut } = split(everything(), seed);
  assert.ok(jsonLines(work) === read("work.jsonl"));
  assert.ok(jsonLines(heldOut) === read("held_out.jsonl"));
});

Deno.test("split: halves differ by at most one question in each language and answerability, and by the seed", () => {
  const all = everything();
  const { work, heldOut } = split(all, 1);
  assert.equal(work.length + heldOut.length, all.length);
  for (const language of ["en", "es"]) {
    for (const unresolved of [true, false]) {
      const size = (half: readonly Question[]) =>
        half.filter((q) =>
          q.language === language && q.unresolved === unresolved
        ).length;
      assert.ok(Math.abs(size(work) - size(heldOut)) <= 1);
    }
  }
  assert.ok(jsonLines(work) !== jsonLines(split(all, 2).work));
});

Deno.test("sameReading compares texts as words, flags always, and of contradictions only the flag", () => {
  const plain = { unresolved: false, contradiction: false };
  const query: Query = { kind: "event", text: "inyección sql" };
  const expected = { ...plain, query };
  const given = (text: string): Query => ({ kind: "event", text });
  assert.ok(sameReading(expected, { ...plain, query: given("SQL inyeccion") }));
  assert.ok(!sameReading(expected, { ...plain, query: given("sql") }));
  assert.ok(!sameReading(expected, { ...plain, query: given("sql sql") }));
  assert.ok(!sameReading(expected, { ...expected, unresolved: true }));
  assert.ok(
    !sameReading(expected, { ...plain, query: { ...query, limit: 5 } }),
  );
  const unresolved = { ...expected, unresolved: true };
  assert.ok(sameReading(unresolved, { ...unresolved, query: given("other") }));
  const limited: Query = { ...query, limit: 5 };
  assert.ok(!sameReading(unresolved, { ...unresolved, query: limited }));
  const contradiction = { ...expected, contradiction: true };
  assert.ok(sameReading(contradiction, { ...contradiction, query: limited }));
  assert.ok(!sameReading(contradiction, expected));
});

Deno.test("questions: the clock is a Wednesday", () => {
  assert.equal(new Date(NOW).getUTCDay(), 3);
});

function read(file: string): string {
  return Deno.readTextFileSync(new URL(file, FOLDER));
}

function everything(): Question[] {
  return FILES.flatMap((file) => parseQuestions(read(file)));
}

function later(): Question[] {
  return parseQuestions(read(LATER));
}

function queryFault(query: Query): string | undefined {
  const { kind, aggregate, sort, limit, similarTo } = query;
  if (!["event", "incident", "change"].includes(kind)) return "kind";
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    return "limit";
  }
  if (similarTo !== undefined && !/^[0-9a-f]{32}$/.test(similarTo)) {
    return "similarTo";
  }
  if (aggregate !== undefined) {
    const { metric, groupBy, having } = aggregate;
    if (metric.kind !== "count") {
      if (!isField(metric.field)) return "metric";
      const { type } = FIELDS[metric.field];
      if (metric.kind !== "distinct" && type !== "number") return "metric";
    }
    if (!groupBy.every(isGroupKey)) return "groupBy";
    if (having !== undefined && !Number.isFinite(having.value)) return "having";
    if (having !== undefined && groupBy.length === 0) return "having";
  }
  if (sort === undefined || sort.by === "time") return undefined;
  if (sort.by === "metric") return aggregate === undefined ? "sort" : undefined;
  return FIELDS[sort.by]?.type === "number" ? undefined : "sort";
}

function isGroupKey(key: GroupKey): boolean {
  if (["src_port", "dst_port", "hour", "day", "weekday"].includes(key)) {
    return true;
  }
  return isField(key) && ["text", "address"].includes(FIELDS[key].type);
}

function filterFault(filter: Filter, empty: boolean): string | undefined {
  switch (filter.op) {
    case "and":
    case "or":
      if (filter.of.length < 2) return filter.op;
      return filter.of.map((of) => filterFault(of, empty)).find((f) => f);
    case "not":
      return filterFault(filter.of, empty);
    case "eq":
      return fits(filter.field, filter.value) ? undefined : filter.field;
    case "in":
      return filter.values.length > 1 &&
          filter.values.every((value) => fits(filter.field, value))
        ? undefined
        : filter.field;
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return FIELDS[filter.field]?.type === "number" &&
          fits(filter.field, filter.value)
        ? undefined
        : filter.field;
    case "cidr":
      return FIELDS[filter.field]?.type === "address" &&
          isNetwork(filter.network)
        ? undefined
        : filter.field;
    case "under":
      if (filter.field === "setting") {
        return /^\w+(?:\.\w+)*$/.test(filter.value) ? undefined : "setting";
      }
      return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(filter.value)
        ? undefined
        : "name";
    case "time":
      return isSpan(filter, empty) ? undefined : "time";
    case "time_of_day":
      return [filter.from, filter.to].every((time) =>
          /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(time)
        )
        ? undefined
        : "time_of_day";
    case "day_of_week":
      return filter.days.length > 0 &&
          filter.days.every((day) =>
            Number.isInteger(day) && day > 0 && day < 8
          )
        ? undefined
        : "day_of_week";
  }
}

function fits(field: string, value: unknown): boolean {
  if (!isField(field)) return false;
  switch (FIELDS[field].type) {
    case "boolean":
      return typeof value === "boolean";
    case "address":
      return typeof value === "string" && isIP(value) !== 0;
    case "text":
    case "paths":
      return typeof value === "string" && value !== "" &&
        (VALUES[field]?.includes(value) ?? true);
    case "number":
      return typeof value === "number" && value >= 0 &&
        !(SCORES.includes(field) && value > 1) &&
        !(field.endsWith("_port") && value > 65535);
  }
}

function isNetwork(network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const family = isIP(address);
  return family !== 0 && /^\d+$/.test(bits) &&
    Number(bits) <= (family === 4 ? 32 : 128);
}

function isSpan(
  { from, to }: { readonly from?: string; readonly to?: string },
  empty: boolean,
): boolean {
  const given = [from, to].filter((time) => time !== undefined);
  const exact = given.every((time) => new Date(time).toISOString() === time);
  const ordered = from === undefined || to === undefined || from < to;
  return given.length > 0 && exact && (ordered || empty);
}
