import { BASE_RULES, featureText } from "@ml-defender/detectors";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import type { Concept } from "./thesaurus.ts";

/** What a metric says, by its name without window; the window is left out of the text as well. */
const METRICS: ReadonlyMap<string, string> = new Map(
  [...FLOW_FEATURES, ...HOST_FEATURES].map(({ name }) => [
    name.replace(/_\d+s$/, ""),
    featureText(name).replace(/ in \d+ s$/, ""),
  ]),
);

/**
 * Concepts with the wording of the log among their phrases: the texts of the rules and metrics that they name.
 *
 * @throws {SyntaxError} If a concept names a rule or a metric that there is none of, or if a rule has no concept.
 */
export function withWording(concepts: readonly Concept[]): Concept[] {
  const rules = new Map(BASE_RULES.map(({ code, text }) => [code, text]));
  const named = new Set(concepts.flatMap((concept) => concept.rules));
  const wrong = concepts.flatMap(({ id, rules: codes, features }) => [
    ...codes.filter((code) => !rules.has(code)).map((code) => `${id}: ${code}`),
    ...features.filter((name) => !METRICS.has(name))
      .map((name) => `${id}: ${name}`),
  ]);
  const missing = [...rules.keys()].filter((code) => !named.has(code));
  if (wrong.length > 0 || missing.length > 0) {
    throw new SyntaxError(
      `Cannot read thesaurus as each rule must have a concept: missing are [${
        missing.join(", ")
      }], and these are unknown: [${wrong.join(", ")}]`,
    );
  }
  return concepts.map((concept) => ({
    ...concept,
    phrases: {
      ...concept.phrases,
      event: [
        ...concept.phrases.event,
        ...concept.rules.map((code) => rules.get(code)!),
        ...concept.features.map((name) => METRICS.get(name)!),
      ],
    },
  }));
}
