/**
 * Which row has which sequence number. Rows are numbered anew when an index is opened or compacted; the sequence number is
 * the one in the files.
 *
 * @module
 */

/** Rows whose sequence numbers follow each other. */
interface Run {
  readonly row: number;
  readonly sequence: number;
  count: number;
}

/** The sequence numbers of the rows of an open index. */
export class RowSequences {
  #runs: Run[] = [];
  #next = 0;

  /** The sequence number of the next row that is added. */
  get next(): number {
    return this.#next;
  }

  /** Never gives a number below this one to a row. */
  skipTo(sequence: number): void {
    this.#next = Math.max(this.#next, sequence);
  }

  /** Notes that rows from `row` on, which is one beyond the last, have the numbers from `sequence` on. */
  extend(row: number, sequence: number, count: number): void {
    if (count === 0) return;
    const last = this.#runs.at(-1);
    if (last && last.sequence + last.count === sequence) last.count += count;
    else this.#runs.push({ row, sequence, count });
    this.skipTo(sequence + count);
  }

  /** The sequence number of a row. */
  of(row: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#runs[middle]!.row <= row) low = middle;
      else high = middle - 1;
    }
    const run = this.#runs[low]!;
    return run.sequence + row - run.row;
  }

  /** Starts again: the rows are numbered from 0 on in both ways. */
  restart(rows: number): void {
    this.#runs = [];
    this.#next = 0;
    this.extend(0, 0, rows);
  }
}
