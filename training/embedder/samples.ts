import {
  pairRow,
  partRows,
  wordHash,
  wordRow,
} from "../../rag/embedding/_features.ts";
import { wordsOf } from "../../rag/embedding/tokenizer.ts";
import type { Vocabulary } from "../../rag/embedding/vocabulary.ts";
import type { Rng } from "../../generator/rng.ts";
import type { Featured, Pairing } from "./contrast.ts";
import type { Documents } from "./documents.ts";
import type { Concept, Voice } from "./thesaurus.ts";

/** How texts become rows of the table. */
export interface Shape {
  /** Rows of the table, a power of two. */
  readonly rows: number;
  /** Lengths of the parts of words. */
  readonly parts: readonly number[];
  /** What the parts of an unknown word count. */
  readonly unknownWeight: number;
}

/** A text as rows with weights, and what it means. */
export interface Sample {
  /** Rows of the table. */
  readonly rows: number[];
  /** Weight of each. */
  readonly weights: number[];
  /** Index of a concept and its share; empty where it means nothing. */
  readonly target: readonly (readonly [number, number])[];
}

/** A phrase of a concept. */
export interface Phrase {
  /** Index of its concept. */
  readonly concept: number;
  /** Its content words. */
  readonly words: readonly string[];
  /** What it was, for reports. */
  readonly text: string;
  /** Who says it. */
  readonly voice: Voice;
}

/** The phrases of concepts as content words; those without any are left out. */
export function phrasesOf(
  concepts: readonly Concept[],
  skipped: ReadonlySet<string>,
): Phrase[] {
  return concepts.flatMap(({ phrases }, concept) =>
    (["event", "en", "es"] as const).flatMap((voice) =>
      phrases[voice].flatMap((text) => {
        const words = contentWords(text, skipped);
        return words.length === 0 ? [] : [{ concept, words, text, voice }];
      })
    )
  );
}

/** The words of a text that say something. */
export function contentWords(
  text: string,
  skipped: ReadonlySet<string>,
): string[] {
  return wordsOf(text).filter((word) => !skipped.has(word));
}

/** Makes features of content words, as the embedder does. */
export class Featurizer {
  readonly #shape: Shape;
  readonly #parts = new Map<string, number[]>();
  readonly #vocabulary: Vocabulary;

  /** @param vocabulary Words that are known. */
  constructor(shape: Shape, vocabulary: Vocabulary) {
    this.#shape = shape;
    this.#vocabulary = vocabulary;
  }

