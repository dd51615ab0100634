import type { Aggregate, EntryKind, Filter, Query } from "../query/ast.ts";
import type { NumberField } from "../query/fields.ts";
import type { Language, Unresolved } from "../result.ts";
import type { Edge } from "./chart.ts";
import { type Context, type Found, joined } from "./_context.ts";
import { AUTHORS, type Change } from "./_meanings_changes.ts";
import type { Asked, Ordered } from "./_groups.ts";
import { filtersOf } from "./_pieces.ts";
import { hasSense, type Residue, residueOf } from "./_residue.ts";
import type { Token } from "./tokens.ts";

/** What a cover comes to. */
export interface Reading {
  /** The query, without its zone. */
  readonly query: Query;
  /** Parts that the log cannot answer. */
  readonly unresolved: readonly Unresolved[];
}

const BIG: Readonly<Record<string, readonly ["ge" | "lt", number]>> = {
  large: ["ge", 10_000_000],
  huge: ["ge", 100_000_000],
  small: ["lt", 1000],
};
const LONG: Readonly<Record<string, readonly ["ge" | "lt", number]>> = {
  long: ["ge", 600],
  verylong: ["ge", 3600],
  short: ["lt", 1],
};
const NOT_BENIGN: Filter = {
  op: "not",
  of: { op: "eq", field: "decision", value: "benign" },
};

/**
 * Put the constituents of a question together.
 *
 * @param cover Constituents, and the indices of tokens left out.
 * @param context What their meaning depends on.
 * @param knows Whether a word is known to whoever searches by meaning.
 * @returns The query and what is unresolved.
 */
export function assemble(
  cover: readonly (Edge | number)[],
  context: Context,
  knows: (word: string) => boolean,
): Reading {
  const pieces = cover.filter((p) => typeof p !== "number");
  const values = <T>(...symbols: string[]) =>
    pieces.filter((p) => symbols.includes(p.symbol)).map((p) => p.value as T);
  const has = (...symbols: string[]) =>
    pieces.some((p) => symbols.includes(p.symbol));
  const amount = has("UPLOAD")
    ? "sent_bytes"
    : has("DOWNLOAD")
    ? "received_bytes"
    : undefined;
  const asked = askedOf(pieces);
  const orders = values<Ordered>("ORD");
  const found = filtersOf(resized(cover, amount), has("AT_ONCE")).map((f) =>
    has("AT_ONCE") ? { ...f, filter: allAtOnce(f.filter) } : f
  );
  found.push(...sizes(pieces, amount));
  const named = asked.flatMap((a) => a.filters ?? []);
  const filters = [...found.map((f) => f.filter), ...named];
  const isAbout = (...fields: string[]) =>
    [...found.map((f) => f.filter), ...named].some((f) => mentions(f, fields));
  const attack = has("ATTACK") && !isAbout("category");
  const actor = (has("ATTACKED") || asked.some((a) => a.attack === true)) &&
    !isAbout("category", "decision");
  if (attack || actor) filters.push(NOT_BENIGN);
  const residue = residueOf(cover, context, {
    knows,
    amountUsed: amount !== undefined &&
      (has("BIG") || isAbout(amount) || orders.some((o) => o.generic) ||
        asked.some((a) => a.metric?.kind === "sum")),
  });
  const kind = values<EntryKind>("KIND")[0] ??
    (context.changes === true ? "change" : "event");
  const [similarTo] = values<string>("SIM");
  const filter = joined("and", different(filters));
  const aggregate = aggregateOf(
    kind === "change" ? ofChanges(asked, orders, isAbout("outcome")) : asked,
    orders,
    amount,
  );
  const order = orderOf(pieces, asked, orders, {
    amount,
    groups: aggregate !== undefined,
    tokens: context.tokens,
    language: context.language,
  });
  const query: Query = {
    kind,
    ...(filter === undefined ? {} : { filter }),
    ...(residue.text === "" ? {} : { text: residue.text }),
    ...(similarTo === undefined ? {} : { similarTo }),
    ...(aggregate === undefined ? {} : { aggregate }),
    ...order,
  };
  return scoped(query, residue, {
    found,
    nouns: has("NOUN", "FLOWNOUN", "ONE", "ATTACK", "BIG", "LONG"),
    firm: orders.length > 0 ||
      asked.some((a) =>
        a.weak !== true &&
        (a.groupBy !== undefined ||
          a.metric !== undefined && a.metric.kind !== "count")
      ),
    context,
  });
}

