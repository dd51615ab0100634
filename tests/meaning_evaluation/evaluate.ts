/** Figures of search by meaning on the test set. */
import type { SyncEmbedder } from "../../rag/embedding/embedder.ts";
import { ndcgAt10, recallAt10, relevantTo } from "../meaning/relevance.ts";
import {
  type Document,
  type Half,
  readDocuments,
  readLiteral,
  readParaphrases,
  readUnrelated,
} from "./documents.ts";
import { denseOf, type Ranker, rankersOf } from "./rankers.ts";

/** Two figures over some questions. */
export interface Figures {
  /** R@10. */
  readonly recall: number;
  /** nDCG@10. */
  readonly ndcg: number;
  /** Questions. */
  readonly questions: number;
}

/** Which questions. */
export type Group =
  | "all"
  | "en"
  | "es"
  | "in_thesaurus"
  | "out_of_thesaurus"
  | "mostly_known"
  | "hardly_known"
  | "left_out";

/** Figures of one way to rank. */
export interface RankerFigures {
  /** Its name. */
  readonly ranker: string;
  /** Figures by group of questions; a group without questions has NaN. */
  readonly groups: Readonly<Record<Group, Figures>>;
  /** Share of the literal queries' events that it finds among the first 10. */
  readonly literal: Figures;
}

/** What is measured. */
export interface EvaluationOptions {
  /** Which half of the paraphrases; `held_out` is for the last measurement alone. */
  readonly half: Half;
  /** The embedder; it also says which words are in the thesaurus. */
  readonly embedder: SyncEmbedder;
  /** Ways to rank beside the four built in. */
  readonly rankers?: Readonly<Record<string, Ranker>>;
  /** Behaviours that were left out of training, for the group `left_out`. */
  readonly leftOut?: readonly string[];
  /** Best cosine times root of known share below which a match is weak, to measure that flag. @default {0} */
  readonly weakBelow?: number;
}

/** What was measured. */
export interface Evaluation {
  /** Every way to rank. */
  readonly rankers: readonly RankerFigures[];
  /** How well the weak flag tells questions with an answer from those without. */
  readonly weak: WeakFigures;
  /** Events searched. */
  readonly events: number;
}

/** Figures of the weak flag: of a question's best cosine times the square root of the share of its known words. */
export interface WeakFigures {
  /** Area under the ROC curve against all questions without an answer. */
  readonly area: number;
  /** The same against those of everyday life. */
  readonly areaEveryday: number;
  /** The same against those of computers. */
  readonly areaComputers: number;
  /** Share of questions with an answer that are called weak. */
  readonly answeredWeak: number;
  /** Share of questions without an answer that are called weak. */
  readonly unrelatedWeak: number;
}

interface Asked {
  readonly question: string;
  readonly relevant: ReadonlySet<string>;
  readonly groups: readonly Group[];
}

/**
 * Measure search by meaning.
 *
 * @returns Figures of BM25 alone (`bm25`), vectors alone (`dense`), plain fusion (`rrf`), the weighted ranking
 * (`weighted`) and those given.
 */
export async function evaluateMeaning(
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { half, embedder, leftOut = [], weakBelow = 0 } = options;
  const documents = await readDocuments();
  const ids = documents.map(({ id }) => id);
  const scratch = new Float32Array(embedder.dimensions);
  const paraphrases = (await readParaphrases(half)).map(
    ({ question, language, behaviour }): Asked => {
      const known = embedder.embedInto(question, scratch);
      return {
        question,
        relevant: relevantTo(behaviour, ids),
        groups: [
          "all",
          language,
          known === 0 ? "out_of_thesaurus" : "in_thesaurus",
          known >= 0.5 ? "mostly_known" : "hardly_known",
          ...(leftOut.includes(behaviour) ? ["left_out" as const] : []),
        ],
      };
    },
  );
  const literal = (await readLiteral()).map(({ question, events }): Asked => ({
    question,
    relevant: new Set(events),
    groups: ["all"],
  }));
  const all = { ...rankersOf(documents, embedder), ...options.rankers };
  return {
    rankers: Object.entries(all).map(([ranker, rank]) => ({
      ranker,
      groups: figuresOf(paraphrases, rank),
      literal: figuresOf(literal, rank).all,
    })),
    weak: await weakFigures(documents, embedder, {
      answered: paraphrases.map(({ question }) => question),
      weakBelow,
    }),
    events: documents.length,
  };
}

const GROUPS: readonly Group[] = [
  ...["all", "en", "es", "in_thesaurus", "out_of_thesaurus"] as const,
  ...["mostly_known", "hardly_known", "left_out"] as const,
];

function figuresOf(
  asked: readonly Asked[],
  rank: Ranker,
): Record<Group, Figures> {
  const measured = asked.map(({ question, relevant, groups }) => {
    const ranking = rank(question);
    return {
      groups,
      recall: recallAt10(ranking, relevant),
      ndcg: ndcgAt10(ranking, relevant),
    };
  });
  return Object.fromEntries(GROUPS.map((group) => {
    const some = measured.filter((one) => one.groups.includes(group));
    const mean = (pick: (one: typeof some[number]) => number) =>
      some.reduce((sum, one) => sum + pick(one), 0) / some.length;
    return [group, {
      recall: mean(({ recall }) => recall),
      ndcg: mean(({ ndcg }) => ndcg),
      questions: some.length,
    }];
  })) as Record<Group, Figures>;
}

async function weakFigures(
  documents: readonly Document[],
  embedder: SyncEmbedder,
  { answered, weakBelow }: {
    readonly answered: readonly string[];
    readonly weakBelow: number;
  },
): Promise<WeakFigures> {
  const dense = denseOf(documents, embedder);
  const top = (question: string) => {
    const { cosines, known } = dense(question);
    return Math.max(...cosines) * Math.sqrt(known);
  };
  const { everyday, computers } = await readUnrelated();
  const above = answered.map(top);
  const [first, second] = [everyday.map(top), computers.map(top)];
  const below = [...first, ...second];
  const share = (values: readonly number[]) =>
    values.filter((value) => value < weakBelow).length / values.length;
  return {
    area: rocArea(above, below),
    areaEveryday: rocArea(above, first),
    areaComputers: rocArea(above, second),
    answeredWeak: share(above),
    unrelatedWeak: share(below),
  };
}

/** Area under the ROC curve: the chance that a value of the first is above one of the second, ties half. */
export function rocArea(
  above: readonly number[],
  below: readonly number[],
): number {
  let sum = 0;
  for (const a of above) {
    for (const b of below) sum += a > b ? 1 : a === b ? 0.5 : 0;
  }
  return sum / (above.length * below.length);
}
