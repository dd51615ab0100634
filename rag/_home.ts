/** Which addresses are of the home networks. */
import { contains, type Network, parseNetwork } from "@ml-defender/events";

/** What counts as inside where nothing else is said, as in captures. */
export const DEFAULT_HOME_NETS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];

/** Addresses remembered; more than that are looked up anew. */
const REMEMBERED = 4096;

/** The home networks, with the addresses that were asked for lately. */
export class HomeNetworks {
  readonly #networks: readonly Network[];
  readonly #known = new Map<string, boolean | null>();

  /**
   * Reads the networks.
   *
   * @throws {SyntaxError} If one is no network in CIDR notation.
   */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((network) => {
      const parsed = parseNetwork(network);
      if (parsed !== undefined) return parsed;
      throw new SyntaxError(
        `Cannot prepare entries as 'homeNets' must be networks such as 10.0.0.0/8: current value is ${network}`,
      );
    });
  }

  /** Whether an address is inside; null where the text is no address. */
  holds(address: string): boolean | null {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const parsed = address.includes("/") ? undefined : parseNetwork(address);
    const inside = parsed === undefined
      ? null
      : this.#networks.some((network) => contains(network, parsed));
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(address, inside);
    return inside;
  }
}

const known = new WeakMap<readonly string[], HomeNetworks>();

/** The networks of a list; the same list is read once. */
export function homeNetworks(list: readonly string[]): HomeNetworks {
  const found = known.get(list);
  if (found !== undefined) return found;
  const made = new HomeNetworks(list);
  known.set(list, made);
  return made;
}
