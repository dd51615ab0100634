/** Reads artifact files, each once. */
import type { Entry } from "../entry.ts";
import { classifyArtifact } from "./_classify.ts";
import { ARTIFACT, type ArtifactFolder, namesIn } from "./_layout.ts";
import type { Filling, Tally } from "./_tally.ts";
import { codeOf, toIngestError } from "./error.ts";

/** A folder is not listed again before this many times as long as that took has passed. */
const LISTING_REST = 20;
/** A folder that changed so lately may change again within the same tick of its clock. */
const FRESH_MS = 2000;
/** Identity of artifacts: their name says which event they are of, and they are written whole. */
const IDENTITY = "artifact";

/** Times of this process, which do not jump as a wall clock does; `mtime` only tells whether a folder changed. */
interface Listed {
  readonly mtime: number;
  /** When that `mtime` was seen first. */
  readonly since: number;
  readonly at: number;
  readonly tookMs: number;
}

/** An artifact that waits to be read. */
export interface WaitingArtifact {
  /** Path relative to the watched folder. */
  readonly path: string;
  /** Id of its event. */
  readonly id: string;
  /** Size, bytes. */
  readonly size: number;
  /** When it was written last, milliseconds; tells a file that was mended. */
  readonly mtime: number;
}

/** The artifacts of a watched folder. */
export class Artifacts {
  readonly #directory: string;
  readonly #given: Set<string>;
  readonly #tally: Tally;
  readonly #limit: number;
  readonly #refused = new Map<string, string>();
  readonly #listed = new Map<string, Listed>();
  /** Folders that something was given from. */
  #known: Set<string>;

  /** Artifacts that were not given yet, of at most `limit` bytes. */
  constructor(
    directory: string,
    { given, tally, limit }: {
      given: Set<string>;
      tally: Tally;
      limit: number;
    },
  ) {
    this.#directory = directory;
    this.#given = given;
    this.#tally = tally;
    this.#limit = limit;
    this.#known = new Set([...given].map(folderOf));
  }

  /** Whether an artifact was given. */
  has(path: string): boolean {
    return this.#given.has(path);
  }

  /** Forgets what was given from folders that are gone; where one comes back, its artifacts are given again. */
  keepOnly(prefixes: ReadonlySet<string>): void {
    const gone = this.#known.difference(prefixes);
    this.#known = new Set(prefixes);
    if (gone.size === 0) return;
    for (const path of this.#given) {
      if (gone.has(folderOf(path))) this.#given.delete(path);
    }
    for (const path of this.#refused.keys()) {
      if (gone.has(folderOf(path))) this.#refused.delete(path);
    }
    for (const prefix of gone) this.#listed.delete(prefix);
  }

  /** The artifacts of a folder that were not given yet, in order of their names. */
  waiting({ prefix }: ArtifactFolder): WaitingArtifact[] {
    const folder = `${this.#directory}/${prefix}`;
    const before = this.#listed.get(prefix);
    const start = performance.now();
    if (before && start - before.at < before.tookMs * LISTING_REST) return [];
    const mtime = mtimeOf(folder);
    const since = before?.mtime === mtime ? before.since : start;
    const rested = before !== undefined && before.at - since > FRESH_MS;
    if (rested && !this.#hasRefused(prefix)) return [];
    const found: WaitingArtifact[] = [];
    for (const { name, isFile } of namesIn(folder)) {
      const id = ARTIFACT.exec(name)?.[1];
      const path = prefix + name;
      if (id === undefined || !isFile || this.#given.has(path)) continue;
      const one = this.#look(path, id);
      if (one !== undefined) found.push(one);
    }
    const at = performance.now();
    this.#listed.set(prefix, { mtime, since, at, tookMs: at - start });
    return found.sort((a, b) => a.path < b.path ? -1 : 1);
  }

  #hasRefused(prefix: string): boolean {
    for (const path of this.#refused.keys()) {
      if (path.startsWith(prefix)) return true;
    }
    return false;
  }

  /** An artifact as it is now; undefined where it is gone, or was refused and is the same. */
  #look(path: string, id: string): WaitingArtifact | undefined {
    try {
      const info = Deno.statSync(`${this.#directory}/${path}`);
      const mtime = info.mtime?.getTime() ?? 0;
      const one = { path, id, size: info.size, mtime };
      return this.#refused.get(path) === stampOf(one) ? undefined : one;
    } catch {
      return undefined;
    }
  }

  /** Reads the artifact of an event that a line tells of, if it is there. */
  readFor(path: string, id: string, filling: Filling): Entry | undefined {
    const one = this.#look(path, id);
    return one && this.read(one, filling);
  }

  /** Reads an artifact; undefined where it is left out, which is counted. It is tried again when it changes. */
  read(one: WaitingArtifact, filling: Filling): Entry | undefined {
    const { path, id, size } = one;
    if (size > this.#limit) return this.#refuse(one, "tooLarge");
    let bytes: Uint8Array;
    try {
      bytes = Deno.readFileSync(`${this.#directory}/${path}`);
    } catch (error) {
      const code = codeOf(error);
      if (code === "io") throw toIngestError(path, error);
      return this.#refuse(one, code === "denied" ? "denied" : "vanished");
    }
    this.#tally.bytes += bytes.length;
    const { entry, skip } = classifyArtifact(bytes, id);
    if (entry === undefined) return this.#refuse(one, skip);
    this.#tally.artifacts++;
    this.#refused.delete(path);
    this.#given.add(path);
    filling.reach({ path, identity: IDENTITY, offset: size, size });
    return entry;
  }

  #refuse(
    one: WaitingArtifact,
    reason: Parameters<Tally["skip"]>[0],
  ): undefined {
    this.#tally.skip(reason);
    this.#refused.set(one.path, stampOf(one));
  }
}

/** Folder of a path, with `/` behind it. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function stampOf({ size, mtime }: WaitingArtifact): string {
  return `${size}.${mtime}`;
}

function mtimeOf(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}