/** What is asked for by the pieces that ask. */
function askedOf(pieces: readonly Edge[]): Asked[] {
  return pieces.flatMap(({ symbol, value }) =>
    symbol === "AGG"
      ? value as Asked
      : symbol === "CHG"
      ? (value as Change).asked ?? []
      : []
  );
}

/**
 * Authors are shown with what became of their changes, unless the question says that or wants the first of them. Who was
 * the last to change something is said by the last change.
 */
function ofChanges(
  asked: readonly Asked[],
  orders: readonly Ordered[],
  outcomeKnown: boolean,
): Asked[] {
  const firm = asked.filter((a) => a.weak !== true);
  const plain = outcomeKnown || firm.some((a) => a.limit !== undefined);
  const byTime = orders.some((o) => o.sort?.by === "time");
  return firm.flatMap((a) => {
    if (a.groupBy !== AUTHORS.groupBy) return a;
    if (byTime) return [];
    return plain ? { ...a, groupBy: ["actor"] } : a;
  });
}

/** Filters without those that are there before. */
function different(filters: readonly Filter[]): Filter[] {
  return [...new Map(filters.map((f) => [JSON.stringify(f), f])).values()];
}

/** What is left where a part of a question cannot be answered. */
function scoped(
  query: Query,
  residue: Residue,
  known: {
    readonly found: readonly Found[];
    readonly nouns: boolean;
    readonly firm: boolean;
    readonly context: Context;
  },
): Reading {
  const { found, nouns, firm, context } = known;
  const spanish = context.language === "es";
  const timeOnly = found.every(({ kind }) =>
    kind === "time" || kind === "open time" || kind === "time_of_day" ||
    kind === "day_of_week"
  );
  const anything = query.kind !== "event" || query.similarTo !== undefined ||
    query.filter !== undefined &&
      (!timeOnly || nouns || residue.known !== "");
  if (residue.topics.length > 0) {
    const why = spanish
      ? "el registro no guarda eso"
      : "the log does not hold that";
    const unresolved = residue.topics.map((text) => ({ text, why }));
    if (!anything) return { query: { kind: "event" }, unresolved };
    return { query: partly(query, residue), unresolved };
  }
  const unknown = residue.text !== "" && residue.known === "" ||
    residue.nothing;
  if (unknown && !anything && !firm && !(nouns && residue.words < 3)) {
    return {
      query: { kind: "event" },
      unresolved: [{
        text: residue.text === ""
          ? context.tokens.map((t) => t.text).join(" ")
          : residue.text,
        why: spanish
          ? "no parece una pregunta sobre la red"
          : "this does not seem to be about the network",
      }],
    };
  }
  return { query, unresolved: [] };
}

/** What of a query stands where a part of the question cannot be answered. */
function partly(query: Query, residue: Residue): Query {
  const { text: _, aggregate, sort, limit, ...rest } = query;
  const keep = residue.countable;
  return {
    ...rest,
    ...(residue.known === "" ? {} : { text: residue.known }),
    ...(keep && aggregate !== undefined ? { aggregate } : {}),
    ...(keep && sort !== undefined ? { sort } : {}),
    ...(keep && limit !== undefined ? { limit } : {}),
  };
}

/** Sizes of unnamed kind as those of uploads or downloads, where a question is about such. */
function resized(
  cover: readonly (Edge | number)[],
  amount: NumberField | undefined,
): (Edge | number)[] {
  return cover.map((piece) => {
    if (typeof piece === "number" || amount === undefined) return piece;
    const value = piece.value as Found | undefined;
    if (piece.symbol !== "F" || value?.generic !== true) return piece;
    return {
      ...piece,
      value: { kind: amount, filter: withField(value.filter, amount) },
    };
  });
}

function withField(filter: Filter, field: NumberField): Filter {
  return filter.op === "and"
    ? { op: "and", of: filter.of.map((f) => withField(f, field)) }
    : { ...filter, field } as Filter;
}

function sizes(
  pieces: readonly Edge[],
  amount: NumberField | undefined,
): Found[] {
  return pieces.flatMap(({ symbol, value }) => {
    const [op, limit] = symbol === "BIG"
      ? BIG[value as string] ?? []
      : symbol === "LONG"
      ? LONG[value as string] ?? []
      : [];
    if (op === undefined || limit === undefined) return [];
    const field = symbol === "LONG" ? "duration" : amount ?? "bytes";
    return [{ kind: field, filter: { op, field, value: limit } as Filter }];
  });
}

