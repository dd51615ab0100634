/**
 * Incident updates as lines of `incidents.jsonl`.
 *
 * @module
 */

import type { IncidentUpdate } from "@ml-defender/events";
import { formatTimeUs } from "./format.ts";

/** Formats a step of an incident as one JSON line without the newline; snake_case, times in RFC 3339. */
export function formatIncident({ state, incident }: IncidentUpdate): string {
  return JSON.stringify({
    state,
    id: incident.id,
    subject: incident.subject,
    category: incident.category,
    severity: incident.severity,
    final_score: incident.finalScore,
    fast_score: incident.fastScore,
    ml_score: incident.mlScore,
    divergence: incident.divergence,
    authoritative_source: incident.authoritativeSource,
    first_seen: formatTimeUs(incident.firstSeenUs),
    last_seen: formatTimeUs(incident.lastSeenUs),
    flows: incident.flows,
    windows: incident.windows,
    peers: incident.peers,
    reasons: incident.reasons,
    corroborated: incident.corroborated,
    event_ids: incident.eventIds,
  });
}
