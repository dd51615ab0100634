/** What an answer says of a list: how many, who, when, how, what happened, and the trend. */
import type { TextField } from "../query/fields.ts";
import type { Hit, Share } from "../result.ts";
import { clause, dataText } from "./clean_text.ts";
import type { Aspect, ListOrder } from "./phrases.ts";
import { splitSentences } from "./sentences.ts";
import type { Line, Paragraph, Writing } from "./writing.ts";

const MAX_ITEMS = 5;
const MAX_NAMES = 3;

/** The paragraphs of a list with at least one match. */
export function writeList(writing: Writing): Paragraph[] {
  const { result, phrases } = writing;
  const { hits, weak, query, summary } = result;
  const lines: Line[] = weak ? [{ text: phrases.weak }] : [];
  const [only] = hits;
  const alone = only !== undefined && summary.total <= 1 &&
    hits.length === 1 && query.similarTo === undefined;
  if (alone) {
    lines.push({
      text: phrases.only(query.kind, narrativeOf(only)),
      ids: [only.id],
    });
  } else {
    lines.push(totalLine(writing), ...aspectLines(writing));
  }
  lines.push(...timeLines(writing), ...trendLine(writing, idsOf(hits)));
  if (alone) return [{ lines }];
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

const ASPECTS: readonly (readonly [Aspect, TextField | "src_ip" | "dst_ip"])[] =
  [
    ["categories", "category"],
    ["sources", "src_ip"],
    ["destinations", "dst_ip"],
    ["services", "service"],
  ];

function aspectLines({ result, phrases }: Writing): Line[] {
  const { summary, query, hits } = result;
  if (query.kind === "change" || query.similarTo !== undefined) return [];
  const lines: Line[] = [];
  for (const [aspect, field] of ASPECTS) {
    const shares = summary[aspect].slice(0, MAX_NAMES);
    const [top] = shares;
    if (top === undefined) continue;
    const all = shares.length === 1 && top.count >= summary.total &&
      top.value !== "unknown";
    const parts = shares.map(({ value, count }) => ({
      name: dataText(phrases.value(field, value), 120),
      count,
    }));
    lines.push({
      text: phrases.aspect(aspect, query.kind, all, parts),
      ids: witnesses(hits, shares, (hit) => hit.facts[field]),
    });
  }
  const decisions = summary.decisions.filter(({ count }) => count > 0);
  if (decisions.length > 0) {
    lines.push({
      text: phrases.decisions(
        query.kind,
        decisions.length === 1 && decisions[0]!.count >= summary.total,
        decisions.map(({ value, count }) => ({
          name: dataText(value, 60),
          count,
        })),
      ),
      ids: witnesses(hits, decisions, (hit) => hit.facts.decision),
    });
  }
  return lines;
}

/** One hit for each of the values, in their order; the first hits where no hit has any of them. */
function witnesses(
  hits: readonly Hit[],
  shares: readonly Share[],
  valueOf: (hit: Hit) => string | null,
): string[] {
  const found = shares.flatMap(({ value }) => {
    const hit = hits.find((h) => (valueOf(h) ?? "unknown") === value);
    return hit === undefined ? [] : [hit.id];
  });
  return found.length > 0 ? found : idsOf(hits);
}

function timeLines({ result, phrases, zone, nowUs }: Writing): Line[] {
  const { summary, hits, query } = result;
  const { firstUs, lastUs = firstUs, total } = summary;
  if (firstUs === undefined || lastUs === undefined) return [];
  const seconds = lastUs - firstUs < 3_600_000_000;
  const show = (us: number) => phrases.instant(us, zone, { nowUs, seconds });
  const nearest = (us: number) =>
    hits.toSorted((a, b) =>
      Math.abs(a.timestampUs - us) - Math.abs(b.timestampUs - us)
    ).slice(0, 1).map(({ id }) => id);
  const ids = [...nearest(firstUs), ...nearest(lastUs)];
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
