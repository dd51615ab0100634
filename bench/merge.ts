// deno-lint-ignore-file no-console
/**
 * One large capture from many small ones: their packets interleaved in time, each copy with addresses of its own.
 *
 * `deno run --allow-read --allow-write bench/merge.ts --out FILE [--megabytes N] [--seconds N] FILE|DIR...`
 *
 * Reads pcap and pcapng with Ethernet frames; the rest is skipped and counted. Each file is read once, moved to a time of
 * its own within the span, and repeated with other addresses until the size is reached. The same files in the same order
 * give the same bytes.
 */
import { parseArgs } from "node:util";

/** Packets of one file. */
export interface Packets {
  /** The file's bytes. */
  readonly bytes: Uint8Array;
  /** Microseconds since the first packet. */
  readonly timesUs: readonly number[];
  /** Start, captured length and length on the wire of each frame. */
  readonly frames: readonly (readonly [number, number, number])[];
}

/** Options of {@linkcode merge}. */
export interface MergeOptions {
  /** Bytes that the result has at least. */
  readonly bytes: number;
  /** Seconds that it spans. */
  readonly seconds: number;
  /** Rewrite addresses from the second copy on; off leaves every packet as it is. */
  readonly rewrite?: boolean;
}

const PCAP_HEADER = 24;
const ETHERNET = 1;
const EPOCH_SECONDS = 1_700_000_000;

/** Frames of a pcap or pcapng file; undefined if it is something else. */
export function readPackets(bytes: Uint8Array): Packets | undefined {
  if (bytes.length < PCAP_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0, true);
  if (magic === 0x0a0d0d0a) return readPcapng(bytes, view);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const known = view.getUint32(0, little);
  if (known !== 0xa1b2c3d4 && known !== 0xa1b23c4d) return undefined;
  if ((view.getUint32(20, little) & 0xffff) !== ETHERNET) return undefined;
  const perUs = known === 0xa1b23c4d ? 1000 : 1;
  const found = new Frames(bytes);
  for (let at = PCAP_HEADER; at + 16 <= bytes.length;) {
    const [seconds, part, captured, wire] = [0, 4, 8, 12].map((o) =>
      view.getUint32(at + o, little)
    ) as [number, number, number, number];
    const timeUs = seconds * 1e6 + Math.floor(part / perUs);
    if (!found.add(timeUs, at + 16, captured, wire)) break;
    at += 16 + captured;
  }
  return found.packets();
}

function readPcapng(bytes: Uint8Array, view: DataView): Packets | undefined {
  const found = new Frames(bytes);
  let little = true;
  let linkTypes: number[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    if (view.getUint32(at, true) === 0x0a0d0d0a) {
      little = view.getUint32(at + 8, true) === 0x1a2b3c4d;
      linkTypes = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || at + length > bytes.length) break;
    if (type === 1) linkTypes.push(view.getUint16(at + 8, little));
    if (
      type === 6 && linkTypes[view.getUint32(at + 8, little)] === ETHERNET
    ) {
      // Interfaces of other resolutions only stretch or press the file's times.
      const timeUs = view.getUint32(at + 12, little) * 2 ** 32 +
        view.getUint32(at + 16, little);
      const captured = view.getUint32(at + 20, little);
      found.add(timeUs, at + 28, captured, view.getUint32(at + 24, little));
    }
    at += length;
  }
  return found.packets();
}

/** Collects the frames of one file. */
class Frames {
  readonly #bytes: Uint8Array;
  readonly #times: number[] = [];
  readonly #frames: [number, number, number][] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  add(timeUs: number, at: number, captured: number, wire: number): boolean {
    if (captured > 65535 || at + captured > this.#bytes.length) return false;
    if (captured < 14) return true;
    this.#times.push(timeUs);
    this.#frames.push([at, captured, wire]);
    return true;
  }

