/**
 * Checks a log directory against its hash chains.
 *
 * Beside each log file stands `<file>.chain`: a header line, then checkpoints `{lines, bytes, hash}`. The chain starts
 * with the SHA-256 of the header line (with its newline); each checkpoint's hash is
 * SHA-256(hash before + "\n" + the lines since the checkpoint before), every line with its newline and without
 * `rag_metadata.logged_at` and `system_state`. The header names the file written before and its head, so that whole
 * files cannot vanish from the middle. Whoever can write to the directory can also make a new chain: keep heads
 * elsewhere to be safe from that.
 *
 * @module
 */

import { ChainHash, readChain, readWholeLines, splitLines } from "./_chain.ts";
import {
  compareLogNames,
  listLogs,
  type LogName,
  parseLogName,
} from "./_names.ts";
import { toLogError } from "./error.ts";

/** What the check found about one file. */
export interface FileCheck {
  /** Name in `events/`, without `.gz`. */
  readonly file: string;
  /**
   * `intact`: every covered line is as it was written. `broken`: it is not. `unchained`: there is no chain to check
   * against. `missing`: there is a chain but no file.
   */
  readonly state: "intact" | "broken" | "unchained" | "missing";
  /** Lines in the file. */
  readonly lines: number;
  /** Lines after the last checkpoint (a writer is at work, or ended without closing): not covered yet. */
  readonly uncovered: number;
  /** Where it is broken, in words. */
  readonly reason?: string;
  /** First and last line (from 1) of the block in which the first difference lies. */
  readonly block?: { readonly first: number; readonly last: number };
  /** Head of the chain as it stands in the chain file. */
  readonly head?: string;
}

/** What the check found about a directory. */
export interface LogCheck {
  /** Whether every file is intact. */
  readonly intact: boolean;
  /** Files, oldest first. */
  readonly files: readonly FileCheck[];
}

async function checkFile(events: string, log: LogName): Promise<FileCheck> {
  const chain = await readChain(`${events}/${log.base}.chain`);
  const file = log.base;
  if (chain === null) {
    let lines = 0;
    for await (const bytes of readWholeLines(`${events}/${log.name}`)) {
      for (const _ of splitLines(bytes)) lines++;
    }
    const state = lines === 0 ? "intact" : "unchained";
    return { file, state, lines, uncovered: lines };
  }
  if (chain.header.file !== log.base) {
    const reason = `the chain is that of ${chain.header.file}`;
    return { file, state: "broken", lines: 0, uncovered: 0, reason };
  }
  const hash = new ChainHash(chain.start);
  const last = chain.points.at(-1);
  let next = 0;
  let lines = 0;
  let covered = 0;
  for await (const bytes of readWholeLines(`${events}/${log.name}`)) {
    for (const line of splitLines(bytes)) {
      hash.add(line);
      lines++;
      const point = chain.points[next];
      if (!point || lines < point.lines) continue;
      if (lines > point.lines || hash.cut() !== point.hash) {
        const block = { first: covered + 1, last: point.lines };
        const reason =
          `lines ${block.first} to ${block.last} differ from what was written`;
        return { file, state: "broken", lines, uncovered: 0, reason, block };
      }
      covered = lines;
      next++;
    }
  }
  const point = chain.points[next];
  if (point) {
    const block = { first: covered + 1, last: point.lines };
    const reason = `${last?.lines ?? 0} lines were written, ${lines} are there`;
    return { file, state: "broken", lines, uncovered: 0, reason, block };
  }
  const head = last?.hash ?? chain.start;
  return { file, state: "intact", lines, uncovered: lines - covered, head };
}

/** Why the link to the file before does not hold; null when it does. */
async function brokenLink(
  events: string,
  file: string,
  first: boolean,
): Promise<string | null> {
  const chain = await readChain(`${events}/${file}.chain`);
  const previous = chain?.header.previous;
  if (!previous) return null;
  const before = await readChain(`${events}/${previous.file}.chain`);
  if (before === null) {
    return first ? null : `the file before it, ${previous.file}, is missing`;
  }
  const heads = [before.start, ...before.points.map((point) => point.hash)];
  if (heads.includes(previous.hash)) return null;
  return `the chain of ${previous.file} is not the one it followed`;
}

/**
 * Checks every file in `<directory>/events` against its chain and every chain against the one before.
 * Needs no lock; the file being written has uncovered lines.
 *
 * @param directory The log directory.
 * @throws {LogError} When something cannot be read.
 */
export async function verifyLog(directory: string): Promise<LogCheck> {
  const events = `${directory}/events`;
  try {
    const logs = await listLogs(events);
    const known = new Set(logs.map((log) => log.base));
    const files: FileCheck[] = [];
    for (
      const log of [...logs, ...await missing(events, known)].sort(
        compareLogNames,
      )
    ) {
      if (!known.has(log.base)) {
        const reason = "there is a chain but no file";
        files.push({
          file: log.base,
          state: "missing",
          lines: 0,
          uncovered: 0,
          reason,
        });
        continue;
      }
      const check = await checkFile(events, log);
      const link = check.state === "intact"
        ? await brokenLink(events, log.base, files.length === 0)
        : null;
      files.push(link ? { ...check, state: "broken", reason: link } : check);
    }
    return { intact: files.every((file) => file.state === "intact"), files };
  } catch (error) {
    throw toLogError("verify", directory, error);
  }
}

async function missing(
  events: string,
  known: ReadonlySet<string>,
): Promise<LogName[]> {
  const found: LogName[] = [];
  for await (const entry of Deno.readDir(events)) {
    if (!entry.name.endsWith(".chain")) continue;
    const name = parseLogName(entry.name.slice(0, -".chain".length));
    if (name && !known.has(name.base)) found.push(name);
  }
  return found;
}
