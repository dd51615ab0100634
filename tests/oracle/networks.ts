/**
 * Which addresses are internal, external, or neither.
 *
 * @module
 */
import { addressOf } from "./tshark.ts";

/** A list of home networks. */
export class Networks {
  readonly #prefixes: string[];

  /** `cidrs` as in the option `homeNets`. */
  constructor(cidrs: readonly string[]) {
    this.#prefixes = cidrs.map((cidr) => {
      const [text = "", bits = "0"] = cidr.split("/");
      return bitsOf(addressOf(text)).slice(0, 2 + Number(bits));
    });
  }

  /** In a home network. */
  isInternal(address: string): boolean {
    const bits = bitsOf(address);
    return !isGroup(address) &&
      this.#prefixes.some((prefix) => bits.startsWith(prefix));
  }

  /** In none, and neither multicast nor broadcast. */
  isExternal(address: string): boolean {
    return !isGroup(address) && !this.isInternal(address);
  }
}

/** Multicast or broadcast. */
export function isGroup(address: string): boolean {
  return /^4:e/.test(address) || address === "4:ffffffff" ||
    /^6:ff/.test(address);
}

function bitsOf(address: string): string {
  const digits = [...address.slice(2)];
  return address.slice(0, 2) +
    digits.map((it) => parseInt(it, 16).toString(2).padStart(4, "0")).join("");
}