  packets(): Packets | undefined {
    if (this.#times.length === 0) return undefined;
    const first = this.#times.reduce((a, b) => Math.min(a, b));
    return {
      bytes: this.#bytes,
      timesUs: this.#times.map((time) => time - first),
      frames: this.#frames,
    };
  }
}

/** Changes a 16-bit word that an Internet checksum covers, and the checksum with it. */
function change(frame: Uint8Array, at: number, mask: number, sums: number[]) {
  const before = frame[at]! << 8 | frame[at + 1]!;
  const after = before ^ mask;
  frame[at] = after >> 8;
  frame[at + 1] = after & 255;
  for (const place of sums) {
    let sum = (~(frame[place]! << 8 | frame[place + 1]!) & 0xffff) +
      (~before & 0xffff) + after;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    frame[place] = sum >> 8;
    frame[place + 1] = sum & 255;
  }
}

/** Gives the hosts of a frame other addresses in the same kind of network; groups stay. */
export function rewriteAddresses(frame: Uint8Array, mask: number): void {
  if (mask === 0 || frame.length < 34) return;
  let at = 12;
  let type = frame[at]! << 8 | frame[at + 1]!;
  at += 2;
  while ((type === 0x8100 || type === 0x88a8) && at + 4 <= frame.length) {
    type = frame[at + 2]! << 8 | frame[at + 3]!;
    at += 4;
  }
  const sums: number[] = [];
  const transport = (protocol: number, start: number) => {
    if (protocol === 6 && start + 18 <= frame.length) sums.push(start + 16);
    if (
      protocol === 17 && start + 8 <= frame.length &&
      (frame[start + 6]! | frame[start + 7]!) !== 0
    ) sums.push(start + 6);
  };
  if (type === 0x0800 && at + 20 <= frame.length) {
    const later = ((frame[at + 6]! & 0x1f) << 8 | frame[at + 7]!) !== 0;
    if (!later) transport(frame[at + 9]!, at + (frame[at]! & 15) * 4);
    sums.push(at + 10);
    // The two middle octets: 10/8 and 192.168/16 stay what they are when only the third moves.
    for (const place of [at + 12, at + 16]) {
      if (frame[place]! >= 224) continue;
      const wide = frame[place] === 10;
      change(frame, place + 2, mask & 0xff00, sums);
      if (wide) change(frame, place, mask & 0xff, sums);
    }
  } else if (type === 0x86dd && at + 40 <= frame.length) {
    transport(frame[at + 6]!, at + 40);
    for (const place of [at + 8, at + 24]) {
      if (frame[place] !== 0xff) change(frame, place + 6, mask, sums);
    }
  }
}

/**
 * Write one capture of the packets of many.
 *
 * @param path Where it goes.
 * @param sources Packets of each file.
 * @param options Size and span.
 * @returns Packets written.
 */
export function merge(
  path: string,
  sources: readonly Packets[],
  options: MergeOptions,
): number {
  const { bytes, seconds, rewrite = true } = options;
  const once = sources.reduce(
    (sum, { frames }) => frames.reduce((a, [, n]) => a + n + 16, sum),
    0,
  );
  if (once === 0) throw new RangeError("Cannot merge captures: no packets");
  const copies = rewrite ? Math.ceil(bytes / once) : 1;
  const count = copies * sources.reduce((n, one) => n + one.frames.length, 0);
  const times = new Float64Array(count);
  const from = new Uint16Array(count);
  const copy = new Uint16Array(count);
  const index = new Uint32Array(count);
  let next = 0;
  sources.forEach((source, number) => {
    const spanUs = source.timesUs.reduce((a, b) => Math.max(a, b), 0);
    const scale = Math.min(1, seconds * 0.9e6 / Math.max(1, spanUs));
    for (let turn = 0; turn < copies; turn++) {
      const share = ((number + 1) * 0.6180339887 + turn * 0.7548776662) % 1;
      const start = (seconds * 1e6 - spanUs * scale) * share;
      let last = 0;
      for (let i = 0; i < source.frames.length; i++) {
        last = Math.max(last, Math.floor(start + source.timesUs[i]! * scale));
        times[next] = last;
        from[next] = number;
        copy[next] = turn;
        index[next++] = i;
      }
    }
  });
  // Stable: packets of one time stay in the order of the files.
  const order = new Uint32Array(count).map((_, i) => i).sort((a, b) =>
    times[a]! - times[b]! || a - b
  );
  using file = Deno.openSync(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const out = new Output(file);
  for (const at of order) {
    const source = sources[from[at]!]!;
    const [start, captured, wire] = source.frames[index[at]!]!;
    const frame = source.bytes.subarray(start, start + captured);
    // Each copy moves two octets: 8 bits of the network, 8 bits within it.
    const turn = copy[at]!;
    out.packet(times[at]!, frame, wire, (turn << 8 | turn) & 0xffff);
  }
  out.flush();
  return count;
}

/** Writes pcap records in pieces. */
class Output {
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(4 << 20);
  readonly #view = new DataView(this.#buffer.buffer);
  #used = PCAP_HEADER;

  constructor(file: Deno.FsFile) {
    this.#file = file;
    this.#view.setUint32(0, 0xa1b2c3d4, true);
    this.#view.setUint16(4, 2, true);
    this.#view.setUint16(6, 4, true);
    this.#view.setUint32(16, 65535, true);
    this.#view.setUint32(20, ETHERNET, true);
  }

  packet(timeUs: number, frame: Uint8Array, wire: number, mask: number): void {
    if (this.#used + 16 + frame.length > this.#buffer.length) this.flush();
    const at = this.#used;
    this.#view.setUint32(at, EPOCH_SECONDS + Math.floor(timeUs / 1e6), true);
    this.#view.setUint32(at + 4, timeUs % 1e6, true);
    this.#view.setUint32(at + 8, frame.length, true);
    this.#view.setUint32(at + 12, wire, true);
    this.#buffer.set(frame, at + 16);
    this.#used += 16 + frame.length;
    rewriteAddresses(this.#buffer.subarray(at + 16, this.#used), mask);
  }

  flush(): void {
    for (let at = 0; at < this.#used;) {
      at += this.#file.writeSync(this.#buffer.subarray(at, this.#used));
    }
    this.#used = 0;
  }
}

/** Captures in files and folders, in the order of their paths. */
export function findPackets(paths: readonly string[]): Packets[] {
  const files: string[] = [];
  const visit = (path: string) => {
    if (!Deno.statSync(path).isDirectory) return files.push(path);
    for (const { name } of Deno.readDirSync(path)) visit(`${path}/${name}`);
  };
  for (const path of paths) visit(path);
  return files.sort().map((path) => readPackets(Deno.readFileSync(path)))
    .filter((one) => one !== undefined);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: {
      out: { type: "string" },
      megabytes: { type: "string", default: "400" },
      seconds: { type: "string", default: "600" },
    },
    allowPositionals: true,
  });
  if (values.out === undefined || positionals.length === 0) {
    console.error("usage: merge.ts --out FILE [--megabytes N] FILE|DIR...");
    Deno.exit(2);
  }
  const sources = findPackets(positionals);
  const packets = merge(values.out, sources, {
    bytes: Number(values.megabytes) * 1e6,
    seconds: Number(values.seconds),
  });
  console.log(`${values.out}: ${packets} packets of ${sources.length} files`);
}
