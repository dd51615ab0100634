import type { Filter } from "../query/ast.ts";
import type { Parts } from "./chart.ts";
import { type Context, type Found, joined, type Meaning } from "./_context.ts";
import { oneOf } from "./_meanings_filters.ts";
import type { Asked } from "./_groups.ts";
import { sensesOf } from "./lexicon/mod.ts";
import { SECTIONS } from "./lexicon/changes.ts";
import { isSettingPath } from "./lexicon/settings.ts";
import { noted, type Place, strangePlace, within } from "./_notes_changes.ts";
import type { Unresolved } from "../result.ts";
import { normalize, type Token } from "./tokens.ts";

/** What a constituent says of changes. */
export interface Change {
  /** Filters that it says. */
  readonly filters: readonly Found[];
  /** What it asks for beside the changes. */
  readonly asked?: Asked;
  /** What of it the log cannot answer. */
  readonly noted?: readonly Unresolved[];
}

/** Authors, and what became of what they asked for. */
export const AUTHORS: Asked = { groupBy: ["actor", "outcome"] };

/** How many authors. */
const COUNTED: Asked = { metric: { kind: "distinct", field: "actor" } };
/** Revisions, and how many changes each is of. */
const REVISIONS: Asked = { groupBy: ["revision"] };
/** How many revisions. */
const COUNTED_REVISIONS: Asked = {
  metric: { kind: "distinct", field: "revision" },
};

/** Senses of a word that may all the same be somebody's name. */
const NAMING = new Set([
  ...["SVC", "PROTO", "APP", "CAT", "TOPIC", "REAL", "COMMON", "MODEL_NAME"],
  ...["BEHAVIOUR", "SECTION", "FAST", "ML", "MODEL", "LEVEL", "CRITICAL"],
  ...["SCORE", "PASSWORD", "ALERT", "SENT"],
]);
/** Senses of a word that is nobody's name, even right after "by". */
const NAMELESS = new Set([
  ...["TODAY", "YESTERDAY", "BEFORE_YESTERDAY", "TONIGHT", "LAST_NIGHT", "NOW"],
  ...["THIS", "LAST", "PAST", "ROLLING", "UNIT", "WEEKDAY", "WEEKDAYS"],
  ...["MONTH", "PARTOFDAY", "WEEKEND", "WEEKENDS", "WORKDAYS", "MIDNIGHT"],
  ...["NOON", "AT_NIGHT", "DAY_OF_WEEK", "GKEY", "ROLE", "HOSTWORD", "NOUN"],
  ...["FLOWNOUN", "DET", "AND", "OR", "NOT", "WHO", "WHICH", "AUX", "AN"],
  ...["ACTOR", "SCANNER", "VICTIM", "TALKER", "CH_AUTHOR", "CH_OUTCOME"],
  ...["CH_SETTING", "CH_CONFIG", "CH_NOUN", "CH_ANY", "REVISION", "OUTCOME"],
  ...["FIELD", "SOURCE_PORT", "DEST_PORT", "PORT", "INCIDENT", "WORDNUM"],
  ...["EVERY", "HACE", "SINCE", "BEFORE", "AFTER", "UNTIL", "BETWEEN"],
]);
/** Words for people that are nobody's name. */
const PRONOUNS = new RegExp(
  "^(?:i|you|he|she|it|we|they|me|us|him|her|them|who|whom|that|this|these|" +
    "those|people|anyone|anybody|someone|somebody|everyone|everybody|nobody|" +
    "yo|tu|el|ella|ello|ellos|ellas|nosotros|usted|ustedes|alguien|nadie|" +
    "todos|todas|se|que|quien|quienes|eso|esto)$",
);