  /** Rows and weights of a text; words at `hidden` are taken for unknown ones. */
  features(
    words: readonly string[],
    hidden: (index: number) => boolean = () => false,
  ): { rows: number[]; weights: number[] } {
    const rows: number[] = [];
    const weights: number[] = [];
    let before: number | undefined;
    words.forEach((word, index) => {
      const meant = hidden(index) ? undefined : this.#vocabulary.resolve(word);
      const hash = wordHash(meant ?? word);
      if (meant !== undefined) {
        rows.push(wordRow(hash, this.#shape.rows));
        weights.push(1);
      }
      const pieces = this.#pieces(meant ?? word);
      const weight = (meant === undefined ? this.#shape.unknownWeight : 1) /
        Math.sqrt(pieces.length);
      for (const row of pieces) {
        rows.push(row);
        weights.push(weight);
      }
      if (before !== undefined && meant !== undefined) {
        rows.push(pairRow(before, hash, this.#shape.rows));
        weights.push(1);
      }
      before = meant === undefined ? undefined : hash;
    });
    return { rows, weights };
  }

  #pieces(word: string): number[] {
    const present = this.#parts.get(word);
    if (present) return present;
    const made = partRows(word, this.#shape);
    this.#parts.set(word, made);
    return made;
  }
}

/** How samples are put together. */
export interface Recipe {
  /** How often a second phrase of the same concept is added. */
  readonly second: number;
  /** How often a phrase of another concept is added, and its share of the meaning. */
  readonly other: number;
  /** That share. */
  readonly otherShare: number;
  /** How often words from elsewhere are added. */
  readonly noise: number;
  /** How often a word is taken for an unknown one. */
  readonly hidden: number;
  /** How often a sample is the text of an event. */
  readonly documents: number;
}

/** Draws samples from phrases, for ever, from one stream of random numbers. */
export class Sampler {
  readonly #byConcept: readonly (readonly Phrase[])[];
  readonly #cumulative: number[] = [];
  readonly #foreign: readonly string[];
  readonly #recipe: Recipe;
  readonly #featurizer: Featurizer;
  readonly #documents: Documents;
  readonly #skipped: ReadonlySet<string>;
  readonly #rng: Rng;

  /** @param source What to draw from and how. */
  constructor(source: {
    readonly phrases: readonly Phrase[];
    readonly concepts: number;
    readonly foreign: readonly string[];
    readonly recipe: Recipe;
    readonly featurizer: Featurizer;
    readonly documents: Documents;
    readonly skipped: ReadonlySet<string>;
    readonly rng: Rng;
  }) {
    const { phrases, concepts, foreign, recipe, featurizer, rng } = source;
    this.#documents = source.documents;
    this.#skipped = source.skipped;
    this.#byConcept = Array.from(
      { length: concepts },
      (_, i) => phrases.filter(({ concept }) => concept === i),
    );
    let total = 0;
    for (const list of this.#byConcept) {
      total += Math.sqrt(list.length);
      this.#cumulative.push(total);
    }
    this.#foreign = foreign;
    this.#recipe = recipe;
    this.#featurizer = featurizer;
    this.#rng = rng;
  }

  /** The next sample. */
  next(): Sample {
    const rng = this.#rng;
    const recipe = this.#recipe;
    if (!this.#documents.empty && rng.chance(recipe.documents)) {
      return this.#document();
    }
    const first = this.#phrase(this.#concept());
    const words = [...first.words];
    const target: [number, number][] = [[first.concept, 1]];
    if (rng.chance(recipe.second)) {
      words.push(...this.#phrase(first.concept).words);
    }
    if (rng.chance(recipe.other)) {
      const other = this.#phrase(this.#concept());
      if (other.concept !== first.concept) {
        if (rng.chance(0.5)) words.unshift(...other.words);
        else words.push(...other.words);
        target[0]![1] = 1 - recipe.otherShare;
        target.push([other.concept, recipe.otherShare]);
      }
    }
    while (rng.chance(recipe.noise)) {
      const at = rng.int(0, words.length);
      words.splice(at, 0, rng.pick(this.#foreign));
    }
    const { rows, weights } = this.#featurizer.features(
      words,
      () => rng.chance(recipe.hidden),
    );
    return { rows, weights, target };
  }

  /** Questions about concepts that events are made of, and texts of events, some of which answer them. */
  pairing(
    size: number,
    kinds: readonly ReadonlySet<number>[],
  ): Pairing {
    const texts = Array.from({ length: size }, () => this.#documents.next());
    const asked = texts.map(({ of }) => this.#questionAbout(of, kinds));
    return {
      questions: asked.map(({ features }) => features),
      texts: texts.map(({ text }) =>
        this.#featurizer.features(contentWords(text, this.#skipped))
      ),
      answers: asked.map(({ concept }) => {
        const meant = kinds[concept]!;
        const shares: number[] = texts.map(({ of }) => meant.has(of) ? 1 : 0);
        const total = shares.reduce((sum, share) => sum + share, 0);
        return shares.map((share) => share / Math.max(1, total));
      }),
    };
  }

  /** A question whose answer is an event of a concept: about it, or at times about what it is a kind of. */
  #questionAbout(
    of: number,
    kinds: readonly ReadonlySet<number>[],
  ): { concept: number; features: Featured } {
    const rng = this.#rng;
    const above = kinds.flatMap((set, i) => set.has(of) && i !== of ? [i] : []);
    const concept = above.length > 0 && rng.chance(0.3) ? rng.pick(above) : of;
    const words = [...this.#phrase(concept).words];
    if (rng.chance(this.#recipe.second)) {
      words.push(...this.#phrase(concept).words);
    }
    while (rng.chance(this.#recipe.noise)) {
      words.splice(
        rng.int(0, words.length),
        0,
        ...(rng.chance(0.5)
          ? [rng.pick(this.#foreign)]
          : this.#phrase(this.#concept()).words),
      );
    }
    const features = this.#featurizer.features(
      words,
      () => rng.chance(this.#recipe.hidden),
    );
    return { concept, features };
  }

  #document(): Sample {
    const { text, meaning } = this.#documents.next();
    const words = contentWords(text, this.#skipped);
    return { ...this.#featurizer.features(words), target: [...meaning] };
  }

  #concept(): number {
    const total = this.#cumulative.at(-1)!;
    const at = this.#rng.float() * total;
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulative[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #phrase(concept: number): Phrase {
    return this.#rng.pick(this.#byConcept[concept]!);
  }
}
