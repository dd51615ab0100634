/**
 * Text from outside made harmless for a terminal: no control, escape or format characters.
 *
 * @module
 */

/** Longest terminal sequence that is removed as a whole; it ends there or with its line, so that it swallows no answer. */
const MAX_SEQUENCE = 256;

type State = "text" | "escape" | "csi" | "string" | "string escape";

/** Removes control characters, terminal sequences and invisible format characters from text that comes in pieces. */
export class TextCleaner {
  #state: State = "text";
  #length = 0;
  #high = "";

  /**
   * Clean the next piece.
   *
   * @param piece Text; a surrogate pair or a terminal sequence may be cut anywhere.
   * @returns What may be shown: line feeds and tabs stay, carriage returns and other line ends become line feeds.
   */
  push(piece: string): string {
    let text = this.#high + piece;
    this.#high = "";
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#high = text.slice(-1);
      text = text.slice(0, -1);
    }
    let out = "";
    for (const c of text) out += this.#take(c);
    return out;
  }

  #take(c: string): string {
    if (
      this.#state !== "text" && (c === "\n" || ++this.#length > MAX_SEQUENCE)
    ) this.#state = "text";
    switch (this.#state) {
      case "escape":
        this.#state = c === "["
          ? "csi"
          : "]PX^_".includes(c)
          ? "string"
          : c >= " " && c <= "/"
          ? "escape"
          : "text";
        return "";
      case "csi":
        if (c >= "@" && c <= "~") this.#state = "text";
        return "";
      case "string":
        if (c === "\x07" || c === "\x9c") this.#state = "text";
        if (c === "\x1b") this.#state = "string escape";
        return "";
      case "string escape":
        this.#state = c === "\\" ? "text" : "string";
        return "";
      case "text":
        return this.#plain(c);
    }
  }

  #plain(c: string): string {
    if (c === "\x1b") return this.#enter("escape");
    if (c === "\x9b") return this.#enter("csi");
    if (c === "\x9d" || c === "\x90") return this.#enter("string");
    if (c === "\n" || c === "\t") return c;
    if (c === "\r" || c === "\x85" || /[\p{Zl}\p{Zp}]/u.test(c)) return "\n";
    return /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u.test(c) ? "" : c;
  }

  #enter(state: State): string {
    this.#state = state;
    this.#length = 0;
    return "";
  }
}

/**
 * A text without control characters, terminal sequences and invisible format characters.
 *
 * @param text Any text.
 * @returns What may be shown on a terminal.
 */
export function cleanText(text: string): string {
  return new TextCleaner().push(text);
}

/**
 * A value of the log as a part of one sentence: clean, on one line, and without brackets, so that it cannot pass for a
 * citation.
 *
 * @param text Any text.
 * @param maxLength Longest text; a longer one is cut and ends in an ellipsis.
 * @returns One line.
 */
export function dataText(text: string, maxLength = 400): string {
  const line = cleanText(text).replaceAll(/\s+/gu, " ").trim()
    .replaceAll("[", "(").replaceAll("]", ")");
  const points = [...line];
  return points.length <= maxLength
    ? line
    : `${points.slice(0, maxLength - 1).join("")}…`;
}

/**
 * A text of another part as the end of a sentence.
 *
 * @param text Any text.
 * @param maxLength As for {@linkcode dataText}.
 * @returns One line without its full stop.
 */
export function clause(text: string, maxLength = 400): string {
  return dataText(text, maxLength).replace(/[\s.;:,]+$/u, "");
}
