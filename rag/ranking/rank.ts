/**
 * The entries of a set that fit a text best: by words, by meaning, then by urgency and recency.
 *
 * @module
 */

import type { Meaning, Near } from "../_meaning.ts";
import { RowSet } from "../columns/row_set.ts";
import type { Why } from "../result.ts";
import type { EventStore } from "../store/event_store.ts";
import { type Candidate, fuse, type Weights, weightsFor } from "./fuse.ts";
import { coverageOf, wordsOf } from "./words.ts";

/** Texts that are compared by each signal. */
const TEXTS = 400;
/** Entries that are looked at for their names. */
const NAMED = 2000;
/** A text fits a question if it is as good as this share of the best. */
const FITTING = 0.75;
/** Letters of a word that may be a name: shorter ones are function words. */
const SHORTEST_NAME = 4;
/** Entries of one text that are looked at: the latest. */
const PER_TEXT = 200;
/**
 * From here on a question about what the log does not hold is close enough to events to show them: most of its words are
 * known, and its best match is well above what counts as weak. On the halves of the test sets that were worked with, these
 * two let 35 of 35 descriptions in other words through, and 5 of 26 questions about something else.
 */
const CLOSE_KNOWN = 0.75;
const CLOSE_SHARE = 1.1;
/** What urgency and recency may add: they order what fits alike. */
const URGENCY = 0.06;
const RECENCY = 0.04;
const RELEVANCE = 1 - URGENCY - RECENCY;

const PRIORITIES = ["none", "low", "medium", "high", "critical"];

/** An entry in its place. */
export interface Ranked {
  /** Its row. */
  readonly row: number;
  /** Relevance, 0 to 1. */
  readonly score: number;
  /** Why it is there. */
  readonly why: readonly Why[];
  /** Entries like it that have no place of their own. */
  readonly folded: number;
}

/** A ranking and how far to trust it. */
export interface Ranking {
  /** Best first. */
  readonly ranked: readonly Ranked[];
  /** All entries that fit about as well as the best. */
  readonly fitting: RowSet;
  /** Whether even the best fits poorly. */
  readonly weak: boolean;
  /** Whether the best fits so far that showing it says something. */
  readonly close: boolean;
}

/** What a set is ranked by. */
export interface RankRequest {
  /** Words for what filters do not say: to be found as they are. */
  readonly text?: string;
  /** The whole question: what it means. @default {`text`} */
  readonly question?: string;
  /** Row of an entry that the others should be like. */
  readonly likeRow?: number;
  /** Places at most. */
  readonly limit: number;
  /** Whether entries of one behaviour between the same hosts share a place. */
  readonly fold: boolean;
  /** Best cosine times the root of the known share of the words, below which a match is weak. */
  readonly weakBelow: number;
}

/** Where the entries and their meaning are. */
export interface RankSources {
  /** The entries. */
  readonly store: EventStore;
  /** Their meaning. */
  readonly meaning: Meaning;
}

/** Rank the entries of a set. */
export async function rank(
  set: RowSet,
  request: RankRequest,
  { store, meaning }: RankSources,
): Promise<Ranking> {
  const { columns } = store;
  const bits = columns.textBits(set);
  const words = wordsOf(request.text ?? "");
  const texts = new RowSet(0, new Uint32Array(bits.buffer));
  const lexical = store.searchTexts(words, TEXTS, texts);
  const near = await nearest(request, bits, { store, meaning });
  const [top] = lexical;
  const coverage = top === undefined
    ? 0
    : coverageOf(words, store.textOf(top.textId) ?? "");
  const weights = request.likeRow === undefined
    ? weightsFor(coverage, near.known)
    : { words: 0, meaning: 1 };
  const named = namedRows(words, set, store);
  const candidates = new Map<number, Candidate>();
  for (const [textId, cosine] of near.cosines) {
    candidates.set(textId, { words: 0, meaning: cosine });
  }
  for (const { textId, score } of lexical) {
    const meaning = candidates.get(textId)?.meaning ?? 0;
    candidates.set(textId, { words: score, meaning });
  }
  const places = new Places(set, request, { store, named });
  const bestWords = top?.score ?? 0;
  const order = [...candidates]
    .map(([textId, candidate]) => ({
      textId,
      candidate,
      score: fuse(candidate, weights, bestWords),
    }))
    .sort((a, b) => b.score - a.score || a.textId - b.textId);
  places.addNamed(named, new Map(order.map((o) => [o.textId, o.score])));
  places.addTexts(order, weights, bestWords);
  const ranked = places.best();
  const quoted = coverage >= 0.5 || named.size > 0;
  const fit = near.best * Math.sqrt(near.known);
  const least = FITTING * (order[0]?.score ?? 0);
  const fitting = order.filter(({ score }) => score > 0 && score >= least);
  return {
    ranked,
    fitting: columns.ofTexts(set, fitting.map(({ textId }) => textId))
      .with(named.keys()),
    weak: !quoted && fit < request.weakBelow,
    close: named.size > 0 ||
      near.known >= CLOSE_KNOWN &&
        fit >= CLOSE_SHARE * request.weakBelow,
  };
}

