/** A JSON Schema checker that is independent of the package: only the words that the record's schema uses. */

type Schema = Record<string, unknown>;

function typeOf(value: unknown): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") {
    return Number.isInteger(value) ? ["integer", "number"] : ["number"];
  }
  return [typeof value];
}

const KNOWN = new Set([
  "$schema",
  "title",
  "description",
  "type",
  "properties",
  "required",
  "additionalProperties",
  "enum",
  "pattern",
  "minimum",
  "maximum",
]);

/** What is wrong with a value, one text for each fault; empty when it is valid. */
export function faults(schema: unknown, value: unknown, path = "$"): string[] {
  const rules = schema as Schema;
  const found: string[] = [];
  for (const word of Object.keys(rules)) {
    if (!KNOWN.has(word)) found.push(`${path}: unknown word ${word}`);
  }
  const types = [rules["type"]].flat() as string[];
  if (!typeOf(value).some((type) => types.includes(type))) {
    return [...found, `${path}: is not ${types.join(" or ")}`];
  }
  const allowed = rules["enum"] as unknown[] | undefined;
  if (allowed && !allowed.includes(value)) found.push(`${path}: not allowed`);
  if (typeof value === "string" && typeof rules["pattern"] === "string") {
    if (!new RegExp(rules["pattern"], "u").test(value)) {
      found.push(`${path}: does not match`);
    }
  }
  if (typeof value === "number") {
    if (value < Number(rules["minimum"] ?? -Infinity)) {
      found.push(`${path}: too small`);
    }
    if (value > Number(rules["maximum"] ?? Infinity)) {
      found.push(`${path}: too large`);
    }
  }
  if (typeof value === "object" && value !== null) {
    found.push(...members(rules, value as Schema, path));
  }
  return found;
}

function members(rules: Schema, value: Schema, path: string): string[] {
  const properties = (rules["properties"] ?? {}) as Schema;
  const required = (rules["required"] ?? []) as string[];
  const found = required.filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${path}.${name}: missing`);
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) {
      found.push(...faults(properties[name], member, `${path}.${name}`));
    } else if (rules["additionalProperties"] === false) {
      found.push(`${path}.${name}: not in the schema`);
    }
  }
  return found;
}
