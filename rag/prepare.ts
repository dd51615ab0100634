/**
 * Entries made ready for the store: their fields, their behaviour in words, their names, their time.
 *
 * @module
 */

import { textOrNull } from "./_clean.ts";
import { changeFacts } from "./_change_facts.ts";
import { eventFacts } from "./_event_facts.ts";
import { DEFAULT_HOME_NETS, homeNetworks } from "./_home.ts";
import { incidentFacts } from "./_other_facts.ts";
import { isHeld, timeUs } from "./_time.ts";
import { wordsOf } from "./_words.ts";
import type { Entry, Facts, PreparedEntry } from "./entry.ts";
import { behaviourOf } from "./narrative/behaviour.ts";

/** Options of {@linkcode prepare}. */
export interface PrepareOptions {
  /**
   * Networks that count as inside, in CIDR notation; give the same list each time, as it is read once.
   *
   * @default {RFC 1918, ULA, link-local and loopback}
   */
  readonly homeNets?: readonly string[];
}

const ID_LENGTH = 64;

/**
 * Derives from an entry what the store keeps. Pure: the same entry gives the same texts.
 *
 * @param entry The entry; kept, not copied.
 * @param options Additional options.
 * @throws {TypeError} If the entry has no id or no time: it is no entry then.
 * @throws {RangeError} If its time is before 1970 or after 2255: no store can hold it.
 * @throws {SyntaxError} If a home network is none.
 */
export function prepare(
  entry: Entry,
  options: PrepareOptions = {},
): PreparedEntry {
  const facts = factsOf(entry, options.homeNets ?? DEFAULT_HOME_NETS);
  const [id, time] = stampOf(entry);
  const timestampUs = timeUs(time);
  const known = textOrNull(id, ID_LENGTH + 1);
  if (
    known === null || known.length > ID_LENGTH || Number.isNaN(timestampUs)
  ) {
    throw new TypeError(
      `Cannot prepare the ${entry.kind} as it must have an id of at most ${ID_LENGTH} characters and a time in RFC 3339`,
    );
  }
  if (!isHeld(timestampUs)) {
    throw new RangeError(
      `Cannot prepare the ${entry.kind} as its time must be from 1970 to 2255: current value is ${time}`,
    );
  }
  return {
    kind: entry.kind,
    id: known,
    timestampUs,
    facts,
    behaviour: behaviourOf(entry, facts),
    words: wordsOf(entry),
    entry,
  };
}

/**
 * What kind of thing an entry tells of, in English words, without addresses, names and exact numbers: entries that are
 * alike have the same text, so there are far fewer texts than entries.
 *
 * @param entry The entry.
 * @param options Additional options.
 */
export function behaviourText(
  entry: Entry,
  options: PrepareOptions = {},
): string {
  return behaviourOf(
    entry,
    factsOf(entry, options.homeNets ?? DEFAULT_HOME_NETS),
  );
}

function factsOf(entry: Entry, homeNets: readonly string[]): Facts {
  const home = homeNetworks(homeNets);
  switch (entry.kind) {
    case "event":
      return eventFacts(entry.record, entry.evidence, home);
    case "incident":
      return incidentFacts(entry.record, home);
    case "change":
      return changeFacts(entry.record);
  }
}

/** Id and time as they stand. */
function stampOf(entry: Entry): readonly [unknown, unknown] {
  switch (entry.kind) {
    case "event":
      return [
        entry.record.rag_metadata?.event_id,
        entry.record.detection?.detection_timestamp,
      ];
    case "incident":
      return [entry.record.id, entry.record.last_seen];
    case "change":
      return [entry.record.id, entry.record.time];
  }
}
