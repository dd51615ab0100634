import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Batch, Flow, HostWindow } from "@ml-defender/events";
import { openCore } from "@ml-defender/native";
import { type Capture, type CaptureOptions, openCapture } from "./capture.ts";
import type { CaptureInput } from "./source.ts";
import { dnsQuery, inPieces, pcap, tcp4, udp4, udp6 } from "./packets_test.ts";

const core = await openCore({ build: "wasm" });
const T0 = 1_700_000_000e6;
const open = (input: CaptureInput, options: CaptureOptions = {}) =>
  openCapture(input, { core, ...options });

/** Two datagrams there and back, and one to another host. */
const THREE = pcap([
  {
    timeUs: T0,
    frame: udp4("192.168.1.9", "8.8.4.4", [4000, 53], dnsQuery("a.example")),
  },
  { timeUs: T0 + 250, frame: udp4("8.8.4.4", "192.168.1.9", [53, 4000]) },
  { timeUs: T0 + 9e6, frame: udp4("192.168.1.9", "1.2.3.4", [4001, 9]) },
]);

async function readAll(
  capture: Capture,
): Promise<{ flows: Flow[]; hosts: HostWindow[] }> {
  const read = { flows: [] as Flow[], hosts: [] as HostWindow[] };
  for await (const { flows, hosts } of capture) {
    for (let row = 0; row < flows.length; row++) {
      read.flows.push(flows.flow(row));
    }
    for (let row = 0; row < hosts.length; row++) {
      read.hosts.push(hosts.host(row));
    }
  }
  return read;
}

async function flowsOf(
  input: CaptureInput,
  options: CaptureOptions = {},
): Promise<Flow[]> {
  await using capture = await open(input, options);
  return (await readAll(capture)).flows;
}

Deno.test("a Capture gives flows with times, ports, direction, names and community id", async () => {
  await using capture = await open(THREE);
  const { flows, hosts } = await readAll(capture);
  assert.equal(flows.length, 2);
  const dns = flows.find(({ destinationPort }) => destinationPort === 53)!;
  const { id: _, communityId, ...rest } = dns;
  assert.match(communityId!, /^1:[A-Za-z0-9+/]{27}=$/);
  assert.deepEqual(rest, {
    startUs: T0,
    endUs: T0 + 250,
    sourceAddress: "192.168.1.9",
    destinationAddress: "8.8.4.4",
    sourcePort: 4000,
    destinationPort: 53,
    protocol: 17,
    kind: "ip",
    ipVersion: 4,
    app: "dns",
    endReason: "capture_end",
    final: true,
    sequence: 0,
    directionConfidence: rest.directionConfidence,
    sourceInternal: true,
    destinationInternal: false,
    vlan: 0,
    vni: 0,
    interfaceId: 0,
    forwardPackets: 1,
    backwardPackets: 1,
    forwardBytes: 42 + 27,
    backwardBytes: 42,
    facts: { dnsName: "a.example", dnsType: 1 },
  });
  assert.ok(hosts.some(({ address }) => address === "192.168.1.9"));
  const { packets, flows: begun, malformed } = capture.status();
  assert.deepEqual([packets, begun, malformed], [3, 2, 0]);
});

Deno.test("each kind of input gives the same flows: bytes, stream, path, URL, gzip, zstd", async () => {
  const expected = await flowsOf(THREE);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.pcap`, THREE);
    const inputs: CaptureInput[] = [
      inPieces(THREE, 1),
      inPieces(THREE, 37),
      `${folder}/a.pcap`,
      new URL(`file://${folder}/a.pcap`),
      new Uint8Array(gzipSync(THREE)),
      new Uint8Array(zstdCompressSync(THREE)),
      inPieces(new Uint8Array(gzipSync(THREE)), 5),
      inPieces(new Uint8Array(gzipSync(THREE)), 1),
      inPieces(new Uint8Array(zstdCompressSync(THREE)), 3),
    ];
    for (const input of inputs) {
      assert.deepEqual(await flowsOf(input), expected);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("IPv6 addresses read as RFC 5952 writes them", async () => {
  const address = (groups: readonly number[]) =>
    groups.flatMap((group) => [group >> 8, group & 255]);
  const texts: [number[], string][] = [
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], "2001:db8::1"],
    [[0, 0, 0, 0, 0, 0, 0, 1], "::1"],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], "fe80::"],
    [[0x2001, 0, 0, 1, 0, 0, 0, 1], "2001:0:0:1::1"],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"],
    [[0x2001, 0, 0, 1, 0, 0, 1, 0xabcd], "2001::1:0:0:1:abcd"],
  ];
  const peer = address([0x2001, 0xdb8, 9, 9, 9, 9, 9, 9]);
  const capture = pcap(texts.map(([groups], i) => ({
    timeUs: T0 + i,
    frame: udp6(address(groups), peer, [1000 + i, 9]),
  })));
  const flows = await flowsOf(capture);
  const found = flows.toSorted((a, b) => a.sourcePort - b.sourcePort)
    .map(({ sourceAddress }) => sourceAddress);
  assert.deepEqual(found, texts.map(([, text]) => text));
  assert.equal(flows[0]!.destinationAddress, "2001:db8:9:9:9:9:9:9");
});

