/** What the store holds, for operators: as it changes, what is wrong with it, and whether it is there. */
import type { ConfigIssue, ConfigStore } from "@ml-defender/etcd-client";
import type { ConfigChange } from "./change.ts";
import type { Stored } from "./_edit.ts";
import { type Desired, Feed, same } from "./_feed.ts";
import type { EditorEvent } from "./history.ts";
import type { Layout } from "./_layout.ts";
import { say } from "./model.ts";

/** What is watched, and how changes are told. */
export interface Watched {
  readonly store: ConfigStore;
  readonly layout: Layout;
  readonly diff: (before: Stored, after: Stored) => readonly ConfigChange[];
  readonly refused: (stored: Stored) => Promise<readonly ConfigIssue[]>;
}

/** How often the store is asked whether it is there: a watch only waits. */
const HEALTH_MS = 250;
/** What can not be used is read again after it, then after twice as long, up to the longest. */
const REREAD_MS = 1000;
const LONGEST_REREAD_MS = 60_000;

/** Ends with the signal, or when the store is closed. */
export async function* watching(
  { store, layout, diff, refused }: Watched,
  ended: AbortSignal | undefined,
): AsyncGenerator<EditorEvent> {
  const end = new AbortController();
  const signal = AbortSignal.any([end.signal, ...ended ? [ended] : []]);
  let wake = () => {};
  let next: Desired | undefined;
  let failure: string | undefined;
  const feed = new Feed(store, layout, {
    desired(desired) {
      next = desired;
      failure = undefined;
      wake();
    },
    failed(error) {
      failure = say(error);
      wake();
    },
  });
  const reason = () => {
    if (failure !== undefined) return failure;
    const { reachable, lastError } = store.health();
    return reachable ? undefined : lastError ?? "it does not answer";
  };
  const following = feed.run(signal).then(() => end.abort());
  const woken = () => wake();
  signal.addEventListener("abort", woken);
  const timer = setInterval(woken, HEALTH_MS);
  let told: Desired | undefined;
  let sound: Stored | undefined;
  let away = false;
  let rereadMs = REREAD_MS;
  let rereadAt = Infinity;
  try {
    while (!signal.aborted) {
      const why = reason();
      if (away !== (why !== undefined)) {
        away = why !== undefined;
        yield why === undefined
          ? { kind: "back" }
          : { kind: "away", reason: why };
      } else if (next === undefined || same(next, told)) {
        next = undefined;
        if (performance.now() >= rereadAt) {
          rereadAt = performance.now() + rereadMs;
          rereadMs = Math.min(rereadMs * 2, LONGEST_REREAD_MS);
          void feed.reread();
        }
        await new Promise<void>((done) => wake = done);
      } else {
        const { sections, revision, actor, damage } = next;
        told = next;
        next = undefined;
        const whole = damage.length === 0;
        const changes = whole && sound ? diff(sound, sections) : [];
        if (whole) sound = sections;
        rereadMs = REREAD_MS;
        rereadAt = whole ? Infinity : performance.now() + rereadMs;
        yield {
          ...{ kind: "config", revision, actor, changes, damage },
          refused: whole ? await refused(sections) : [],
        };
      }
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", woken);
    end.abort();
    await following;
  }
}
