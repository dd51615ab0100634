import { Rng } from "../../generator/rng.ts";
import type { StaticModel } from "../../rag/embedding/static_model.ts";
import { Vocabulary } from "../../rag/embedding/vocabulary.ts";
import { plain } from "../../rag/embedding/tokenizer.ts";
import { conceptDirections, type Mixing } from "./concept_space.ts";
import { refine, type Refinement } from "./contrast.ts";
import { Documents } from "./documents.ts";
import { quantise } from "./quantise.ts";
import {
  contentWords,
  Featurizer,
  type Phrase,
  phrasesOf,
  type Recipe,
  Sampler,
  type Shape,
} from "./samples.ts";
import { type Concept, kindsOf, type Thesaurus } from "./thesaurus.ts";
import { narrativeTexts } from "./wording.ts";
import { learn, type Schedule } from "./trainer.ts";

/** Everything that a model depends on beside the thesaurus. */
export interface Parameters {
  /** Seed of all random numbers. */
  readonly seed: number;
  /** Numbers in a vector. */
  readonly dimensions: number;
  /** Largest magnitude of a number in the table. */
  readonly levels: number;
  /** How texts become rows. */
  readonly shape: Shape;
  /** How concepts lie to each other. */
  readonly mixing: Mixing;
  /** How samples are put together. */
  readonly recipe: Recipe;
  /** How the table is learned. */
  readonly schedule: Schedule;
  /** How it is refined, and how many questions are drawn at once. */
  readonly refinement: Refinement & {
    /** Questions and texts drawn at once. */
    readonly size: number;
  };
}

/** The parameters of the model that is shipped; chosen on held-out phrases (docs/search.md). */
export const PARAMETERS: Parameters = {
  seed: 1,
  dimensions: 128,
  levels: 31,
  shape: { rows: 16_384, parts: [3, 4, 5], unknownWeight: 0.5 },
  mixing: { broader: 0.6, near: 0.25 },
  recipe: {
    second: 0.25,
    other: 0.3,
    otherShare: 0.4,
    noise: 0.3,
    hidden: 0.12,
    documents: 0.35,
  },
  schedule: { samples: 200_000, rate: 0.1, sharpness: 6 },
  refinement: { steps: 1500, rate: 0.015, sharpness: 12, size: 48 },
};

/** A trained model and what it was made of. */
export interface Made {
  /** The model. */
  readonly model: StaticModel;
  /** Direction of each concept. */
  readonly directions: readonly Float64Array[];
  /** Phrases that it has learned. */
  readonly phrases: readonly Phrase[];
}

/**
 * Train a model.
 *
 * @param thesaurus The thesaurus, the log's wording in it.
 * @param keep Which phrases to learn; the others are for validation.
 * @returns The model; the same input gives the same bytes.
 */
export function makeModel(
  thesaurus: Thesaurus,
  parameters: Parameters = PARAMETERS,
  { keep = () => true, weakBelow = 0, onProgress }: {
    readonly keep?: (phrase: Phrase) => boolean;
    readonly weakBelow?: number;
    readonly onProgress?: (done: number, loss: number) => void;
  } = {},
): Made {
  const { seed, dimensions, levels, shape, mixing } = parameters;
  const { concepts } = thesaurus;
  const skipped = [...new Set(thesaurus.skipped.map(plain))].sort();
  const phrases = phrasesOf(concepts, new Set(skipped)).filter(keep);
  const words = [
    ...new Set([
      ...phrases.flatMap((phrase) => phrase.words),
      ...narrativeWords(new Set(skipped)),
    ]),
  ].sort();
  const rng = new Rng(seed);
  const directions = conceptDirections(concepts, dimensions, {
    rng: rng.split("directions"),
    mixing,
  });
  const sampler = new Sampler({
    phrases,
    concepts: concepts.length,
    foreign: foreignTo(words, thesaurus.foreign),
    recipe: parameters.recipe,
    featurizer: new Featurizer(shape, new Vocabulary(words)),
    documents: new Documents(concepts, rng.split("documents")),
    skipped: new Set(skipped),
    rng: rng.split("samples"),
  });
  const table = learn(() => sampler.next(), {
    directions,
    rows: shape.rows,
    schedule: parameters.schedule,
    ...(onProgress && { onProgress }),
  });
  const kinds = kindsOf(concepts);
  refine(() => sampler.pairing(parameters.refinement.size, kinds), table, {
    dimensions,
    refinement: parameters.refinement,
  });
  const { scales, numbers } = quantise(table, { dimensions, levels });
  return {
    model: {
      rows: shape.rows,
      dimensions,
      parts: shape.parts,
      unknownWeight: shape.unknownWeight,
      skipped,
      weakBelow,
      scales,
      table: numbers,
      words,
    },
    directions,
    phrases,
  };
}

function narrativeWords(skipped: ReadonlySet<string>): string[] {
  return narrativeTexts().flatMap((text) => contentWords(text, skipped));
}

function foreignTo(
  words: readonly string[],
  foreign: readonly string[],
): string[] {
  const known = new Set(words);
  return foreign.map(plain).filter((word) => !known.has(word));
}

/** A thesaurus without some of its concepts: what is said of them is not learned. */
export function without(
  thesaurus: Thesaurus,
  ids: ReadonlySet<string>,
): Thesaurus {
  const rest = (names: readonly string[]) =>
    names.filter((name) => !ids.has(name));
  const concepts: Concept[] = thesaurus.concepts
    .filter(({ id }) => !ids.has(id))
    .map((one) => ({
      ...one,
      broader: rest(one.broader),
      near: rest(one.near),
    }));
  return { ...thesaurus, concepts };
}
