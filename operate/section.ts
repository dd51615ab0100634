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

/** Where the configuration is on the ladder; written by `accelerate` and `decelerate`, and by nobody else. */
export const OPERATE: Section<Place> = defineSection({
  name: "operate",
  schema: v.strictObject({ level, anchors: v.record(v.string(), anchor) }),
  defaults: { level: 0, anchors: {} },
});

/** Section and checks, for the model of whoever writes. */
export function operateModel(): ModelOptions {
  return { sections: [OPERATE] };
}
