/** Logs for the commands of search: a day of known events, and one that takes a while to read. */
import { day, made } from "../../rag/testdata/events.ts";

/** The present of the small log: the day after its scans. */
export const NOW = "2026-03-18T15:30:00Z";

/** Writes a log of 26 events, 5 of them scans, and a line that is torn. */
export async function smallLog(folder: string): Promise<string> {
  const lines = day().map(({ record }) => `${JSON.stringify(record)}\n`);
  await Deno.mkdir(`${folder}/log/events`, { recursive: true });
  const file = `${folder}/log/events/2026-03-17.jsonl`;
  await Deno.writeTextFile(file, `${lines.join("")}{torn\n`);
  return `${folder}/log`;
}

/** Writes a log of so many events. */
export async function largeLog(folder: string, count: number): Promise<string> {
  await Deno.mkdir(`${folder}/large/events`, { recursive: true });
  const path = `${folder}/large/events/2026-03-17.jsonl`;
  const line = JSON.stringify(
    made({ number: 1, time: "2026-03-17T00:00:00Z" }).record,
  );
  const id = made({ number: 1, time: "2026-03-17T00:00:00Z" }).record
    .rag_metadata.event_id;
  for (let first = 0; first < count; first += 5000) {
    let text = "";
    for (let i = first; i < Math.min(first + 5000, count); i++) {
      const other = (i + 1).toString(16).padStart(32, "0");
      text += `${line.replaceAll(id, other)}\n`;
    }
    await Deno.writeTextFile(path, text, { append: true });
  }
  return `${folder}/large`;
}

/** Runs a test in a folder of its own. */
export async function inFolder(
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "search-cli-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits for something that happens by itself. */
export async function until(
  what: () => boolean | Promise<boolean>,
  message: () => string,
): Promise<void> {
  for (let tries = 0; !await what(); tries++) {
    if (tries > 500) throw new Error(`it does not happen: ${message()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
