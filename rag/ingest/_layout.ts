/** Which files of a folder hold entries: a log directory, its `artifacts` alone, or any folder of JSON lines. */
import { codeOf, toIngestError } from "./error.ts";

/** A file of lines. */
export interface LineSource {
  /** Path relative to the folder. */
  readonly path: string;
  /** Day that its name says; empty where it says none. */
  readonly date: string;
  /** Place within the day, or among files of one name. */
  readonly number: number;
  /** How it is packed. */
  readonly packed: "gzip" | "zstd" | null;
  /** Path that it had before it was packed. */
  readonly base: string;
}

/** A folder of artifacts. */
export interface ArtifactFolder {
  /** Path relative to the folder, with `/` behind it; empty for the folder itself. */
  readonly prefix: string;
  /** Day that its name says; empty where it says none. */
  readonly date: string;
}

/** Files that hold entries. */
export interface Layout {
  /** Files of lines, in order of writing. */
  readonly lines: readonly LineSource[];
  /** Folders of artifacts, in order of their days. */
  readonly folders: readonly ArtifactFolder[];
}

const LINES = /^(.+?)(?:\.(\d{1,9}))?\.jsonl(?:\.(gz|zst))?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Name of an artifact. */
export const ARTIFACT = /^event_([A-Za-z0-9_-]{1,64})\.json$/;

/** Names in a folder; none where it is gone. */
export function namesIn(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (codeOf(error) === "notFound") return [];
    throw toIngestError(path, error);
  }
}

function lineSource(prefix: string, name: string): LineSource | undefined {
  const match = LINES.exec(name);
  if (match?.[1] === undefined) return undefined;
  const dated = DATE.test(match[1]);
  const pack = match[3];
  return {
    path: prefix + name,
    date: dated ? match[1] : "",
    // The first file of a day has no number; of others the one being written has none, and those put aside have.
    number: match[2] === undefined ? dated ? 0 : Infinity : Number(match[2]),
    packed: pack === "gz" ? "gzip" : pack === "zst" ? "zstd" : null,
    base: prefix +
      (pack === undefined ? name : name.slice(0, -pack.length - 1)),
  };
}

/** What a folder holds now. */
export function readLayout(directory: string): Layout {
  const lines: LineSource[] = [];
  const folders: ArtifactFolder[] = [];
  const addLines = (prefix: string, { isFile, name }: Deno.DirEntry) => {
    const source = isFile ? lineSource(prefix, name) : undefined;
    if (source !== undefined) lines.push(source);
  };
  const addFolder = (prefix: string, { isDirectory, name }: Deno.DirEntry) => {
    if (isDirectory && DATE.test(name)) {
      folders.push({ prefix: `${prefix}${name}/`, date: name });
    }
  };
  let loose = false;
  for (const entry of namesIn(directory)) {
    addLines("", entry);
    addFolder("", entry);
    loose ||= entry.isFile && ARTIFACT.test(entry.name);
    if (!entry.isDirectory) continue;
    if (entry.name === "events") {
      for (const one of namesIn(`${directory}/events`)) {
        addLines("events/", one);
      }
    } else if (entry.name === "artifacts") {
      for (const one of namesIn(`${directory}/artifacts`)) {
        addFolder("artifacts/", one);
      }
    }
  }
  if (loose) folders.push({ prefix: "", date: "" });
  const plain = new Set(lines.map(({ path }) => path));
  return {
    // Beside the file itself its packed form is a copy.
    lines: lines.filter(({ packed, base }) =>
      packed === null || !plain.has(base)
    )
      .sort(compareLines),
    folders: folders.sort((a, b) => a.prefix < b.prefix ? -1 : 1),
  };
}

function compareLines(a: LineSource, b: LineSource): number {
  // Files without a day come last: incidents tell of events.
  if (a.date !== b.date) {
    if (a.date === "" || b.date === "") return a.date === "" ? 1 : -1;
    return a.date < b.date ? -1 : 1;
  }
  const [first, second] = [nameOf(a), nameOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.number === b.number ? 0 : a.number < b.number ? -1 : 1;
}

function nameOf({ base }: LineSource): string {
  return base.replace(/(?:\.\d{1,9})?\.jsonl$/, "");
}
