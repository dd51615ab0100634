/** Edits of what is stored of a section: only what differs from the defaults is stored. */
import type { Json } from "@ml-defender/etcd-client";
import { ConfigError, issuesText } from "./error.ts";
import { equal, isObject, memberOf, merged } from "./_json.ts";
import { formatPath, parsePath } from "./_path.ts";
import type { ConfigModel } from "./model.ts";
import type { Section } from "./section.ts";

/** What is stored, by section. */
export type Stored = ReadonlyMap<string, Json>;

/** A setting: its section and the names below it. */
export interface Place {
  readonly section: Section;
  readonly rest: readonly string[];
}

/** The setting that a path names. */
export function placeOf(model: ConfigModel, path: string): Place {
  const [name, ...rest] = parsePath(path);
  const section = model.section(name!);
  if (section !== undefined) return { section, rest };
  const names = model.sections.map((s) => s.name).join(", ");
  throw new ConfigError(
    "unknown_path",
    `Cannot find '${path}' as its first name must be a section: the sections are ${names}`,
  );
}

/** Places of several settings; none may be there twice, or be part of another one. */
export function placesOf(
  model: ConfigModel,
  paths: readonly string[],
): Place[] {
  const places = paths.map((path) => placeOf(model, path));
  const known = new Map<string, string>();
  for (const [i, { section, rest }] of places.entries()) {
    known.set(formatPath([section.name, ...rest]), paths[i]!);
  }
  if (known.size < paths.length) {
    throw new SyntaxError(
      "Cannot write paths as each must be there once: one of them is there twice",
    );
  }
  for (const [i, { section, rest }] of places.entries()) {
    for (let length = 0; length < rest.length; length++) {
      const above = formatPath([section.name, ...rest.slice(0, length)]);
      if (!known.has(above)) continue;
      throw new SyntaxError(
        `Cannot write paths as none must be part of another: '${
          paths[i]
        }' is part of '${known.get(above)}'`,
      );
    }
  }
  return places;
}

/** Refuses places that commands keep. */
export function checkUnmanaged(places: readonly Place[]): void {
  const issues = places.flatMap(({ section: { name, managed }, rest }) =>
    managed === undefined ? [] : [{
      path: formatPath([name, ...rest]),
      message: `is written by ${managed} alone`,
    }]
  );
  if (issues.length === 0) return;
  throw new ConfigError(
    "invalid",
    `Cannot write configuration: ${issuesText(issues)}`,
    { issues },
  );
}

/** Whether the same is stored. */
export function sameStored(a: Stored, b: Stored): boolean {
  return a.size === b.size &&
    [...a].every(([name, value]) => b.has(name) && equal(value, b.get(name)));
}

/** A text of a writer; what would hide or turn around what stands beside it is refused. */
export function checkText(
  name: string,
  value: string,
  [low, high]: readonly [number, number],
): string {
  const bad = typeof value !== "string" ||
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value);
  if (!bad && value.length >= low && value.length <= high) return value;
  throw new TypeError(
    `Cannot write configuration as '${name}' must have ${low} to ${high} characters without control and format characters`,
  );
}

/** Values of a section with the defaults for everything that is not stored. */
export function effective(section: Section, stored: Stored): Json {
  return merged(section.defaults, stored.get(section.name) ?? {});
}

/** The value at a place; undefined if there is none. */
export function valueAt({ section, rest }: Place, stored: Stored) {
  let value: Json | undefined = effective(section, stored);
  for (const name of rest) value = memberOf(value, name);
  return value;
}

/** Whether something is stored at a place, or below it. */
export function isSet({ section, rest }: Place, stored: Stored): boolean {
  let value: Json | undefined = stored.get(section.name);
  for (const name of rest) {
    if (Array.isArray(value)) return true;
    value = memberOf(value, name);
  }
  return value !== undefined;
}

/** What is stored after a value was put at a place. */
export function withValue(stored: Stored, place: Place, value: Json): Stored {
  const { section: { name, defaults }, rest } = place;
  const next = put(stored.get(name), defaults, rest, value, place);
  return new Map(stored).set(name, next);
}

/** What is stored after a place was given back to its default. */
export function withoutValue(stored: Stored, place: Place): Stored {
  const { section: { name }, rest } = place;
  const next = remove(stored.get(name), rest);
  const result = new Map(stored);
  if (next === undefined) result.delete(name);
  else result.set(name, next);
  return result;
}

function put(
  over: Json | undefined,
  under: Json | undefined,
  rest: readonly string[],
  value: Json,
  place: Place,
): Json {
  const [name, ...below] = rest;
  if (name === undefined) return value;
  const now = over ?? under;
  if (Array.isArray(now)) {
    const index = /^\d{1,9}$/.test(name) ? Number(name) : -1;
    if (index < 0 || index > now.length) throw noPlace(place, name);
    const list: Json[] = [...now];
    list[index] = put(list[index], undefined, below, value, place);
    return list;
  }
  if (now !== undefined && !isObject(now)) throw noPlace(place, name);
  const members = new Map(isObject(over) ? Object.entries(over) : []);
  const member = put(
    memberOf(over, name),
    memberOf(under, name),
    below,
    value,
    place,
  );
  members.set(name, member);
  return Object.fromEntries(members);
}

/** Nothing is left of an object whose last member goes. */
function remove(
  over: Json | undefined,
  rest: readonly string[],
): Json | undefined {
  const [name, ...below] = rest;
  if (name === undefined) return undefined;
  if (!isObject(over) || !Object.hasOwn(over, name)) return over;
  const members = new Map(Object.entries(over));
  const member = remove(over[name], below);
  if (member === undefined) members.delete(name);
  else members.set(name, member);
  return members.size === 0 ? undefined : Object.fromEntries(members);
}

function noPlace({ section, rest }: Place, name: string): ConfigError {
  const path = formatPath([section.name, ...rest]);
  return new ConfigError(
    "unknown_path",
    `Cannot set '${path}' as there is nothing that '${name}' could be part of`,
  );
}
