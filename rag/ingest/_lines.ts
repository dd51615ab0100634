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
  #passing = false;
  /** Bytes of the lines taken so far, newlines and too long lines included. */
  consumed = 0;
  /** Lines that were too long. */
  tooLarge = 0;

  /** Lines of at most `limit` bytes. */
  constructor(limit: number) {
    this.#limit = limit;
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
        if (this.#end - this.#start > this.#limit) this.#pass();
        return undefined;
      }
      const at = this.#scanned + found;
      const line = this.#buffer.subarray(this.#start, at);
      this.consumed += line.length + 1;
      this.#start = this.#scanned = at + 1;
      if (this.#passing || line.length > this.#limit) {
        this.#passing = false;
        this.tooLarge++;
      } else if (!isEmpty(line)) return line;
    }
  }

  /** Lets go of the beginning of a line that is too long. */
  #pass(): void {
    this.consumed += this.#end - this.#start;
    this.#start = this.#end;
    this.#passing = true;
  }
}

function isEmpty(line: Uint8Array): boolean {
  return line.length === 0 ||
    line.length === 1 && line[0] === CARRIAGE_RETURN;
}
