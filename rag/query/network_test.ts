import assert from "node:assert/strict";
import { isWithin, parseAddress, parseNetwork } from "./network.ts";

Deno.test("parseAddress reads both families and nothing else", () => {
  assert.deepEqual(parseAddress("10.0.0.1"), { width: 32, bits: 0x0a000001n });
  assert.deepEqual(parseAddress("::1"), { width: 128, bits: 1n });
  assert.deepEqual(parseAddress("::"), { width: 128, bits: 0n });
  assert.deepEqual(parseAddress("2001:db8::ff00:1"), {
    width: 128,
    bits: 0x20010db80000000000000000ff000001n,
  });
  assert.deepEqual(parseAddress("::ffff:1.2.3.4"), {
    width: 128,
    bits: 0xffff01020304n,
  });
  const none = [
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.5",
    ":::",
    "::1::",
    "1:2:3:4:5:6:7:8:9",
    "g::1",
    "1:2:3:4:5:6:7::8",
    "12:30",
  ];
  for (const text of none) assert.equal(parseAddress(text), undefined, text);
});

Deno.test("isWithin compares leading bits of one family", () => {
  const within = (inner: string, outer: string) =>
    isWithin(
      parseNetwork(inner) ?? parseAddress(inner)!,
      parseNetwork(outer)!,
    );
  assert.ok(within("10.1.2.3", "10.0.0.0/8"));
  assert.ok(!within("11.1.2.3", "10.0.0.0/8"));
  assert.ok(within("11.1.2.3", "0.0.0.0/0"));
  assert.ok(within("10.1.0.0/16", "10.0.0.0/8"));
  assert.ok(!within("10.0.0.0/8", "10.1.0.0/16"));
  assert.ok(!within("10.0.0.1", "::/0"));
  assert.ok(within("2001:db8::1", "2001:db8::/32"));
  assert.equal(parseNetwork("10.0.0.0/33"), undefined);
  assert.equal(parseNetwork("10.0.0.0"), undefined);
});
