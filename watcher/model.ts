/**
 * What the configuration may be: sections, and what must hold between them.
 *
 * @module
 */
import type { ConfigIssue, Json, SchemaIssue } from "@ml-defender/etcd-client";
import { type ConfigChange, diffSection } from "./change.ts";
import { frozen, isObject, merged, reservedNames } from "./_json.ts";
import { isSecret } from "./_mask.ts";
import { formatPath, parsePath } from "./_path.ts";
import type { Section } from "./section.ts";
import { ConfigTree } from "./tree.ts";

/**
 * Looks at all sections together.
 *
 * @returns What is wrong, with dotted paths, section first; empty if nothing is. What it throws counts as wrong.
 */
export type Check = (tree: ConfigTree) => readonly ConfigIssue[];

/** What a `ConfigModel` takes. */
export interface ModelOptions {
  /** The sections, no name twice. */
  readonly sections: readonly Section[];
  /** What must hold between settings. @default {[]} */
  readonly checks?: readonly Check[];
}

/** What came of checking. */
export type Built =
  | {
    /** All is well. */
    readonly state: "valid";
    /** The values with their defaults. */
    readonly tree: ConfigTree;
  }
  | {
    /** Something is wrong. */
    readonly state: "invalid";
    /** What, with paths. */
    readonly issues: readonly ConfigIssue[];
  };

const MAX_ISSUES = 50;

/** Sections and checks; the same for whoever writes and whoever applies. */
export class ConfigModel {
  #sections: readonly Section[] = [];
  #checks: readonly Check[];

  /**
   * Makes a model.
   *
   * @param options Sections and checks.
   * @throws {TypeError} When two sections have one name.
   */
  constructor(options: ModelOptions) {
    const { sections, checks = [] } = options;
    this.#checks = [...checks];
    for (const section of sections) {
      if (this.section(section.name) !== undefined) throw twice(section);
      this.#sections = sorted([...this.#sections, section]);
    }
  }

  /** The sections, sorted by name. */
  get sections(): readonly Section[] {
    return this.#sections;
  }

  /** What must hold between settings. */
  get checks(): readonly Check[] {
    return this.#checks;
  }

  /**
   * A section by name.
   *
   * @param name Its name.
   */
  section(name: string): Section | undefined {
    return this.#sections.find((section) => section.name === name);
  }

  /**
   * This model with more in it; what it has already stays.
   *
   * @param more Sections and checks.
   * @throws {TypeError} When another section has the name of one of them.
   */
  with(more: ModelOptions): ConfigModel {
    for (const section of more.sections) {
      const there = this.section(section.name);
      if (there !== undefined && there !== section) throw twice(section);
    }
    return new ConfigModel({
      sections: [...new Set([...this.#sections, ...more.sections])],
      checks: [...new Set([...this.#checks, ...more.checks ?? []])],
    });
  }

  /**
   * Checks what is stored and fills in defaults.
   *
   * @param stored Values by section; sections that the model does not know are left out.
   * @param revision Revision of the tree.
   */
  async build(
    stored: ReadonlyMap<string, Json>,
    revision: number,
  ): Promise<Built> {
    const issues: ConfigIssue[] = [];
    const values: [string, Json][] = [];
    for (const section of this.#sections) {
      const value = await parse(section, stored.get(section.name), issues);
      if (value !== undefined) values.push([section.name, value]);
    }
    if (issues.length > 0) return { state: "invalid", issues };
    const tree = new ConfigTree({
      revision,
      sections: this.#sections,
      values: Object.freeze(Object.fromEntries(values)),
    });
    for (const check of this.#checks) {
      try {
        issues.push(...check(tree).map((issue) => this.#told(issue)));
      } catch (error) {
        issues.push({ path: "", message: `a check failed: ${say(error)}` });
      }
    }
    return issues.length === 0
      ? { state: "valid", tree }
      : { state: "invalid", issues: issues.slice(0, MAX_ISSUES) };
  }

  /** What a check says, as far as it is to be known. */
  #told({ path, message }: ConfigIssue): ConfigIssue {
    const dot = path.indexOf(".");
    const section = dot < 0 ? undefined : this.section(path.slice(0, dot));
    if (!section?.secrets.length) return { path, message };
    return toIssue(section, { path: parsePath(path).slice(1), message });
  }

  /**
   * What is different between two trees, in sections of this model.
   *
   * @param before The tree before; undefined for the defaults.
   * @param after The tree after.
   */
  diff(before: ConfigTree | undefined, after: ConfigTree): ConfigChange[] {
    return this.#sections.flatMap((section) => {
      const { name, defaults } = section;
      const old = before === undefined ? defaults : before.toJSON()[name];
      return diffSection(section, old, after.toJSON()[name]);
    });
  }
}

async function parse(
  section: Section,
  stored: Json | undefined,
  issues: ConfigIssue[],
): Promise<Json | undefined> {
  const { name, schema, defaults } = section;
  const add = (issue: ConfigIssue) => {
    if (issues.length < MAX_ISSUES) issues.push(issue);
  };
  if (stored !== undefined && !isObject(stored)) {
    add({ path: name, message: "must be an object" });
    return undefined;
  }
  const reserved = reservedNames(stored ?? {});
  for (const parts of reserved) {
    const message = "is a name that nothing may have";
    add({ path: formatPath([name, ...parts]), message });
  }
  if (reserved.length > 0) return undefined;
  try {
    const input = merged(defaults, stored ?? {});
    const result = await schema["~standard"].validate(input);
    if (result.issues === undefined) return frozen(result.value);
    for (const issue of result.issues) add(toIssue(section, issue));
  } catch (error) {
    add({ path: name, message: `the schema failed: ${say(error)}` });
  }
  return undefined;
}

/** A schema's message may quote the value: it is not passed on where the value is secret. */
function toIssue(section: Section, issue: SchemaIssue): ConfigIssue {
  const parts = (issue.path ?? []).map((part) =>
    String(typeof part === "object" ? part.key : part)
  );
  const path = formatPath([section.name, ...parts]);
  return isSecret(parts, section.secrets)
    ? { path, message: "is not what the schema wants" }
    : { path, message: issue.message };
}

function sorted(sections: readonly Section[]): readonly Section[] {
  return sections.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

function twice({ name }: Section): TypeError {
  return new TypeError(
    `Cannot take section '${name}' as each name must be there once: there is another one of that name`,
  );
}

/** What an error says, on one line. */
export function say(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
