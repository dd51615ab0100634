/**
 * Which files an index consists of. Replaced as a whole: what it does not name does not exist.
 *
 * @module
 */
import type { Disk } from "./disk.ts";
import { VectorIndexError } from "./index.ts";

const NAME = "manifest.json";
const FORMAT = 1;

/** The files of an index. */
export interface Manifest {
  readonly format: number;
  readonly dimensions: number;
  readonly rowBytes: number;
  readonly model: string;
  /** Number for the next file. */
  readonly next: number;
  /** Segments in the order of their rows. */
  readonly segments: readonly string[];
  /** List of removals; empty before the first. */
  readonly removed: string;
}

/** What an index must be of. */
export interface Identity {
  /** Numbers of a vector. */
  readonly dimensions: number;
  /** Bytes that a vector takes in a file. */
  readonly rowBytes: number;
  /** Identity of the model. */
  readonly model: string;
}

/** Make the manifest the one that counts. */
export function writeManifest(
  disk: Disk,
  directory: string,
  manifest: Manifest,
): void {
  const path = `${directory}/${NAME}`;
  const partial = `${path}.tmp`;
  const file = disk.open(partial);
  try {
    const bytes = new TextEncoder().encode(`${JSON.stringify(manifest)}\n`);
    file.truncate(0);
    file.write(0, bytes);
    file.sync();
  } finally {
    file.close();
  }
  disk.rename(partial, path);
  disk.syncDirectory(directory);
}

/**
 * The manifest of a directory; a new one where the directory is empty. Removes files that it does not name: a crash left
 * them.
 */
export function openManifest(
  disk: Disk,
  directory: string,
  identity: Identity,
): Manifest {
  const names = disk.list(directory);
  const bytes = disk.read(`${directory}/${NAME}`);
  if (bytes === undefined) {
    if (names.some((name) => name.endsWith(".vectors"))) {
      throw damaged(directory, "it is missing");
    }
    const { dimensions, rowBytes, model } = identity;
    const manifest: Manifest = {
      ...{ format: FORMAT, dimensions, rowBytes, model },
      ...{ next: 1, segments: [], removed: "" },
    };
    writeManifest(disk, directory, manifest);
    return manifest;
  }
  const manifest = parse(directory, bytes);
  refuseOther(directory, manifest, identity);
  const known = new Set([...manifest.segments, manifest.removed]);
  for (const name of names) {
    if (!/\.(vectors|removed|tmp)$/.test(name) || known.has(name)) continue;
    disk.remove(`${directory}/${name}`);
  }
  return manifest;
}

function parse(directory: string, bytes: Uint8Array): Manifest {
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damaged(directory, "it is no JSON");
  }
  const { format, dimensions, rowBytes, model, next, segments, removed } =
    value ?? {};
  if (format !== FORMAT) {
    throw damaged(directory, `'format' must be ${FORMAT}: it is ${format}`);
  }
  const isName = (name: unknown): name is string =>
    typeof name === "string" && /^[\w.-]*$/.test(name);
  if (
    typeof dimensions !== "number" || typeof rowBytes !== "number" ||
    typeof model !== "string" ||
    !Number.isInteger(next) || !Array.isArray(segments) ||
    !segments.every(isName) || !isName(removed)
  ) throw damaged(directory, "it lacks what it must have");
  return {
    ...{ format, dimensions, rowBytes, model },
    ...{ next: next!, segments, removed },
  };
}

function damaged(directory: string, reason: string): VectorIndexError {
  return new VectorIndexError(
    "corrupt",
    `Cannot open vector index ${directory} as its ${NAME} cannot be used: ${reason}; remove the directory and build the index again`,
  );
}

function refuseOther(
  directory: string,
  present: Identity,
  wanted: Identity,
): void {
  const of = ({ model, dimensions, rowBytes }: Identity): string =>
    `${dimensions} numbers in ${rowBytes} bytes of model ${model}`;
  if (of(present) === of(wanted)) return;
  throw new VectorIndexError(
    "model",
    `Cannot open vector index ${directory} as its vectors must be ${
      of(wanted)
    }: they are ${of(present)}`,
  );
}
