/** Reading watches in tests. */
import type { WatchEvent } from "../../etcd_client/mod.ts";

/** Takes so many events of a watch, or fails when they do not come in time. */
export async function take(
  events: AsyncIterator<WatchEvent>,
  count: number,
  timeoutMs = 15_000,
): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  while (taken.length < count) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, fail) => {
      const text = `${taken.length} of ${count} events after ${timeoutMs} ms`;
      timer = setTimeout(() => fail(new Error(text)), timeoutMs);
    });
    try {
      const next = await Promise.race([events.next(), late]);
      if (next.done) throw new Error(`ended after ${taken.length} events`);
      taken.push(next.value);
    } finally {
      clearTimeout(timer);
    }
  }
  return taken;
}

/** An event in one line. */
export function line(event: WatchEvent): string {
  switch (event.kind) {
    case "put":
      return `put ${event.key} ${JSON.stringify(event.value)}${
        event.more ? " +" : ""
      }`;
    case "delete":
      return `delete ${event.key}${event.more ? " +" : ""}`;
    case "invalid":
      return `invalid ${event.key} ${event.error.code}`;
    case "resync":
      return `resync ${event.reason} ${
        event.entries.map(({ key, value }) => `${key}=${JSON.stringify(value)}`)
          .join(" ")
      }`;
  }
}
