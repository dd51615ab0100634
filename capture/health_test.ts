import assert from "node:assert/strict";
import { captureHealth, malformedPackets, type ReadEnd } from "./health.ts";

const codes = (counters: Record<string, number>, end: ReadEnd = {}) =>
  captureHealth(counters, end).map(({ code }) => code);

Deno.test("captureHealth says nothing of a sound capture", () => {
  const sound = { packets: 1000, flows: 10, answered_flows: 9 };
  assert.deepEqual(captureHealth(sound), []);
});

Deno.test("captureHealth speaks of malformed and doubled packets from one in a hundred on", () => {
  const sound = { packets: 1000, flows: 10, answered_flows: 9 };
  assert.deepEqual(codes({ ...sound, refused_bad_ip_header: 9 }), []);
  assert.deepEqual(codes({ ...sound, refused_bad_ip_header: 10 }), [
    "malformed",
  ]);
  assert.deepEqual(codes({ ...sound, duplicate_packets: 9 }), []);
  assert.deepEqual(codes({ ...sound, duplicate_packets: 10 }), ["duplicates"]);
});

Deno.test("captureHealth names the gravest first, and a cut file rather than the message about it", () => {
  const counters = {
    ...{ packets: 4, flows: 2, answered_flows: 0, capture_truncated: 1 },
    ...{ cut_packets: 3, flows_evicted: 1, hosts_evicted: 2 },
  };
  const remarks = captureHealth(counters, { problem: "cut" });
  assert.deepEqual(remarks.map(({ code }) => code), [
    "truncated_file",
    "one_direction",
    "cut_packets",
    "evictions",
  ]);
  assert.equal(remarks[3]!.count, 3);
  const { code, text } = captureHealth({ packets: 4 }, {
    problem: "bad length",
  })[0]!;
  assert.equal(code, "broken_record");
  assert.equal(text, "reading stopped early: bad length");
});

Deno.test("captureHealth tells a stop from damage, and damage from a cut file", () => {
  const cut = { packets: 4, capture_truncated: 1 };
  assert.deepEqual(codes(cut, { stopped: true, problem: "cut" }), ["stopped"]);
  assert.deepEqual(codes(cut, { damage: "bad checksum" }), ["broken_record"]);
  assert.deepEqual(codes(cut), ["truncated_file"]);
});

Deno.test("malformedPackets leaves out what is merely not decoded", () => {
  assert.equal(
    malformedPackets({
      refused_truncated_link: 1,
      refused_bad_transport: 2,
      refused_unknown_link_type: 4,
      refused_unknown_protocol: 8,
    }),
    3,
  );
});
