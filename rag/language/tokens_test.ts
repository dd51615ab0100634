import assert from "node:assert/strict";
import { MAX_TOKENS, tokenize } from "./tokens.ts";

const kinds = (text: string) =>
  tokenize(text).map((
    { kind, text, value, unit },
  ) => [
    kind,
    text,
    ...(value === undefined ? [] : [value]),
    ...(unit === undefined ? [] : [unit]),
  ]);

Deno.test("tokenize types addresses, networks, domains, ids, dates and clock times", () => {
  assert.deepEqual(kinds("from 10.0.0.1, 2001:db8::/32 or www.example.com."), [
    ["word", "from"],
    ["address", "10.0.0.1"],
    ["sign", ","],
    ["network", "2001:db8::/32"],
    ["word", "or"],
    ["domain", "www.example.com"],
  ]);
  assert.deepEqual(kinds("0123456789abcdef0123456789ABCDEF CVE-2021-44228"), [
    ["id", "0123456789abcdef0123456789ABCDEF"],
    ["vulnerability", "CVE-2021-44228"],
  ]);
  assert.deepEqual(kinds("2026-03-05 08:30 5/3/26"), [
    ["date", "2026-03-05", { numbers: [2026, 3, 5], iso: true }],
    ["clock", "08:30", { hour: 8, minute: 30, exact: true }],
    ["date", "5/3/26", { numbers: [5, 3, 26], iso: false }],
  ]);
  assert.deepEqual(kinds("3pm 12am 15:00 24:00"), [
    ["clock", "3pm", { hour: 15, minute: 0, exact: false }],
    ["clock", "12am", { hour: 0, minute: 0, exact: false }],
    ["clock", "15:00", { hour: 15, minute: 0, exact: false }],
    ["clock", "24:00", { hour: 24, minute: 0, exact: false }],
  ]);
});

Deno.test("tokenize reads numbers with either decimal sign, thousands and units", () => {
  const number = (text: string) => kinds(text)[0]?.slice(2);
  assert.deepEqual(number("0,9"), [0.9]);
  assert.deepEqual(number(".4"), [0.4]);
  assert.deepEqual(number("1.500"), [1500]);
  assert.deepEqual(number("1,000,000"), [1_000_000]);
  assert.deepEqual(number("1.000.000,5"), [1_000_000.5]);
  assert.deepEqual(number("0.125"), [0.125]);
  assert.deepEqual(number("10MB"), [10, "mb"]);
  assert.deepEqual(number("2.5 GiB"), [2.5, "gib"]);
  assert.deepEqual(number("85%"), [85, "%"]);
  assert.deepEqual(number("24h"), [24, "h"]);
});

Deno.test("tokenize takes no version, no half address and no impossible date for what they resemble", () => {
  assert.ok(tokenize("10.0.0.256").every(({ kind }) => kind !== "address"));
  assert.ok(tokenize("10.0.0.0/33").every(({ kind }) => kind !== "network"));
  assert.ok(tokenize("2026-13-45").every(({ kind }) => kind !== "date"));
  assert.ok(tokenize("80/443").every(({ kind }) => kind !== "date"));
  assert.ok(tokenize("25:99").every(({ kind }) => kind !== "clock"));
});

Deno.test("tokenize keeps hyphened words apart and tied, and ranges as ranges", () => {
  assert.deepEqual(
    tokenize("botnet-like non-tcp").map((t) => [t.norm, t.tied]),
    [
      ["botnet", false],
      ["like", true],
      ["non", false],
      ["tcp", true],
    ],
  );
  assert.deepEqual(tokenize("1-1024").map((t) => t.text), ["1", "-", "1024"]);
});

Deno.test("tokenize stops at its limit", () => {
  assert.equal(tokenize("a ".repeat(5_000)).length, MAX_TOKENS);
});

Deno.test("tokenize leaves files, paths, identifiers, options and names of programs whole", () => {
  const literals = [
    ...["gate.php", "/wp-login.php", "ping.cgi", "document.cookie", "a.exe"],
    ...["kb5012170.cab", "/.git/config", "libssh2_1.10.0", "curl/7.68.0"],
    ...["1:yMz7Z1kRqi774Y70JaayoZ08xaE=", "srv-app02:5985", "srv-db03"],
    ...["Go-http-client", "Windows-Update-Agent", "check_http", "BorgBackup"],
    ...["--flood", "-T1", "install.sh"],
  ];
  for (const text of literals) {
    assert.deepEqual(kinds(`seen (${text}).`), [
      ["word", "seen"],
      ["literal", text],
    ]);
  }
  assert.deepEqual(
    kinds("Microsoft WinRM Client").map(([kind]) => kind),
    ["literal", "literal", "literal"],
  );
});

Deno.test("tokenize reads what only resembles a name of a program or a file", () => {
  const questions = [
    ...[
      "tcp/443",
      "botnet-like",
      "non-http-traffic",
      "Brute-Force",
      "half-open",
    ],
    ...["dns-over-tls", "arp-scan", "TCP-SYN", "MySQL", "DDoS", "ssh /rdp"],
    ...["e.g. scans", "bytes_per_second", "Show SSH Traffic", "1:30", "and/or"],
    ...["ssh -not rdp", "top-5 hosts", "All SSH Servers Yesterday"],
  ];
  for (const text of questions) {
    assert.ok(tokenize(text).every(({ kind }) => kind !== "literal"), text);
  }
});

Deno.test("tokenize takes an ending that files have as that of a domain only where one is named", () => {
  const kindOf = (text: string) => tokenize(text).at(-1)?.kind;
  assert.equal(kindOf("evil.top"), "domain");
  assert.equal(kindOf("a.co.uk"), "domain");
  assert.equal(kindOf("printer.example"), "domain");
  assert.equal(kindOf("update.sh"), "literal");
  assert.equal(kindOf("the domain update.sh"), "domain");
  assert.equal(kindOf("www.update.sh"), "domain");
});
