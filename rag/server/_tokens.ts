import { type Role, ROLES } from "../commands/command.ts";

const SHORTEST = 16;

/** Tokens and their roles. They are kept and compared as hashes, so that time says nothing of them. */
export class Tokens {
  readonly #roles: Promise<ReadonlyMap<string, Role>>;

  constructor(tokens: Readonly<Record<string, Role>>) {
    const all = Object.entries(tokens);
    if (all.length === 0) {
      throw new RangeError(
        "Cannot serve as 'tokens' must hold at least one: current value is empty",
      );
    }
    for (const [token, role] of all) {
      if (token.length < SHORTEST) {
        throw new RangeError(
          `Cannot serve as a token must have at least ${SHORTEST} characters: current length is ${token.length}`,
        );
      }
      if (!ROLES.includes(role)) {
        throw new RangeError(
          `Cannot serve as a role must be one of ${
            ROLES.join(", ")
          }: current value is ${role}`,
        );
      }
    }
    this.#roles = Promise.all(
      all.map(async ([token, role]) => [await digest(token), role] as const),
    ).then((entries) => new Map(entries));
  }

  /** The role behind an `Authorization` header; absent where it is not known. */
  async roleOf(header: string | null): Promise<Role | undefined> {
    const token = header?.match(/^Bearer +(\S+)$/i)?.[1];
    if (token === undefined) return undefined;
    return (await this.#roles).get(await digest(token));
  }
}

async function digest(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(
    new Uint8Array(hash),
    (b) => b.toString(16).padStart(2, "0"),
  )
    .join("");
}
