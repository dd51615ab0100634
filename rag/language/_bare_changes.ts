/** Questions that say no more than that something changed, or than the path of a setting. */
import type { Edge } from "./chart.ts";
import type { Context, Found } from "./_context.ts";
import { hasSense } from "./_residue.ts";

/** What may stand beside: order, number, and what joins. */
const BESIDE = new Set(["CHB", "CN", "ORD", "LIM", "TOPN", "AND", "COMMA"]);
const TIMES = /^(?:not )?(?:time|open time|time_of_day|day_of_week)$/;
/** Filters by what the network did. */
const DOING = /^(?:not )?(?:category|service|protocol|app_protocol|ip)$/;
/** Words with which somebody asks. */
const ASKING = new RegExp(
  "^(?:show|list|tell|give|display|see|view|muestra|muestrame|mostrar|lista|" +
    "listar|dame|dime|ensename|ver)$",
);

/** What says that the path of a setting is only named in a question about what the network did. */
const TRAFFIC = new Set([
  ...["NOUN", "FLOWNOUN", "KIND", "ATTACK", "UPLOAD", "DOWNLOAD", "TX"],
]);

/**
 * Whether a question is about changes though it does not say of what. Either a setting is named, and no traffic; or nothing
 * is said but when, in what order and how many: then it is the configuration that changes.
 */
export function isBare(
  cover: readonly (Edge | number)[],
  { tokens, language }: Context,
): boolean {
  const pieces = cover.filter((piece) => typeof piece === "object");
  if (pieces.some((p) => p.symbol === "CHB" && p.value === "setting")) {
    return !pieces.some(({ symbol, value }) =>
      TRAFFIC.has(symbol) ||
      symbol === "F" && DOING.test((value as Found).kind)
    );
  }
  return cover.every((piece) => {
    if (typeof piece === "object") {
      return BESIDE.has(piece.symbol) ||
        piece.symbol === "F" && TIMES.test((piece.value as Found).kind);
    }
    const token = tokens[piece]!;
    return token.kind === "sign" || ASKING.test(token.norm) ||
      hasSense(token, language, "FUNCTION");
  });
}
