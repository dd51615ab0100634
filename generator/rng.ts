/**
 * Seeded random numbers: the same seed gives the same numbers on every machine.
 *
 * The core is sfc32 (Chris Doty-Humphrey, PractRand); labels and seeds are mixed with FNV-1a and
 * the murmur3 finaliser. Not for secrets.
 */

function mix(hash: number): number {
  let h = hash | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hashText(text: string, start: number): number {
  let h = (0x811c9dc5 ^ start) | 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(h);
}

/** A deterministic stream of random numbers that can be split into independent streams. */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #key: number;

  /** Makes a stream from a seed: a whole number or any text. */
  constructor(seed: number | string) {
    this.#key = hashText(String(seed), 0x9e3779b9);
    this.#a = this.#key;
    this.#b = mix(this.#key ^ 0x6a09e667);
    this.#c = mix(this.#key ^ 0xbb67ae85);
    for (let i = 0; i < 12; i++) this.u32();
  }

  /** An independent stream named by a label; drawing from it leaves this one as it was. */
  split(label: string): Rng {
    return new Rng(`${this.#key}/${label}`);
  }

  /** The next 32 bits, as an unsigned number. */
  u32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.u32() / 4294967296;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** A whole number, uniform in [low, high], both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  /** Log-uniform in [low, high): every decade is equally likely. */
  logUniform(low: number, high: number): number {
    return low * Math.exp(this.float() * Math.log(high / low));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** One item, all equally likely. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) {
      throw new RangeError("Cannot pick from an empty list");
    }
    return items[Math.floor(this.float() * items.length)] as T;
  }

  /** Index in [0, n) with Zipf weights 1 / (rank + 1) ^ s. */
  zipf(n: number, s = 1): number {
    let total = 0;
    for (let i = 1; i <= n; i++) total += i ** -s;
    let left = this.float() * total;
    for (let i = 1; i < n; i++) {
      left -= i ** -s;
      if (left < 0) return i - 1;
    }
    return n - 1;
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.float()) * mean;
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.float())) *
      Math.cos(2 * Math.PI * this.float());
  }

  /** Lognormal by its median and the standard deviation of the logarithm. */
  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** Pareto with the given smallest value and shape, cut at `cap`. */
  pareto(least: number, shape: number, cap: number): number {
    return Math.min(cap, least / (1 - this.float()) ** (1 / shape));
  }

  /** `count` random bytes. */
  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i += 4) {
      const word = this.u32();
      out[i] = word;
      if (i + 1 < count) out[i + 1] = word >>> 8;
      if (i + 2 < count) out[i + 2] = word >>> 16;
      if (i + 3 < count) out[i + 3] = word >>> 24;
    }
    return out;
  }

  /** Random text of `length` characters of `alphabet`. */
  text(
    length: number,
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789",
  ): string {
    let out = "";
    for (let i = 0; i < length; i++) {
      out += alphabet[this.int(0, alphabet.length - 1)];
    }
    return out;
  }

  /** A copy in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  }
}
