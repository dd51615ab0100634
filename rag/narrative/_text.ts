/** Text in both languages. */
import type { Language } from "../result.ts";

/** The same in English and in Spanish. */
export interface Text {
  /** English. */
  readonly en: string;
  /** Spanish. */
  readonly es: string;
}

/** A text of both languages. */
export function text(en: string, es: string): Text {
  return { en, es };
}

/** Texts of both languages by name, from pairs. */
export function texts(
  pairs: Readonly<Record<string, readonly [en: string, es: string]>>,
): ReadonlyMap<string, Text> {
  return new Map(
    Object.entries(pairs).map(([name, [en, es]]) => [name, { en, es }]),
  );
}

/** The text of a language. */
export function inLanguage(one: Text, language: Language): string {
  return language === "es" ? one.es : one.en;
}
