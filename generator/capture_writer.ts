/** Writes pcap (microseconds or nanoseconds) and pcapng, chunk by chunk. */

/** File formats of a capture. */
export type CaptureFormat = "pcap" | "pcap-ns" | "pcapng";

/** A finished piece of the capture file. */
export interface Chunk {
  /** File bytes, owned by whoever receives them. */
  bytes: Uint8Array;
  /** Packets whose record starts in this piece. */
  packets: number;
}

const CHUNK_BYTES = 1 << 20;
const SPARE = 66_000;
const ETHERNET = 1;

/** Collects packet records; link type Ethernet. */
export class CaptureWriter {
  /** Where the next packet is written: fill `buffer` from `offset`, then call `commit`. */
  buffer: Uint8Array;
  /** Offset of the frame's first byte in `buffer`. */
  offset = 0;
  /** Packets committed so far. */
  packets = 0;
  /** Bytes kept of packets that are not taken from elsewhere, 0 for all of the snaplen. */
  frameLimit = 0;
  /** Bytes of the file so far. */
  bytes = 0;
  #view: DataView;
  #end = 0;
  #inChunk = 0;
  readonly #format: CaptureFormat;
  readonly #snaplen: number;
  readonly #ready: Chunk[] = [];

  /** `snaplen` 0 keeps whole packets. */
  constructor(format: CaptureFormat, snaplen: number) {
    this.#format = format;
    this.#snaplen = snaplen === 0 ? 262144 : snaplen;
    this.buffer = new Uint8Array(CHUNK_BYTES);
    this.#view = new DataView(this.buffer.buffer);
    this.#header();
    this.#place();
  }

  #header(): void {
    const view = this.#view;
    if (this.#format === "pcapng") {
      [0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28].forEach((
        v,
        i,
      ) => view.setUint32(i * 4, v, true));
      [1, 20, ETHERNET, this.#snaplen, 20].forEach((v, i) =>
        view.setUint32(28 + i * 4, v, true)
      );
      this.#end = 48;
      return;
    }
    view.setUint32(0, this.#format === "pcap" ? 0xa1b2c3d4 : 0xa1b23c4d, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, this.#snaplen, true);
    view.setUint32(20, ETHERNET, true);
    this.#end = 24;
  }

  #place(): void {
    this.offset = this.#end + (this.#format === "pcapng" ? 28 : 16);
  }

  /** Takes the frame of `wireBytes` bytes; `storedBytes` says how much of it is in the buffer. */
  commit(
    timeUs: number,
    wireBytes: number,
    storedBytes: number = wireBytes,
  ): void {
    const kept = Math.min(storedBytes, this.#snaplen);
    const view = this.#view;
    const at = this.#end;
    if (this.#format === "pcapng") {
      const padded = (kept + 3) & ~3;
      view.setUint32(at, 6, true);
      view.setUint32(at + 4, padded + 32, true);
      view.setUint32(at + 8, 0, true);
      view.setUint32(at + 12, Math.floor(timeUs / 4294967296), true);
      view.setUint32(at + 16, timeUs % 4294967296, true);
      view.setUint32(at + 20, kept, true);
      view.setUint32(at + 24, wireBytes, true);
      this.buffer.fill(0, at + 28 + kept, at + 28 + padded);
      view.setUint32(at + 28 + padded, padded + 32, true);
      this.#end = at + 32 + padded;
    } else {
      const seconds = Math.floor(timeUs / 1e6);
      const rest = timeUs - seconds * 1e6;
      view.setUint32(at, seconds, true);
      view.setUint32(
        at + 4,
        this.#format === "pcap" ? rest : rest * 1000,
        true,
      );
      view.setUint32(at + 8, kept, true);
      view.setUint32(at + 12, wireBytes, true);
      this.#end = at + 16 + kept;
    }
    this.bytes += this.#end - at;
    this.packets++;
    this.#inChunk++;
    if (this.#end > CHUNK_BYTES - SPARE) this.#flush();
    this.#place();
  }

  #flush(): void {
    this.#ready.push({
      bytes: this.buffer.subarray(0, this.#end),
      packets: this.#inChunk,
    });
    this.buffer = new Uint8Array(CHUNK_BYTES);
    this.#view = new DataView(this.buffer.buffer);
    this.#end = 0;
    this.#inChunk = 0;
  }

  /** The oldest full chunk, if there is one. */
  take(): Chunk | undefined {
    return this.#ready.shift();
  }

  /** Everything left; the writer is not to be used afterwards. */
  finish(): Chunk[] {
    if (this.#end > 0) {
      const bytes = this.buffer.slice(0, this.#end);
      this.#ready.push({ bytes, packets: this.#inChunk });
      this.#end = 0;
    }
    return this.#ready.splice(0);
  }
}
