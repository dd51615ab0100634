/**
 * The word that a mistyped one was meant to be.
 *
 * @module
 */

const SHORTEST = 5;
const LONG = 9;

/**
 * The word nearest to a mistyped one: one insertion, deletion, change or swap of neighbours away, for nine letters and
 * more two.
 *
 * @param word Lower case, without accents.
 * @param targets Words by first letter, most important first.
 * @returns The first of the nearest; undefined where none is near, or the word is shorter than five letters.
 */
export function closest(
  word: string,
  targets: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  return nearest(word, targets)?.word;
}

/**
 * The word nearest to a mistyped one, and how far it is.
 *
 * @param word Lower case, without accents.
 * @param targets Words by first letter, most important first.
 * @returns Word and distance; undefined where none is near.
 */
export function nearest(
  word: string,
  targets: ReadonlyMap<string, readonly string[]>,
): { readonly word: string; readonly distance: number } | undefined {
  if (word.length < SHORTEST || word.length > 40 || !/^[a-z]+$/.test(word)) {
    return undefined;
  }
  const limit = word.length >= LONG ? 2 : 1;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const first of new Set([word[0] ?? "", word[1] ?? ""])) {
    for (const target of targets.get(first) ?? []) {
      if (Math.abs(target.length - word.length) > limit) continue;
      if (first !== word[0] && target[1] !== word[0]) continue;
      if (isInflected(word, target)) continue;
      const distance = editDistance(word, target, bestDistance);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = target;
      }
    }
  }
  return best === undefined
    ? undefined
    : { word: best, distance: bestDistance };
}

/** Whether a short word differs in its last letter alone: another form, or another word. */
function isInflected(word: string, target: string): boolean {
  return word.length <= 6 && word.length === target.length &&
    word.slice(0, -1) === target.slice(0, -1);
}

/**
 * Optimal string alignment distance.
 *
 * @param a One word.
 * @param b The other.
 * @param limit Distances that are not below it need not be exact.
 * @returns Least insertions, deletions, changes and swaps of neighbours; at least `limit` where that many are not enough.
 */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + change,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, before[j - 2]! + 1);
      }
      row.push(distance);
    }
    if (Math.min(...row) >= limit) return limit;
    before = last;
    last = row;
  }
  return last[b.length]!;
}
