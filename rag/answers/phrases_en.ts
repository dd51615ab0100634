/** The sentences of answers in English. */
import type { EntryKind, GroupKey, Metric } from "../query/ast.ts";
import { localTime } from "../query/zone.ts";
import { categoryName, noun } from "./field_words.ts";
import type { Aspect, Counted, InstantOptions, Phrases } from "./phrases.ts";
import { shownNumber, shownQuantity } from "./shown_numbers.ts";

const KINDS: Readonly<Record<EntryKind, readonly [string, string]>> = {
  event: ["event", "events"],
  incident: ["incident", "incidents"],
  change: ["configuration change", "configuration changes"],
};

const MONTHS =
  ("January February March April May June July August September October November " +
    "December").split(" ");
const DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(
  " ",
);

const number = (value: number) => shownNumber(value, "en");
const plural = (kind: EntryKind) => KINDS[kind][1];
const entries = (kind: EntryKind, count: number) =>
  `${number(count)} ${KINDS[kind][count === 1 ? 0 : 1]}`;

function joined(parts: readonly string[]): string {
  return parts.length < 2
    ? parts.join("")
    : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function listed(kind: EntryKind, parts: readonly Counted[]): string {
  return joined(
    parts.map(({ name, count }, i) =>
      `${name} (${i === 0 ? entries(kind, count) : number(count)})`
    ),
  );
}

function instant(
  timestampUs: number,
  zone: string,
  { nowUs, seconds }: InstantOptions,
): string {
  const time = localTime(zone, timestampUs / 1000);
  const pad = (n: number) => String(n).padStart(2, "0");
  const clock = `${pad(time.hour)}:${pad(time.minute)}${
    seconds ? `:${pad(time.second)}` : ""
  } ${zone}`;
  const day = (us: number) => {
    const { year, month, day } = localTime(zone, us / 1000);
    return Date.UTC(year, month - 1, day) / 86_400_000;
  };
  const ago = day(nowUs) - day(timestampUs);
  if (ago === 0) return `today at ${clock}`;
  if (ago === 1) return `yesterday at ${clock}`;
  return `on ${time.day} ${MONTHS[time.month - 1]} ${time.year} at ${clock}`;
}

const ASPECTS: Readonly<
  Record<Aspect, readonly [all: string, one: string, many: string]>
> = {
  sources: ["come from", "source", "sources"],
  destinations: ["are directed at", "destination", "destinations"],
  services: ["involve the service", "service", "services"],
  categories: ["are classified as", "category", "categories"],
};

function share(
  which: Aspect | "decisions",
  kind: EntryKind,
  name: string,
): string {
  if (which === "decisions") return `were judged ${name}`;
  const hosts = kind === "incident" && which === "sources";
  return `${hosts ? "are about" : ASPECTS[which][0]} ${name}`;
}

function aspect(
  which: Aspect,
  kind: EntryKind,
  parts: readonly Counted[],
): string {
  const hosts = kind === "incident" && which === "sources";
  const [, one, many] = hosts ? ["", "host", "hosts"] : ASPECTS[which];
  return parts.length === 1
    ? `The most frequent ${one} is ${listed(kind, parts)}`
    : `The most frequent ${many} are ${listed(kind, parts)}`;
}

function decisions(kind: EntryKind, parts: readonly Counted[]): string {
  const verb = parts[0]?.count === 1 ? "was judged" : "were judged";
  const texts = parts.map(({ name, count }, i) =>
    i === 0 ? `${number(count)} ${verb} ${name}` : `${number(count)} ${name}`
  );
  return `Of the ${plural(kind)}, ${joined(texts)}`;
}

function metricTitle(metric: Metric, kind: EntryKind): string {
  switch (metric.kind) {
    case "count":
      return `number of ${plural(kind)}`;
    case "distinct":
      return `number of different ${noun(metric.field, "en").many}`;
    case "sum":
      return `total ${noun(metric.field, "en").one}`;
    case "mean":
      return `mean ${noun(metric.field, "en").one}`;
    case "min":
      return `smallest ${noun(metric.field, "en").one}`;
    case "max":
      return `largest ${noun(metric.field, "en").one}`;
  }
}

function metricValue(
  metric: Metric,
  kind: EntryKind,
  found: number | null,
): string {
  if (found === null) return "unknown";
  if (metric.kind === "count") return entries(kind, found);
  if (metric.kind === "distinct") {
    const { one, many } = noun(metric.field, "en");
    return `${number(found)} different ${found === 1 ? one : many}`;
  }
  return shownQuantity(metric.field, found, "en");
}

function single(metric: Metric, kind: EntryKind, found: number | null): string {
  if (found === null) {
    return `The ${
      metricTitle(metric, kind)
    } is unknown, as no matching entry has that value`;
  }
  if (metric.kind === "count") {
    return `${entries(kind, found)} ${found === 1 ? "matches" : "match"}`;
  }
  if (metric.kind === "distinct") {
    return `There ${found === 1 ? "is" : "are"} ${number(found)} different ${
      noun(metric.field, "en")[found === 1 ? "one" : "many"]
    }`;
  }
  return `The ${metricTitle(metric, kind)} is ${
    metricValue(metric, kind, found)
  }`;
}

function trend(kind: EntryKind, total: number, before: number): string {
  const period = "the period of the same length before";
  if (before === 0) {
    return total === 0
      ? `In ${period} there were none either`
      : `In ${period} there were none`;
  }
  if (before === total) {
    return `In ${period} there were just as many: ${number(before)}`;
  }
  const change = total >= 3 * before
    ? `now ${number(round(total / before))} times as many`
    : `now ${number(Math.round(Math.abs(total / before - 1) * 100))}% ${
      total > before ? "more" : "fewer"
    }`;
  const verb = before === 1 ? "was" : "were";
  return `In ${period} there ${verb} ${entries(kind, before)}, ${change}`;
}

/** One decimal. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function keyList(keys: readonly GroupKey[]): string {
  return joined(keys.map((key) => noun(key, "en").one));
}

/** What became of a change. */
const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ["applied", "applied"],
  ["refused", "refused"],
  ["rolled_back", "rolled back"],
]);

