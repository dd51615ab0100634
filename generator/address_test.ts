import assert from "node:assert/strict";
import { formatAddress, inPrefix, parseAddress } from "./address.ts";

Deno.test("formatAddress and parseAddress agree on the texts of RFC 5952", () => {
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
    const bytes = parseAddress(text);
    assert.ok(bytes, text);
    assert.equal(formatAddress(bytes), text);
  }
  assert.equal(
    formatAddress(
      Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
    ),
    "2001:db8:0:1::1",
  );
});

Deno.test("parseAddress refuses what is no address", () => {
  for (
    const text of ["1.2.3", "1.2.3.256", "1::2::3", "g::1", "1:2:3:4:5:6:7", ""]
  ) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

Deno.test("inPrefix looks at the prefix's bits and no others", () => {
  const inside = (address: string, prefix: string) =>
    inPrefix(parseAddress(address) as Uint8Array, prefix);
  assert.equal(inside("172.31.255.1", "172.16.0.0/12"), true);
  assert.equal(inside("172.32.0.1", "172.16.0.0/12"), false);
  assert.equal(inside("fd12::1", "fc00::/7"), true);
  assert.equal(inside("fe80::1", "fc00::/7"), false);
  assert.equal(inside("10.0.0.1", "fc00::/7"), false);
});
