/** Whole lines of bytes that come in pieces. */

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Splits bytes into lines of bounded length. Bytes of a line are borrowed until the next call of `room`. */
export class LineSplitter {
  readonly #limit: number;
  #buffer: Uint8Array;
  #start = 0;
  #scanned = 0;
  #end = 0;
  /** Bytes of whole lines taken so far, newlines and too long lines included. */
  consumed = 0;
  /** Lines that were too long. */
  tooLarge = 0;
  /** Bytes let go of a line that is too long and whose end has not come. */
  passed: number;

  /** Lines of at most `limit` bytes; the first may be one that is too long, of which so many bytes passed before. */
  constructor(limit: number, passed = 0) {
    this.#limit = limit;
    this.passed = passed;
    this.#buffer = new Uint8Array(0);
  }

  /** Where the next `size` bytes go. */
  room(size: number): Uint8Array<ArrayBuffer> {
    const kept = this.#end - this.#start;
    if (this.#end + size > this.#buffer.length) {
      const target = kept + size > this.#buffer.length
        ? new Uint8Array(Math.max(kept + size, this.#buffer.length * 2))
        : this.#buffer;
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = kept;
    }
    const end = this.#end;
    return this.#buffer.subarray(end, end + size) as Uint8Array<ArrayBuffer>;
  }

  /** Says how many bytes were put there. */
  filled(size: number): void {
    this.#end += size;
  }

  /** The next whole line without its newline, empty and too long ones left out; undefined until more bytes come. */
  next(): Uint8Array | undefined {
    for (;;) {
      const found = this.#buffer.subarray(this.#scanned, this.#end)
        .indexOf(NEWLINE);
      if (found < 0) {
        this.#scanned = this.#end;
        if (this.passed > 0 || this.#end - this.#start > this.#limit) {
          this.#pass();
        }
        return undefined;
      }
      const at = this.#scanned + found;
      const line = this.#buffer.subarray(this.#start, at);
      const isTooLong = this.passed > 0 || line.length > this.#limit;
      this.consumed += this.passed + line.length + 1;
      this.passed = 0;
      this.#start = this.#scanned = at + 1;
      if (isTooLong) {
        this.tooLarge++;
      } else if (!isEmpty(line)) return line;
    }
  }

  /** Lets go of bytes of a line that is too long. */
  #pass(): void {
    this.passed += this.#end - this.#start;
    this.#start = this.#end;
  }
}

function isEmpty(line: Uint8Array): boolean {
  return line.length === 0 ||
    line.length === 1 && line[0] === CARRIAGE_RETURN;
}
