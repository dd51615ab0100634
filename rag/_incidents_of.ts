import type { Filter } from "./query/ast.ts";
import type { EventStore } from "./store/event_store.ts";
import type { StoredEntry } from "./store/types.ts";

const MOST = 50;
/** An incident is closed by the event after its last; what was judged together may be a little apart. */
const SLACK_US = 5_000_000;

/** Incidents that an event belongs to: those that name it, and those of its category and one of its hosts at its time. */
export function incidentsOf(
  store: EventStore,
  { kind, id, timestampUs, facts }: StoredEntry,
): StoredEntry[] {
  const { category, src_ip, dst_ip } = facts;
  if (kind !== "event" || category === null) return [];
  const hosts = [src_ip, dst_ip].filter((host) => host !== null);
  if (hosts.length === 0) return [];
  const filter: Filter = {
    op: "and",
    of: [
      { op: "eq", field: "category", value: category },
      {
        op: "or",
        of: hosts.map((value) => ({ op: "eq", field: "ip", value })),
      },
    ],
  };
  const { columns } = store;
  const set = columns.evaluate(filter, "incident", "UTC");
  return columns.latest(set, MOST)
    .flatMap((row) => store.at(row) ?? [])
    .filter(({ entry, timestampUs: lastUs }) =>
      entry.kind === "incident" &&
      (entry.record.event_ids?.includes(id) ||
        Date.parse(entry.record.first_seen) * 1000 - SLACK_US <= timestampUs &&
          timestampUs <= lastUs + SLACK_US)
    );
}
