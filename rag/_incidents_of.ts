import { timeUs } from "./_time.ts";
import type { Filter } from "./query/ast.ts";
import { parseAddress } from "./query/network.ts";
import type { EventStore } from "./store/event_store.ts";
import type { StoredEntry } from "./store/types.ts";

/** Incidents that are looked at: the first that ended at its time or later. */
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
  // What an earlier version stored may be no address.
  const hosts = [src_ip, dst_ip].filter((host) =>
    host !== null && parseAddress(host) !== undefined
  );
  if (hosts.length === 0) return [];
  const about = hosts.map((value): Filter => ({
    op: "eq",
    field: "ip",
    value: value!,
  }));
  const sinceMs = Math.max(0, Math.floor((timestampUs - SLACK_US) / 1000));
  const filter: Filter = {
    op: "and",
    of: [
      { op: "time", from: new Date(sinceMs).toISOString() },
      { op: "eq", field: "category", value: category },
      about.length === 1 ? about[0]! : { op: "or", of: about },
    ],
  };
  const { columns } = store;
  const set = columns.evaluate(filter, "incident", "UTC");
  return columns.top(set, { by: "time", order: "asc" }, MOST)
    .flatMap((row) => store.at(row) ?? [])
    .filter(({ entry, timestampUs: lastUs }) => {
      if (entry.kind !== "incident") return false;
      const { event_ids: ids, first_seen } = entry.record;
      if (Array.isArray(ids) && ids.includes(id)) return true;
      return timeUs(first_seen) - SLACK_US <= timestampUs &&
        timestampUs <= lastUs + SLACK_US;
    });
}
