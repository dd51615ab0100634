import { deepEqual, equal, ok } from "node:assert/strict";
import { openSearch } from "../search.ts";
import { id, type Made, made } from "../testdata/events.ts";

type Event = ReturnType<typeof made>;

async function search(
  events: readonly Made[] | readonly Event[],
  run: (search: Awaited<ReturnType<typeof openSearch>>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using opened = await openSearch(folder);
    await opened.add(
      events.map((event) => "record" in event ? event : made(event)),
    );
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

const REASON = "ports it tried by TCP, hardly any accepted";
const TEXT = "many ports tried by TCP, hardly any accepted";

/** A scan of a priority; all have one text of behaviour. */
function scan(number: number, time: string, priority: string): Event {
  const event = made({ number, time, reason: REASON });
  const { record } = event;
  const { detection } = record;
  const reasons = { ...detection.reasons, investigation_priority: priority };
  return {
    ...event,
    record: {
      ...record,
      detection: { ...detection, reasons },
    } as typeof record,
  };
}

async function order(events: readonly Event[]): Promise<string[]> {
  let ids: string[] = [];
  await search(events, async (opened) => {
    const query = { kind: "event", text: TEXT } as const;
    const { hits } = await opened.search(query, { fold: false });
    ids = hits.map((hit) => hit.id);
    equal((await opened.stats()).texts, 1);
  });
  return ids;
}

Deno.test("rank() puts what is urgent before what is later, among those that fit alike", async () => {
  deepEqual(
    await order([
      scan(1, "2026-03-17T08:00:00Z", "critical"),
      scan(2, "2026-03-17T09:00:00Z", "low"),
    ]),
    [id(1), id(2)],
  );
});

Deno.test("rank() puts what is later first, among those that fit alike and are as urgent", async () => {
  deepEqual(
    await order([
      scan(1, "2026-03-17T10:00:00Z", "high"),
      scan(2, "2026-03-17T09:00:00Z", "high"),
      scan(3, "2026-03-17T11:00:00Z", "high"),
      scan(4, "2026-03-17T08:00:00Z", "high"),
    ]),
    [id(3), id(1), id(2), id(4)],
  );
});

Deno.test("rank() looks at the latest 200 entries of one behaviour, and counts them all", async () => {
  const start = Date.UTC(2026, 2, 17, 8);
  // Latest first: 199 of one host, one of a second, 50 of a third.
  const sourceOf = (place: number) =>
    place < 199 ? "10.0.1.1" : place === 199 ? "10.0.1.2" : "10.0.1.3";
  const events = Array.from({ length: 250 }, (_, place) => ({
    number: place + 1,
    time: new Date(start - place * 1000).toISOString().replace(".000Z", "Z"),
    src: sourceOf(place),
    // With an artifact only names are searched as names.
    name: "a.example",
  }));
  await search(events, async (opened) => {
    const query = { kind: "event", text: TEXT } as const;
    const { hits } = await opened.search(query);
    deepEqual(
      hits.map(({ facts }) => facts.src_ip),
      ["10.0.1.1", "10.0.1.2"],
    );
    equal(hits.reduce((sum, { folded }) => sum + folded + 1, 0), 250);
  });
});
