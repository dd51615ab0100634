/**
 * The configuration at a revision.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Json } from "@ml-defender/etcd-client";
import { type JsonObject, memberOf } from "./_json.ts";
import { masked } from "./_mask.ts";
import { parsePath } from "./_path.ts";
import type { Section } from "./section.ts";

/** What a `ConfigTree` is made of. */
export interface TreeParts {
  /** Revision. */
  readonly revision: number;
  /** Sections in the order of their names. */
  readonly sections: readonly Section[];
  /** What their schemas gave, frozen. */
  readonly values: Readonly<Record<string, Json>>;
}

/** Every section's values at one revision, checked; nothing in it can be changed. */
export class ConfigTree {
  /** Revision of the configuration; 0 when nobody has set anything yet. */
  readonly revision: number;
  /** Names of the sections, sorted. */
  readonly names: readonly string[];
  readonly #sections: ReadonlyMap<string, Section>;
  readonly #values: JsonObject;
  #digest: string | undefined;

  /**
   * Makes a tree of values that were checked.
   *
   * @param parts What is in it.
   */
  constructor(parts: TreeParts) {
    const { revision, sections, values } = parts;
    this.revision = revision;
    this.names = sections.map(({ name }) => name);
    this.#sections = new Map(sections.map((s) => [s.name, s]));
    this.#values = values;
  }

  /** 16 hexadecimal digits over all values that are not secret: equal where the values are. */
  get digest(): string {
    this.#digest ??= createHash("sha256").update(JSON.stringify(this.masked()))
      .digest("hex").slice(0, 16);
    return this.#digest;
  }

  /**
   * The values of a section, as its schema gave them.
   *
   * @param section The section.
   * @throws {TypeError} When the tree has no such section.
   */
  get<Output>(section: Section<Output>): Output {
    if (this.#sections.get(section.name) === section) {
      return this.#values[section.name] as Output;
    }
    throw new TypeError(
      `Cannot read section '${section.name}' as the tree must have it: its sections are ${
        this.names.join(", ")
      }`,
    );
  }

  /**
   * The value at a path; undefined if there is none.
   *
   * @param path Dotted, section first.
   */
  at(path: string): Json | undefined {
    let value: Json | undefined = this.#values;
    for (const name of parsePath(path)) value = memberOf(value, name);
    return value;
  }

  /** All values by section, secret ones too. */
  toJSON(): Readonly<Record<string, Json>> {
    return this.#values;
  }

  /** All values by section, secret ones as `***`. */
  masked(): Readonly<Record<string, Json>> {
    return Object.fromEntries(
      Object.entries(this.#values).map(([name, value]) => [
        name,
        masked(value, this.#sections.get(name)!.secrets),
      ]),
    );
  }
}
