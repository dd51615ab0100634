/**
 * A faiss index on disk, with the proof that it is whole and belongs to the rows beside it.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import faiss, { type Index } from "npm:faiss-node@0.5.1";
import { DISK } from "../vectors/disk.ts";

const GRAPH = "graph.faiss";
const ABOUT = "graph.json";

/** What a graph must be made of to be used. */
export interface GraphIdentity {
  /** How faiss was told to make it. */
  readonly factory: string;
  readonly dimensions: number;
}

interface About extends GraphIdentity {
  readonly rows: number;
  readonly bytes: number;
  readonly crc: number;
  readonly idsCrc: number;
}

function bytesOf(ids: Uint32Array): Uint8Array {
  return new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
}

/** Writes a graph of the rows with these ids. */
export function writeGraph(
  directory: string,
  graph: Index,
  ids: Uint32Array,
  { factory, dimensions }: GraphIdentity,
): void {
  const path = `${directory}/${GRAPH}`;
  graph.write(`${path}.tmp`);
  const bytes = DISK.read(`${path}.tmp`) ?? new Uint8Array(0);
  DISK.rename(`${path}.tmp`, path);
  const about: About = {
    ...{ factory, dimensions, rows: ids.length, bytes: bytes.length },
    ...{ crc: crc32(bytes), idsCrc: crc32(bytesOf(ids)) },
  };
  const partial = `${directory}/${ABOUT}.tmp`;
  const file = DISK.open(partial);
  try {
    file.truncate(0);
    file.write(0, new TextEncoder().encode(JSON.stringify(about)));
    file.sync();
  } finally {
    file.close();
  }
  DISK.rename(partial, `${directory}/${ABOUT}`);
  DISK.syncDirectory(directory);
}

/**
 * Read a graph.
 *
 * @param directory Where it is.
 * @param ids Ids of all rows; the graph may hold the first of them only.
 * @param identity What it must be.
 * @returns The graph, or undefined where there is none, it is damaged, or it is of other rows.
 */
export function readGraph(
  directory: string,
  ids: Uint32Array,
  identity: GraphIdentity,
): Index | undefined {
  const path = `${directory}/${GRAPH}`;
  const text = DISK.read(`${directory}/${ABOUT}`);
  const bytes = text && DISK.read(path);
  if (text === undefined || bytes === undefined) return undefined;
  let about: Partial<About>;
  try {
    about = JSON.parse(new TextDecoder().decode(text)) ?? {};
  } catch {
    return undefined;
  }
  const rows = about.rows ?? -1;
  const whole = about.factory === identity.factory &&
    about.dimensions === identity.dimensions &&
    about.bytes === bytes.length && about.crc === crc32(bytes) &&
    rows >= 0 && rows <= ids.length &&
    about.idsCrc === crc32(bytesOf(ids.subarray(0, rows)));
  if (!whole) return undefined;
  const graph = faiss.Index.read(path);
  return graph.ntotal() === rows ? graph : undefined;
}
