import type { LogRecord } from "@ml-defender/raglogger";
import type { EntryPlan } from "./_entries.ts";

export type { LogRecord };

const DAYS_MS = 30 * 86_400_000;

/** A number from 0 up to 1 that depends on its arguments alone. */
function share(seed: number, index: number, use: number): number {
  let x = seed ^ Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(use, 0x85ebca6b);
  x = Math.imul(x ^ x >>> 16, 0x7feb352d);
  x = Math.imul(x ^ x >>> 15, 0x846ca68b);
  return ((x ^ x >>> 16) >>> 0) / 2 ** 32;
}

/** Event `index` of a plan: one of the records with other particulars. */
export function recordFrom(
  records: readonly LogRecord[],
  index: number,
  { count, endMs, seed }: EntryPlan,
): LogRecord {
  const of = (use: number) => share(seed, index, use);
  const record = records[Math.floor(of(0) * records.length)]!;
  const { rag_metadata, detection, network } = record;
  const timeMs = endMs - DAYS_MS + index / count * DAYS_MS;
  const time = `${new Date(timeMs).toISOString().slice(0, -1)}000Z`;
  const host = (address: string | null, use: number) =>
    address === null || !/^(10|192\.168)\./.test(address)
      ? address
      : `10.${Math.floor(of(use) * 8)}.${Math.floor(of(use + 1) * 16)}.${
        1 + Math.floor(of(use + 2) * 250)
      }`;
  const scale = 0.5 + of(9);
  const { five_tuple, flow } = network;
  return {
    ...record,
    rag_metadata: {
      ...rag_metadata,
      logged_at: time,
      event_id: Array.from(
        { length: 4 },
        (_, k) =>
          Math.floor(share(seed, index, 20 + k) * 2 ** 32).toString(16)
            .padStart(8, "0"),
      ).join(""),
    },
    detection: { ...detection, detection_timestamp: time },
    network: {
      ...network,
      five_tuple: {
        ...five_tuple,
        src_ip: host(five_tuple.src_ip, 3),
        dst_ip: host(five_tuple.dst_ip, 6),
      },
      flow: {
        ...flow,
        total_bytes: flow.total_bytes === null
          ? null
          : Math.ceil(flow.total_bytes * scale),
      },
    },
  };
}
