import { deepEqual, ok } from "node:assert/strict";
import { openSearch } from "../search.ts";
import { id, type Made, made } from "../testdata/events.ts";

async function search(
  events: readonly Made[],
  run: (search: Awaited<ReturnType<typeof openSearch>>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using opened = await openSearch(folder);
    await opened.add(events.map(made));
    await run(opened);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("rank() finds a name within a filter however many other hosts have it", async () => {
  const time = "2026-03-17T08:00:00Z";
  const name = "evilbot.example.net";
  const wanted = { number: 1, time, src: "10.9.9.9", name };
  const flood = Array.from({ length: 2_100 }, (_, i) => ({
    number: i + 10,
    time,
    src: "10.0.0.1",
    name,
  }));
  await search([
    ...flood,
    ...[2, 3].map((number) => ({ ...wanted, number, name: "other.example" })),
    wanted,
  ], async (opened) => {
    const filter = { op: "eq", field: "src_ip", value: "10.9.9.9" } as const;
    const { hits } = await opened.search(
      { kind: "event", filter, text: name },
      { fold: false },
    );
    deepEqual(hits[0]?.id, id(1));
    ok(hits[0]?.why.some(({ text }) => text.startsWith("a name or")));
  });
});
