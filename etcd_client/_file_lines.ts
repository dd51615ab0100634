/** Lines of the config log: a checksum, a space, JSON. */
import { crc32 } from "node:zlib";
import { Buffer } from "node:buffer";
import type { RawChange, RawEntry } from "./backend.ts";
import { EtcdError } from "./error.ts";
import { isHeader } from "./_file_check.ts";
import type { Step } from "./_history.ts";

/** A lease in the log. */
export interface FileLease {
  readonly id: string;
  readonly ttlSeconds: number;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** First line: which log it is. */
export interface HeaderLine {
  readonly format: "ml-defender-config";
  readonly version: 1;
  readonly id: string;
  readonly generation: number;
}

type StoredChange = ["put", string, string, string | null] | ["delete", string];

/** Every line after the first. */
export type Line =
  | {
    readonly kind: "state";
    readonly revision: number;
    readonly entries: readonly (readonly [
      string,
      string,
      number,
      string | null,
    ])[];
    readonly leases: readonly FileLease[];
    readonly nextLease: number;
  }
  | {
    readonly kind: "step";
    readonly revision: number;
    readonly changes: readonly StoredChange[];
  }
  | { readonly kind: "lease"; readonly lease: FileLease }
  | { readonly kind: "end"; readonly id: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeLine(line: HeaderLine | Line): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(line);
  const sum = crc32(json).toString(16).padStart(8, "0");
  return encoder.encode(`${sum} ${json}\n`);
}

/** What a line says; nothing when it is damaged. */
export function decodeLine(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  const json = text.slice(9);
  if (text[8] !== " " || !/^[0-9a-f]{8}$/.test(text.slice(0, 8))) return;
  if (crc32(json) !== parseInt(text.slice(0, 8), 16)) return;
  try {
    return JSON.parse(json);
  } catch {
    return;
  }
}

/** Checks that a first line is ours. */
export function asHeader(line: unknown, path: string): HeaderLine {
  const header = line as Partial<HeaderLine> | undefined;
  if (header?.format !== "ml-defender-config") {
    throw new EtcdError(
      "storage",
      `Cannot read ${path}: it is not a config log; move it away or choose another folder`,
    );
  }
  if (header.version !== 1) {
    throw new EtcdError(
      "storage",
      `Cannot read ${path}: it is of version ${header.version}, made by a newer program; this one reads version 1`,
    );
  }
  if (!isHeader(header)) {
    throw new EtcdError(
      "integrity",
      `Cannot read ${path}: its first line lacks what it must have; restore the log from a backup`,
    );
  }
  return header;
}

export function stepLine(step: Step): Line {
  const changes = step.changes.map((change): StoredChange => {
    if (change.kind === "delete") return ["delete", change.key];
    const { key, value, lease } = change.entry;
    return ["put", key, base64(value), lease ?? null];
  });
  return { kind: "step", revision: step.revision, changes };
}

export function decodeStep(line: Extract<Line, { kind: "step" }>): Step {
  const { revision } = line;
  const changes = line.changes.map((change): RawChange => {
    if (change[0] === "delete") {
      return { kind: "delete", key: change[1], revision };
    }
    const [, key, text, lease] = change;
    const value = bytesOf(text);
    const entry = { key, value, revision, lease: lease ?? undefined };
    return { kind: "put", entry };
  });
  return { revision, changes };
}

export function encodeState(
  revision: number,
  base: Iterable<RawEntry>,
  leases: readonly FileLease[],
  nextLease: number,
): Uint8Array<ArrayBuffer> {
  const entries = [...base].map(({ key, value, revision, lease }) =>
    [key, base64(value), revision, lease ?? null] as const
  );
  return encodeLine({ kind: "state", revision, entries, leases, nextLease });
}

export function decodeEntries(
  line: Extract<Line, { kind: "state" }>,
): RawEntry[] {
  return line.entries.map(([key, text, revision, lease]) => ({
    key,
    value: bytesOf(text),
    revision,
    lease: lease ?? undefined,
  }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("base64");
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
