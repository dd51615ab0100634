/**
 * Says what a stored configuration is worth, by hand: no schema, no code of the member. What it finds, the watcher must.
 */
import type { Json } from "@ml-defender/etcd-client";

type Values = Record<string, Json>;

const DEFAULTS: Record<string, Values> = {
  scoring: { suspicious: 0.7, alert: 0.8, models: { level1: 0.5 } },
  logging: { sampling: 1, folder: "logs", networks: ["10.0.0.0/8"] },
  feed: { url: "https://feed.test", token: "none", hosts: [] },
};

const isObject = (value: Json | undefined): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isShare = (value: Json | undefined) =>
  typeof value === "number" && value >= 0 && value <= 1;
const isText = (value: Json | undefined, length = 0) =>
  typeof value === "string" && value.length >= length;

/** What a section's settings must be; names that are not here must not be there. */
const RULES: Record<string, Record<string, (value: Json) => string[]>> = {
  scoring: {
    suspicious: (value) => isShare(value) ? [] : [""],
    alert: (value) => isShare(value) ? [] : [""],
    models: (value) =>
      isObject(value)
        ? Object.keys(value).filter((name) => !isShare(value[name]))
          .map((name) => `.${name}`)
        : [""],
  },
  logging: {
    sampling: (value) =>
      Number.isInteger(value) && Number(value) >= 1 ? [] : [""],
    folder: (value) => isText(value, 1) ? [] : [""],
    networks: (value) =>
      !Array.isArray(value) ? [""] : value.flatMap(
        (item, i) => isText(item) ? [] : [`.${i}`],
      ),
  },
  feed: {
    url: (value) => isText(value) ? [] : [""],
    token: (value) => isText(value, 4) ? [] : [""],
    hosts: (value) => !Array.isArray(value) ? [""] : value.flatMap(hostAt),
  },
};

function hostAt(host: Json, i: number): string[] {
  if (!isObject(host)) return [`.${i}`];
  const names = new Set([...Object.keys(host), "name", "password"]);
  return [...names].filter((name) =>
    !["name", "password"].includes(name) || !isText(host[name])
  ).map((name) => `.${i}.${name}`);
}

/** What came of it: the values that must run, or the paths that are wrong. */
export interface Judgement {
  readonly values: Record<string, Values>;
  readonly wrong: readonly string[];
}

/** Judges what is stored. */
export function judge(stored: Readonly<Record<string, Json>>): Judgement {
  const values: Record<string, Values> = {};
  const wrong: string[] = [];
  for (const [name, defaults] of Object.entries(DEFAULTS)) {
    const given = stored[name] === undefined ? {} : stored[name];
    if (!isObject(given)) {
      wrong.push(name);
      continue;
    }
    const section: Values = { ...defaults, ...given };
    if (isObject(given.models) && name === "scoring") {
      section.models = { ...defaults.models as Values, ...given.models };
    }
    values[name] = section;
    for (const [setting, value] of Object.entries(section)) {
      const rule = RULES[name]![setting];
      const where = `${name}.${setting}`;
      if (rule === undefined) wrong.push(where);
      else wrong.push(...rule(value).map((below) => where + below));
    }
  }
  const { suspicious, alert } = values.scoring ?? {};
  if (wrong.length === 0 && alert! < suspicious!) wrong.push("scoring.alert");
  return { values, wrong };
}
