/** The test set of search by meaning: complete, consistent, and events of the shape that the logger writes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { featureText, resolveRules } from "@ml-defender/detectors";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import { openCore } from "@ml-defender/native";
import { LOG_FIELDS } from "@ml-defender/raglogger";
import { analyze } from "@ml-defender/sdk";
import { generateBytes } from "../../generator/generate.ts";
import {
  buildAll,
  buildEvent,
  type BuiltEvent,
  readBehaviours,
} from "./build.ts";
import {
  ALIKE,
  holdersOf,
  type LiteralQuery,
  ndcgAt10,
  type Paraphrase,
  recallAt10,
  relevantTo,
} from "./relevance.ts";
import { drawLeftOut, SEED, splitParaphrases } from "./split.ts";

const FILES = [
  "behaviours.jsonl",
  "held_out.jsonl",
  "left_out.json",
  "literal.jsonl",
  "work.jsonl",
];
const CAPTURE = { seed: 1_700_000_021, durationSeconds: 60 };

const textOf = (name: string) =>
  Deno.readTextFile(new URL(name, import.meta.url));

async function linesOf<T>(name: string): Promise<T[]> {
  const lines = (await textOf(name)).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

const paraphrases = async (): Promise<Paraphrase[]> => [
  ...await linesOf<Paraphrase>("work.jsonl"),
  ...await linesOf<Paraphrase>("held_out.jsonl"),
];

/** Paths of an object's leaves; empty lists and objects are leaves. */
function pathsOf(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  const members = Object.entries(value);
  if (members.length === 0) return [at];
  return members.flatMap(([name, one]) =>
    pathsOf(one, at === "" ? name : `${at}.${name}`)
  );
}

interface Parts {
  record: unknown;
  evidence: Record<string, unknown>;
}

const parts = ({ record, evidence }: BuiltEvent): Parts => ({
  record,
  evidence: evidence as Record<string, unknown>,
});

