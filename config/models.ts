/**
 * The section `models`: which forests score flow records, and how much of each.
 *
 * @module
 */
import { type ModelName, MODELS as NAMES } from "@ml-defender/events";
import { defineSection, type Section } from "@ml-defender/watcher";
import * as v from "valibot";
import { flag, object, standard, text, whole } from "./_schema.ts";

/** How one model is used. Its thresholds are in the section `policy`, under `thresholds.models`. */
export interface ModelConfig {
  /** Whether it scores at all. */
  readonly use: boolean;
  /** Its file; empty for the one that comes with the package. */
  readonly file: string;
  /** Trees in use at most. */
  readonly trees: number;
  /** Edges from a tree's root in use at most. */
  readonly depth: number;
}

/** How each model is used. */
export type ModelsConfig = Readonly<Record<ModelName, ModelConfig>>;

const one = (name: ModelName) =>
  v.optional(
    object({
      use: v.optional(
        flag({ doc: `Whether the model ${name} scores at all.` }),
        true,
      ),
      file: v.optional(
        text("a path, or empty", (value) => !value.includes("\0"), {
          doc:
            `File of the model ${name}, absolute or from the process's folder (\`deno task config set\` writes the whole path, from where its user stands); empty for the one that comes with the package. Read when a setting of the section changes.`,
        }),
        "",
      ),
      trees: v.optional(
        whole(1, 1024, {
          doc:
            "Trees in use at most, from the first. Fewer cost less time and find less.",
          unit: "trees",
        }),
        1024,
      ),
      depth: v.optional(
        whole(1, 32, {
          doc:
            "Depth in use at most; below it a node's own share of positives is the answer. Less costs less time and finds less.",
          unit: "edges",
        }),
        32,
      ),
    }),
    {},
  );

/** Schema of the section. */
export const MODELS_SCHEMA: v.GenericSchema<unknown, ModelsConfig> = object(
  Object.fromEntries(NAMES.map((name) => [name, one(name)])) as Record<
    ModelName,
    ReturnType<typeof one>
  >,
);

/** The section `models`. */
export const MODELS: Section<ModelsConfig> = defineSection({
  name: "models",
  schema: standard(MODELS_SCHEMA),
  defaults: v.parse(MODELS_SCHEMA, {}),
});
