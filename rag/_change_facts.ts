/** The fields of a change of configuration. */
import { objectOf } from "./_evidence.ts";
import { NO_FACTS } from "./_other_facts.ts";
import type { ChangeRecord, Facts } from "./entry.ts";

/** Longest name or path, in UTF-16 units; what is longer ends in an ellipsis. */
const LENGTH = 255;
/** Settings of one change that a filter knows. */
const SETTINGS = 1000;
/** What nobody sees, and the separator of paths. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A name as it is compared. What nobody sees in it is written out: taken away, it would make one name of two, and an author
 * could pass for another.
 */
function nameOf(value: unknown): string | null {
  if (typeof value !== "string" || value === "") return null;
  const seen = value.slice(0, LENGTH + 1).replace(
    UNSEEN,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
  return value.length > LENGTH || seen.length > LENGTH
    ? `${seen.slice(0, LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}\u2026`
    : seen;
}

/** The fields of a change: author, revision, outcome, and the settings, one on a line. */
export function changeFacts(record: ChangeRecord): Facts {
  const { actor, revision, outcome, changes } = objectOf(record);
  const paths = Array.isArray(changes)
    ? changes.slice(0, SETTINGS).flatMap((change) =>
      nameOf(objectOf(change)["path"]) ?? []
    )
    : [];
  return {
    ...NO_FACTS,
    actor: nameOf(actor),
    revision: nameOf(revision),
    outcome: nameOf(outcome),
    setting: paths.length === 0 ? null : [...new Set(paths)].join("\n"),
  };
}
