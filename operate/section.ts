import type { Json } from "@ml-defender/etcd-client";
import {
  defineSection,
  type ModelOptions,
  type Section,
} from "@ml-defender/watcher";
import * as v from "valibot";
import { MAX_LEVEL, type Place } from "./ladder.ts";

const wanted = `a whole number from -${MAX_LEVEL} to ${MAX_LEVEL}`;

const level = v.pipe(
  v.number(wanted),
  v.integer(wanted),
  v.minValue(-MAX_LEVEL, wanted),
  v.maxValue(MAX_LEVEL, wanted),
);

const anchor = v.strictObject({
  level,
  value: v.custom<Json>((value) => value !== undefined, "a value"),
});

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** What `optimize` took away, so that it can give it back where there is more room. */
export interface Taken {
  /** Forests that it turned off. */
  readonly forests: readonly string[];
  /** Share of ordinary events in the log before and after; null where it left it as it was. */
  readonly benignShare: {
    /** Before. */
    readonly before: number;
    /** What it wrote. */
    readonly after: number;
  } | null;
}

/** What the operator commands remember. */
export interface OperateConfig extends Place {
  /** See {@linkcode Taken}. */
  readonly taken: Taken;
}

/** Where the configuration is on the ladder, and what `optimize` took away; written by these commands and by nobody else. */
export const OPERATE: Section<OperateConfig> = defineSection({
  name: "operate",
  schema: v.strictObject({
    level,
    anchors: v.record(v.string(), anchor),
    taken: v.strictObject({
      forests: v.array(v.string()),
      benignShare: v.nullable(
        v.strictObject({ before: share, after: share }),
      ),
    }),
  }),
  defaults: {
    level: 0,
    anchors: {},
    taken: { forests: [], benignShare: null },
  },
  managed: "accelerate, decelerate and optimize",
});

/** Section and checks, for the model of whoever writes. */
export function operateModel(): ModelOptions {
  return { sections: [OPERATE] };
}
