/**
 * Numbers from 0 on that explain sums best: those `x` for which each row's `cells · x` is nearest to its `sum`, as a share of
 * that sum. What would be below 0 is 0.
 *
 * @param rows Sums, each above 0, and how many of each thing they are made of.
 * @returns A number for each cell of a row.
 */
export function leastSquares(
  rows: readonly {
    /** How many of each thing. */
    readonly cells: readonly number[];
    /** What they come to. */
    readonly sum: number;
  }[],
): number[] {
  const width = rows[0]?.cells.length ?? 0;
  const scaled = rows.map(({ cells, sum }) => cells.map((cell) => cell / sum));
  let used = Array.from({ length: width }, (_, i) => i);
  for (;;) {
    const found = solve(
      used.map((a) => [
        ...used.map((b) =>
          scaled.reduce((total, row) => total + row[a]! * row[b]!, 0)
        ),
        scaled.reduce((total, row) => total + row[a]!, 0),
      ]),
    );
    const positive = used.filter((_, i) => found[i]! > 0);
    if (positive.length === used.length) {
      const all = new Array<number>(width).fill(0);
      for (const [i, column] of used.entries()) all[column] = found[i]!;
      return all;
    }
    used = positive;
  }
}

/** Gauss elimination; each line is coefficients and right side. What nothing says anything about is 0. */
function solve(lines: number[][]): number[] {
  const size = lines.length;
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(lines[row]![column]!) > Math.abs(lines[best]![column]!)) {
        best = row;
      }
    }
    [lines[column], lines[best]] = [lines[best]!, lines[column]!];
    const pivot = lines[column]!;
    if (pivot[column] === 0) continue;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = lines[row]![column]! / pivot[column]!;
      for (let i = column; i <= size; i++) {
        lines[row]![i] = lines[row]![i]! - factor * pivot[i]!;
      }
    }
  }
  return lines.map((line, i) => line[i] === 0 ? 0 : line[size]! / line[i]!);
}
