/**
 * The words that a model was trained on, and how close a word may be to one of them to count as it.
 *
 * @module
 */

/** Shortest word whose typing errors are forgiven. */
const MIN_TYPO = 5;
const MIN_STEM = 4;
const ENDINGS = [
  ...["amientos", "amiento", "aciones", "iciones", "acion", "icion", "ciones"],
  ...["mente", "ando", "iendo", "ados", "adas", "idos", "idas", "ado", "ada"],
  ...["ido", "ida", "aron", "ieron", "aban", "aba", "ations", "ation", "ings"],
  ...["ing", "ers", "ies", "ied", "ion", "ions", "ment", "ments", "ores", "or"],
  ...["er", "ed", "es", "ar", "ir", "an", "en", "as", "os", "ly", "s"],
  ...["a", "o", "e", "y"],
].sort((a, b) => b.length - a.length);

/** A word without its ending, in either language; crude, so that forms of one word meet. */
export function stem(word: string): string {
  for (const ending of ENDINGS) {
    if (word.length - ending.length >= MIN_STEM && word.endsWith(ending)) {
      return undoubled(word.slice(0, -ending.length));
    }
  }
  return word;
}

function undoubled(word: string): string {
  const last = word.length - 1;
  return last >= MIN_STEM && word[last] === word[last - 1] &&
      !"aeiou".includes(word[last]!)
    ? word.slice(0, -1)
    : word;
}

/** A set of words that forgives endings and one typing error. */
export class Vocabulary {
  readonly #words: ReadonlySet<string>;
  readonly #stems = new Map<string, string>();
  #typos: Map<string, string> | undefined;

  /**
   * Makes a set.
   *
   * @param words Its words, plain and in lower case.
   */
  constructor(words: Iterable<string>) {
    this.#words = new Set(words);
    for (const word of this.#words) {
      const cut = stem(word);
      const present = this.#stems.get(cut);
      if (present === undefined || word.length < present.length) {
        this.#stems.set(cut, word);
      }
    }
  }

  /** Number of words. */
  get size(): number {
    return this.#words.size;
  }

  /** Whether a word, plain and in lower case, or one with the same stem is in the set; no error is forgiven. */
  has(word: string): boolean {
    return this.#words.has(word) || this.#stems.has(stem(word));
  }

  /**
   * The word that a word stands for.
   *
   * @param word Plain and in lower case.
   * @returns Itself where it is in the set, else one with the same stem, else one that a single missing, added, wrong or
   * swapped letter makes of it (from 5 letters on), else undefined.
   */
  resolve(word: string): string | undefined {
    if (this.#words.has(word)) return word;
    return this.#stems.get(stem(word)) ?? this.#corrected(word);
  }

  #corrected(word: string): string | undefined {
    if (word.length < MIN_TYPO) return undefined;
    const typos = this.#typos ??= this.#deletions();
    for (const variant of [word, ...deletions(word)]) {
      const found = typos.get(variant);
      if (found !== undefined && isOneEdit(word, found)) return found;
    }
    return undefined;
  }

  /** Each word by what is left of it without one letter; the first word in order wins. */
  #deletions(): Map<string, string> {
    const map = new Map<string, string>();
    for (const word of this.#words) {
      if (word.length < MIN_TYPO) continue;
      for (const variant of [word, ...deletions(word)]) {
        if (!map.has(variant)) map.set(variant, word);
      }
    }
    return map;
  }
}

function deletions(word: string): string[] {
  return Array.from(word, (_, i) => word.slice(0, i) + word.slice(i + 1));
}

/** Whether one letter added, missing, wrong or swapped with its neighbour makes one of the other. */
function isOneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start && end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  return Math.max(left.length, right.length) <= 1 ||
    (left.length === 2 && right.length === 2 && left[0] === right[1] &&
      left[1] === right[0]);
}
