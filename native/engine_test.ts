import assert from "node:assert/strict";
import { openBuilds } from "./_test_builds.ts";
import { type Core, openHandles, type RunResult } from "./mod.ts";

const SYN = 2;
const SYN_ACK = 18;
const ACK = 16;

interface Segment {
  readonly ms: number;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly flags: number;
  readonly payload?: string;
}

const ipv4 = (address: string): number[] => address.split(".").map(Number);
const u16 = (value: number): number[] => [value >> 8, value & 255];
const le32 = (value: number): number[] => [
  ...[value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24],
];

/** Ethernet, IPv4 and TCP without checksums. */
function frame(segment: Segment): number[] {
  const { from, to, fromPort, toPort, flags, payload = "" } = segment;
  const text = [...new TextEncoder().encode(payload)];
  const tcp = [...u16(fromPort), ...u16(toPort), ...le32(0), ...le32(0)];
  tcp.push(0x50, flags, ...u16(1024), 0, 0, 0, 0);
  const ip = [0x45, 0, ...u16(40 + text.length), 0, 0, 0, 0, 64, 6, 0, 0];
  return [
    ...[...new Array(12).fill(2), 8, 0],
    ...[...ip, ...ipv4(from), ...ipv4(to), ...tcp, ...text],
  ];
}

function pcap(segments: readonly Segment[]): Uint8Array<ArrayBuffer> {
  const head = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, ...new Array(8).fill(0)];
  const bytes = [...head, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
  for (const segment of segments) {
    const data = frame(segment);
    const seconds = 1_700_000_000 + Math.floor(segment.ms / 1000);
    bytes.push(...le32(seconds), ...le32((segment.ms % 1000) * 1000));
    bytes.push(...le32(data.length), ...le32(data.length), ...data);
  }
  return Uint8Array.from(bytes);
}

/** Hosts that open connections and ask for a page by name. */
function traffic(): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < 60; i++) {
    const client = { from: `10.0.0.${1 + i % 7}`, fromPort: 40_000 + i };
    const server = { to: `192.0.2.${1 + i % 5}`, toPort: 80 };
    const back = {
      ...{ from: server.to, fromPort: 80 },
      ...{ to: client.from, toPort: client.fromPort },
    };
    const ms = i * 700;
    const payload = `GET /${i} HTTP/1.1\r\nHost: host-${i}.example\r\n\r\n`;
    segments.push({ ms, ...client, ...server, flags: SYN });
    segments.push({ ms: ms + 10, ...back, flags: SYN_ACK });
    segments.push({ ms: ms + 20, ...client, ...server, flags: ACK, payload });
  }
  return segments;
}

interface Records {
  readonly digest: string;
  readonly flows: number;
  readonly hosts: number;
  readonly counters: Record<string, number>;
}

/** Flow records without the places of their texts, which depend on the batch. */
function withoutPlaces(
  core: Core,
  flows: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const copy = flows.slice();
  const view = new DataView(copy.buffer);
  const { size, fields } = core.layout.flow;
  for (const { type, offset, count = 1 } of fields) {
    if (type !== "ref") continue;
    for (let at = offset; at < copy.length; at += size) {
      for (let i = 0; i < count; i++) view.setUint32(at + i * 8, 0, true);
    }
  }
  return copy;
}

