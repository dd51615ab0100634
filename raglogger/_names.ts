/** Names of the files in `events/`: `2026-01-02.jsonl`, then `2026-01-02.1.jsonl`, `.2` ...; `.gz` when compressed. */

/** A log file's place in the order of writing within its day. */
export interface LogName {
  /** UTC date, YYYY-MM-DD. */
  readonly date: string;
  /** 0 for the day's first file. */
  readonly number: number;
  /** Whether it is compressed. */
  readonly gzip: boolean;
  /** Name without `.gz`. */
  readonly base: string;
  /** Name on disk. */
  readonly name: string;
}

const NAME = /^(\d{4}-\d{2}-\d{2})(?:\.(\d{1,9}))?\.jsonl(\.gz)?$/;

/** The name of a day's file number. */
export function logBase(date: string, number: number): string {
  return number === 0 ? `${date}.jsonl` : `${date}.${number}.jsonl`;
}

/** Reads a file name; null when it is not a log file's. */
export function parseLogName(name: string): LogName | null {
  const match = NAME.exec(name);
  if (!match?.[1]) return null;
  const number = Number(match[2] ?? 0);
  const date = match[1];
  const gzip = match[3] !== undefined;
  return { date, number, gzip, base: logBase(date, number), name };
}

/** Order of writing. */
export function compareLogNames(a: LogName, b: LogName): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return a.number - b.number;
}

/** The log files of a directory, oldest first; an absent directory has none. */
export async function listLogs(events: string): Promise<LogName[]> {
  const names: LogName[] = [];
  try {
    for await (const entry of Deno.readDir(events)) {
      const name = entry.isFile ? parseLogName(entry.name) : null;
      if (name) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort(compareLogNames);
}
