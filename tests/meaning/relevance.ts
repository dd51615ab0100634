/** Which events answer a query of the test set, and the two figures of a ranking. Pure. */
import type { BuiltEvent } from "./build.ts";

/** A query in somebody's own words. */
export interface Paraphrase {
  /** `behaviour.language.number`. */
  readonly id: string;
  /** Language that it is written in. */
  readonly language: "en" | "es";
  /** Behaviour that it means. */
  readonly behaviour: string;
  /** What is asked. */
  readonly question: string;
}

/** A query with words that events hold as they stand. */
export interface LiteralQuery {
  /** `literal.number`. */
  readonly id: string;
  /** What is asked. */
  readonly question: string;
  /** Events that hold it: `behaviour#index`. */
  readonly events: readonly string[];
}

/** Behaviours that people cannot tell apart in a line: the events of either answer for both. */
export const ALIKE: readonly (readonly [string, string])[] = [
  ["ping_sweep", "arp_sweep"],
  ["smb_lateral", "remote_service_use"],
  ["tls_beacon", "self_named_c2"],
  ["exfil_https_upload", "exfil_unknown_protocol"],
];

const DEPTH = 10;

/** Ids of the events that answer a query about a behaviour. */
export function relevantTo(
  behaviour: string,
  ids: Iterable<string>,
): Set<string> {
  const meant = new Set([
    behaviour,
    ...ALIKE.filter((pair) => pair.includes(behaviour)).flat(),
  ]);
  return new Set([...ids].filter((id) => meant.has(id.split("#")[0]!)));
}

/** Relevant events among the first ten, of as many as could be there. */
export function recallAt10(
  ranking: readonly string[],
  relevant: ReadonlySet<string>,
): number {
  const found = new Set(
    ranking.slice(0, DEPTH).filter((id) => relevant.has(id)),
  );
  return found.size / Math.min(DEPTH, relevant.size);
}

/** Discounted gain of the first ten, against the best order; each relevant event gains 1, once. */
export function ndcgAt10(
  ranking: readonly string[],
  relevant: ReadonlySet<string>,
): number {
  const seen = new Set<string>();
  let gain = 0;
  ranking.slice(0, DEPTH).forEach((id, place) => {
    if (!relevant.has(id) || seen.has(id)) return;
    seen.add(id);
    gain += 1 / Math.log2(place + 2);
  });
  let best = 0;
  for (let place = 0; place < Math.min(DEPTH, relevant.size); place++) {
    best += 1 / Math.log2(place + 2);
  }
  return gain / best;
}

/** Ids of the events that hold a text, letter case aside, as words of their own. */
export function holdersOf(
  text: string,
  events: ReadonlyMap<string, BuiltEvent>,
): string[] {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const words = new RegExp(
    `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`,
    "iu",
  );
  return [...events].filter(([, event]) =>
    textsOf(event).some((one) => words.test(one))
  ).map(([id]) => id);
}

/** Every text value of an event. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
