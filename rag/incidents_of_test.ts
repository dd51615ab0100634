import { deepEqual, equal } from "node:assert/strict";
import { incidentsOf } from "./_incidents_of.ts";
import type { Entry, IncidentRecord } from "./entry.ts";
import { prepare } from "./prepare.ts";
import { EventStore } from "./store/event_store.ts";
import { temporaryFolder } from "./store/testdata/folder.ts";
import { id, type Made, made } from "./testdata/events.ts";

const SECOND_US = 1_000_000;
const HOST = "203.0.113.7";

function incident(
  number: number,
  record: Partial<IncidentRecord> = {},
): Entry {
  return {
    kind: "incident",
    record: {
      state: "closed",
      id: `incident-${number}`,
      subject: HOST,
      category: "scan",
      severity: "high",
      final_score: 0.9,
      fast_score: 0.9,
      ml_score: 0.8,
      divergence: 0.1,
      authoritative_source: "CONSENSUS",
      first_seen: "2026-03-17T08:00:00.000000Z",
      last_seen: "2026-03-17T08:00:10.000000Z",
      flows: 5,
      windows: 0,
      peers: [],
      reasons: [],
      corroborated: true,
      event_ids: [],
      ...record,
    },
  };
}

/** Ids of the incidents of an event among some. */
async function found(
  event: Partial<Made>,
  incidents: readonly Entry[],
  change: (entry: Extract<Entry, { kind: "event" }>) => Entry = (e) => e,
): Promise<string[]> {
  await using folder = await temporaryFolder();
  using store = EventStore.open(folder.path);
  const one = change(
    made({ number: 1, time: "2026-03-17T08:00:05Z", src: HOST, ...event }),
  );
  store.append([one, ...incidents].map((entry) => prepare(entry)));
  return incidentsOf(store, store.get(id(1))!).map((entry) => entry.id).sort();
}

/** An event with other values in its tuple. */
function withTuple(tuple: Readonly<Record<string, unknown>>) {
  return (entry: Extract<Entry, { kind: "event" }>): Entry => {
    const { network } = entry.record;
    const five_tuple = { ...network.five_tuple, ...tuple };
    return {
      ...entry,
      record: {
        ...entry.record,
        network: { ...network, five_tuple },
      } as typeof entry.record,
    };
  };
}

Deno.test("incidentsOf() takes an incident of the event's category and host around its time, and no other", async () => {
  deepEqual(
    await found({}, [
      incident(1),
      incident(2, { category: "ddos" }),
      incident(3, { subject: "203.0.113.8" }),
    ]),
    ["incident-1"],
  );
});

Deno.test("incidentsOf() takes an incident from 5 seconds before its first to 5 seconds after its last event", async () => {
  const first = Date.UTC(2026, 2, 17, 8) * 1000;
  const at = async (us: number): Promise<number> => {
    const time = new Date(us / 1000).toISOString().replace("Z", "000Z");
    const withTime = (entry: Extract<Entry, { kind: "event" }>): Entry => ({
      ...entry,
      record: {
        ...entry.record,
        detection: { ...entry.record.detection, detection_timestamp: time },
      },
    });
    return (await found({}, [incident(1)], withTime)).length;
  };
  equal(await at(first - 6 * SECOND_US), 0);
  equal(await at(first - 5 * SECOND_US), 1);
  equal(await at(first + 15 * SECOND_US), 1);
  equal(await at(first + 16 * SECOND_US), 0);
});

Deno.test("incidentsOf() takes an incident that names the event, whenever it began", async () => {
  const first_seen = "2026-03-17T09:00:00.000000Z";
  const last_seen = "2026-03-17T09:00:10.000000Z";
  const later = { first_seen, last_seen };
  deepEqual(
    await found({}, [
      incident(1, { ...later, event_ids: [id(1)] }),
      incident(2, { ...later, event_ids: [id(2)] }),
    ]),
    ["incident-1"],
  );
});

Deno.test("incidentsOf() finds the incident of an early event behind many later ones", async () => {
  const later = Array.from({ length: 60 }, (_, i) =>
    incident(10 + i, {
      first_seen: "2026-03-18T08:00:00.000000Z",
      last_seen: "2026-03-18T08:00:10.000000Z",
    }));
  deepEqual(await found({}, [incident(1), ...later]), ["incident-1"]);
});

Deno.test("incidentsOf() serves events with one host, and incidents without ids of events", async () => {
  const bare = incident(1);
  delete (bare.record as unknown as Record<string, unknown>)["event_ids"];
  deepEqual(
    await found({}, [bare], withTuple({ dst_ip: null })),
    ["incident-1"],
  );
});

Deno.test("incidentsOf() gives nothing for hosts that are no addresses, which no field holds", async () => {
  for (const text of ["....", "999.999.999.999", "::::", "10.0.0", "abc"]) {
    const change = withTuple({ src_ip: text, dst_ip: null });
    deepEqual(await found({}, [incident(1)], change), [], text);
    const { facts } = prepare(
      change(made({ number: 1, time: "2026-03-17T08:00:05Z" })),
    );
    equal(facts.src_ip, null);
  }
});
