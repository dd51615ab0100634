/**
 * A program that the crash tests kill: opens the log in `args[0]`, appends verdicts from number `args[1]` on by 8
 * producers, and prints the id of each acknowledged one. Prints the error's code and exits with 3 when the log cannot be
 * opened.
 */
import { LogError } from "../error.ts";
import { RagLogger } from "../logger.ts";
import { incident, verdict } from "./events.ts";

const [directory = "", from = "0", sync = "none"] = Deno.args;
const encoder = new TextEncoder();

async function main(): Promise<void> {
  const logger = await RagLogger.open(directory, {
    maxFileLines: 100,
    chainEvery: 25,
    artifactsPerIncident: 2,
    sync: sync === "batch" ? "batch" : "none",
  });
  let next = Number(from);
  const end = next + 100_000;
  const produce = async () => {
    while (next < end) {
      const one = verdict(next++);
      await logger.append(one);
      if (next % 50 === 0) await logger.appendIncident(incident(next));
      Deno.stdout.writeSync(encoder.encode(`${one.eventId}\n`));
    }
  };
  await Promise.all(Array.from({ length: 8 }, produce));
}

try {
  await main();
} catch (error) {
  const code = error instanceof LogError ? error.code : String(error);
  Deno.stdout.writeSync(encoder.encode(`${code}\n`));
  Deno.exit(3);
}