Deno.test("homeNets, prefixBytes and sourceId reach the core", async () => {
  const [inside] = await flowsOf(THREE, { homeNets: ["8.0.0.0/8"] });
  assert.deepEqual(
    [inside!.sourceInternal, inside!.destinationInternal],
    [false, true],
  );
  const without = await flowsOf(THREE, { prefixBytes: 0 });
  assert.ok(without.every(({ facts }) => facts.dnsName === undefined));
  const [here] = await flowsOf(THREE, { sourceId: "a" });
  const [there] = await flowsOf(THREE, { sourceId: "b" });
  const [again] = await flowsOf(THREE, { sourceId: "a" });
  assert.notEqual(here!.id, there!.id);
  assert.equal(here!.id, again!.id);
});

Deno.test("options out of range are refused before anything is read", async () => {
  await assert.rejects(open(THREE, { prefixBytes: 5000 }), {
    name: "RangeError",
    message:
      "Cannot open capture as 'prefixBytes' must be an integer from 0 to 4096: current value is 5000",
  });
  await assert.rejects(open(THREE, { homeNets: ["10.0.0.0/99"] }), {
    name: "RangeError",
    message: /^Cannot open capture as 'homeNets' .*10\.0\.0\.0\/99/,
  });
});

Deno.test("a Capture is read once", async () => {
  await using capture = await open(THREE);
  await readAll(capture);
  await assert.rejects(readAll(capture), TypeError);
});

Deno.test("what is not a capture is refused with the input and the reason", async () => {
  const cases: [CaptureInput, string, RegExp][] = [
    [new Uint8Array(0), "format", /capture bytes.*empty/],
    [new TextEncoder().encode("hello, world, hello"), "format", /magic|not/],
    ["/nonexistent/a.pcap", "unreadable", /a\.pcap: no such file$/],
    ["/", "unreadable", /: is a directory$/],
    [
      new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2]),
      "compressed",
      /gzip/,
    ],
  ];
  for (const [input, code, message] of cases) {
    await assert.rejects(
      flowsOf(input),
      (error: Error & { code: string }) => {
        assert.equal(error.name, "CaptureError");
        assert.ok(["format", "empty", "unreadable", "compressed"].includes(
          error.code,
        ));
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        if (code !== "format") assert.equal(error.code, code);
        return true;
      },
    );
  }
});

Deno.test("what a cut file or a cut gzip holds before the cut is kept", async () => {
  const cut = THREE.subarray(0, THREE.length - 5);
  for (const input of [cut, inPieces(cut, 11)]) {
    await using capture = await open(input);
    await readAll(capture);
    const { packets, health } = capture.status();
    assert.equal(packets, 2);
    assert.equal(health[0]!.code, "truncated_file");
  }
  const many = pcap(Array.from({ length: 20_000 }, (_, i) => ({
    timeUs: T0 + i * 997,
    frame: udp4("10.0.0.1", `10.1.${i >> 8}.${i & 255}`, [i + 1, i * 7 % 999]),
  })));
  const packed = gzipSync(many);
  const half = new Uint8Array(packed.subarray(0, packed.length / 2));
  await using capture = await open(half);
  await readAll(capture);
  const { packets, health } = capture.status();
  assert.ok(packets > 100 && packets < 20_000, `${packets} packets`);
  assert.ok(
    health.some(({ code }) =>
      code === "broken_record" || code === "truncated_file"
    ),
  );
});

