/** Results for tests, built by hand. */
import { FIELDS } from "../../query/fields.ts";
import type { Facts } from "../../entry.ts";
import type { Hit, Result, Summary } from "../../result.ts";

/** Saturday, 7 March 2026, 12:00 UTC. */
export const NOW_US = Date.UTC(2026, 2, 7, 12) * 1000;

/** Id number n: 32 hexadecimal digits that differ from the first on. */
export function id(n: number): string {
  return ((n + 1) * 0x1e35a7bd % 0x1_0000_0000).toString(16).padStart(8, "0")
    .repeat(4);
}

/** Facts that are all unknown but for those given. */
export function facts(known: Partial<Facts>): Facts {
  const unknown = Object.fromEntries(
    Object.keys(FIELDS).filter((name) => name !== "ip").map((name) => [
      name,
      null,
    ]),
  );
  return { ...unknown, ...known } as Facts;
}

/** Hit number n: guesses at SSH, one a minute. */
export function hit(n: number, more: Partial<Hit> = {}): Hit {
  return {
    id: id(n),
    kind: "event",
    timestampUs: NOW_US - (n + 1) * 60_000_000,
    score: 1,
    why: [],
    narrative:
      `203.0.113.${n} tried 40 short SSH sessions against 10.0.0.5. The rules say 0.91.`,
    folded: 0,
    facts: facts({
      src_ip: `203.0.113.${n}`,
      dst_ip: "10.0.0.5",
      dst_port: 22,
      category: "bruteforce",
      decision: "malicious",
      service: "ssh",
      protocol: "tcp",
      fast_score: 0.91,
      final_score: 0.91,
    }),
    ...more,
  };
}

/** A summary of hits as the store would make it. */
export function summaryOf(hits: readonly Hit[]): Summary {
  const shares = (
    field: "category" | "src_ip" | "dst_ip" | "service" | "decision",
  ) => {
    const counts = new Map<string, number>();
    const ids = new Map<string, string[]>();
    for (const { facts, id } of hits) {
      const value = facts[field];
      if (value === null) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      ids.set(value, [id]);
    }
    return [...counts]
      .map(([value, count]) => ({ value, count, ids: ids.get(value)! }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, 5);
  };
  const order = hits.toSorted((a, b) => a.timestampUs - b.timestampUs);
  const [first] = order;
  const last = order.at(-1);
  return {
    total: hits.length,
    ...(first && { firstUs: first.timestampUs, firstId: first.id }),
    ...(last && { lastUs: last.timestampUs, lastId: last.id }),
    categories: shares("category"),
    sources: shares("src_ip"),
    destinations: shares("dst_ip"),
    services: shares("service"),
    decisions: shares("decision"),
  };
}

/** A result of some hits. */
export function result(
  hits: readonly Hit[],
  more: Partial<Result> = {},
): Result {
  return {
    query: {
      kind: "event",
      filter: { op: "eq", field: "category", value: "bruteforce" },
    },
    language: "en",
    understood: "events with category bruteforce",
    unresolved: [],
    contradictions: [],
    weak: false,
    hits,
    summary: summaryOf(hits),
    ...more,
  };
}
