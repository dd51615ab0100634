import assert from "node:assert/strict";
import { type Host, makeHost } from "./address.ts";
import { blobOf } from "./blob.ts";
import { type CapturedPacket, readCapture } from "./capture_reader.ts";
import { type CaptureFormat, CaptureWriter } from "./capture_writer.ts";
import { ACK, FrameBuilder, PSH, whole } from "./frame.ts";
import { Rng } from "./rng.ts";

function host(last: number): Host {
  return makeHost({
    mac: Uint8Array.of(2, 0, 0, 0, 0, last),
    v4: Uint8Array.of(10, 0, 0, last),
    v6: Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last),
    home: true,
    stack: "linux",
    ttl: 64,
    rttUs: 100,
    name: "h",
  });
}

/** The Internet checksum over bytes, the slow way; 0xffff where a checksum inside is right. */
function onesSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] as number) * 256 + (bytes[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  return sum;
}

function pseudo(frame: Uint8Array, family: 4 | 6): Uint8Array {
  const start = family === 4 ? 26 : 22;
  const head = family === 4 ? 34 : 54;
  const body = frame.subarray(head);
  const addresses = frame.subarray(start, start + (family === 4 ? 8 : 32));
  const protocol = frame[family === 4 ? 23 : 20] as number;
  return Uint8Array.of(
    ...addresses,
    0,
    protocol,
    body.length >>> 8,
    body.length,
    ...body,
  );
}

function written(
  work: (builder: FrameBuilder) => void,
  format: CaptureFormat = "pcap",
): CapturedPacket[] {
  const writer = new CaptureWriter(format, 0);
  work(new FrameBuilder(writer, 0));
  const parts = writer.finish();
  assert.equal(parts.length, 1);
  return [...readCapture(parts[0]?.bytes as Uint8Array)];
}

const SEGMENT = {
  from: 4000,
  to: 80,
  seq: 0xfffffffe,
  ack: 7,
  flags: PSH | ACK,
  window: 500,
};

Deno.test("FrameBuilder's TCP and UDP checksums hold for odd and even payloads in both families", () => {
  const rng = new Rng(1);
  for (const family of [4, 6] as const) {
    for (const length of [0, 1, 2, 3, 64, 1459, 1460]) {
      const payload = rng.bytes(length);
      const options = Uint8Array.of(1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
      const packets = written((builder) => {
        builder.tcp(
          0,
          [host(1), host(2), family],
          { ...SEGMENT, options },
          whole(payload),
        );
        builder.udp(1, [host(1), host(2), family], [5, 53], whole(payload));
      });
      for (const { frame } of packets) {
        if (family === 4) assert.equal(onesSum(frame.subarray(14, 34)), 0xffff);
        assert.equal(onesSum(pseudo(frame, family)), 0xffff);
        assert.deepEqual(frame.subarray(frame.length - length), payload);
      }
    }
  }
});

Deno.test("Blob16 sums a slice as adding its bytes does, wherever it begins", () => {
  const rng = new Rng(2);
  const blob = blobOf(rng.bytes(4000));
  for (let i = 0; i < 500; i++) {
    const offset = rng.int(0, 2000);
    const length = rng.int(0, 1460);
    let sum = 0;
    for (let k = 0; k < length; k += 2) {
      sum += (blob.bytes[offset + k] as number) * 256;
      if (k + 1 < length) sum += blob.bytes[offset + k + 1] as number;
    }
    assert.equal(blob.sum(offset, length), sum);
  }
});

Deno.test("FrameBuilder's ICMP checksum covers the pseudo header in IPv6 only", () => {
  for (const family of [4, 6] as const) {
    const message = { type: family === 4 ? 8 : 128, code: 0, rest: 0x12340001 };
    const [packet] = written((builder) =>
      builder.icmp(
        0,
        [host(1), host(2), family],
        message,
        whole(Uint8Array.of(1, 2, 3)),
      )
    );
    const frame = packet?.frame as Uint8Array;
    assert.equal(
      onesSum(family === 4 ? frame.subarray(34) : pseudo(frame, 6)),
      0xffff,
    );
  }
});

Deno.test("CaptureWriter and readCapture agree on times and lengths in all formats", () => {
  for (const format of ["pcap", "pcap-ns", "pcapng"] as const) {
    const times = [0, 1_700_000_000_123_456, 4_000_000_000_999_999];
    const packets = written((builder) => {
      for (const time of times) {
        builder.udp(
          time,
          [host(1), host(2), 4],
          [1, 2],
          whole(Uint8Array.of(9)),
        );
      }
    }, format);
    assert.deepEqual(packets.map((packet) => packet.timeUs), times);
    assert.deepEqual(packets.map((packet) => packet.wireBytes), [43, 43, 43]);
  }
});

Deno.test("CaptureWriter keeps snaplen bytes and the wire length", () => {
  for (const format of ["pcap", "pcapng"] as const) {
    const writer = new CaptureWriter(format, 61);
    const builder = new FrameBuilder(writer, 0);
    for (let i = 0; i < 3; i++) {
      builder.udp(
        i,
        [host(1), host(2), 4],
        [1, 2],
        whole(new Uint8Array(500).fill(255)),
      );
    }
    const packets = [...readCapture(writer.finish()[0]?.bytes as Uint8Array)];
    assert.deepEqual(
      packets.map(({ frame, wireBytes }) => [frame.length, wireBytes]),
      Array(3).fill([61, 542]),
    );
  }
});

Deno.test("readCapture stops at a torn record and refuses what is no capture", () => {
  const writer = new CaptureWriter("pcap", 0);
  const builder = new FrameBuilder(writer, 0);
  for (let i = 0; i < 4; i++) {
    builder.udp(i, [host(1), host(2), 4], [1, 2], whole(Uint8Array.of(1)));
  }
  const bytes = writer.finish()[0]?.bytes as Uint8Array;
  assert.equal([...readCapture(bytes.subarray(0, bytes.length - 1))].length, 3);
  assert.throws(() => readCapture(new Uint8Array(100)), SyntaxError);
  assert.throws(() => readCapture(new Uint8Array(0)), SyntaxError);
});