async function nearest(
  { text, question = text, likeRow }: RankRequest,
  bits: Uint8Array,
  { store, meaning }: RankSources,
): Promise<Near> {
  if (likeRow !== undefined) {
    return await meaning.nearTo(store.columns.textIdOf(likeRow), TEXTS, bits);
  }
  if (question === undefined) return { cosines: new Map(), best: 0, known: 0 };
  return await meaning.near(question, TEXTS, bits);
}

/** Rows whose names have words of the question, with the share of the words that are names. */
function namedRows(
  words: readonly string[],
  set: RowSet,
  store: EventStore,
): ReadonlyMap<number, number> {
  const names = words.filter((word) =>
    (word.length >= SHORTEST_NAME || /\d/.test(word)) &&
    store.searchWords([word], 1).length > 0
  );
  if (names.length === 0) return new Map();
  const found = store.searchWords(names, NAMED, set);
  const best = found[0]?.score ?? 1;
  const share = names.length / words.length;
  return new Map(
    found.map(({ row, score }) => [row, share * score / best]),
  );
}

interface Scored {
  readonly textId: number;
  readonly candidate: Candidate;
  readonly score: number;
}

/** Entries in the order of their scores, those alike folded. */
class Places {
  readonly #set: RowSet;
  readonly #request: RankRequest;
  readonly #store: EventStore;
  readonly #named: ReadonlyMap<number, number>;
  readonly #ranked = new Map<string, Ranked & { folded: number }>();
  readonly #fromUs: number;
  readonly #spanUs: number;

  constructor(
    set: RowSet,
    request: RankRequest,
    { store, named }: {
      store: EventStore;
      named: ReadonlyMap<number, number>;
    },
  ) {
    this.#set = set;
    this.#request = request;
    this.#store = store;
    this.#named = named;
    const { firstUs = 0, lastUs = 0 } = store.columns.extent();
    this.#fromUs = firstUs;
    this.#spanUs = Math.max(1, lastUs - firstUs);
  }

  addNamed(
    named: ReadonlyMap<number, number>,
    textScores: ReadonlyMap<number, number>,
  ): void {
    for (const [row, share] of named) {
      const textId = this.#store.columns.textIdOf(row);
      const score = textScores.get(textId) ?? 0;
      this.#add(row, score + (1 - score) * share, textId, [{
        signal: "words",
        weight: RELEVANCE * share,
        text: "a name or identifier of it is in the question",
      }]);
    }
  }

  /** The texts in their order, until no further one can have a place. */
  addTexts(
    order: readonly Scored[],
    weights: Weights,
    bestWords: number,
  ): void {
    const { limit, likeRow } = this.#request;
    const wanted = order.filter(({ score }) => score > 0).slice(0, 2 * limit);
    const found = this.#store.columns.rowsOfTexts(
      this.#set,
      wanted.map(({ textId }) => textId),
      Math.max(PER_TEXT, limit),
    );
    for (const { textId, candidate, score } of wanted) {
      const of = found.get(textId);
      if (of === undefined) continue;
      const why = whyOf(candidate, weights, bestWords);
      let first: string | undefined;
      for (const row of of.rows) {
        if (row === likeRow || this.#named.has(row)) continue;
        const key = this.#add(row, score, textId, why);
        first ??= key;
      }
      const place = first === undefined ? undefined : this.#ranked.get(first);
      if (place !== undefined) place.folded += of.count - of.rows.length;
    }
  }

  best(): Ranked[] {
    return [...this.#ranked.values()]
      .sort((a, b) => b.score - a.score || b.row - a.row)
      .slice(0, this.#request.limit);
  }

  #add(
    row: number,
    relevance: number,
    textId: number,
    why: readonly Why[],
  ): string {
    const { columns } = this.#store;
    const key = this.#request.fold
      ? `${textId} ${columns.factOf(row, "src_ip")} ${
        columns.factOf(row, "dst_ip")
      }`
      : `${row}`;
    const present = this.#ranked.get(key);
    if (present !== undefined) {
      if (present.row !== row) present.folded++;
      return key;
    }
    const urgency = URGENCY *
      Math.max(
        0,
        PRIORITIES.indexOf(String(columns.factOf(row, "priority"))),
      ) / 4;
    const recency = RECENCY * (columns.timeOf(row) - this.#fromUs) /
      this.#spanUs;
    this.#ranked.set(key, {
      row,
      score: RELEVANCE * relevance + urgency + recency,
      folded: 0,
      why: [
        ...why,
        {
          signal: "severity",
          weight: urgency,
          text: `priority ${columns.factOf(row, "priority")}`,
        },
        { signal: "recency", weight: recency, text: "how late it is" },
      ],
    });
    return key;
  }
}

function whyOf(
  candidate: Candidate,
  weights: Weights,
  bestWords: number,
): Why[] {
  const words = fuse({ ...candidate, meaning: 0 }, weights, bestWords);
  const meaning = fuse({ ...candidate, words: 0 }, weights, bestWords);
  const why: Why[] = [];
  if (words > 0) {
    why.push({
      signal: "words",
      weight: RELEVANCE * words,
      text: `words of the question are in its behaviour (BM25 ${
        candidate.words.toFixed(2)
      })`,
    });
  }
  if (meaning > 0) {
    why.push({
      signal: "meaning",
      weight: RELEVANCE * meaning,
      text: `it means much the same (cosine ${candidate.meaning.toFixed(2)})`,
    });
  }
  return why;
}