/** English. */
export const ENGLISH: Phrases = {
  number,
  entries,
  instant,
  listed,
  metricValue,
  single,
  trend,
  aspect,
  value: (field, found) => {
    if (found === null) return "unknown";
    if (field === "weekday") return DAYS[Number(found) - 1] ?? String(found);
    if (field === "hour") return String(found).replace("T", " ");
    if (field === "outcome") {
      return OUTCOMES.get(String(found)) ?? String(found);
    }
    return field === "category" || field === "leaning"
      ? categoryName(String(found), "en")
      : String(found);
  },
  contradiction: (text) => `The question contradicts itself: ${text}`,
  contradictionHint:
    "So nothing was searched; ask for one of the two, or join them with “or”",
  unresolved: ({ text, why }) => `The log cannot answer “${text}”: ${why}`,
  nothingAsked: "So nothing was searched",
  nothingFound: (kind, understood) =>
    `No ${KINDS[kind][0]} was found for: ${understood}`,
  noGroups: (understood) => `Nothing was found for: ${understood}`,
  hints: {
    time:
      "Widen the period, or leave it out, to see whether it happened at another time",
    text:
      "Use other words for the behaviour, or name its category, service or port",
    category:
      "Leave out the category: traffic of that kind may have been judged otherwise",
    filter:
      "Leave out one of the conditions to see which of them excludes everything",
    log:
      "Look at the statistics of the log to see whether it holds anything yet",
  },
  nothingSimilar:
    "Nothing resembles the entry that was asked for; make sure that its id is in the log",
  weak:
    "The best match is a weak one: what follows may have nothing to do with the question",
  total: (kind, total) =>
    `${entries(kind, total)} ${total === 1 ? "matches" : "match"}`,
  ranked: (kind, total, shown, text) =>
    shown >= total
      ? `${entries(kind, total)} ${
        total === 1 ? "was" : "were"
      } compared with “${text}”`
      : `${entries(kind, total)} were compared with “${text}”, and the ${
        number(shown)
      } closest ${shown === 1 ? "is" : "are"} listed`,
  similar: (kind, shown) =>
    shown === 1
      ? `One ${KINDS[kind][0]} resembles the one that was asked for`
      : `These ${
        entries(kind, shown)
      } resemble the one that was asked for the most`,
  only: (kind, narrative) => `One ${KINDS[kind][0]} matches: ${narrative}`,
  share,
  decisions,
  all: (predicates) => `All of them ${joined(predicates)}`,
  foremost: (kind, total, order, narrative) => {
    const place = { closest: "closest", latest: "latest", sorted: "first" };
    return `This is the ${order === "all" ? "first" : place[order]} of ${
      entries(kind, total)
    }: ${narrative}`;
  },
  at: (_kind, total, when) =>
    `${total === 1 ? "It" : "All of them"} happened ${when}`,
  span: (_kind, first, last) =>
    `The first happened ${first} and the last ${last}`,
  listTitle: (order) =>
    ({
      closest: "The closest matches:",
      latest: "The latest:",
      sorted: "The first of them:",
      all: "What happened:",
    })[order],
  item: (narrative, folded) =>
    `${narrative}${folded > 0 ? ` (and ${number(folded)} more like it)` : ""}`,
  groupsTitle: (metric, kind, keys) =>
    `The ${metricTitle(metric, kind)} by ${keyList(keys)}:`,
  oneGroup: (metric, kind, { keys, name, value, first }) =>
    `${
      first
        ? `First comes${keys.length === 1 ? ` the ${keyList(keys)}` : ""}`
        : `The only ${keyList(keys)} is`
    } ${name}, with ${
      metric.kind === "count" || metric.kind === "distinct"
        ? metricValue(metric, kind, value)
        : `a ${metricTitle(metric, kind)} of ${
          metricValue(metric, kind, value)
        }`
    }`,
  group: (name, found) => `${name}: ${found}`,
  moreGroups: (more) =>
    `There ${more === 1 ? "is" : "are"} ${number(more)} more ${
      more === 1 ? "row" : "rows"
    } like these`,
  nextTitle: "Next steps:",
};
