/** The different texts of a column: a code for each, from 1 on. */
import { formatAddress, type Network, parseNetwork } from "@ml-defender/events";

/** Texts with codes. Texts that differ in case have codes of their own, and are found by any of them. */
export class Dictionary {
  readonly name: string;
  /** Text of each code; of code 0, which is unknown, the empty text. */
  readonly values: string[] = [""];
  readonly #codes = new Map<string, number>();
  /** Codes of texts that are not in lower case, by their lower case. */
  readonly #folded = new Map<string, number[]>();
  #v4 = new Uint32Array(0);
  /** Width of each parsed address: 4, 6, or 0 where the text is no address. */
  #widths = new Uint8Array(0);
  readonly #v6 = new Map<number, Network>();
  #parsed = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Codes in use and the one of unknown. */
  get size(): number {
    return this.values.length;
  }

  /** Code of a text; undefined where it has none. */
  get(value: string): number | undefined {
    return this.#codes.get(value);
  }

  /** Gives a text that has none the next code. */
  add(value: string): number {
    const code = this.values.length;
    this.values.push(value);
    this.#codes.set(value, code);
    const lower = value.toLowerCase();
    if (lower !== value) {
      const others = this.#folded.get(lower);
      if (others === undefined) this.#folded.set(lower, [code]);
      else others.push(code);
    }
    return code;
  }

  /** Codes of the texts that are equal to one without case. */
  equal(value: string): number[] {
    const lower = value.toLowerCase();
    const code = this.#codes.get(lower);
    return [
      ...(code === undefined ? [] : [code]),
      ...(this.#folded.get(lower) ?? []),
    ];
  }

  /** Codes of an address in any of its spellings. */
  equalAddress(value: string): number[] {
    const parsed = value.includes("/") ? undefined : parseNetwork(value);
    const plain = this.equal(value);
    if (parsed === undefined) return plain;
    return [...new Set([...plain, ...this.equal(formatAddress(parsed.bytes))])];
  }

  /** A byte for each code: 1 where the text is a domain or below it. */
  under(domain: string): Uint8Array {
    const mask = new Uint8Array(this.size);
    const lower = domain.toLowerCase();
    const below = `.${lower}`;
    for (let code = 1; code < mask.length; code++) {
      const value = this.values[code]!.toLowerCase();
      if (value === lower || value.endsWith(below)) mask[code] = 1;
    }
    return mask;
  }

  /** A byte for each code: 1 where one of the paths, a line each, is one of some, or below it. */
  withPath(paths: readonly string[], below: boolean): Uint8Array {
    const mask = new Uint8Array(this.size);
    const wanted = paths.map((path) => path.toLowerCase());
    for (let code = 1; code < mask.length; code++) {
      const found = this.values[code]!.toLowerCase().split("\n").some((path) =>
        wanted.some((one) =>
          path === one || below && path.startsWith(`${one}.`)
        )
      );
      if (found) mask[code] = 1;
    }
    return mask;
  }

  /** A byte for each code: 1 where the address is in a network. */
  inNetwork(network: Network): Uint8Array {
    this.#parse();
    const mask = new Uint8Array(this.size);
    if (network.version === 4) {
      const base = word(network.bytes);
      const bits = network.prefix === 0 ? 0 : -1 << 32 - network.prefix;
      const v4 = this.#v4;
      const widths = this.#widths;
      for (let code = 1; code < mask.length; code++) {
        mask[code] = widths[code] === 4 && ((v4[code]! ^ base) & bits) === 0
          ? 1
          : 0;
      }
      return mask;
    }
    for (const [code, { bytes }] of this.#v6) {
      if (sharePrefix(bytes, network.bytes, network.prefix)) mask[code] = 1;
    }
    return mask;
  }

  /** Reads the addresses that came since the last time. */
  #parse(): void {
    if (this.#parsed === this.size) return;
    if (this.#v4.length < this.size) {
      const v4 = new Uint32Array(this.size * 2);
      const widths = new Uint8Array(this.size * 2);
      v4.set(this.#v4);
      widths.set(this.#widths);
      this.#v4 = v4;
      this.#widths = widths;
    }
    for (let code = Math.max(this.#parsed, 1); code < this.size; code++) {
      const text = this.values[code]!;
      const address = text.includes("/") ? undefined : parseNetwork(text);
      this.#widths[code] = address?.version ?? 0;
      if (address?.version === 4) this.#v4[code] = word(address.bytes);
      if (address?.version === 6) this.#v6.set(code, address);
    }
    this.#parsed = this.size;
  }
}

function word(bytes: Uint8Array): number {
  return (bytes[0]! << 24 | bytes[1]! << 16 | bytes[2]! << 8 | bytes[3]!) >>> 0;
}

function sharePrefix(a: Uint8Array, b: Uint8Array, prefix: number): boolean {
  for (let bit = 0; bit < prefix; bit += 8) {
    const rest = prefix - bit;
    const mask = rest >= 8 ? 255 : 255 << 8 - rest & 255;
    if (((a[bit >> 3]! ^ b[bit >> 3]!) & mask) !== 0) return false;
  }
  return true;
}
