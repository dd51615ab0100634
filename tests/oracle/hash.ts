/**
 * The bins of hashed histograms, and the list of service ports: the two parts of the definitions that live in C++
 * headers. The formulas are written again from the headers' comments; the list is read from the header's text.
 *
 * @module
 */

/** Bins of ports and addresses, 0 to 31. */
export interface Bins {
  /** Bin of a responder port. */
  ofPort(port: number): number;
  /** Bin of an address, "4:" or "6:" and hexadecimal digits. */
  ofAddress(address: string): number;
}

const MASK = (1n << 64n) - 1n;

/** The finalizer of SplitMix64. */
function mix64(value: bigint): bigint {
  let x = value & MASK;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return x ^ (x >> 31n);
}

function littleEndian(hex: string): bigint {
  const bytes = hex.match(/../g) ?? [];
  return BigInt("0x" + bytes.reverse().join(""));
}

/** The bins that native/core/flow/hash.hpp defines. */
export const BINS: Bins = {
  ofPort: (port) => Number(mix64(BigInt(port) + 1n) >> 59n),
  ofAddress: (address) => {
    const hex = address.slice(2).padEnd(32, "0");
    const a = littleEndian(hex.slice(0, 16));
    const b = littleEndian(hex.slice(16));
    return Number(mix64(a ^ mix64(b + 0x9e3779b97f4a7c15n)) >> 59n);
  },
};

/** Reads the fixed list out of native/core/flow/services.hpp. */
export async function readServicePorts(): Promise<ReadonlySet<number>> {
  const header = new URL(
    "../../native/core/flow/services.hpp",
    import.meta.url,
  );
  const text = await Deno.readTextFile(header);
  const list = /kServicePorts = \{([^}]*)\}/.exec(text)?.[1];
  if (list === undefined) throw new Error("services.hpp has no kServicePorts");
  return new Set(list.split(",").map(Number));
}