/** Meanings of what is said of changes of configuration, by the names in the rules. */
export const CHANGE_MEANINGS: Readonly<Record<string, Meaning>> = {
  author: (p, c) => {
    const token = c.tokens[p.span[0]]!;
    if (token.kind !== "quoted" && isSettingPath(pathOf(token))) {
      return undefined;
    }
    return token.kind !== "word" || isName(token) ? nameOf(token) : undefined;
  },
  tiedAuthor: (p, c) => {
    const parts = c.tokens.slice(...p.span);
    return parts.slice(1).every((token) => token.tied)
      ? parts.map((token) => token.text).join("-")
      : undefined;
  },
  fullName: (p, c) =>
    c.tokens.slice(...p.span).every(isUnknown)
      ? p.all<string>("Author").join(" ")
      : undefined,
  names: (p) => p.values,
  // "What did April change?"
  dayName: (p, c) => {
    const { text } = c.tokens[p.span[0]]!;
    return sensesOf(normalize(text)).some((sense) => sense === "MONTH")
      ? [text]
      : undefined;
  },
  setting: (p, c) => {
    const token = c.tokens[p.span[0]]!;
    const { kind } = token;
    const path = pathOf(token);
    const names = path.split(".");
    const known = SECTIONS.has(names[0]!.toLowerCase());
    if (kind === "word" || kind === "domain") return known ? path : undefined;
    const dotted = /^[\p{L}\p{N}_*".-]+$/u.test(path) && names.length > 1;
    return known || dotted && (c.changes === true || names.length > 2)
      ? path
      : undefined;
  },
  settingFirst: (p) => p.get("Setting"),
  revision: (p, c) => c.tokens[p.span[0]]!.text,

  changedBy: (p, c) =>
    p.has("CH_MAKE") && !p.has("CH_SETTING") && !p.has("ChNoun") &&
      !isStrange(p, c)
      ? undefined
      : change(actors(p.get("Changers"))),
  didChange: (p) =>
    p.span[0] === 0 ? change(actors(p.get("Changers"))) : undefined,
  englishChangedBy: (p, c) =>
    c.language === "en" && isStrange(p, c)
      ? change(actors([p.get("Author")]))
      : undefined,
  spanishChangedBy: (p, c) =>
    c.language === "es" ? change(actors([p.get("Author")])) : undefined,
  ownChanges: (p, c) =>
    /['’]s$/.test(c.tokens[p.spanOf(["Author"])[1] - 1]!.text)
      ? change(actors([p.get("Author")]))
      : undefined,
  changesOf: (p, c) =>
    c.language === "es" && isStrange(p, c) && !isOfSetting(p, c)
      ? change(actors([p.get("Author")]))
      : undefined,
  changesBy: (p, c) =>
    (isStrange(p, c) || isSaid(p, c)) && !isOfSetting(p, c)
      ? change(actors(p.get("AuthorList")))
      : undefined,
  changesMadeBy: (p) => change(actors(p.get("AuthorList"))),
  askerChanged: (p, c) => ({
    ...change(),
    noted: noted(within(p.spanOf(["CH_I", "CH_I_CHANGED"]), c), "asker", c),
  }),
  askersChanges: (p, c) => ({
    ...change(),
    noted: noted(within(p.spanOf(["CH_MY"]), c), "asker", c),
  }),
  whoChanged: (p) => ({ ...changeOf(p), asked: AUTHORS }),
  countedChangers: (p) => ({ ...changeOf(p), asked: COUNTED }),
  // An author is who asked for a change: who applied one is not known otherwise, and who refused one is not known.
  whoDecided: (p, c) => {
    const outcome = p.get("OUTCOME");
    const filters = [
      oneOf("outcome", [outcome])!,
      oneOf("revision", p.get("RevList") ?? []),
    ].filter((f) => f !== undefined);
    return outcome === "applied" ? { filters, asked: AUTHORS } : {
      filters,
      noted: noted(within(p.spanOf(["WHO"]), c), "decider", c),
    };
  },
  whoMade: () => ({ ...change(), asked: AUTHORS }),
  changedSetting: (p) => {
    const { paths } = p.get<Place>("Place")!;
    return paths.length > 0 && paths.every((path) => path.includes("."))
      ? changeOf(p)
      : undefined;
  },
  didPlace: (p) => changeOf(p),
  changesTo: (p) => changeOf(p),
  didSet: (p) => {
    const { paths } = p.get<Place>("Place")!;
    if (paths.length === 0) return undefined;
    const made = changeOf(p);
    return {
      ...made,
      filters: [...made.filters, actors(p.get("Changers"))!],
    };
  },
  knownSetting: (p, c) =>
    c.changes === true && isKnownSetting(p, c)
      ? change(settingsOf([p.get<string>("Setting")!]))
      : undefined,
  bareSetting: (p, c) =>
    c.changes === undefined && isKnownSetting(p, c) ? "setting" : undefined,
  place: (p): Place => ({ paths: p.get("SettingList")!, noted: [] }),
  strangePlace: (p, c) => strangePlace(p, c),
  anyPlace: (p, c): Place => ({
    paths: [],
    noted: /^(?:threshold|umbral)$/.test(c.tokens[p.span[1] - 1]!.norm)
      ? noted(within(p.span, c), "setting", c)
      : [],
  }),
  undirected: () => [],
  directed: (p, c) => noted(within(p.span, c), "value", c),
  changesThatWere: (p) => change(oneOf("outcome", [p.get("OUTCOME")])),
  changesThatWereNot: (p) => {
    const { filter } = oneOf("outcome", [p.get("OUTCOME")])!;
    return change({ kind: "not outcome", filter: { op: "not", of: filter } });
  },
  revisions: (p, c) =>
    isOpen(p, c) ? undefined : change(oneOf("revision", p.get("RevList"))),
  revisionsThatWere: (p) => ({
    ...change(oneOf("outcome", [p.get("OUTCOME")])),
    ...askedRevisions(p),
  }),
  revisionsThatWereNot: (p) => {
    const { filter } = oneOf("outcome", [p.get("OUTCOME")])!;
    return {
      ...change({ kind: "not outcome", filter: { op: "not", of: filter } }),
      ...askedRevisions(p),
    };
  },
  changesOnly: () => change(),
  bareChange: (_, c) => c.changes === undefined ? "change" : undefined,

  byAuthor: (p, c) => {
    const names = p.get<string[]>("AuthorList")!;
    return c.changes === true && !isOfSetting(p, c) ? actors(names) : undefined;
  },
  byAnyName: (p, c) => {
    const [by, name] = [c.tokens[p.span[0]]!, c.tokens[p.span[1] - 1]!];
    const word = normalize(name.text);
    return c.changes === true && !/^(?:de|from)$/.test(by.norm) &&
        !PRONOUNS.test(word) &&
        !sensesOf(word).some((sense) => NAMELESS.has(sense))
      ? actors([nameOf(name)])
      : undefined;
  },
  byAsker: (p, c) => {
    const [from, to] = p.spanOf(["CH_ME"]);
    // "Por mi red" says of what, not by whom.
    const isOwn = c.tokens[from]!.norm === "mi" && to === from + 1 &&
      !/^m\u00ed$/i.test(c.tokens[from]!.text) && c.tokens[to]?.kind === "word";
    return c.changes === true && !isOwn
      ? noted(within([from, to], c), "asker", c)
      : undefined;
  },
  value: (p, c) =>
    c.changes === true && isOfPlace(p, c)
      ? noted(within(p.span, c), "value", c)
      : undefined,
  bareValue: (p, c) => {
    const before = c.tokens[p.span[0] - 1];
    return c.changes === true && before?.kind === "literal" &&
        isSettingPath(pathOf(before))
      ? noted(within(p.span, c), "value", c)
      : undefined;
  },
  strayDirection: (p, c) =>
    c.changes === true ? noted(within(p.span, c), "value", c) : undefined,
  ofSetting: (p, c) =>
    c.changes === true ? settingsOf(p.get("SettingList")!) : undefined,
  withOutcome: (p, c) =>
    c.changes === true ? oneOf("outcome", [p.get("OUTCOME")]) : undefined,
  ofRevision: (p, c) =>
    c.changes === true && !isOpen(p, c)
      ? oneOf("revision", p.get("RevList"))
      : undefined,
  actorKey: () => "actor",
  outcomeKey: () => "outcome",
  revisionKey: () => "revision",
  changeKey: (p, c) => c.changes === true ? p.get("ChKey") : undefined,
  openRevision: () => "",
  askedAuthors: (p, c) =>
    c.changes === true && p.has("WHICH") ? AUTHORS : undefined,
  countedAuthors: (_, c) => c.changes === true ? COUNTED : undefined,
  askedRevisions: (_, c) => c.changes === true ? REVISIONS : undefined,
  countedRevisions: (_, c) =>
    c.changes === true ? COUNTED_REVISIONS : undefined,
  ofChanges: (_, c) => c.changes === true ? "changes" : undefined,
};

/** "Cambios de policy" are of that setting, "by policy" of that author. */
function isOfSetting(parts: Parts, { tokens }: Context): boolean {
  const [from, to] = parts.spanOf(["Author", "AuthorList"]);
  return tokens[from - 1]?.norm === "de" &&
    tokens.slice(from, to).some(({ kind, text }) =>
      kind !== "quoted" && SECTIONS.has(text.split(".")[0]!.toLowerCase())
    );
}

function change(found?: Found): Change {
  return { filters: found === undefined ? [] : [found] };
}

function actors(names: readonly unknown[] | undefined): Found | undefined {
  return oneOf("actor", names);
}

/** A change of a place, with what is said of the way it went. */
function changeOf(parts: Parts): Change {
  const { paths, noted } = parts.get<Place>("Place")!;
  return {
    ...change(paths.length === 0 ? undefined : settingsOf(paths)),
    noted: [...parts.get<Unresolved[]>("SetVerb") ?? [], ...noted],
  };
}

/** Any of some settings, or below it. */
function settingsOf(paths: readonly string[]): Found {
  const of = paths.map((value): Filter => ({
    op: "under",
    field: "setting",
    value,
  }));
  return { kind: "setting", filter: joined("or", of)! };
}

/** Whether a path says by itself that a question is about a setting. */
function isKnownSetting(parts: Parts, { tokens }: Context): boolean {
  const path = parts.get<string>("Setting")!;
  const { kind, text } = tokens[parts.span[1] - 1]!;
  const isPath = kind === "literal" ||
    kind === "domain" && path.split(".").length > 2;
  return isPath && isSettingPath(path) ||
    text.endsWith(".*") && SECTIONS.has(path.toLowerCase());
}

function pathOf({ text }: Token): string {
  return text.replace(/\.\*$/, "").replace(/[.…]+$/, "");
}

function askedRevisions(parts: Parts): Pick<Change, "asked"> {
  if (parts.has("WHICH")) return { asked: REVISIONS };
  return parts.has("HOW_MANY") ? { asked: COUNTED_REVISIONS } : {};
}

/** Whether a value stands after what it is the value of; after a number it is the end of a time, and small numbers are hours. */
function isOfPlace(parts: Parts, { tokens }: Context): boolean {
  const [from] = parts.span;
  const before = tokens[from - 1];
  if (before === undefined || before.kind === "number") return false;
  if (tokens[from]!.norm === "en") {
    return /\d[.,]\d/.test(tokens[from + 1]!.text);
  }
  return !parts.has("CH_FROM") || !/^\d{1,2}$/.test(tokens[from + 1]!.text);
}

/** Whether "since", "before" or such stands before a revision: those have no order that the log knows. */
function isOpen(parts: Parts, { tokens }: Context): boolean {
  const before = tokens[parts.span[0] - 1];
  return before !== undefined &&
    /^(?:since|after|before|until|from|between|desde|tras|de|del|antes|despues|hasta|entre)$/
      .test(before.norm);
}

/** Whether the names in a constituent are no words that a question has otherwise. */
function isStrange(parts: Parts, { tokens, knows }: Context): boolean {
  return tokens.slice(...parts.spanOf(["Author", "AuthorList", "Changers"]))
    .every((token) =>
      token.kind === "sign" || token.tied || isJoining(token) ||
      isUnknown(token) && token.kind !== "address" &&
        !(token.kind === "word" && knows(normalize(token.text)))
    );
}

/** Words between names, and words that say that a name follows. */
function isJoining({ text }: Token): boolean {
  return sensesOf(normalize(text)).some((sense) =>
    sense === "AND" || sense === "OR" || sense === "CH_AUTHOR"
  );
}

/** Whether "made by", "hechos por" or "by the user" stands before a name: then it is one, whatever word it is. */
function isSaid(parts: Parts, { tokens }: Context): boolean {
  const [from, to] = parts.spanOf(["CH_BY"]);
  return to - from > 1 ||
    tokens.slice(...parts.spanOf(["AuthorList"])).some(({ text }) =>
      sensesOf(normalize(text)).includes("CH_AUTHOR")
    );
}

/** Whether a word is in no lexicon. */
function isUnknown(token: Token): boolean {
  return token.kind !== "word" ||
    isName(token) && sensesOf(normalize(token.text)).length === 0;
}

/** Whether a word can be a name: it is no word about times, groups or a part of speech. */
function isName({ text }: Token): boolean {
  const word = normalize(text);
  return !PRONOUNS.test(word) &&
    sensesOf(word).every((sense) => NAMING.has(sense));
}

function nameOf({ kind, text }: Token): string {
  return kind === "quoted" ? text : text.replace(/['’]s$/, "");
}
