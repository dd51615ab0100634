/**
 * The last configuration that ran, in a file.
 *
 * @module
 */
import type { Json } from "@ml-defender/etcd-client";
import type { LastGood } from "@ml-defender/watcher";

/**
 * Keeps the last configuration that ran in a file that its owner alone can read: it holds secret values too. A crash leaves
 * the old one or the new one, whole. One process must use it, as the next one to save takes the place of all others.
 *
 * Needs permission to read and write the file and `<file>.tmp`, beside it.
 */
export class LastGoodFile implements LastGood {
  readonly #path: string;

  /**
   * Takes a place.
   *
   * @param path The file; its folder must be there when something is saved.
   */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * What was saved last; undefined if nothing was.
   *
   * @throws {Error} When the file can be read or written by others, or is no JSON.
   */
  async load(): Promise<Json | undefined> {
    let text: string;
    try {
      using file = await Deno.open(this.#path, { read: true });
      const { mode } = await file.stat();
      if (mode !== null && (mode & 0o077) !== 0) {
        throw new Error(
          `Cannot use ${this.#path} as nobody but its owner may read or write it: chmod 600 it`,
        );
      }
      text = await readAll(file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    return JSON.parse(text);
  }

  /**
   * Saves what runs now.
   *
   * @param value What to keep.
   */
  async save(value: Json): Promise<void> {
    const temporary = `${this.#path}.tmp`;
    // What another mode was left with by hand must not be written into.
    await Deno.remove(temporary).catch(() => {});
    const file = await Deno.open(temporary, {
      write: true,
      createNew: true,
      mode: 0o600,
    });
    try {
      const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
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

async function readAll(file: Deno.FsFile): Promise<string> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, filled));
}
