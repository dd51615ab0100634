/**
 * Entries in one or two full sentences for people, in English and Spanish.
 *
 * @module
 */

import type { PreparedEntry } from "../entry.ts";
import type { Language } from "../result.ts";
import { eventStory } from "./_event_story.ts";
import { changeStory, incidentStory } from "./_other_stories.ts";

/** What a narrative is made of: a prepared entry has it. */
export type Narrated = Pick<PreparedEntry, "timestampUs" | "facts" | "entry">;

/** Longest narrative in UTF-16 units, whatever comes in. */
const LONGEST = 1600;

/**
 * Tells an entry with its addresses, ports, names, times, scores and reasons. What is unknown is left out. Names and
 * other text from the network stand in quotes only, where nothing in them can end the quotes, look like a citation or
 * hide; so a host that is named like an instruction stays a name.
 *
 * @param narrated A prepared entry.
 * @param language Language of the sentences.
 * @param zone IANA time zone of its times, each of which says its offset: `Z`, or as `+02:00`.
 * @returns One line.
 */
export function narrate(
  narrated: Narrated,
  language: Language,
  zone = "UTC",
): string {
  const { entry, facts, timestampUs } = narrated;
  const text = entry.kind === "event"
    ? eventStory(entry, { facts, timestampUs, zone }, language)
    : entry.kind === "incident"
    ? incidentStory(entry, { facts, zone }, language)
    : changeStory(entry.record, { timestampUs, zone }, language);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