function mentions(filter: Filter, fields: readonly string[]): boolean {
  if (filter.op === "and" || filter.op === "or") {
    return filter.of.some((f) => mentions(f, fields));
  }
  if (filter.op === "not") return mentions(filter.of, fields);
  return "field" in filter && fields.includes(filter.field);
}

function aggregateOf(
  asked: readonly Asked[],
  orders: readonly Ordered[],
  amount: NumberField | undefined,
): Aggregate | undefined {
  const firm = asked.filter((a) => a.weak !== true);
  const grouped = firm.some((a) => a.groupBy !== undefined) ? firm : asked;
  const groupBy = [...new Set(grouped.flatMap((a) => a.groupBy ?? []))];
  const metrics = asked.flatMap((a) => a.metric ?? []);
  const stated = metrics.find((m) => m.kind !== "count") ?? metrics[0];
  if (stated === undefined && groupBy.length === 0) return undefined;
  const ordering = orders.find((o) =>
    o.sort !== undefined && o.sort.by !== "time"
  )?.sort?.by as NumberField | undefined;
  const byField = stated === undefined && ordering !== undefined
    ? {
      kind: /score|confidence|divergence/.test(ordering) ? "max" : "sum",
      field: ordering,
    } as const
    : undefined;
  const metric = stated ?? byField ?? { kind: "count" };
  const having = asked.find((a) => a.having !== undefined)?.having;
  return {
    metric: metric.kind === "sum" && metric.field === "bytes" &&
        amount !== undefined
      ? { kind: "sum", field: amount }
      : metric,
    groupBy,
    ...(having === undefined ? {} : { having }),
  };
}

function orderOf(
  pieces: readonly Edge[],
  asked: readonly Asked[],
  orders: readonly Ordered[],
  known: {
    readonly amount: NumberField | undefined;
    readonly groups: boolean;
    readonly tokens: readonly Token[];
    readonly language: Language;
  },
): Pick<Query, "sort" | "limit"> {
  const top = pieces.find((p) => p.symbol === "TOPN")?.value as
    | number
    | undefined;
  const limits = pieces.filter((p) => p.symbol === "LIM").map((p) =>
    p.value as number
  );
  const one = known.tokens.some((t) =>
    hasSense(t, known.language, "ONE") ||
    hasSense(t, known.language, "SINGULAR")
  );
  if (known.groups) {
    const limit = top ?? limits[0] ??
      asked.find((a) => a.limit !== undefined)?.limit;
    const groups = asked.some((a) => a.groupBy !== undefined);
    const sort = asked.find((a) => a.sort !== undefined)?.sort;
    return {
      ...(sort === undefined ? {} : { sort }),
      ...(limit === undefined || !groups ? {} : { limit }),
    };
  }
  const [order] = orders;
  const bare = order?.bare === true
    ? isPlural(pieces, known.tokens, known.language) ? 10 : 1
    : undefined;
  const otherwise = order?.otherwise !== undefined &&
      isSingular(pieces, known.tokens, known.language)
    ? 1
    : order?.otherwise;
  const limit = order?.limit ?? top ?? limits[0] ?? bare ?? otherwise ??
    (order?.extreme === true && one ? 1 : undefined);
  const by = order?.sort?.by === "bytes" && order.generic === true
    ? known.amount ?? "bytes"
    : order?.sort?.by;
  return {
    ...(order?.sort === undefined || by === undefined
      ? {}
      : { sort: { by, order: order.sort.order } }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Whether one of the words after "last" or "first" is a plural; in Spanish those words say it themselves. */
function isPlural(
  pieces: readonly Edge[],
  tokens: readonly Token[],
  language: Language,
): boolean {
  const at = pieces.find((p) => p.symbol === "ORD")?.to ?? 0;
  return language === "en" &&
    tokens.slice(at, at + 3).some(({ kind, norm }) =>
      kind === "word" && /[^s]s$/.test(norm) && norm.length > 3
    );
}

/** Whether one thing is asked for: "the latest incident". */
function isSingular(
  pieces: readonly Edge[],
  tokens: readonly Token[],
  language: Language,
): boolean {
  const order = pieces.find((p) => p.symbol === "ORD");
  const near = order === undefined
    ? []
    : tokens.slice(Math.max(0, order.from - 2), order.to + 3);
  return near.some((t) => hasSense(t, language, "SINGULAR"));
}

/** "Both ssh and rdp at once": every value of a list together, which no single value can be. */
function allAtOnce(filter: Filter): Filter {
  return filter.op === "in"
    ? {
      op: "and",
      of: filter.values.map((value) => ({
        op: "eq",
        field: filter.field,
        value,
      })),
    }
    : filter;
}
