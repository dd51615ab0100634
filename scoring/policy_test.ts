import assert from "node:assert/strict";
import { mutatedPolicy, randomOf } from "./mutations_test.ts";
import { DEFAULT_POLICY, definePolicy, parsePolicy } from "./policy.ts";

const UNTIL = "2030-01-31T00:00:00Z";

Deno.test("the default policy has the numbers that users know", () => {
  assert.deepEqual(DEFAULT_POLICY.thresholds, {
    suspicious: 0.70,
    alert: 0.75,
    high: 0.95,
    malicious: 0.70,
    rag: 0.85,
    divergence: 0.30,
    highDivergence: 0.40,
    models: {
      level1: 0.65,
      ddos: 0.70,
      ransomware: 0.75,
      traffic: 0.60,
      internal: 0.65,
    },
    categories: {},
  });
  assert.deepEqual(parsePolicy("{}"), DEFAULT_POLICY);
});

Deno.test("what is given replaces the default, the rest stays", () => {
  const policy = parsePolicy(JSON.stringify({
    thresholds: { high: 0.9, categories: { c2: 0.8 } },
    roles: [{ network: "fd00::/8", role: "nat" }],
    suppressions: [{ host: "::1", until: UNTIL, reason: "test" }],
  }));
  assert.equal(policy.thresholds.high, 0.9);
  assert.equal(policy.thresholds.alert, 0.75);
  assert.equal(policy.thresholds.categories.c2, 0.8);
  assert.equal(policy.roles[0]?.role, "nat");
  assert.equal(policy.incidents.quietSeconds, 300);
});

// What is wrong, and the one line that says so.
const WRONG: [unknown, string][] = [
  [[], "as it must be an object: present value is a list"],
  [null, "as it must be an object: present value is null"],
  ["x", 'as it must be an object: present value is "x"'],
  [
    { treshold: 1 },
    "as 'treshold' is not a known field: present value is 1",
  ],
  [
    { thresholds: { high: "0.9" } },
    `as 'thresholds.high' must be a number from 0 to 1: present value is "0.9"`,
  ],
  [
    { thresholds: { high: 1.5 } },
    "as 'thresholds.high' must be a number from 0 to 1: present value is 1.5",
  ],
  [
    { thresholds: { alert: 0.99 } },
    "as 'thresholds' must be an object with suspicious <= alert <= high: present value is an object",
  ],
  [
    { thresholds: { categories: { virus: 0.9 } } },
    "as 'thresholds.categories.virus' is not a known field: present value is 0.9",
  ],
  [
    { thresholds: { models: { ddos: null } } },
    "as 'thresholds.models.ddos' must be a number from 0 to 1: present value is null",
  ],
  [
    { roles: [{ network: "10.0.0.0/33", role: "nat" }] },
    `as 'roles.0.network' must be an address or a CIDR block: present value is "10.0.0.0/33"`,
  ],
  [
    { roles: [{ network: "10.0.0.1", role: "printer" }] },
    `as 'roles.0.role' must be one of resolver, backup, scanner, nat, monitoring, domain_controller: present value is "printer"`,
  ],
  [
    { roles: {} },
    "as 'roles' must be a list of at most 10000: present value is an object",
  ],
  [
    { suppressions: [{ rule: "x", until: UNTIL }] },
    "as 'suppressions.0.reason' must be given: present value is missing",
  ],
  [
    { suppressions: [{ until: UNTIL, reason: "all" }] },
    "as 'suppressions.0' must be an object with at least one of host, network, domain, rule, category: present value is an object",
  ],
  [
    { suppressions: [{ rule: "x", until: "tomorrow", reason: "y" }] },
    `as 'suppressions.0.until' must be a time such as 2030-01-31T00:00:00Z: present value is "tomorrow"`,
  ],
  [
    { suppressions: [{ host: "10.0.0.0/8", until: UNTIL, reason: "y" }] },
    `as 'suppressions.0.host' must be an address: present value is "10.0.0.0/8"`,
  ],
  [
    { incidents: { maxOpen: 0.5 } },
    "as 'incidents.maxOpen' must be a whole number from 1 to 1000000: present value is 0.5",
  ],
  [{ version: 2 }, "as 'version' must be 1: present value is 2"],
];

for (const [input, message] of WRONG) {
  Deno.test(`definePolicy refuses ${JSON.stringify(input)}`, () => {
    assert.throws(() => definePolicy(input), {
      name: "TypeError",
      message: `Cannot use the policy ${message}`,
    });
  });
}

Deno.test("parsePolicy refuses what is not JSON by a SyntaxError of one line", () => {
  for (const text of ["", "{", '{"a":\n1,}', "NaN", "\u0000"]) {
    assert.throws(() => parsePolicy(text), (error) => {
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, /^Cannot read the policy/);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

Deno.test("parsePolicy is not misled by a prototype", () => {
  assert.throws(
    () => parsePolicy('{"__proto__":{"roleFactor":0}}'),
    /'__proto__' is not a known field/,
  );
  assert.equal(({} as Record<string, unknown>)["roleFactor"], undefined);
});

Deno.test("random mutations of a policy are accepted or refused, never anything else", () => {
  const random = randomOf(20240607);
  let accepted = 0, refused = 0, broken = 0;
  for (let round = 0; round < 4000; round++) {
    const text = mutatedPolicy(random);
    try {
      const policy = parsePolicy(text);
      assert.deepEqual(parsePolicy(JSON.stringify(policy)), policy);
      accepted++;
    } catch (error) {
      assert.ok(
        error instanceof TypeError || error instanceof SyntaxError,
        `${text}: ${error}`,
      );
      assert.doesNotMatch(error.message, /[\r\n]/);
      assert.match(error.message, /^Cannot (use|read) the policy as /);
      if (error instanceof TypeError) refused++;
      else broken++;
    }
  }
  assert.ok(accepted > 20 && refused > 1000 && broken > 100);
});

Deno.test("very deep JSON is refused like any other", () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  assert.throws(() => parsePolicy(`{"roles":${deep}}`), TypeError);
});
