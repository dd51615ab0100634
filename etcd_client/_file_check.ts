/** What a line of the config log must look like: its checksum says that it is whole, not that it is ours. */
import type { FileLease, HeaderLine, Line } from "./_file_lines.ts";

/** Why a line was refused. */
export interface Refusal {
  readonly reason: string;
}

type Fields = Record<string, unknown>;

/** Checks the lines after the first one, in order. */
export class LineCheck {
  #lines = 0;
  #revision = 0;

  /** A check that stands where this one does. */
  copy(): LineCheck {
    const copy = new LineCheck();
    copy.#lines = this.#lines;
    copy.#revision = this.#revision;
    return copy;
  }

  /** The line, or why it is none that may stand here. */
  take(line: unknown): Line | Refusal {
    const reason = line === undefined ? "is damaged" : this.#judge(line);
    if (reason !== undefined) return { reason };
    this.#lines++;
    const taken = line as Line;
    if (taken.kind === "state" || taken.kind === "step") {
      this.#revision = taken.revision;
    }
    return taken;
  }

  #judge(line: unknown): string | undefined {
    if (!isObject(line)) return "is of another form than those of this log";
    const { kind } = line;
    if (!["state", "step", "lease", "end"].includes(kind as string)) {
      return "is of a kind that this version does not know";
    }
    if (kind === "state" && this.#lines > 0) {
      return "is a state, which may only be the first";
    }
    if (!isWhole[kind as Line["kind"]](line)) {
      return "is of another form than those of this log";
    }
    const { revision } = line;
    if (kind === "step" && revision !== this.#revision + 1) {
      return `has not revision ${this.#revision + 1}, which must be the next`;
    }
    return undefined;
  }
}

/** Whether a first line has all that it must. */
export function isHeader(line: Partial<HeaderLine>): line is HeaderLine {
  return typeof line.id === "string" && line.id !== "" &&
    isCount(line.generation);
}

const isWhole: Record<Line["kind"], (line: Fields) => boolean> = {
  state: ({ revision, entries, leases, nextLease }) =>
    isCount(revision) && isCount(nextLease) && isList(leases, isLease) &&
    isList(entries, (entry) => isEntry(entry, revision)),
  step: ({ revision, changes }) =>
    isCount(revision) && isList(changes, isChange),
  lease: ({ lease }) => isLease(lease),
  end: ({ id }) => isLeaseId(id),
};

function isEntry(entry: unknown, newest: number): boolean {
  if (!Array.isArray(entry) || entry.length !== 4) return false;
  const [key, text, revision, lease] = entry;
  return isKey(key) && isBase64(text) && isCount(revision) &&
    revision <= newest && (lease === null || isLeaseId(lease));
}

function isChange(change: unknown): boolean {
  if (!Array.isArray(change)) return false;
  const [kind, key, text, lease] = change;
  if (kind === "delete") return change.length === 2 && isKey(key);
  return kind === "put" && change.length === 4 && isKey(key) &&
    isBase64(text) && (lease === null || isLeaseId(lease));
}

function isLease(lease: unknown): lease is FileLease {
  return isObject(lease) && isLeaseId(lease.id) && isCount(lease.ttlSeconds) &&
    lease.ttlSeconds > 0 && typeof lease.expires === "number";
}

function isLeaseId(id: unknown): id is string {
  return typeof id === "string" && /^[1-9][0-9]{0,14}$/.test(id);
}

function isKey(key: unknown): key is string {
  return typeof key === "string" && key !== "";
}

function isBase64(text: unknown): text is string {
  return typeof text === "string" && text.length % 4 === 0 &&
    /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