Deno.test("damage behind or at the end of gzip costs none of its packets", async () => {
  const sound = gzipSync(THREE);
  const wrongSum = new Uint8Array(sound);
  wrongSum[wrongSum.length - 6]! ^= 0xff;
  const junk = new Uint8Array([...sound, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const input of [wrongSum, junk]) {
    await using capture = await open(input);
    await readAll(capture);
    const { packets, health } = capture.status();
    assert.equal(packets, 3);
    assert.equal(health[0]!.code, "broken_record");
    assert.match(health[0]!.text, /^Cannot unpack gzip input: /);
  }
});

Deno.test("compressed input that gives nothing is damaged, not empty", async () => {
  const zstd = new Uint8Array(zstdCompressSync(THREE));
  await using capture = await open(zstd.subarray(0, 12));
  await assert.rejects(readAll(capture), /it holds nothing, or is cut/);
});

Deno.test("captures that share a wasm core do not disturb each other's batches", async () => {
  const many = pcap(Array.from({ length: 3_000 }, (_, i) => ({
    timeUs: T0 + i * 1009,
    frame: udp4("10.0.0.1", `10.1.${i >> 8}.${i & 255}`, [i + 1, 53]),
  })));
  const alone = await flowsOf(many);
  const together = await Promise.all(
    Array.from({ length: 6 }, () => flowsOf(many)),
  );
  for (const flows of together) assert.deepEqual(flows, alone);
});

Deno.test("a subject says its VLAN as it is tagged", async () => {
  const { hostKey } = await import("./_address.ts");
  const octets = new Uint8Array([10, 0, 0, 5]);
  assert.equal(hostKey(octets, 4), "10.0.0.5");
  assert.equal(hostKey(octets, 4, 100 << 12), "10.0.0.5@100");
  assert.equal(hostKey(octets, 4, 100 << 12 | 7), "10.0.0.5@100.7");
  assert.equal(hostKey(octets, 4, 0, 43), "10.0.0.5%42");
});

Deno.test("what is no input and no list of networks is a TypeError that says so", async () => {
  for (const input of [null, 5, {}, new ArrayBuffer(4), ""]) {
    await assert.rejects(open(input as string), {
      name: "TypeError",
      message: /^Cannot open capture as 'input' must be /,
    });
  }
  const homeNets = "10.0.0.0/8" as unknown as string[];
  await assert.rejects(open(THREE, { homeNets }), TypeError);
});

Deno.test("a signal ends a Capture with what was read, also while a stream says nothing", async () => {
  const abort = new AbortController();
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(THREE);
      setTimeout(() => abort.abort(), 50);
    },
  });
  await using capture = await open(silent, { signal: abort.signal });
  const { flows } = await readAll(capture);
  assert.equal(flows.length, 2);
  assert.equal(capture.status().packets, 3);

  await using never = await open(THREE, { signal: AbortSignal.abort() });
  assert.deepEqual((await readAll(never)).flows, []);
  assert.equal(never.status().packets, 0);
});

Deno.test("close() is idempotent, keeps the last status, and ends the reading", async () => {
  const capture = await open(inPieces(THREE, 64));
  for await (const batch of capture) {
    assert.ok(batch.flows.length + batch.hosts.length > 0);
    break;
  }
  const before = capture.status();
  await capture.close();
  await capture.close();
  assert.deepEqual(capture.status(), before);
  const untouched = await open(THREE);
  await untouched.close();
  await assert.rejects(readAll(untouched), TypeError);
});

Deno.test("a Batch can be copied and outlives the next one", async () => {
  await using capture = await open(THREE);
  const copies: Pick<Batch, "flows" | "hosts">[] = [];
  for await (const { flows, hosts } of capture) {
    copies.push({ flows: flows.copy(), hosts: hosts.copy() });
  }
  const expected = await flowsOf(THREE);
  const copied = copies.flatMap(({ flows }) =>
    Array.from({ length: flows.length }, (_, row) => flows.flow(row))
  );
  assert.deepEqual(copied, expected);
  assert.throws(() => copies[0]!.flows.flow(9999), RangeError);
});

Deno.test("batches of both builds read alike", async () => {
  const native = await openCore();
  assert.deepEqual(
    await flowsOf(THREE),
    await (async () => {
      await using capture = await openCapture(THREE, { core: native });
      return (await readAll(capture)).flows;
    })(),
  );
});

Deno.test("health says what a capture lacks", async () => {
  const cut = udp4("10.0.0.1", "10.0.0.2", [1, 2], Array(40).fill(0));
  const syn = (i: number) => tcp4("10.0.0.1", "10.0.0.2", [5000 + i, 80], 2);
  const cases: [string, Uint8Array<ArrayBuffer>][] = [
    ["cut_packets", pcap([{ timeUs: T0, frame: cut, wireBytes: 1500 }])],
    ["unknown_link_type", pcap([{ timeUs: T0, frame: cut }], 147)],
    [
      "one_direction",
      pcap([0, 1, 2].map((i) => ({ timeUs: T0 + i, frame: syn(i) }))),
    ],
    [
      "malformed",
      pcap([{ timeUs: T0, frame: udp4("1.1.1.1", "2.2.2.2", [1, 2]) }, {
        timeUs: T0 + 1,
        frame: cut.subarray(0, 20),
      }]),
    ],
    [
      "time_regression",
      pcap([T0 + 5e6, T0].map((timeUs) => ({ timeUs, frame: cut }))),
    ],
    [
      "time_jump",
      pcap([T0, T0 + 2 * 86_400e6].map((timeUs) => ({ timeUs, frame: cut }))),
    ],
    [
      "duplicates",
      pcap([T0, T0 + 1].map((timeUs) => ({ timeUs, frame: cut }))),
    ],
    ["truncated_file", THREE.subarray(0, THREE.length - 1)],
  ];
  for (const [code, bytes] of cases) {
    await using capture = await open(bytes);
    await readAll(capture);
    const codes = capture.status().health.map((remark) => remark.code);
    assert.ok((codes as string[]).includes(code), `${code}: ${codes}`);
  }
  await using sound = await open(THREE);
  await readAll(sound);
  assert.deepEqual(sound.status().health, []);
});
