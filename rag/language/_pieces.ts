import type { Filter } from "../query/ast.ts";
import type { Edge } from "./chart.ts";
import { type Found, joined } from "./_context.ts";
import type { Change } from "./_meanings_changes.ts";

/** Symbols that may stand in the cover of a question. */
export const PIECES: ReadonlySet<string> = new Set([
  ...["F", "NF", "NOT", "AND", "OR", "COMMA", "AGG", "ORD", "TOPN", "LIM"],
  ...["KIND", "SIM", "TX", "TOPIC", "ATTACK", "UPLOAD", "DOWNLOAD", "BIG"],
  ...["LONG", "NOUN", "FLOWNOUN", "ONE", "ATTACKED", "AT_ONCE", "MEASURE"],
  ...["CHG", "CHB", "CN", "CQ"],
]);

/** Kinds of filter whose values exclude each other: joined by "and" they are alternatives. */
const ALTERNATIVES = new Set([
  ...[
    "category",
    "service",
    "protocol",
    "decision",
    "priority",
    "app_protocol",
  ],
  ...["confidence_level", "src_ip", "dst_ip", "ip", "name", "dst_port"],
  ...["src_port", "time", "day_of_week", "time_of_day", "interface"],
  ...["node_id", "direction", "actor", "revision", "outcome", "setting"],
]);

interface Term {
  readonly kind: string;
  readonly filter: Filter;
  /** Word between it and the filter before. */
  readonly link: "and" | "or" | "";
}

/**
 * The filters of a cover: "not" before what follows it, "or" and "and" between alternatives, everything else together.
 *
 * @param cover Constituents, and the indices of tokens left out.
 * @param atOnce Whether "and" means both at once, of alternatives too.
 * @returns Parts that must all hold.
 */
export function filtersOf(
  cover: readonly (Edge | number)[],
  atOnce: boolean,
): Found[] {
  const terms: Term[] = [];
  let link: Term["link"] = "";
  let negated = false;
  for (const piece of cover) {
    if (typeof piece === "number") continue;
    switch (piece.symbol) {
      case "NOT":
        negated = true;
        break;
      case "OR":
        link = "or";
        break;
      case "AND":
        if (link === "" && !atOnce) link = "and";
        break;
      case "COMMA":
        link = "";
        negated = false;
        break;
      case "F":
      case "NF": {
        const { kind, filter } = piece.value as Found;
        terms.push(
          negated && piece.symbol === "F"
            ? { kind: `not ${kind}`, filter: { op: "not", of: filter }, link }
            : { kind, filter, link },
        );
        link = "";
        negated = false;
        break;
      }
      case "CHG":
        for (const part of (piece.value as Change).filters) {
          terms.push({ ...part, link });
          link = "";
        }
        negated = false;
        break;
      case "NOUN":
      case "FLOWNOUN":
      case "ONE":
      case "CN":
        break;
      default:
        negated = false;
    }
  }
  return combined(terms);
}

function combined(terms: readonly Term[]): Found[] {
  const done: { kinds: string[]; filter: Filter }[] = [];
  const singles: Term[] = [];
  const flush = () => {
    done.push(
      ...singles.map(({ kind, filter }) => ({ kinds: [kind], filter })),
    );
    singles.length = 0;
  };
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]!;
    const { link } = term;
    const last = singles.length - 1;
    const alternative = singles[last]?.kind === term.kind &&
      ALTERNATIVES.has(term.kind);
    if (link === "or" && last >= 0) {
      const same = singles.findLastIndex(({ kind }) => kind === term.kind);
      const left = singles.splice(same < 0 ? last : same);
      const right = [term];
      const kinds = new Set(left.map(({ kind }) => kind));
      while (
        left.length > 1 && terms[i + 1] !== undefined &&
        terms[i + 1]!.link !== "or" && kinds.has(terms[i + 1]!.kind)
      ) right.push(terms[++i]!);
      const of = [left, right].map((side) =>
        joined("and", side.map(({ filter }) => filter))!
      );
      singles.push({
        kind: left.length === 1 && same >= 0 ? term.kind : "or",
        filter: { op: "or", of },
        link: left[0]?.link ?? "",
      });
    } else if (link === "and" && alternative) {
      const { filter, link: before, kind } = singles.pop()!;
      singles.push({
        kind,
        filter: { op: "or", of: [filter, term.filter] },
        link: before,
      });
    } else singles.push(term);
  }
  flush();
  return done.map(({ kinds: [kind = ""], filter }) => ({ kind, filter }));
}
