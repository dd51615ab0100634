/** The first of many in an order, without sorting all of them. */

/** Indices of the best `limit` of `length` things, best first. `isBefore` has to be a strict total order. */
export function best(
  length: number,
  limit: number,
  isBefore: (a: number, b: number) => boolean,
): Uint32Array {
  const size = Math.min(limit, length);
  const heap = new Uint32Array(size);
  if (size === 0) return heap;
  // The worst of the best is at the top.
  const sink = (from: number) => {
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= size) return;
      if (child + 1 < size && isBefore(heap[child]!, heap[child + 1]!)) child++;
      if (!isBefore(heap[at]!, heap[child]!)) return;
      const other = heap[at]!;
      heap[at] = heap[child]!;
      heap[child] = other;
      at = child;
    }
  };
  for (let i = 0; i < size; i++) heap[i] = i;
  for (let i = size >> 1; i >= 0; i--) sink(i);
  for (let i = size; i < length; i++) {
    if (!isBefore(i, heap[0]!)) continue;
    heap[0] = i;
    sink(0);
  }
  return heap.sort((a, b) => isBefore(a, b) ? -1 : 1);
}
