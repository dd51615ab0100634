import { addressOf, type Category, type Incident } from "@ml-defender/events";
import type { LabelledCapture } from "./labels.ts";

/** What was found in one malicious capture, held against its label. */
export interface Judgement {
  /** Some labelled subject's highest-scored incident has an accepted category. */
  readonly right: boolean;
  /** The same with the first accepted category only. */
  readonly strict: boolean;
  /** Incidents about hosts that the label does not name; `null` where it names none. */
  readonly otherHosts: number | null;
  /** Leading incidents by subject, best first. */
  readonly leading: readonly Incident[];
}

/**
 * Judge the incidents of one malicious capture: right means that the highest-scored incident of a subject that the label
 * names (of any subject, where it names none) has an accepted category.
 *
 * @param capture What is accepted, and about whom.
 * @param incidents Its incidents as they were at the end.
 * @returns The judgement.
 */
export function judge(
  capture: Pick<LabelledCapture, "accepted" | "hosts">,
  incidents: readonly Incident[],
): Judgement {
  const leading = leadingBySubject(incidents);
  const named = new Set(capture.hosts);
  const own = named.size === 0
    ? leading
    : leading.filter(({ subject }) => named.has(addressOf(subject)));
  const strictCategory = capture.accepted[0];
  return {
    right: own.some(({ category }) => capture.accepted.includes(category)),
    strict: own.some(({ category }) => category === strictCategory),
    otherHosts: named.size === 0
      ? null
      : incidents.filter(({ subject }) => !named.has(addressOf(subject)))
        .length,
    leading,
  };
}

function leadingBySubject(incidents: readonly Incident[]): Incident[] {
  const best = new Map<string, Incident>();
  for (const incident of incidents) {
    const known = best.get(incident.subject);
    if (known === undefined || incident.finalScore > known.finalScore) {
      best.set(incident.subject, incident);
    }
  }
  return [...best.values()].sort((a, b) =>
    b.finalScore - a.finalScore || (a.subject < b.subject ? -1 : 1)
  );
}

/** Right and strict answers of one class. */
export interface ClassResult {
  /** Class of the labels. */
  readonly className: string;
  /** Strict category. */
  readonly strictCategory: Category;
  /** Captures judged. */
  readonly captures: number;
  /** Sources they come from. */
  readonly sources: number;
  /** Captures with a right answer. */
  readonly right: number;
  /** Captures with the strict answer. */
  readonly strict: number;
  /** Incidents about other hosts than those labelled. */
  readonly otherHosts: number;
  /** Paths of captures without a right answer. */
  readonly missed: readonly string[];
}

/**
 * Sum judgements up by class.
 *
 * @param judged Captures with their judgements.
 * @returns One result for each class, in the order of first appearance.
 */
export function byClass(
  judged: readonly { capture: LabelledCapture; judgement: Judgement }[],
): ClassResult[] {
  const groups = Map.groupBy(judged, ({ capture }) => capture.className);
  return [...groups].map(([className, members]) => ({
    className,
    strictCategory: members[0]!.capture.accepted[0]!,
    captures: members.length,
    sources: new Set(members.map(({ capture }) => capture.source)).size,
    right: members.filter(({ judgement }) => judgement.right).length,
    strict: members.filter(({ judgement }) => judgement.strict).length,
    otherHosts: members.reduce(
      (sum, { judgement }) => sum + (judgement.otherHosts ?? 0),
      0,
    ),
    missed: members.filter(({ judgement }) => !judgement.right)
      .map(({ capture }) => capture.path),
  }));
}
