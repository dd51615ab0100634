/** An evaluation as lines of text. */
import type { Evaluation, Figures } from "./evaluate.ts";

/** A table of the figures: R@10 and nDCG@10 of each way to rank in each group of questions that has any. */
export function reportLines({ rankers, weak, events }: Evaluation): string[] {
  const [first] = rankers;
  if (first === undefined) return [];
  const groups = Object.entries(first.groups)
    .filter(([, { questions }]) => questions > 0)
    .map(([name]) => name as keyof typeof first.groups);
  const cell = ({ recall, ndcg }: Figures) =>
    `${recall.toFixed(3)} / ${ndcg.toFixed(3)}`;
  const rows = [
    ["R@10 / nDCG@10", ...rankers.map(({ ranker }) => ranker)],
    ...groups.map((group) => [
      `${group} (${first.groups[group].questions})`,
      ...rankers.map((one) => cell(one.groups[group])),
    ]),
    [
      `literal (${first.literal.questions})`,
      ...rankers.map(({ literal }) => cell(literal)),
    ],
  ];
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `${events} events`,
    ...rows.map((row) =>
      row.map((text, column) => text.padEnd(widths[column]!)).join("  ")
        .trimEnd()
    ),
    `weak: ROC area ${weak.area.toFixed(3)} (everyday ${
      weak.areaEveryday.toFixed(3)
    }, computers ${weak.areaComputers.toFixed(3)}); called weak: ${
      percent(weak.answeredWeak)
    } of questions with an answer, ${
      percent(weak.unrelatedWeak)
    } of those without`,
  ];
}