/** Artifacts that `analyze` writes about a generated capture. */
async function realArtifacts(scenario: string): Promise<Parts[]> {
  const folder = await Deno.makeTempDir();
  try {
    const { bytes, truth } = generateBytes(scenario, CAPTURE);
    await using run = await analyze(bytes as Uint8Array<ArrayBuffer>, {
      core: await openCore(),
      homeNets: truth.homeNets,
      log: folder,
    });
    await run.finished;
    const found: Parts[] = [];
    for await (const day of Deno.readDir(`${folder}/artifacts`)) {
      const path = `${folder}/artifacts/${day.name}`;
      for await (const { name } of Deno.readDir(path)) {
        found.push(JSON.parse(await Deno.readTextFile(`${path}/${name}`)));
      }
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const reasonKeys = ({ evidence }: Parts) =>
  new Set(
    (evidence["reasons"] as object[]).flatMap((reason) => Object.keys(reason)),
  );

Deno.test("buildEvent makes records and evidence with the keys of a real artifact", async () => {
  const real = await realArtifacts("scan_vertical");
  assert.ok(real.length > 0, "the capture gave no artifact");
  const built = [...buildAll(await readBehaviours()).values()].map(parts);
  const leaves = pathsOf(real[0]!.record).sort();
  const members = Object.keys(real[0]!.evidence).sort();
  const known = new Set(real.flatMap((one) => [...reasonKeys(one)]));
  known.add("side");
  const features = new Set(
    [...FLOW_FEATURES, ...HOST_FEATURES].map(({ name }) => name),
  );
  for (const event of built) {
    assert.deepEqual(pathsOf(event.record).sort(), leaves);
    assert.deepEqual(Object.keys(event.evidence).sort(), members);
    for (const key of reasonKeys(event)) assert.ok(known.has(key), key);
    for (const name of Object.keys(event.evidence["features"] as object)) {
      assert.ok(features.has(name), name);
    }
  }
});

Deno.test("buildEvent fills all 83 leaves and gives the same event each time", async () => {
  const paths = LOG_FIELDS.map(({ path }) => path).sort();
  assert.equal(paths.length, 83);
  for (const { events } of await readBehaviours()) {
    for (const spec of events) {
      const event = buildEvent(spec);
      assert.deepEqual(pathsOf(event.record).sort(), paths);
      assert.deepEqual(buildEvent(spec), event);
    }
  }
});

Deno.test("buildEvent keeps numbers within the ranges of the log's fields", async () => {
  for (const [id, { record }] of buildAll(await readBehaviours())) {
    for (const { path, nullable, kind, min, max } of LOG_FIELDS) {
      const value = path.split(".").reduce<unknown>(
        (at, name) => (at as Record<string, unknown>)[name],
        record,
      );
      assert.ok(value !== null || nullable, `${id} ${path}`);
      if (typeof value !== "number") continue;
      assert.ok(value >= (min ?? 0) && value <= (max ?? Infinity), path);
      assert.ok(kind !== "integer" || Number.isInteger(value), `${id} ${path}`);
    }
  }
});

Deno.test("buildEvent computes the published Community ID of a flow", async () => {
  const behaviours = await readBehaviours();
  const spec = behaviours[0]!.events.find(({ dst }) => dst !== undefined)!;
  const idOf = (changes: object) =>
    buildEvent({ ...spec, ...changes }).record.network.community_id;
  assert.equal(
    idOf({
      src: "128.232.110.120",
      srcPort: 34855,
      dst: "66.35.250.204",
      dstPort: 80,
      protocol: "tcp",
    }),
    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
  );
  assert.equal(
    idOf({ src: "192.168.0.89", dst: "192.168.0.1", protocol: "icmp" }),
    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
  );
});

Deno.test("buildEvent refuses what is no address and no time", async () => {
  const spec = (await readBehaviours())[0]!.events[1]!;
  assert.throws(() => buildEvent({ ...spec, src: "nowhere" }), TypeError);
  assert.throws(() => buildEvent({ ...spec, start: "today" }), TypeError);
});

Deno.test("behaviours have six different events each, with reasons in the words of rules and features", async () => {
  const behaviours = await readBehaviours();
  assert.ok(behaviours.length >= 32);
  const rules = new Map(resolveRules().map((rule) => [rule.code, rule]));
  for (const { id, title, events } of behaviours) {
    assert.match(id, /^[a-z0-9_]+$/);
    assert.notEqual(title, "");
    assert.equal(events.length, 6, id);
    for (const { code, text, feature } of events.flatMap((e) => e.reasons)) {
      assert.equal(text, rules.get(code)?.text ?? featureText(feature), code);
      const [head, rest] = code.split(".");
      assert.ok(rules.has(head!) || rest === feature, code);
    }
  }
  const ids = [...buildAll(behaviours).values()].map(({ record }) =>
    record.rag_metadata.event_id
  );
  assert.equal(new Set(ids).size, 6 * behaviours.length);
});

Deno.test("paraphrases are at least 240, in two languages, about every behaviour", async () => {
  const all = await paraphrases();
  const behaviours = await readBehaviours();
  assert.ok(all.length >= 240, `${all.length} paraphrases`);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.equal(new Set(all.map(({ question }) => question)).size, all.length);
  const english = all.filter(({ language }) => language === "en").length;
  const share = english / all.length;
  assert.ok(share > 0.55 && share < 0.65, `${share} English`);
  for (const { id } of behaviours) {
    const own = all.filter(({ behaviour }) => behaviour === id);
    assert.ok(own.length >= 7, `${id}: ${own.length}`);
    assert.ok(new Set(own.map(({ language }) => language)).size === 2, id);
  }
  const known = new Set(behaviours.map(({ id }) => id));
  assert.ok(all.every(({ behaviour }) => known.has(behaviour)));
});

Deno.test("paraphrases use no rule's text, address, date or port", async () => {
  const texts = resolveRules().map(({ text }) => text.toLowerCase());
  const filters =
    /\d+\.\d+\.\d+|\b(19|20)\d\d\b|\bport \d|\bpuerto \d|\d:\d\d|community/i;
  for (const { id, question } of await paraphrases()) {
    assert.ok(!texts.includes(question.toLowerCase()), id);
    assert.ok(!filters.test(question), id);
  }
});

Deno.test("splitParaphrases gives the halves in the tree from their union in any order", async () => {
  const work = await linesOf<Paraphrase>("work.jsonl");
  const heldOut = await linesOf<Paraphrase>("held_out.jsonl");
  const again = splitParaphrases([...heldOut, ...work].reverse(), SEED);
  const ids = (all: readonly Paraphrase[]) => all.map(({ id }) => id).join();
  assert.ok(ids(again.work) === ids(work), "work.jsonl is not of this seed");
  assert.ok(ids(again.heldOut) === ids(heldOut), "held_out.jsonl is not");
  assert.ok(Math.abs(work.length - heldOut.length) <= 1);
});

Deno.test("drawLeftOut draws the behaviours of left_out.json", async () => {
  const { seed, behaviours } = JSON.parse(await textOf("left_out.json"));
  assert.equal(seed, SEED);
  assert.deepEqual(drawLeftOut(await readBehaviours(), seed), behaviours);
  assert.equal(behaviours.length, 5);
});

Deno.test("literal queries name exactly the events that hold them", async () => {
  const events = buildAll(await readBehaviours());
  const queries = await linesOf<LiteralQuery>("literal.jsonl");
  assert.ok(queries.length >= 60, `${queries.length} literal queries`);
  assert.equal(new Set(queries.map(({ id }) => id)).size, queries.length);
  for (const { id, question, events: named } of queries) {
    assert.ok(named.length > 0, id);
    assert.deepEqual(holdersOf(question, events), named, id);
  }
});

Deno.test("holdersOf takes no address for a part of a longer one", async () => {
  const [first] = [...buildAll(await readBehaviours()).values()];
  const address = first!.record.network.five_tuple.src_ip!;
  const one = new Map([["a#0", first!]]);
  assert.deepEqual(holdersOf(address, one), ["a#0"]);
  assert.deepEqual(holdersOf(address.slice(0, -1), one), []);
  assert.deepEqual(holdersOf(address.slice(1), one), []);
});

Deno.test("relevantTo adds the events of behaviours that are alike", async () => {
  const behaviours = await readBehaviours();
  const ids = [...buildAll(behaviours).keys()];
  const known = new Set(behaviours.map(({ id }) => id));
  assert.ok(ALIKE.flat().every((id) => known.has(id)));
  assert.equal(relevantTo("syn_flood", ids).size, 6);
  assert.equal(relevantTo("arp_sweep", ids).size, 12);
});

Deno.test("recallAt10 and ndcgAt10 count relevant events once and know their best", () => {
  const relevant = new Set(["a", "b"]);
  assert.equal(recallAt10(["a", "b", "x"], relevant), 1);
  assert.equal(recallAt10(["a", "a", "x"], relevant), 0.5);
  assert.equal(ndcgAt10(["b", "a"], relevant), 1);
  const late = (1 / Math.log2(3)) / (1 + 1 / Math.log2(3));
  assert.ok(Math.abs(ndcgAt10(["x", "a", "a"], relevant) - late) < 1e-12);
  assert.equal(recallAt10(Array(10).fill("x").concat("a"), relevant), 0);
});

Deno.test("the files have the digests that the README states", async () => {
  const readme = await textOf("README.md");
  for (const name of FILES) {
    const digest = createHash("sha256").update(await textOf(name)).digest(
      "hex",
    );
    assert.ok(readme.includes(`${digest}  ${name}`), `${name}: ${digest}`);
  }
});
