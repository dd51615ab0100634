/**
 * Sections: what a part of the program can be told, as one schema with defaults.
 *
 * @module
 */
import type { Json, StandardSchema } from "@ml-defender/etcd-client";
import { frozen, isObject, type JsonObject } from "./_json.ts";
import { parsePath } from "./_path.ts";

/** What `defineSection` takes. */
export interface SectionOptions<Output> {
  /** Its name: a small letter, then small letters, digits and `_`, at most 64. First part of the paths of its settings. */
  readonly name: string;
  /** What its values must be. What it gives must be JSON; it should refuse names that it does not know. */
  readonly schema: StandardSchema<Output>;
  /** Values of everything that nobody has set. */
  readonly defaults: object;
  /**
   * Paths in the section, `*` for any one name, that take effect when the program starts anew. A change of one is applied
   * like any other and then shown as pending. @default {[]}
   */
  readonly restart?: readonly string[];
  /** Paths in the section, `*` for any one name, whose values are shown as `***` wherever something is shown. @default {[]} */
  readonly secrets?: readonly string[];
  /**
   * Commands that keep this section, in words, for example "accelerate and decelerate": whoever sets something in it by
   * hand is refused and told of them. @default {whoever may write sets it}
   */
  readonly managed?: string;
}

/** A section; make it with `defineSection`. */
export interface Section<Output = unknown> {
  /** Its name. */
  readonly name: string;
  /** What its values must be. */
  readonly schema: StandardSchema<Output>;
  /** Values of everything that nobody has set. */
  readonly defaults: Readonly<Record<string, Json>>;
  /** Names in each path that needs a restart. */
  readonly restart: readonly (readonly string[])[];
  /** Names in each path that is secret. */
  readonly secrets: readonly (readonly string[])[];
  /** Commands that keep it; undefined where anybody sets it. */
  readonly managed: string | undefined;
}

/**
 * Makes a section.
 *
 * @param options What it is.
 * @throws {TypeError} When name, schema or defaults are none.
 * @throws {SyntaxError} When a path is none.
 */
export function defineSection<Output>(
  options: SectionOptions<Output>,
): Section<Output> {
  const { name, schema, restart = [], secrets = [], managed } = options;
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    throw new TypeError(
      `Cannot define section as 'name' must be a small letter, then small letters, digits and '_', at most 64: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  const standard = schema?.["~standard"];
  if (standard?.version !== 1 || typeof standard.validate !== "function") {
    throw new TypeError(
      `Cannot define section as 'schema' of '${name}' must follow Standard Schema version 1`,
    );
  }
  const defaults = frozen(options.defaults);
  if (!isObject(defaults)) {
    throw new TypeError(
      `Cannot define section as 'defaults' of '${name}' must be an object`,
    );
  }
  return {
    name,
    schema,
    defaults: defaults as JsonObject,
    restart: restart.map(parsePath),
    secrets: secrets.map(parsePath),
    managed,
  };
}
