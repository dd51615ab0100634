/** Reasons and engines as parts of sentences. */
import { FIRING_SCORE } from "@ml-defender/events";
import {
  objectOf,
  readReasons,
  type ReasonFacts,
  reasonsOf,
} from "../_evidence.ts";
import { memberOf } from "../_evidence.ts";
import { textOrNull } from "../_clean.ts";
import type { Entry, Facts } from "../entry.ts";
import type { Language } from "../result.ts";
import { FEATURE_TEXTS } from "./_feature_texts.ts";
import { featureValue, isFlag, numberText, scoreText } from "./_numbers.ts";
import { quoted } from "./_quote.ts";
import { RULE_TEXTS } from "./_rule_texts.ts";
import { inLanguage, type Text } from "./_text.ts";

/** Reasons told at most. */
const TOLD = 3;
/** `text: value >= threshold`, as the log writes the strongest rule. */
const LOGGED = /^(.*): (-?[\d.e+-]+)(?: (>=|<=) (-?[\d.e+-]+))?$/;

/** Texts by their English, for logs that bring no code with it. */
const BY_ENGLISH: ReadonlyMap<string, Text> = new Map(
  [...FEATURE_TEXTS.values(), ...RULE_TEXTS.values()].map((one) => [
    one.en,
    one,
  ]),
);

/** A reason with the feature that its value is of. */
interface Told extends ReasonFacts {
  readonly feature: string;
}

/** The strongest reasons with values, separated by commas; empty where none is known. */
export function reasonStory(
  entry: Entry,
  facts: Facts,
  language: Language,
): string {
  if (entry.kind === "change") return "";
  return toldReasons(entry, facts)
    .map((one) => oneReason(one, language))
    .filter((text) => text !== "")
    .join("; ");
}

function toldReasons(
  entry: Exclude<Entry, { kind: "change" }>,
  facts: Facts,
): readonly Told[] {
  const source = entry.kind === "incident"
    ? memberOf(objectOf(entry.record), "reasons")
    : memberOf(objectOf(entry.evidence), "reasons");
  const features = Array.isArray(source) ? source : [];
  const all = entry.kind === "incident"
    ? readReasons(source)
    : reasonsOf(entry.evidence);
  if (all.length === 0) {
    return entry.kind === "event" ? loggedReasons(entry, facts) : [];
  }
  const byCode = new Map<unknown, unknown>(
    features.map((one) => [objectOf(one)["code"], objectOf(one)["feature"]]),
  );
  const told = all.map((one) => ({
    ...one,
    feature: textOrNull(byCode.get(one.code), 80) ?? one.code,
  }));
  return chosen(told);
}

/** Rules that fired, then the terms of the first, then what the forests went by. */
function chosen(all: readonly Told[]): readonly Told[] {
  const fired = all.filter(({ code, ml, weight }) =>
    !ml && weight >= FIRING_SCORE && !code.includes(".")
  );
  const first = fired[0]?.code;
  const terms = fired.length === 1
    ? all.filter(({ code, ml }) => !ml && code.startsWith(`${first}.`))
    : [];
  const told = [...fired, ...terms.slice(0, 1)];
  const known = new Set(told.map(({ feature }) => feature));
  const forests = all.filter(({ ml, feature }) =>
    ml && !isFlag(feature) && !known.has(feature)
  );
  return [...told, ...forests].slice(0, TOLD);
}

/** What a line without an artifact says: the strongest rule in words, or the code of the strongest reason. */
function loggedReasons(
  { record }: Extract<Entry, { kind: "event" }>,
  { reason, fast_triggered }: Facts,
): readonly Told[] {
  const detection = objectOf(objectOf(record)["detection"]);
  const logged = objectOf(detection["reasons"])["fast_detector_reason"];
  const told = fast_triggered && typeof logged === "string"
    ? LOGGED.exec(logged.slice(0, 400))
    : null;
  const base = { weight: 1, ml: false, below: told?.[3] === "<=" };
  if (told?.[1] !== undefined) {
    return [{
      ...base,
      code: "",
      feature: "",
      text: told[1],
      value: finite(told[2]),
      threshold: finite(told[4]),
    }];
  }
  if (reason === null) return [];
  const feature = reason.slice(reason.indexOf(".") + 1);
  return [{
    ...base,
    code: reason,
    feature,
    text: null,
    value: null,
    threshold: null,
  }];
}

function finite(text: string | undefined): number | null {
  const value = text === undefined ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function oneReason(reason: Told, language: Language): string {
  const { code, feature, value, threshold, below } = reason;
  // A rule of the user's own has its own words, whatever it measures.
  const own = !reason.ml && reason.text !== null && !code.includes(".");
  const known = RULE_TEXTS.get(code) ?? BY_ENGLISH.get(reason.text ?? "") ??
    (own ? undefined : FEATURE_TEXTS.get(feature));
  const given = reason.text ?? code;
  if (known === undefined && given === "") return "";
  const words = known ? inLanguage(known, language) : quoted(given, 120);
  if (value === null) return words;
  const share = known?.en.startsWith("share of") ?? false;
  const shown = (one: number) =>
    feature === ""
      ? numberText(one, language)
      : featureValue(feature, one, { language, share });
  if (threshold === null || isFlag(feature)) return `${words}: ${shown(value)}`;
  const limit = language === "es"
    ? below ? "cuenta hasta" : "cuenta desde"
    : below
    ? "counts up to"
    : "counts from";
  return `${words}: ${shown(value)} (${limit} ${shown(threshold)})`;
}

/** Which engine found it, with both scores. */
export function engineStory(facts: Facts, language: Language): string {
  const { fast_score: fast, ml_score: ml, authoritative_source } = facts;
  const es = language === "es";
  const f = fast === null ? "" : scoreText(fast, language);
  const m = ml === null ? "" : scoreText(ml, language);
  switch (authoritative_source) {
    case "CONSENSUS":
      return es
        ? `reglas (${f}) y bosques (${m}) coinciden`
        : `rules (${f}) and forests (${m}) agree`;
    case "DIVERGENCE":
      return es
        ? `las reglas dicen ${f} y los bosques ${m}, así que discrepan`
        : `the rules say ${f} and the forests ${m}, so they disagree`;
    case "FAST_ONLY":
    case "FAST_PRIORITY":
      if (fast === null) return "";
      return es
        ? `lo hallaron las reglas (${f}${ml === null ? "" : `; bosques ${m}`})`
        : `the rules found it (${f}${ml === null ? "" : `; forests ${m}`})`;
    case "ML_ONLY":
    case "ML_PRIORITY":
      if (ml === null) return "";
      return es
        ? `lo hallaron los bosques (${m}${
          fast === null ? "" : `; reglas ${f}`
        })`
        : `the forests found it (${m}${fast === null ? "" : `; rules ${f}`})`;
    default:
      return "";
  }
}
