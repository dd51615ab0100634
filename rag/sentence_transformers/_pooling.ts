/** Token ids of texts as one rectangle, padded, with the mask that says what is padding. */
export interface Padded {
  readonly rows: number;
  readonly columns: number;
  /** Row-major `(rows, columns)`. */
  readonly ids: BigInt64Array<ArrayBuffer>;
  /** 1 for a token, 0 for padding. */
  readonly mask: BigInt64Array<ArrayBuffer>;
}

/** Pads token ids to the longest. */
export function pad(
  texts: readonly (readonly number[])[],
  padding: number,
): Padded {
  const rows = texts.length;
  const columns = texts.reduce((most, ids) => Math.max(most, ids.length), 1);
  const ids = new BigInt64Array(rows * columns).fill(BigInt(padding));
  const mask = new BigInt64Array(rows * columns);
  texts.forEach((tokens, row) =>
    tokens.forEach((id, column) => {
      ids[row * columns + column] = BigInt(id);
      mask[row * columns + column] = 1n;
    })
  );
  return { rows, columns, ids, mask };
}

/**
 * The mean over each text's tokens, 1 long.
 *
 * @param hidden Vectors of tokens, row-major `(rows, columns, dimensions)`.
 * @param padded What they are of.
 * @returns Row-major `(rows, dimensions)`.
 */
export function meanPool(
  hidden: Float32Array,
  { rows, columns, mask }: Padded,
): Float32Array<ArrayBuffer> {
  const dimensions = hidden.length / (rows * columns);
  const out = new Float32Array(rows * dimensions);
  const sum = new Float64Array(dimensions);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let column = 0; column < columns; column++) {
      if (mask[row * columns + column] === 0n) continue;
      const start = (row * columns + column) * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i]! += hidden[start + i]!;
    }
    // The number of tokens does not matter: the length becomes 1 in any case.
    let square = 0;
    for (const value of sum) square += value * value;
    const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < dimensions; i++) {
      out[row * dimensions + i] = sum[i]! * factor;
    }
  }
  return out;
}
