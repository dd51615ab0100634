/** Lengths of buckets that read well, milliseconds: seconds to years. */
const BUCKETS_MS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800]
  .map((seconds) => seconds * 1000);
const YEAR_MS = 31_536_000_000;

/** The shortest of them that needs no more than so many buckets; years where none does. */
export function bucketMs(
  firstUs: number,
  lastUs: number,
  buckets: number,
): number {
  const spanMs = (lastUs - firstUs) / 1000;
  return BUCKETS_MS.find((ms) => spanMs / ms < buckets) ??
    YEAR_MS * Math.max(1, Math.ceil(spanMs / YEAR_MS / buckets));
}
