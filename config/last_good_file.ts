/**
 * The last configuration that ran, in a file.
 *
 * @module
 */
import {
  isEnvelope,
  type Json,
  type KeyProvider,
  openValue,
  type SealedOptions,
  sealValue,
} from "@ml-defender/etcd-client";
import type { LastGood } from "@ml-defender/watcher";

/** What the envelope in the file is called. */
const NAME = "file:last-good";

/** How the file is kept. */
export interface LastGoodFileOptions {
  /**
   * Encrypts the file with the active key, and refuses one that is not encrypted: those of the store where values are
   * encrypted there, as the file holds the same values. @default {the file is text}
   */
  readonly keys?: KeyProvider;
  /** How to encrypt; both are read. @default {"aes-256-gcm"} */
  readonly algorithm?: SealedOptions["algorithm"];
}

/**
 * Keeps the last configuration that ran in a file that its owner alone can read: it holds secret values too, in the clear
 * unless there are keys. A crash leaves the old one or the new one, whole. One process must use it, as the next one to save
 * takes the place of all others.
 *
 * Needs permission to read and write the file and `<file>.tmp`, beside it.
 */
export class LastGoodFile implements LastGood {
  readonly #path: string;
  readonly #sealed: SealedOptions | undefined;

  /**
   * Takes a place.
   *
   * @param path The file; its folder must be there when something is saved.
   * @param options How it is kept.
   */
  constructor(path: string, options: LastGoodFileOptions = {}) {
    const { keys, algorithm } = options;
    this.#path = path;
    this.#sealed = keys && {
      name: NAME,
      keys,
      ...(algorithm && { algorithm }),
    };
  }

  /**
   * What was saved last; undefined if nothing was.
   *
   * @throws {Error} When the file can be read or written by others, is no JSON, or is encrypted and there are no keys, or
   * the other way round.
   * @throws {EtcdError} When it was encrypted by another key, or changed.
   */
  async load(): Promise<Json | undefined> {
    let bytes: Uint8Array;
    try {
      using file = await Deno.open(this.#path, { read: true });
      const { mode } = await file.stat();
      if (mode !== null && (mode & 0o077) !== 0) {
        throw new Error(
          `Cannot use ${this.#path} as nobody but its owner may read or write it: chmod 600 it`,
        );
      }
      bytes = await readAll(file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const sealed = this.#sealed;
    if (sealed !== undefined && isEnvelope(bytes)) {
      return await openValue(bytes, sealed);
    }
    if (sealed !== undefined) {
      throw new Error(
        `Cannot use ${this.#path} as it must be encrypted: it is text that others may have read or written, and is written anew with the next configuration that runs`,
      );
    }
    if (isEnvelope(bytes)) {
      throw new Error(
        `Cannot use ${this.#path} as it is encrypted: give the keys of the store`,
      );
    }
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  /**
   * Saves what runs now.
   *
   * @param value What to keep.
   */
  async save(value: Json): Promise<void> {
    const bytes = this.#sealed === undefined
      ? new TextEncoder().encode(`${JSON.stringify(value)}\n`)
      : await sealValue(value, this.#sealed);
    const temporary = `${this.#path}.tmp`;
    // What another mode was left with by hand must not be written into.
    await Deno.remove(temporary).catch(() => {});
    const file = await Deno.open(temporary, {
      write: true,
      createNew: true,
      mode: 0o600,
    });
    try {
      for (let done = 0; done < bytes.length;) {
        done += await file.write(bytes.subarray(done));
      }
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, this.#path);
  }
}

async function readAll(file: Deno.FsFile): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
