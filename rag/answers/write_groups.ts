/** What an answer says of an aggregate: one number, one group, or a list of them. */
import type { Aggregate } from "../query/ast.ts";
import type { Group } from "../result.ts";
import { dataText } from "./clean_text.ts";
import { trendLine } from "./write_list.ts";
import type { Line, Paragraph, Writing } from "./writing.ts";

/** Rows of a list of groups that are written out. */
export const MAX_ROWS = 10;

/** The number, the group or the groups, and the trend of a count. */
export function writeGroups(writing: Writing): Paragraph[] {
  const { result, phrases } = writing;
  const { groups = [], query } = result;
  const { aggregate, kind } = query;
  const [first] = groups;
  if (aggregate === undefined || first === undefined) return [];
  const { metric, groupBy } = aggregate;
  if (groupBy.length === 0) {
    const ids = first.ids.length > 0 ? first.ids : hitIds(writing);
    const line = { text: phrases.single(metric, kind, first.value), ids };
    return [{
      lines: [
        line,
        ...trendOf(writing, ids),
      ],
    }];
  }
  if (groups.length === 1) {
    const text = phrases.oneGroup(metric, kind, {
      keys: groupBy,
      name: keyText(writing, first),
      value: first.value,
      first: query.limit === 1,
    });
    return [{
      lines: [{ text, ids: first.ids }, ...trendOf(writing, first.ids)],
    }];
  }
  const lines: Line[] = groups.slice(0, MAX_ROWS).map((group) => ({
    text: phrases.group(
      keyText(writing, group),
      phrases.metricValue(metric, kind, group.value),
    ),
    ids: group.ids,
  }));
  const rest = groups.slice(MAX_ROWS);
  if (rest.length > 0) {
    lines.push({
      text: phrases.moreGroups(rest.length),
      ids: rest.flatMap(({ ids }) => ids.slice(0, 1)),
    });
  }
  const trend = trendOf(writing, first.ids);
  return [
    { title: titleOf(writing, aggregate), lines },
    { lines: trend },
  ];
}

/** The trend, of counts only. */
function trendOf(writing: Writing, ids: readonly string[]): Line[] {
  const { aggregate } = writing.result.query;
  return aggregate?.metric.kind === "count" ? trendLine(writing, ids) : [];
}

/** The keys of a group; an hour says its zone. */
function keyText({ result, phrases, zone }: Writing, group: Group): string {
  const keys = result.query.aggregate?.groupBy ?? [];
  return keys.map((key, i) => {
    const text = dataText(phrases.value(key, group.key[i] ?? null), 120);
    if (key === "hour") return `${text} ${zone}`;
    // Whoever writes a configuration may call himself a sentence.
    const isOwn = (key === "actor" || key === "revision") &&
      !/^[\p{L}\p{N}_.@:-]+$/u.test(text);
    return isOwn ? JSON.stringify(text) : text;
  }).join(", ");
}

/** The title of a list of groups; where they are days it says in which zone. */
function titleOf({ result, phrases, zone }: Writing, aggregate: Aggregate) {
  const { metric, groupBy } = aggregate;
  const title = phrases.groupsTitle(metric, result.query.kind, groupBy);
  return groupBy.some((key) => key === "day" || key === "weekday")
    ? title.replace(/:$/, ` (${zone}):`)
    : title;
}

function hitIds({ result }: Writing): string[] {
  return result.hits.slice(0, 3).map(({ id }) => id);
}