/** SHA-256 over all records and texts in order, with the input cut into chunks. */
function read(
  core: Core,
  capture: Uint8Array<ArrayBuffer>,
  chunkBytes: number,
  batchRecords = 512,
): Records {
  using engine = core.openEngine("prefixBytes=512", { batchRecords });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [flows, hosts, text] = [0, 0, ""];
  const take = ({ batch }: RunResult): void => {
    flows += batch.flowCount;
    hosts += batch.hostCount;
    parts.push(withoutPlaces(core, batch.flows), batch.hosts.slice());
    text += new TextDecoder().decode(batch.arena);
  };
  for (let at = 0; at < capture.length; at += chunkBytes) {
    let chunk = capture.slice(at, at + chunkBytes);
    while (chunk.length > 0) {
      const result = engine.run(chunk);
      assert.notEqual(result.state, "error", engine.error());
      take(result);
      chunk = chunk.subarray(result.consumed);
    }
  }
  for (let state = "batch_full"; state === "batch_full";) {
    const result = engine.run(new Uint8Array(0));
    take(result);
    state = result.state;
    assert.notEqual(state, "error", engine.error());
  }
  const { flow, host } = core.layout;
  const flowBytes = new Uint8Array(flows * flow.size);
  const hostBytes = new Uint8Array(hosts * host.size);
  let [f, h] = [0, 0];
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 0) flowBytes.set(part, f), f += part.length;
    else hostBytes.set(part, h), h += part.length;
  }
  const digest = [flowBytes, hostBytes, new TextEncoder().encode(text)]
    .map((bytes) => core.sha256(bytes).toHex()).join();
  return { digest, flows, hosts, counters: engine.counters() };
}

Deno.test("Engine gives the same records in both builds, in any chunks and batches", async () => {
  const capture = pcap(traffic());
  const digests = new Set<string>();
  for (const core of await openBuilds()) {
    for (const chunkBytes of [capture.length, 1000, 1]) {
      for (const batchRecords of [512, 3, 1]) {
        const run = read(core, capture, chunkBytes, batchRecords);
        assert.equal(run.counters.packets, 180);
        assert.equal(run.flows, 60);
        assert.ok(run.hosts > 0);
        digests.add(run.digest);
      }
    }
  }
  assert.equal(digests.size, 1);
  assert.equal(openHandles(), 0);
});

Deno.test("Engine.run takes a chunk of several MiB whole", async () => {
  const segments = traffic();
  const many = Array.from({ length: 40_000 }, (_, i) => ({
    ...segments[i % 3]!,
    ms: i,
  }));
  const capture = pcap(many);
  assert.ok(capture.length > 2 ** 21);
  for (const core of await openBuilds()) {
    using engine = core.openEngine();
    let chunk = capture;
    while (chunk.length > 0) {
      const { state, consumed } = engine.run(chunk);
      chunk = chunk.subarray(consumed);
      assert.equal(state, chunk.length > 0 ? "batch_full" : "need_more");
    }
    assert.equal(engine.counters().packets, 40_000);
  }
});

Deno.test("Core.communityId of a record equals the published vector, and its texts are in the arena", async () => {
  const segment = {
    ...{ ms: 0, from: "128.232.110.120", fromPort: 34855 },
    ...{ to: "66.35.250.204", toPort: 80, flags: ACK },
    payload: "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
  };
  for (const core of await openBuilds()) {
    using engine = core.openEngine();
    engine.run(pcap([segment]));
    const { batch } = engine.run(new Uint8Array(0));
    assert.equal(batch.flowCount, 1);
    assert.equal(
      core.communityId(batch.flows),
      "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
    );
    assert.equal(core.communityId(new Uint8Array(3)), "");
    assert.match(new TextDecoder().decode(batch.arena), /a\.example/);
  }
});

Deno.test("Engine says what is wrong with what is no capture, and Core.openEngine with options", async () => {
  for (const core of await openBuilds()) {
    using engine = core.openEngine();
    assert.equal(engine.error(), "");
    const { state } = engine.run(new Uint8Array(64).fill(0x55));
    assert.equal(state, "error");
    assert.ok(engine.error().length > 5, engine.error());
    assert.throws(() => core.openEngine("noSuchOption=1"), {
      code: "refused",
      message: /noSuchOption/,
    });
    assert.throws(() => core.openEngine("", { batchRecords: 0 }), RangeError);
  }
  assert.equal(openHandles(), 0);
});

Deno.test("a closed Engine throws TypeError, and closing again does nothing", async () => {
  for (const core of await openBuilds()) {
    const engine = core.openEngine();
    engine.close();
    engine.close();
    assert.throws(() => engine.run(new Uint8Array(1)), /as it is closed/);
    assert.throws(() => engine.counters(), TypeError);
  }
  assert.equal(openHandles(), 0);
});
