/**
 * Keys for encryption: one is active and encrypts, the others only decrypt what is not yet rewritten.
 *
 * A key file has one key a line, `<id> <base64 of 32 bytes>`; the first is the active one, `#` starts a comment.
 *
 * @module
 */
import { EtcdError } from "./error.ts";
import { isKeyId } from "./envelope.ts";

const START = "Cannot use keys: ";

/** A key with its id. */
export interface EncryptionKey {
  /** 1 to 32 of letters, digits, dot, dash, underscore; stands in the envelope, so it tells nothing secret. */
  readonly id: string;
  /** 32 random bytes. */
  readonly bytes: Uint8Array;
}

/** Where keys come from: a file, the environment, or a service of one's own. */
export interface KeyProvider {
  /** The key that encrypts. */
  active(): EncryptionKey | Promise<EncryptionKey>;
  /** The key of an id; undefined if there is none. */
  find(
    id: string,
  ): EncryptionKey | undefined | Promise<EncryptionKey | undefined>;
  /** Reads keys that may change anew, as before a rotation; throws `EtcdError` `key` when they cannot be read. */
  refresh?(): Promise<void>;
  /** Why the keys could not be read when last looked at, so that those of before go on; undefined when all is well. */
  readonly failure?: EtcdError | undefined;
}

/**
 * A new random key as a line for a key file.
 *
 * @param id Its id, for example a date.
 * @throws {RangeError} When the id has other characters or another length.
 */
export function newKeyLine(id: string): string {
  if (!isKeyId(id)) {
    throw new RangeError(
      "Cannot make key as 'id' must have 1 to 32 letters, digits, dots, dashes and underscores",
    );
  }
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `${id} ${btoa(String.fromCharCode(...bytes))}`;
}

/** Keys held in memory. */
export class KeyRing implements KeyProvider {
  readonly #keys = new Map<string, EncryptionKey>();
  readonly #active: EncryptionKey;

  /**
   * Takes keys.
   *
   * @param keys The first is the active one.
   * @throws {EtcdError} `key`, when there is none, an id is used twice or a key has not 32 bytes.
   */
  constructor(keys: readonly EncryptionKey[]) {
    for (const { id, bytes } of keys) {
      if (!isKeyId(id)) throw keyError("an id has characters it may not have");
      if (bytes.length !== 32) throw keyError(`'${id}' has not 32 bytes`);
      if (this.#keys.has(id)) throw keyError(`'${id}' is there twice`);
      this.#keys.set(id, { id, bytes: bytes.slice() });
    }
    const [first] = this.#keys.values();
    if (first === undefined) throw keyError("there is no key");
    this.#active = first;
  }

  /**
   * Reads keys of lines.
   *
   * @param text Lines of `<id> <base64>`, as in a key file; a semicolon may end a line as well.
   * @throws {EtcdError} `key`; it names the line, never what is in it.
   */
  static parse(text: string): KeyRing {
    const keys: EncryptionKey[] = [];
    for (const [i, line] of text.split(/[\n;]/).entries()) {
      const content = line.replace(/#.*/, "").trim();
      if (content === "") continue;
      const [id, base64, ...rest] = content.split(/\s+/);
      const bytes = rest.length === 0 ? fromBase64(base64) : undefined;
      if (bytes?.length !== 32) {
        throw keyError(`line ${i + 1} is not '<id> <base64 of 32 bytes>'`);
      }
      keys.push({ id: id!, bytes });
    }
    return new KeyRing(keys);
  }

  /**
   * Reads keys of a variable of the environment.
   *
   * @param name The variable; its value is as a key file.
   * @throws {EtcdError} `key`, when it is not set or not well-formed; `permission` without `--allow-env`.
   */
  static fromEnvironment(name: string): KeyRing {
    let text: string | undefined;
    try {
      text = Deno.env.get(name);
    } catch (cause) {
      throw new EtcdError(
        "permission",
        `Cannot read keys: the process may not read ${name}; give it --allow-env=${name}`,
        { cause },
      );
    }
    if (text === undefined) throw keyError(`${name} is not set`);
    return KeyRing.parse(text);
  }

  /** The key that encrypts. */
  active(): EncryptionKey {
    return this.#active;
  }

  /**
   * The key of an id.
   *
   * @param id The id.
   */
  find(id: string): EncryptionKey | undefined {
    return this.#keys.get(id);
  }
}

/** Keys of a file that is read again and again, so that a rotation needs no restart. */
export class KeyFile implements KeyProvider {
  readonly #path: string;
  #ring: KeyRing;
  #looked = performance.now();
  #refreshing: Promise<void> | undefined;
  #failure: EtcdError | undefined;

  private constructor(path: string, ring: KeyRing) {
    this.#path = path;
    this.#ring = ring;
  }

  /**
   * Reads a key file.
   *
   * @param path The file; nobody but its owner may read it.
   * @throws {EtcdError} `key`, when others may read it, it is missing or not well-formed.
   */
  static async open(path: string): Promise<KeyFile> {
    return new KeyFile(path, await readKeyFile(path));
  }

  /** The key that encrypts; the file is read once a second. */
  async active(): Promise<EncryptionKey> {
    if (performance.now() - this.#looked > 1000) await this.#refresh();
    return this.#ring.active();
  }

  /**
   * The key of an id; the file is read again when it is not known.
   *
   * @param id The id.
   */
  async find(id: string): Promise<EncryptionKey | undefined> {
    const found = this.#ring.find(id);
    if (found !== undefined) return found;
    await this.#refresh();
    return this.#ring.find(id);
  }

  /**
   * Reads the file anew.
   *
   * @throws {EtcdError} `key`, as `open`; the keys stay as they are.
   */
  async refresh(): Promise<void> {
    // What is being read may be of before the call.
    await this.#refreshing;
    await this.#refresh();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Why the file could not be used when it was last read. */
  get failure(): EtcdError | undefined {
    return this.#failure;
  }

  #refresh(): Promise<void> {
    return this.#refreshing ??= this.#read().finally(() =>
      this.#refreshing = undefined
    );
  }

  /**
   * Reads the file, which is small: size and time do not always tell that it is another one. A file that cannot be used
   * leaves the keys as they are.
   */
  async #read(): Promise<void> {
    this.#looked = performance.now();
    try {
      this.#ring = await readKeyFile(this.#path);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error as EtcdError;
    }
  }
}

async function readKeyFile(path: string): Promise<KeyRing> {
  let text: string;
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) {
      throw keyError(
        `${path} can be read or written by others than its owner: chmod 600 it`,
      );
    }
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof EtcdError) throw cause;
    throw new EtcdError(
      "key",
      `Cannot use keys: ${path} cannot be read; is it there, and may the process read it?`,
      { cause },
    );
  }
  try {
    return KeyRing.parse(text);
  } catch (error) {
    const reason = (error as EtcdError).message.replace(START, "");
    throw keyError(`${path}: ${reason}`);
  }
}

function fromBase64(text: string | undefined): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text ?? ""), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function keyError(reason: string): EtcdError {
  return new EtcdError("key", START + reason);
}
