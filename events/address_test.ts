import assert from "node:assert/strict";
import { addressOf, contains, formatAddress, parseNetwork } from "./address.ts";

Deno.test("formatAddress and parseNetwork agree on the texts of RFC 5952", () => {
  for (
    const text of [
      "192.0.2.7",
      "2001:db8::1",
      "::",
      "fe80::1:2",
      "2001:0:0:1::",
      "2001:db8:1:2:3:4:5:6",
    ]
  ) {
    const network = parseNetwork(text);
    assert.ok(network, text);
    assert.equal(formatAddress(network.bytes), text);
  }
  assert.equal(
    formatAddress(
      Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
    ),
    "2001:db8:0:1::1",
  );
});

Deno.test("parseNetwork reads both families and refuses the rest", () => {
  for (
    const text of [
      "10.0.0.0/8",
      "0.0.0.0/0",
      "::/0",
      "fd00::1",
      "::ffff:10.0.0.1",
      "2001:db8:0:0:1:2:3:4/64",
    ]
  ) assert.ok(parseNetwork(text), text);
  for (
    const text of [
      "",
      "10.0.0",
      "10.0.0.256",
      "010.0.0.1",
      "10.0.0.0/33",
      "10.0.0.0/",
      "::1::",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7::8",
      "g::",
      "1.2.3.4::",
      ":::",
      "10.0.0.1 ",
    ]
  ) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});

Deno.test("contains compares the prefix only, within one family", () => {
  const holds = (block: string, address: string) =>
    contains(parseNetwork(block)!, parseNetwork(address)!);
  assert.ok(holds("10.128.0.0/9", "10.200.1.1"));
  assert.ok(!holds("10.128.0.0/9", "10.127.1.1"));
  assert.ok(holds("0.0.0.0/0", "255.1.2.3"));
  assert.ok(!holds("0.0.0.0/0", "::1"));
  assert.ok(holds("2001:db8::/33", "2001:db8:7fff::1"));
  assert.ok(!holds("2001:db8::/33", "2001:db8:8000::1"));
  assert.ok(holds("10.0.0.1", "10.0.0.1"));
});

Deno.test("addressOf leaves VLAN and tunnel ids out", () => {
  assert.equal(addressOf("10.0.0.1@4096%7"), "10.0.0.1");
  assert.equal(addressOf("10.0.0.1@7.8%9"), "10.0.0.1");
  assert.equal(addressOf("2001:db8::1@5%0"), "2001:db8::1");
  assert.equal(addressOf("fe80::1%7"), "fe80::1");
  assert.equal(addressOf("fe80::1"), "fe80::1");
});
