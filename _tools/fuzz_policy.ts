// deno-lint-ignore-file no-console
/**
 * Fuzzes `parsePolicy`: random changes of a full policy are accepted or refused by SyntaxError or TypeError, nothing
 * else. `deno run _tools/fuzz_policy.ts [--seconds N] [--seed N]`; exit code 1 with the text that broke it.
 */
import { parseArgs } from "node:util";
import { parsePolicy } from "@ml-defender/scoring";
import { mutatedPolicy, randomOf } from "../scoring/mutations_test.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const seed = Number(values.seed);
const random = randomOf(seed);
const end = performance.now() + Number(values.seconds) * 1000;
let rounds = 0;
let accepted = 0;
while (performance.now() < end) {
  const text = mutatedPolicy(random);
  rounds++;
  try {
    parsePolicy(text);
    accepted++;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      if (/^Cannot (use|read) the policy as [^\r\n]*$/.test(error.message)) {
        continue;
      }
    }
    console.error(`seed ${seed}, round ${rounds}: ${error}\n${text}`);
    Deno.exit(1);
  }
}
console.log(`policy: ${rounds} texts, ${accepted} accepted, seed ${seed}`);
