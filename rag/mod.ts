/**
 * Search over what happened: events, incidents and changes of configuration, asked in English, Spanish or as data.
 *
 * Permissions: `read` and `write` of its folder; `net` of a model's host where one writes the answers.
 *
 * @module
 */
export * from "./embedding/embedder.ts";
export * from "./embedding/static_embedder.ts";
export type { StaticHeader, StaticModel } from "./embedding/static_model.ts";
export * from "./entry.ts";
export * from "./query/ast.ts";
export * from "./query/canonical.ts";
export * from "./query/fields.ts";
export * from "./result.ts";
