/** Dotted paths: names joined by dots, those with other than letters, digits, `_` and `-` in them in double quotes. */

const PLAIN = /^[A-Za-z0-9_-]+$/;

/** A path as text. */
export function formatPath(parts: readonly string[]): string {
  return parts.map((part) => PLAIN.test(part) ? part : JSON.stringify(part))
    .join(".");
}

/**
 * The names in a path.
 *
 * @throws {SyntaxError} When it is no path.
 */
export function parsePath(text: string): string[] {
  const parts: string[] = [];
  const token = /([A-Za-z0-9_*-]+|"(?:[^"\\]|\\.)*")(\.|$)/y;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const found = token.exec(text);
    const ends = token.lastIndex === text.length;
    if (found === null || (ends && found[2] === ".")) {
      throw new SyntaxError(
        `Cannot read path '${text}' as it must be names joined by dots: what is at ${start} is none`,
      );
    }
    const name = found[1]!;
    parts.push(name.startsWith('"') ? JSON.parse(name) as string : name);
  }
  if (parts.length > 0) return parts;
  throw new SyntaxError("Cannot read path as it must not be empty");
}

/** Whether a path is what a pattern names, or below it; `*` in a pattern is any one name. */
export function covers(
  pattern: readonly string[],
  path: readonly string[],
): boolean {
  return pattern.length <= path.length &&
    pattern.every((part, i) => part === "*" || part === path[i]);
}
