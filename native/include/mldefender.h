/* The C interface of the core. One prototype is one statement; _tools/gen_symbols.ts reads this file and writes the FFI
 * symbol table and the wasm wrapper's signatures. Rules: the caller allocates every buffer and the core fills it; no
 * pointer of the core's is ever read by the caller; no callbacks; handles are opaque and freed by their *_close.
 * A failed *_open returns NULL and writes a NUL-terminated reason to `error`. All numbers are little-endian. */
#ifndef MLDEFENDER_H
#define MLDEFENDER_H
#include <stddef.h>
#include <stdint.h>
#if defined(__wasm__)
#define MLD_API(name) __attribute__((export_name(#name)))
#else
#define MLD_API(name) __attribute__((visibility("default")))
#endif
#ifdef __cplusplus
#define MLD_NOEXCEPT noexcept
extern "C" {
#else
#define MLD_NOEXCEPT
#endif

typedef struct mld_engine mld_engine;
typedef struct mld_forest mld_forest;
typedef struct mld_trainer mld_trainer;
typedef struct mld_formatter mld_formatter;

/* ABI version of this header. */
MLD_API(mld_abi_version) uint32_t mld_abi_version(void) MLD_NOEXCEPT;

/* Record layout, feature names and counter names as JSON text. Returns the bytes needed; fills `out` when `out_cap` is enough. */
MLD_API(mld_layout) uint32_t mld_layout(uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Open an engine: capture bytes in, flow and host records out. `options` is text, one `key=value` a line. */
MLD_API(mld_engine_open) mld_engine* mld_engine_open(const uint8_t* options, size_t options_len, uint8_t* error, size_t error_cap) MLD_NOEXCEPT;

/* Read capture bytes until the chunk is used up or a batch buffer is full. An empty chunk means end of input: call again
 * until the state is `end`. result[0..7] = state (0 need_more, 1 batch_full, 2 end, 3 error), bytes consumed of the chunk,
 * flow records written, host records written, arena bytes written, error number, 0, 0. Returns the state. */
MLD_API(mld_engine_run) int32_t mld_engine_run(mld_engine* engine, const uint8_t* chunk, size_t chunk_len, uint8_t* flows, size_t flows_cap, uint8_t* hosts, size_t hosts_cap, uint8_t* arena, size_t arena_cap, uint32_t* result, size_t result_cap) MLD_NOEXCEPT;

/* Counters as doubles, in the order that the layout names them. Returns how many were written. */
MLD_API(mld_engine_counters) uint32_t mld_engine_counters(mld_engine* engine, double* out, size_t out_cap) MLD_NOEXCEPT;

/* Text of the error number that the last run reported. Returns the bytes needed. */
MLD_API(mld_engine_error) uint32_t mld_engine_error(mld_engine* engine, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Free the engine. NULL is allowed. */
MLD_API(mld_engine_close) void mld_engine_close(mld_engine* engine) MLD_NOEXCEPT;

/* Community ID v1 of a flow record. Returns the bytes written, 0 where the record has none. */
MLD_API(mld_community_id) uint32_t mld_community_id(const uint8_t* flow_record, size_t record_len, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* SHA-256 of `data` into the 32 bytes of `out`. */
MLD_API(mld_sha256) void mld_sha256(const uint8_t* data, size_t data_len, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
