import type { BenignResult, Rate } from "./benign.ts";
import type { Evaluation, WayResult } from "./evaluate.ts";

/**
 * An evaluation for people, in Markdown.
 *
 * @param evaluation The results.
 * @returns Lines.
 */
export function reportLines(evaluation: Evaluation): string[] {
  const { captures, seen, absent, unreadable } = evaluation;
  return [
    `${captures} captures judged, ${seen} of them seen in training, ` +
    `${absent} labelled but absent, ${unreadable.length} unreadable`,
    ...tables("Not seen in training", evaluation.unseenResults),
    ...tables("Seen in training", evaluation.seenResults),
  ];
}

function tables(
  title: string,
  results: Readonly<Record<string, WayResult>>,
): string[] {
  const ways = Object.entries(results);
  if (ways.length === 0) return [];
  const classes = ways[0]![1].classes.map(({ className }) => className);
  const head = ways.map(([way]) => `${way} right | strict | other hosts`);
  const rule = ways.map(() => "--- | --- | ---");
  const rows = classes.map((className) => {
    const cells = ways.map(([, { classes }]) => {
      const one = classes.find((entry) => entry.className === className)!;
      return `${one.right} | ${one.strict} | ${one.otherHosts}`;
    });
    const { captures, sources } = ways[0]![1].classes.find((entry) =>
      entry.className === className
    )!;
    return `| ${className} | ${captures} | ${sources} | ${cells.join(" | ")} |`;
  });
  return [
    "",
    `## ${title}`,
    "",
    `| class | captures | sources | ${head.join(" | ")} |`,
    `| --- | --- | --- | ${rule.join(" | ")} |`,
    ...rows,
    "",
    "| benign | captures alerted | host-days | false alerts per host-day | high |",
    "| --- | --- | --- | --- | --- |",
    ...ways.map(([way, { benign }]) => benignRow(way, benign)),
  ];
}

function benignRow(way: string, benign: BenignResult): string {
  const { captures, capturesAlerted, hostDays, alerts, highAlerts } = benign;
  return `| ${way} | ${capturesAlerted} of ${captures} | ${
    hostDays.toFixed(2)
  } | ${rateText(alerts)} | ${rateText(highAlerts)} |`;
}

function rateText({ rate, low, high, count }: Rate): string {
  return `${rate.toFixed(2)} (${low.toFixed(2)} to ${
    high.toFixed(2)
  }; ${count} windows)`;
}
