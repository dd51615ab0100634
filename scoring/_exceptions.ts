import {
  addressOf,
  type Category,
  contains,
  type Evidence,
  type Flow,
  type Network,
  parseNetwork,
} from "@ml-defender/events";
import type { HostRole, Policy } from "./policy.ts";
import { ROLE_RELAXES } from "./roles.ts";

interface Block {
  readonly network: Network | undefined;
  readonly domain: string | undefined;
  readonly rule: string | undefined;
  readonly category: Category | undefined;
  readonly untilUs: number;
  readonly reason: string;
}

/** Suppressions and roles of a policy, ready to be asked. */
export class Exceptions {
  readonly #blocks: readonly Block[];
  readonly #roles: readonly { network: Network; role: HostRole }[];

  /** Reads the policy's networks and times once. */
  constructor(policy: Policy) {
    this.#blocks = policy.suppressions.flatMap((one): Block[] => {
      const rest = {
        domain: one.domain?.toLowerCase(),
        rule: one.rule,
        category: one.category,
        untilUs: Date.parse(one.until) * 1000,
        reason: one.reason,
      };
      const texts = [one.host, one.network].filter((text) =>
        text !== undefined
      );
      const networks = texts.map((text) => parseNetwork(text)!);
      // Both given: the narrower one must lie in the other, or nothing can match.
      if (networks.length === 2 && !contains(networks[1]!, networks[0]!)) {
        return [];
      }
      return [{ network: networks[0], ...rest }];
    });
    this.#roles = policy.roles.map(({ network, role }) => ({
      network: parseNetwork(network)!,
      role,
    }));
  }

  /** Reason why the evidence is suppressed; `undefined` if it is not. */
  suppressedBy(
    evidence: Evidence,
    timestampUs: number,
    flow: Flow | undefined,
  ): string | undefined {
    if (this.#blocks.length === 0) return undefined;
    const address = parseNetwork(addressOf(evidence.subject));
    return this.#blocks.find((block) =>
      timestampUs < block.untilUs &&
      (block.network === undefined ||
        address !== undefined && contains(block.network, address)) &&
      (block.rule === undefined || block.rule === evidence.detector) &&
      (block.category === undefined || block.category === evidence.category) &&
      (block.domain === undefined || isIn(flow, block.domain))
    )?.reason;
  }

  /** Role of the evidence's subject that explains it; `undefined` if none does. */
  explainedBy(evidence: Evidence): HostRole | undefined {
    if (this.#roles.length === 0) return undefined;
    const address = parseNetwork(addressOf(evidence.subject));
    if (address === undefined) return undefined;
    return this.#roles.find(({ network, role }) => {
      const { categories, rules } = ROLE_RELAXES[role];
      return contains(network, address) &&
        (categories.includes(evidence.category) ||
          rules.includes(evidence.detector));
    })?.role;
  }
}

function isIn(flow: Flow | undefined, domain: string): boolean {
  const { dnsName, tlsSni, httpHost } = flow?.facts ?? {};
  return [dnsName, tlsSni, httpHost?.replace(/:\d+$/, "")].some((name) => {
    const lower = name?.toLowerCase();
    return lower === domain || lower?.endsWith(`.${domain}`) === true;
  });
}
