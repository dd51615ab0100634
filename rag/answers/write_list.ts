/** What an answer says of a list: how many, who, when, how, what happened, and the trend. */
import type { Hit, Share } from "../result.ts";
import { clause, dataText } from "./clean_text.ts";
import type { ListOrder } from "./phrases.ts";
import { splitSentences } from "./sentences.ts";
import type { Line, Paragraph, Writing } from "./writing.ts";

const MAX_ITEMS = 5;
const MAX_NAMES = 3;

/** The paragraphs of a list with at least one hit. */
export function writeList(writing: Writing): Paragraph[] {
  const { result, phrases } = writing;
  const { hits, weak, query, summary } = result;
  const lines: Line[] = weak ? [{ text: phrases.weak }] : [];
  const [first] = hits;
  if (first === undefined) return [{ lines }];
  const { kind, similarTo, limit } = query;
  const alone = hits.length === 1 && similarTo === undefined;
  if (alone && (limit === 1 || summary.total <= 1)) {
    const narrative = narrativeOf(first);
    const text = summary.total <= 1
      ? phrases.only(kind, narrative)
      : phrases.foremost(kind, summary.total, orderOf(writing), narrative);
    lines.push({ text, ids: [first.id] });
    if (summary.total > 1) return [{ lines }];
    lines.push(...timeLines(writing), ...trendLine(writing, [first.id]));
    return [{ lines }];
  }
  lines.push(
    totalLine(writing),
    ...aspectLines(writing),
    ...timeLines(writing),
    ...trendLine(writing, idsOf(hits)),
  );
  return [{ lines }, {
    title: phrases.listTitle(orderOf(writing)),
    lines: items(writing),
  }];
}

/** The number beside that of the period before; nothing where that is not known or there is nothing to cite. */
export function trendLine(
  { result, phrases }: Writing,
  ids: readonly string[],
): Line[] {
  const { total, before } = result.summary;
  if (before === undefined || ids.length === 0) return [];
  return [{ text: phrases.trend(result.query.kind, total, before), ids }];
}

function totalLine({ result, phrases }: Writing): Line {
  const { query, hits, summary } = result;
  const ids = idsOf(hits);
  if (query.similarTo !== undefined) {
    return { text: phrases.similar(query.kind, hits.length), ids };
  }
  if (query.text !== undefined && hits.length > 0) {
    const text = dataText(query.text, 120).replaceAll(/[“”«»]/g, '"');
    return {
      text: phrases.ranked(query.kind, summary.total, hits.length, text),
      ids,
    };
  }
  return { text: phrases.total(query.kind, summary.total), ids };
}

const ASPECTS = [
  ["categories", "category"],
  ["sources", "src_ip"],
  ["destinations", "dst_ip"],
  ["services", "service"],
  ["decisions", "decision"],
] as const;

/**
 * What all entries have in common, in one sentence, and what most of them have, in one each: each value with an entry that
 * has it, values that none can be cited for left out.
 */
function aspectLines(writing: Writing): Line[] {
  const { result, phrases } = writing;
  const { summary, query, hits } = result;
  const { kind } = query;
  if (kind === "change" || query.similarTo !== undefined) return [];
  const name = (field: Common["field"], value: string) =>
    dataText(phrases.value(field, value), 120);
  const common: Common[] = [];
  const lines: Line[] = [];
  for (const [aspect, field] of ASPECTS) {
    const shares = summary[aspect].slice(0, MAX_NAMES);
    const [top] = shares;
    if (top === undefined) continue;
    if (top.count >= summary.total && top.value !== "unknown") {
      common.push({ aspect, field, share: top });
      continue;
    }
    const shown = shares.flatMap(({ value, count, ids = [] }) => {
      const id = hits.find(({ facts }) => facts[field] === value)?.id ?? ids[0];
      return id === undefined ? [] : [{ id, name: name(field, value), count }];
    });
    if (shown.length === 0) continue;
    lines.push({
      text: aspect === "decisions"
        ? phrases.decisions(kind, shown)
        : phrases.aspect(aspect, kind, shown),
      ids: shown.map(({ id }) => id),
    });
  }
  return [...commonLine(writing, common), ...lines];
}

interface Common {
  readonly aspect: typeof ASPECTS[number][0];
  readonly field: typeof ASPECTS[number][1];
  readonly share: Share;
}

/** What all entries have, shown by one of them; nothing where there is none to cite. */
function commonLine(
  { result, phrases }: Writing,
  common: readonly Common[],
): Line[] {
  const [first] = common;
  if (first === undefined) return [];
  const hit = result.hits.find(({ facts }) =>
    common.every(({ field, share }) => facts[field] === share.value)
  );
  const id = hit?.id ?? first.share.ids?.[0];
  if (id === undefined) return [];
  const predicates = common.map(({ aspect, field, share }) => {
    const name = dataText(phrases.value(field, share.value), 120);
    return phrases.share(aspect, result.query.kind, name);
  });
  return [{ text: phrases.all(predicates), ids: [id] }];
}

/** First and last, each shown by an entry of that time. */
function timeLines({ result, phrases, zone, nowUs }: Writing): Line[] {
  const { summary, hits, query } = result;
  const { firstUs, lastUs = firstUs, firstId, lastId, total } = summary;
  if (firstUs === undefined || lastUs === undefined) return [];
  const seconds = lastUs - firstUs < 3_600_000_000;
  const show = (us: number) => phrases.instant(us, zone, { nowUs, seconds });
  const first = hits.find((h) => h.timestampUs === firstUs)?.id ?? firstId;
  const last = hits.find((h) => h.timestampUs === lastUs)?.id ?? lastId;
  if (first === undefined || last === undefined) return [];
  const ids = [first, last];
  return show(firstUs) === show(lastUs)
    ? [{ text: phrases.at(query.kind, total, show(firstUs)), ids }]
    : [{
      text: phrases.span(query.kind, show(firstUs), show(lastUs)),
      ids,
    }];
}

function orderOf({ result }: Writing): ListOrder {
  const { query, hits, summary } = result;
  if (query.text !== undefined || query.similarTo !== undefined) {
    return "closest";
  }
  if (query.sort !== undefined) {
    return query.sort.by === "time" && query.sort.order === "desc"
      ? "latest"
      : "sorted";
  }
  const shown = Math.min(hits.length, MAX_ITEMS);
  return shown >= summary.total ? "all" : "latest";
}

function items({ result, phrases }: Writing): Line[] {
  return result.hits.slice(0, MAX_ITEMS).map((hit) => ({
    text: phrases.item(narrativeOf(hit), hit.folded),
    ids: [hit.id],
  }));
}

/** A narrative, which has its time in it, as one sentence. */
function narrativeOf(hit: Hit): string {
  const [first, ...rest] = splitSentences(dataText(hit.narrative, 1600))
    .map(({ text }) => clause(text, 1600)).filter((text) => text !== "");
  const small = rest.map((text) =>
    text.replace(/^\p{Lu}(?=\p{Ll})/u, (c) => c.toLowerCase())
  );
  return [first ?? "", ...small].join("; ");
}

function idsOf(hits: readonly Hit[]): string[] {
  return hits.slice(0, 3).map(({ id }) => id);
}
