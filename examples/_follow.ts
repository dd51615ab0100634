/** A search that follows the configuration of what runs, and shows in `deno task status`. */
import type { Searcher } from "@ml-defender/rag";
import {
  type ConfigPlace,
  openConfig,
  type RunningConfig,
  searchSubscriber,
} from "@ml-defender/sdk/config";
import sdk from "../deno.json" with { type: "json" };
import { operateModel } from "../operate/section.ts";
import { complain } from "./_cli.ts";
import { openCounters } from "./_counters.ts";
import { placeOf, type PlaceValues } from "./_place.ts";
import { tellStore } from "./_store_news.ts";

/**
 * Follow a configuration: the section `search` is applied now and at each change.
 *
 * @param place Where the configuration is.
 * @param searcher The search; close what this gives first.
 * @param options Name of the process, and who is told of what could not be applied.
 */
export function followConfig(
  place: ConfigPlace & { readonly prefix?: string },
  searcher: Pick<Searcher, "configure">,
  options: {
    /** Name in status. @default {the host's name and the process's number} */
    readonly id?: string;
    /** Told what could not be applied. */
    readonly onFailure: (reason: string) => void;
  },
): Promise<RunningConfig> {
  const { id = `${Deno.hostname()}-${Deno.pid}`, onFailure } = options;
  return openConfig({
    ...place,
    more: operateModel(),
    component: {
      ...{ kind: "search", id, version: sdk.version },
      onTaken: (taken) => {
        if (taken) onFailure(`another process has registered as '${id}'`);
      },
    },
    onMisuse: ({ message }) => onFailure(message),
    subscribers: [searchSubscriber(searcher, {
      onError: (error) =>
        onFailure(error instanceof Error ? error.message : String(error)),
    })],
  });
}

/**
 * Follow the configuration that options name, and say on standard error how its store is.
 *
 * @param place The store, as the user named it.
 * @param values Options about it.
 * @param searcher The search; close what this gives first.
 */
export async function followPlace(
  place: string,
  values: PlaceValues,
  searcher: Pick<Searcher, "configure">,
): Promise<AsyncDisposable> {
  const say = (line: string) => complain("rag", line);
  await using resources = new AsyncDisposableStack();
  const remembered = await openCounters(place, values, { hold: "shared" });
  if (remembered !== undefined) {
    resources.adopt(remembered.counters, (counters) => counters.close());
  }
  const { prefix } = values;
  const running = resources.use(
    await followConfig(
      {
        ...await placeOf(place, values),
        ...(prefix === undefined ? {} : { prefix }),
        ...(remembered === undefined ? {} : { counters: remembered.counters }),
      },
      searcher,
      { onFailure: say },
    ),
  );
  resources.use(tellStore(place, () => running.status(), say));
  return resources.move();
}
