/** What a process that runs says of the store of its configuration: why it is not there, and when it is again. */
import type { ConfigStatus, RunningConfig } from "@ml-defender/sdk/config";

const EVERY_MS = 500;

/** Failures that no waiting mends: another key file, certificate, user or permission has to be given. */
const TO_BE_MENDED: readonly string[] = ["key", "tls", "auth", "permission"];

/** Why a store can not be used now; undefined when it can. */
export function reasonAway(
  { store, storeFailure, storeMisuse }: Pick<
    ConfigStatus,
    "store" | "storeFailure" | "storeMisuse"
  >,
): string | undefined {
  const why = storeMisuse ?? storeFailure;
  if (why !== undefined) return why.message;
  return store.reachable ? undefined : store.lastError ?? "it does not answer";
}

/**
 * What keeps a process from its configuration that only whoever starts it can mend, where nothing ran before that it could
 * go on with.
 *
 * @param config What was opened.
 * @param keys Whether it was given keys.
 * @param prefix What the configuration's keys start with.
 */
export async function toBeMended(
  config: RunningConfig,
  { keys, prefix }: { readonly keys: boolean; readonly prefix: string },
): Promise<string | undefined> {
  const { applied, storeFailure, refusal } = config.status();
  if (applied.source !== "defaults") return undefined;
  if (storeFailure !== undefined) {
    const { code, message } = storeFailure;
    return TO_BE_MENDED.includes(code) ? message : undefined;
  }
  if (refusal === undefined || keys) return undefined;
  const { invalid } = await config.store.list(`${prefix}/config/`)
    .catch(() => ({ invalid: [] }));
  return invalid.some(({ error }) => error.code === "key")
    ? "the values are encrypted: give their keys with --key-file FILE"
    : undefined;
}

/**
 * Tells why the store is away, each reason once, and when it is there again; until it is disposed of.
 *
 * @param place The store, as the user named it.
 * @param status How the configuration fares.
 * @param say Told each line.
 */
export function tellStore(
  place: string,
  status: () => ConfigStatus,
  say: (line: string) => void,
): Disposable {
  const told = new Set<string>();
  const look = () => {
    const now = status();
    const why = reasonAway(now);
    if (why === undefined) {
      if (told.size > 0) say(`the configuration in ${place} is there again`);
      told.clear();
    } else if (!told.has(why)) {
      told.add(why);
      const { source, revision } = now.applied;
      const instead = source === "defaults"
        ? "the defaults run"
        : `revision ${revision} runs on`;
      say(`the configuration in ${place} can not be used, ${instead}: ${why}`);
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
