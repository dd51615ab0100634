/** A piece of a filter's text. */
export interface Token {
  /** What it is; `end` comes once, last. */
  readonly kind: "word" | "quoted" | "operator" | "end";
  /** Its text, without quotes. */
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

const WORD = /[^\s()",=!<>]+/y;
const OPERATOR = /!=|<=|>=|[=<>(),]/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/ys;

/**
 * Cut a filter's text into words, quoted texts and operators.
 *
 * @throws {SyntaxError} For a character that begins none of them.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const word = matchAt(WORD, text, at);
    const operator = matchAt(OPERATOR, text, at);
    if (word !== undefined) {
      tokens.push({ kind: "word", text: word, at });
      at += word.length;
    } else if (operator !== undefined) {
      tokens.push({ kind: "operator", text: operator, at });
      at += operator.length;
    } else {
      const quoted = char === '"' ? matchAt(QUOTED, text, at) : undefined;
      if (quoted === undefined) {
        throw wrong(
          at,
          char === '"' ? 'the closing "' : "a word, a value or an operator",
          char,
        );
      }
      tokens.push({ kind: "quoted", text: unquoted(quoted, at), at });
      at += quoted.length;
    }
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}

/** The error for what stands at a position where something else was expected. */
export function wrong(
  at: number,
  expected: string,
  found: string,
): SyntaxError {
  const what = found === "" ? "the end" : `'${found.slice(0, 40)}'`;
  return new SyntaxError(
    `Filter at position ${at + 1}: expected ${expected}, found ${what}`,
  );
}

/** Whether a text can stand in a filter without quotes. */
export function isBare(text: string): boolean {
  return /^[\p{L}\p{N}_.:/*-]+$/u.test(text) &&
    !["and", "or", "not", "in"].includes(text.toLowerCase());
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function unquoted(quoted: string, at: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw wrong(at, "a quoted text as in JSON", quoted);
  }
}
