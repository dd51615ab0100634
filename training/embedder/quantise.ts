/**
 * A table in whole numbers with a scale for each row.
 *
 * @param table Row-major `(rows, dimensions)`.
 * @param levels Largest magnitude of a number, at most 127. Fewer levels pack better.
 * @returns Scales and numbers; `scales[row] * numbers[row, i]` is near `table[row, i]`.
 */
export function quantise(
  table: Float64Array,
  { dimensions, levels }: {
    readonly dimensions: number;
    readonly levels: number;
  },
): { scales: Float32Array; numbers: Int8Array } {
  const rows = table.length / dimensions;
  const scales = new Float32Array(rows);
  const numbers = new Int8Array(table.length);
  for (let row = 0; row < rows; row++) {
    const start = row * dimensions;
    let largest = 0;
    for (let i = 0; i < dimensions; i++) {
      largest = Math.max(largest, Math.abs(table[start + i]!));
    }
    scales[row] = largest / levels;
    const scale = scales[row]!;
    if (scale === 0) continue;
    for (let i = 0; i < dimensions; i++) {
      const whole = Math.round(table[start + i]! / scale);
      numbers[start + i] = Math.max(-levels, Math.min(levels, whole));
    }
  }
  return { scales, numbers };
}
