import { narrate } from "./narrative/narrate.ts";
import type { Hit, Language, Why } from "./result.ts";
import type { StoredEntry } from "./store/types.ts";

/** A stored entry as a hit. */
export function toHit(
  { id, kind, timestampUs, facts, entry }: StoredEntry,
  options: {
    /** Language of its narrative. */
    readonly language: Language;
    /** Time zone of its narrative. @default {"UTC"} */
    readonly zone?: string;
    /** Relevance. @default {1} */
    readonly score?: number;
    /** Why it is there. @default {[]} */
    readonly why?: readonly Why[];
    /** How many more like it. @default {0} */
    readonly folded?: number;
  },
): Hit {
  const { language, zone, score = 1, why = [], folded = 0 } = options;
  return {
    id,
    kind,
    timestampUs,
    score,
    why,
    facts,
    narrative: narrate({ timestampUs, facts, entry }, language, zone),
    folded,
  };
}
