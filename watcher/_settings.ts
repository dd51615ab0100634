/** Options with their defaults, checked. */
import { MAX_KEY_BYTES } from "@ml-defender/etcd-client";
import { DEFAULT_PREFIX } from "./_layout.ts";
import type { ComponentName, WatcherOptions } from "./options.ts";

type Defaulted =
  | "prefix"
  | "debounceMs"
  | "prepareTimeoutMs"
  | "gateTimeoutMs"
  | "startTimeoutMs"
  | "retryMs"
  | "reportMs"
  | "now"
  | "newId";

export type WatcherSettings =
  & WatcherOptions
  & Required<Pick<WatcherOptions, Defaulted>>;

export function toSettings(options: WatcherOptions): WatcherSettings {
  const { prefix = DEFAULT_PREFIX, component } = options;
  if (component !== undefined) checkComponent(component, prefix);
  return {
    ...options,
    prefix,
    debounceMs: whole("debounceMs", options.debounceMs ?? 0, 0, 60_000),
    prepareTimeoutMs: whole(
      "prepareTimeoutMs",
      options.prepareTimeoutMs ?? 5000,
    ),
    gateTimeoutMs: whole("gateTimeoutMs", options.gateTimeoutMs ?? 5000),
    startTimeoutMs: whole("startTimeoutMs", options.startTimeoutMs ?? 2000),
    retryMs: whole("retryMs", options.retryMs ?? 1000),
    reportMs: whole("reportMs", options.reportMs ?? 1000, 0, 60_000),
    now: options.now ?? Date.now,
    newId: options.newId ?? (() => crypto.randomUUID().replaceAll("-", "")),
  };
}

/** Bytes that stand behind an id while another process has it. */
const ASIDE_BYTES = 9;

/** Refuses what could not be registered: it would be tried for ever, and nobody would see it. */
function checkComponent(component: ComponentName, prefix: string): void {
  const { id, kind = "pipeline", version } = component;
  for (const [name, value] of Object.entries({ kind, id })) {
    // deno-lint-ignore no-control-regex
    const good = /^[^/\s\u0000-\u001f\u007f]{1,100}$/;
    if (typeof value === "string" && good.test(value) && value.isWellFormed()) {
      continue;
    }
    throw new TypeError(
      `Cannot start watcher as the component's '${name}' must be a text of 1 to 100 characters without slash, space and control characters: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
  if (typeof version !== "string") {
    throw new TypeError(
      `Cannot start watcher as the component's 'version' must be a text: current type is ${typeof version}`,
    );
  }
  const key = `${prefix}/components/${kind}/${id}`;
  const { length } = new TextEncoder().encode(key);
  if (length <= MAX_KEY_BYTES - ASIDE_BYTES) return;
  throw new TypeError(
    `Cannot start watcher as prefix, kind and id of its component must have at most ${
      MAX_KEY_BYTES - ASIDE_BYTES
    } bytes with what joins them: current length is ${length}`,
  );
}

/** A whole number in its range, or the error that says so. */
export function whole(
  name: string,
  value: number,
  low = 1,
  high = 600_000,
): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `Cannot use configuration as '${name}' must be a whole number from ${low} to ${high}: current value is ${value}`,
  );
}
