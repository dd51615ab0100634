/** Schemas by key and prefix, and what they say of values. */
import { type ConfigIssue, EtcdError } from "./error.ts";
import type { SchemaIssue, StandardSchema } from "./standard_schema.ts";
import { type Json, matches, type Target } from "./value.ts";

interface Rule {
  readonly target: Target;
  readonly schema: StandardSchema;
}

const SHOWN = 3;

export class Schemas {
  readonly #rules = new Set<Rule>();

  add(target: Target, schema: StandardSchema): () => void {
    const standard = schema?.["~standard"];
    if (standard?.version !== 1 || typeof standard.validate !== "function") {
      throw new TypeError(
        "Cannot set schema as it must follow Standard Schema version 1",
      );
    }
    const rule = { target, schema };
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  /** What the schemas of a key make of a value. */
  async check(key: string, value: Json, action: string): Promise<Json> {
    let current: unknown = value;
    for (const { target, schema } of [...this.#rules]) {
      if (!matches(target, key)) continue;
      const result = await this.#run(schema, key, current, action);
      if (result.issues !== undefined) {
        throw refused(key, action, result.issues.map(toIssue));
      }
      current = result.value;
    }
    return current as Json;
  }

  async #run(
    schema: StandardSchema,
    key: string,
    value: unknown,
    action: string,
  ) {
    try {
      return await schema["~standard"].validate(value);
    } catch (cause) {
      const text = cause instanceof Error ? cause.name : "an error";
      const issue = { path: "", message: `the schema itself failed: ${text}` };
      throw refused(key, action, [issue], cause);
    }
  }
}

function toIssue({ message, path = [] }: SchemaIssue): ConfigIssue {
  const parts = path.map((part) =>
    String(typeof part === "object" ? part.key : part)
  );
  return { path: parts.join("."), message };
}

/** The messages of a schema may quote the value, so that only paths and the first words stand in the error's own text. */
function refused(
  key: string,
  action: string,
  issues: readonly ConfigIssue[],
  cause?: unknown,
): EtcdError {
  const shown = issues.slice(0, SHOWN).map(({ path }) =>
    path === "" ? "the value as a whole" : `'${path}'`
  );
  const more = issues.length > SHOWN ? `, ${issues.length - SHOWN} more` : "";
  const where = `${shown.join(", ")}${more}`;
  return new EtcdError(
    "invalid",
    `Cannot ${action} '${key}': its schema refuses ${where}; 'issues' says why`,
    { key, issues, cause },
  );
}
