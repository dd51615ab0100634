/**
 * Search over what happened: events, incidents and changes of configuration, asked in English, Spanish or as data.
 *
 * {@linkcode openSearch} opens a search, {@linkcode openSearchWorker} one in a worker; `ingest()` reads what a logger
 * writes, `find()` answers a question, {@linkcode templateAnswer} and {@linkcode answerWith} put the answer into words.
 *
 * Permissions: `read` and `write` of its folder and `read` of the logs; `net` of a model's host where one writes answers;
 * `ffi` makes vector scans faster.
 *
 * @module
 */
export * from "./answers/answer_model.ts";
export * from "./answers/answer_with.ts";
export * from "./answers/check_citations.ts";
export * from "./answers/endpoint.ts";
export * from "./answers/write_answer.ts";
export * from "./columns/columns.ts";
export * from "./columns/row_set.ts";
export * from "./commands/answer_data.ts";
export * from "./commands/command.ts";
export * from "./commands/commands.ts";
export * from "./commands/show.ts";
export * from "./embedding/embedder.ts";
export * from "./embedding/static_embedder.ts";
export * from "./entry.ts";
export * from "./index_factory.ts";
export * from "./ingest/batch.ts";
export * from "./ingest/error.ts";
export * from "./ingest/from_events.ts";
export * from "./ingest/position.ts";
export * from "./ingest/watch_log.ts";
export * from "./language/understand.ts";
export * from "./narrative/narrate.ts";
export * from "./prepare.ts";
export * from "./query/ast.ts";
export * from "./query/canonical.ts";
export * from "./query/check.ts";
export * from "./query/describe.ts";
export * from "./query/fields.ts";
export * from "./query/syntax.ts";
export * from "./result.ts";
export * from "./search.ts";
export * from "./searcher.ts";
export * from "./server/handler.ts";
export * from "./store/error.ts";
export * from "./store/event_store.ts";
export * from "./store/transfer.ts";
export * from "./store/types.ts";
export * from "./vectors/index.ts";
export * from "./vectors/memory_index.ts";
export * from "./vectors/own_index.ts";
export * from "./worker/search_worker.ts";
