/** Edits of what is stored of a section: only what differs from the defaults is stored. */
import type { Json } from "@ml-defender/etcd-client";
import { ConfigError } from "./error.ts";
import { isObject, memberOf, merged } from "./_json.ts";
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
