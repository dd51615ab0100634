/**
 * Server-sent events as the HTML standard has them, as far as streams of models use them: the data of each event.
 *
 * @module
 */

/** Cuts a stream of text into the data of its events. */
export class EventStreamParser {
  #line = "";
  #data: string[] = [];
  #length = 0;
  #afterReturn = false;
  readonly #maxLength: number;

  /**
   * Begin a stream.
   *
   * @param maxLength Longest event in UTF-16 units; a longer one ends the stream.
   */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * Take the next piece of the stream.
   *
   * @param piece Text, cut anywhere.
   * @returns Data of the events that it completes, lines of one event joined by line feeds.
   * @throws {RangeError} If an event is too long.
   */
  push(piece: string): string[] {
    let text = piece;
    if (this.#afterReturn && text !== "") {
      if (text.startsWith("\n")) text = text.slice(1);
      this.#afterReturn = false;
    }
    if (text.endsWith("\r")) this.#afterReturn = true;
    const lines = text.split(/\r\n|\r|\n/);
    const last = lines.pop() ?? "";
    const events: string[] = [];
    for (const end of lines) {
      this.#grow(end.length + 1);
      const event = this.#take(this.#line + end);
      this.#line = "";
      if (event !== undefined) events.push(event);
    }
    this.#grow(last.length);
    this.#line += last;
    return events;
  }

  /**
   * End the stream.
   *
   * @returns Data of an event that lacks only its empty line: servers that close early leave it out.
   */
  end(): string[] {
    const rest = [this.#take(this.#line), this.#take("")];
    this.#line = "";
    return rest.filter((event) => event !== undefined);
  }

  #grow(by: number): void {
    this.#length += by;
    if (this.#length > this.#maxLength) {
      throw new RangeError(
        `Cannot read an event of a stream as it must have at most ${this.#maxLength} characters`,
      );
    }
  }

  #take(line: string): string | undefined {
    if (line === "") {
      this.#length = 0;
      if (this.#data.length === 0) return undefined;
      const data = this.#data.join("\n");
      this.#data = [];
      return data;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
    if (field === "data") this.#data.push(value ?? "");
    return undefined;
  }
}
