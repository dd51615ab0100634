/**
 * The C++ core in two builds, a shared library and wasm, behind one interface: capture bytes in, flow and host records
 * out; forests trained and applied; log lines formatted; vectors
 * searched. Both builds give the same bytes.
 *
 * Permissions: none for wasm; {@linkcode openCore} says what the shared library needs.
 *
 * @module
 */
export { openHandles } from "./_core_handle.ts";
export * from "./core.ts";
export * from "./engine.ts";
export * from "./forest.ts";
export * from "./formatter.ts";
export {
  type CoreEnums,
  type CoreLayout,
  type FieldType,
  type RecordField,
  type RecordLayout,
} from "./layout.ts";
export * from "./native_error.ts";
export * from "./open_core.ts";
export * from "./trainer.ts";
export {
  type VectorMatches,
  type VectorRows,
  Vectors,
  type VectorsOptions,
} from "./vectors.ts";
