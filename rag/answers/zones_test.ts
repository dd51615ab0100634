import { deepEqual, match, ok } from "node:assert/strict";
import type { Query } from "../query/ast.ts";
import { type EventSearch, openSearch } from "../search.ts";
import { day, id } from "../testdata/events.ts";
import { writeAnswer } from "./write_answer.ts";

const NOW = Date.UTC(2026, 2, 18, 15, 30);
const TIME =
  /(?<=[T ])\d\d:\d\d(?::\d\d)?(Z|[+-]\d\d:\d\d| UTC| [A-Z]\w+\/\w+)?(?![\w:])/g;

async function withSearch(
  run: (search: EventSearch) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using search = await openSearch(folder, { clock: () => NOW });
    await search.add(day());
    await run(search);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How the times of a text say their zone. */
function zonesOf(text: string): string[] {
  const found = [...text.matchAll(TIME)].map(([, zone = "none"]) =>
    zone.trim()
  );
  return [...new Set(found)].sort();
}

Deno.test("every time of an answer is in the zone of the question and says so", async () => {
  await withSearch(async (search) => {
    const zones: Readonly<Record<string, readonly string[]>> = {
      UTC: ["UTC", "Z"],
      "Europe/Madrid": ["+01:00", "Europe/Madrid"],
      "America/New_York": ["-04:00", "America/New_York"],
    };
    for (const [zone, expected] of Object.entries(zones)) {
      for (const language of ["en", "es"] as const) {
        const request = { zone, language, nowMs: NOW };
        const queries: readonly Query[] = [{ kind: "event" }];
        const results = [
          await search.find("port scans since monday", request),
          await search.recent(request),
          ...await Promise.all(queries.map((q) => search.search(q, request))),
        ];
        for (const result of results) {
          ok(result.hits.length > 0);
          match(
            result.understood + (zone === "UTC" ? " UTC" : ""),
            new RegExp(zone),
          );
          const { text } = writeAnswer(result, { nowUs: NOW * 1000 });
          deepEqual(zonesOf(text), [...expected].sort(), text);
        }
        const { hit } = (await search.explain(id(1), request))!;
        deepEqual(zonesOf(hit.narrative), [
          expected.find((one) => /^[Z+-]/.test(one)),
        ]);
      }
    }
  });
});

Deno.test("groups by hour and day say in which zone those are", async () => {
  await withSearch(async (search) => {
    const of = async (key: "hour" | "day"): Promise<string> => {
      const aggregate = { metric: { kind: "count" }, groupBy: [key] } as const;
      const zone = "Europe/Madrid";
      const query = { kind: "event", aggregate } as const;
      const result = await search.search(query, { zone });
      return writeAnswer(result, { nowUs: NOW * 1000 }).text;
    };
    match(await of("hour"), /- 2026-03-17 09:00 Europe\/Madrid: 5 events/);
    match(await of("day"), /^The number of events by day \(Europe\/Madrid\):/);
  });
});
