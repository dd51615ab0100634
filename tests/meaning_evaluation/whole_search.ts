/**
 * The paraphrases and literal queries asked of the whole search: grammar, filters, ranking, as a user would.
 *
 * @module
 */
import { type Embedder, openSearch } from "@ml-defender/rag";
import { buildAll, readBehaviours } from "../meaning/build.ts";
import { ndcgAt10, recallAt10, relevantTo } from "../meaning/relevance.ts";
import { type Half, readLiteral, readParaphrases } from "./documents.ts";

/** What the whole search came to. */
export interface WholeSearch {
  /** Paraphrases asked. */
  readonly questions: number;
  /** Mean share of the relevant events among the first 10. */
  readonly recall: number;
  /** Mean nDCG of the first 10. */
  readonly ndcg: number;
  /** Paraphrases that got no hit. */
  readonly unanswered: number;
  /** Paraphrases whose filter lets none of the relevant events through. */
  readonly filteredOut: number;
  /** Mean share of the events of literal queries among the first 10. */
  readonly literal: number;
  /** Paraphrases with nothing relevant among the first 10, with what was understood. */
  readonly missed: readonly {
    /** The paraphrase. */
    readonly question: string;
    /** Its behaviour. */
    readonly behaviour: string;
    /** What was made of it. */
    readonly understood: string;
  }[];
}

/** Ask everything. */
export async function askWholeSearch(
  half: Half,
  embedder?: Embedder,
): Promise<WholeSearch> {
  const folder = await Deno.makeTempDir();
  try {
    const events = buildAll(await readBehaviours());
    const ids = [...events.keys()];
    const names = new Map(
      [...events].map(([id, { record }]) => [record.rag_metadata.event_id, id]),
    );
    await using search = await openSearch(folder, {
      ...(embedder === undefined ? {} : { embedder }),
    });
    await search.add(
      [...events.values()].map(({ record, evidence }) => ({
        kind: "event",
        record,
        evidence,
      })),
    );
    const ask = async (question: string) => {
      const result = await search.find(question, { limit: 10, fold: false });
      const ranking = result.hits.map(({ id }) => names.get(id)!);
      return { ranking, understood: result.understood };
    };
    const missed: WholeSearch["missed"][number][] = [];
    let recall = 0;
    let ndcg = 0;
    let unanswered = 0;
    let filteredOut = 0;
    const paraphrases = await readParaphrases(half);
    for (const { question, behaviour } of paraphrases) {
      const { ranking, understood } = await ask(question);
      const relevant = relevantTo(behaviour, ids);
      const share = recallAt10(ranking, relevant);
      recall += share;
      ndcg += ndcgAt10(ranking, relevant);
      if (ranking.length === 0) unanswered++;
      if (share > 0) continue;
      missed.push({ question, behaviour, understood });
      const { query } = await search.understand(question);
      if (query.filter === undefined) continue;
      const all = await search.search(
        { kind: "event", filter: query.filter },
        { limit: 1000, fold: false },
      );
      const through = all.hits.map(({ id }) => names.get(id)!);
      if (!through.some((id) => relevant.has(id))) filteredOut++;
    }
    const literal = await readLiteral();
    let found = 0;
    for (const { question, events: wanted } of literal) {
      const { ranking } = await ask(question);
      found += recallAt10(ranking, new Set(wanted));
    }
    return {
      questions: paraphrases.length,
      recall: recall / paraphrases.length,
      ndcg: ndcg / paraphrases.length,
      unanswered,
      filteredOut,
      literal: found / literal.length,
      missed,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
