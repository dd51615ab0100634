import { BASE_RULES, featureText } from "@ml-defender/detectors";
import { FLOW_FEATURES, HOST_FEATURES } from "@ml-defender/events";
import {
  CATEGORY_WORDS,
  PHRASES,
  PROTOCOL_WORDS,
  SERVICE_WORDS,
} from "../../rag/narrative/_phrases.ts";
import type { Concept } from "./thesaurus.ts";

/** Text of each rule. */
export const RULES: ReadonlyMap<string, string> = new Map(
  BASE_RULES.map(({ code, text }) => [code, text]),
);

/** What a metric says, by its name without window; the window is left out of the text as well. */
export const METRICS: ReadonlyMap<string, string> = new Map(
  [...FLOW_FEATURES, ...HOST_FEATURES].map(({ name }) => [
    name.replace(/_\d+s$/, ""),
    featureText(name).replace(/ in \d+ s$/, ""),
  ]),
);

/**
 * Words for a service or a protocol; `ntp/udp` is a service over another protocol than TCP, and `bruteforce:tls` one in
 * events of that class.
 */
export function serviceText(name: string): string | undefined {
  const [service = "", over] = name.replace(/^\w+:/, "").split("/");
  const words = SERVICE_WORDS.get(service) ?? PROTOCOL_WORDS.get(service);
  return over === undefined || words === undefined
    ? words
    : `${words} over ${over}`;
}

/** A phrase of the narrative by its name. */
export function shapeText(name: string): string | undefined {
  return Object.hasOwn(PHRASES, name)
    ? PHRASES[name as keyof typeof PHRASES].en
    : undefined;
}

/** Words for a category. */
export function categoryText(name: string): string | undefined {
  return CATEGORY_WORDS.get(name);
}

/** Everything that the narrative can say of an event. */
export function narrativeTexts(): string[] {
  return [
    ...RULES.values(),
    ...METRICS.values(),
    ...SERVICE_WORDS.values(),
    ...PROTOCOL_WORDS.values(),
    ...CATEGORY_WORDS.values(),
    ...Object.values(PHRASES).map(({ en }) => en),
  ];
}

/**
 * Concepts with the wording of the log among their phrases: the texts of what they name.
 *
 * @throws {SyntaxError} If a concept names something that there is not, or if a rule or a category has no concept.
 */
export function withWording(concepts: readonly Concept[]): Concept[] {
  const named = new Set(concepts.flatMap((concept) => concept.rules));
  const classes = new Set(concepts.map(({ category }) => category));
  const missing = [
    ...[...RULES.keys()].filter((code) => !named.has(code)),
    ...[...CATEGORY_WORDS.keys()].filter((name) => !classes.has(name)),
  ];
  const wrong: string[] = [];
  const found = concepts.map((concept) => {
    const take = (
      names: readonly string[],
      text: (name: string) => string | undefined,
    ): string[] =>
      names.flatMap((name) => {
        const words = text(name);
        if (words === undefined) wrong.push(`${concept.id}: ${name}`);
        return words === undefined ? [] : [words];
      });
    take(
      concept.looks.flat(2).filter((name) => name !== "-"),
      (name) => serviceText(name) ?? shapeText(name),
    );
    return {
      ...concept,
      phrases: {
        ...concept.phrases,
        event: [
          ...concept.phrases.event,
          ...take(concept.rules, (name) => RULES.get(name)),
          ...take(concept.features, (name) => METRICS.get(name)),
          ...take(concept.services, serviceText).filter((_, i) =>
            !concept.services[i]!.includes(":")
          ),
          ...take(concept.shapes, shapeText),
          ...take(
            concept.category === undefined ? [] : [concept.category],
            categoryText,
          ),
        ],
      },
    };
  });
  if (wrong.length > 0 || missing.length > 0) {
    throw new SyntaxError(
      `Cannot read thesaurus as each rule and category must have a concept: missing are [${
        missing.join(", ")
      }], and these are unknown: [${wrong.join(", ")}]`,
    );
  }
  return found;
}
