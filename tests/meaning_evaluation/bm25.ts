/** BM25 in plain code: the peer that meaning is held against. */

const K1 = 1.2;
const B = 0.75;

/** An index of texts by their words. */
export class Bm25 {
  readonly #postings = new Map<string, Map<number, number>>();
  readonly #lengths: number[] = [];
  #total = 0;

  /** @param texts What is indexed. */
  constructor(texts: readonly string[]) {
    texts.forEach((text, index) => {
      const terms = termsOf(text);
      this.#lengths.push(terms.length);
      this.#total += terms.length;
      for (const term of terms) {
        const posting = this.#postings.get(term) ?? new Map<number, number>();
        posting.set(index, (posting.get(index) ?? 0) + 1);
        this.#postings.set(term, posting);
      }
    });
  }

  /** Score of each text; 0 where it has none of the words. */
  scores(question: string): Float64Array {
    const count = this.#lengths.length;
    const scores = new Float64Array(count);
    for (const term of new Set(termsOf(question))) {
      const posting = this.#postings.get(term);
      if (posting === undefined) continue;
      const idf = Math.log(
        1 + (count - posting.size + 0.5) / (posting.size + 0.5),
      );
      for (const [index, times] of posting) {
        const length = this.#lengths[index]! / (this.#total / count);
        scores[index]! += idf * times * (K1 + 1) /
          (times + K1 * (1 - B + B * length));
      }
    }
    return scores;
  }
}

/** Words in lower case without accents. */
export function termsOf(text: string): string[] {
  return text.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "")
    .split(/[^\p{L}\p{N}]+/u).filter((term) => term !== "");
}
