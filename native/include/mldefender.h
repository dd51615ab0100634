/* The C interface of the core. One prototype is one statement; _tools/gen_symbols.ts reads this
 * file and writes native/_symbols.ts: the FFI table and both bindings.
 *
 * Rules. The caller allocates every buffer and the core fills it; no pointer of the core's is ever
 * read by the caller; no callbacks. A buffer is a pointer followed by its size_t, named
 * <pointer>_len (read only) or <pointer>_cap (written), which counts elements of the pointer's
 * type. Handles are opaque and freed by their *_close; NULL is allowed there. A failed *_open
 * returns NULL and writes a NUL-terminated reason to `error`. Numbers in records are little-endian.
 * MLD_SLOW marks calls that may take long: FFI makes them in a thread of its own, and no other call
 * with the same handle may be made meanwhile. */
#ifndef MLDEFENDER_H
#define MLDEFENDER_H
#include <stddef.h>
#include <stdint.h>
#if defined(__wasm__)
#define MLD_API(name) __attribute__((export_name(#name)))
#else
#define MLD_API(name) __attribute__((visibility("default")))
#endif
#define MLD_SLOW
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
typedef struct mld_vectors mld_vectors;

/* Version of this interface: it changes with every change that a caller could notice. */
MLD_API(mld_abi_version) uint32_t mld_abi_version(void) MLD_NOEXCEPT;

/* Layout of records, names of features and counters as JSON text. Returns the bytes needed; fills `out` when that is
 * enough. */
MLD_API(mld_layout) uint32_t mld_layout(uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Open an engine: capture bytes in, flow and host records out. `options` is text, one `key=value` a line. */
MLD_API(mld_engine_open)
mld_engine* mld_engine_open(const uint8_t* options, size_t options_len, uint8_t* error, size_t error_cap) MLD_NOEXCEPT;

/* Read capture bytes until the chunk is used up or a buffer is full. An empty chunk means the end of the input: call again
 * until the state is 2 or 3. `result` gets state (0 need more, 1 batch full, 2 end, 3 error), bytes of the chunk that were
 * used, flow records, host records and arena bytes written, error number. Returns the state. */
MLD_API(mld_engine_run)
int32_t mld_engine_run(mld_engine* engine, const uint8_t* chunk, size_t chunk_len, uint8_t* flows, size_t flows_cap, uint8_t* hosts, size_t hosts_cap, uint8_t* arena, size_t arena_cap, uint32_t* result, size_t result_cap) MLD_NOEXCEPT;

/* Counters in the order that the layout names them. Returns how many were written. */
MLD_API(mld_engine_counters)
uint32_t mld_engine_counters(mld_engine* engine, double* out, size_t out_cap) MLD_NOEXCEPT;

/* Free the engine. */
MLD_API(mld_engine_close) void mld_engine_close(mld_engine* engine) MLD_NOEXCEPT;

/* Text of an error number of a run. Returns the bytes needed; fills `out` when that is enough. */
MLD_API(mld_error_text) uint32_t mld_error_text(uint32_t error, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Community ID v1 of a flow record. Returns the bytes needed, 0 where it has none; fills `out` when that is enough. */
MLD_API(mld_community_id)
uint32_t mld_community_id(const uint8_t* flow_record, size_t flow_record_len, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* SHA-256 of `data` into the 32 bytes of `out`. Returns 32, or 0 where `out` is too small. */
MLD_API(mld_sha256)
uint32_t mld_sha256(const uint8_t* data, size_t data_len, uint8_t* out,
                    size_t out_cap) MLD_NOEXCEPT;

/* Open a forest from its packed form. `feature_index` gives, for each feature of the forest, its
 * position in a row. */
MLD_API(mld_forest_open)
mld_forest* mld_forest_open(const uint8_t* blob, size_t blob_len, const uint16_t* feature_index,
                            size_t feature_index_len, uint8_t* error,
                            size_t error_cap) MLD_NOEXCEPT;

/* Number of features, number of trees, depth into `out`. Returns how many were written. */
MLD_API(mld_forest_info)
uint32_t mld_forest_info(mld_forest* forest, uint32_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Name of the kernel in use. Returns the bytes needed; fills `out` when that is enough. */
MLD_API(mld_forest_kernel)
uint32_t mld_forest_kernel(mld_forest* forest, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Use the kernel of that name. Returns 1, or 0 where this processor or this forest cannot. */
MLD_API(mld_forest_use_kernel)
uint32_t mld_forest_use_kernel(mld_forest* forest, const uint8_t* name,
                               size_t name_len) MLD_NOEXCEPT;

/* Score `count` rows in place, `stride` floats apart. Returns the scores written, 0 where rows or
 * scores do not fit. */
MLD_API(mld_forest_predict)
uint32_t mld_forest_predict(mld_forest* forest, const float* rows, size_t rows_len, size_t stride,
                            size_t count, float* scores, size_t scores_cap) MLD_NOEXCEPT;

/* What each feature added to the score of one row, then the bias, then the score. Returns the
 * numbers written. */
MLD_API(mld_forest_contributions)
uint32_t mld_forest_contributions(mld_forest* forest, const float* row, size_t row_len, double* out,
                                  size_t out_cap) MLD_NOEXCEPT;

/* The nearest values of single features that carry the score across `limit`, nearest first:
 * feature, value, score, change and relative change of each into `out`. Returns how many there are.
 */
MLD_API(mld_forest_flips)
uint32_t mld_forest_flips(mld_forest* forest, const float* row, size_t row_len, float limit,
                          double* out, size_t out_cap) MLD_NOEXCEPT;

/* Join the trees of packed forests, one after the other in `blobs`, `sizes` bytes each. `out` has
 * room for as many bytes as `blobs`. Returns the bytes written, or 0 with a reason in `error`. */
MLD_API(mld_forest_merge)
uint32_t mld_forest_merge(const uint8_t* blobs, size_t blobs_len, const uint32_t* sizes,
                          size_t sizes_len, uint8_t* out, size_t out_cap, uint8_t* error,
                          size_t error_cap) MLD_NOEXCEPT;

/* Free the forest. */
MLD_API(mld_forest_close) void mld_forest_close(mld_forest* forest) MLD_NOEXCEPT;

/* Prepare to train: `count` rows, `stride` floats apart, with a label of 0 or 1 each, and a weight
 * each or no weights. Keeps no pointer to them. `mtry` 0 means the root of the number of features.
 */
MLD_API(mld_trainer_open)
MLD_SLOW mld_trainer* mld_trainer_open(const float* rows, size_t rows_len, size_t stride,
                                       size_t count, const uint16_t* feature_index,
                                       size_t feature_index_len, const uint8_t* labels,
                                       size_t labels_len, const float* weights, size_t weights_len,
                                       uint32_t depth, uint32_t mtry, uint32_t bins,
                                       double min_leaf_weight, uint32_t bootstrap, uint64_t seed,
                                       uint64_t max_bytes, uint8_t* error,
                                       size_t error_cap) MLD_NOEXCEPT;

/* Train the trees `first`, `first + 1`, ... Returns the size of their packed form, or 0 with a
 * reason in `error`. */
MLD_API(mld_trainer_train)
MLD_SLOW uint32_t mld_trainer_train(mld_trainer* trainer, uint32_t first, uint32_t count,
                                    uint8_t* error, size_t error_cap) MLD_NOEXCEPT;

/* The packed forest of the last successful training. Returns the bytes needed; fills `out` when
 * that is enough. */
MLD_API(mld_trainer_result)
uint32_t mld_trainer_result(mld_trainer* trainer, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Free the trainer. */
MLD_API(mld_trainer_close) void mld_trainer_close(mld_trainer* trainer) MLD_NOEXCEPT;

/* Prepare to write JSON lines: dotted paths, one a line, and a kind for each (0 number, 1 boolean,
 * 2 text, 3 time in microseconds). */
MLD_API(mld_formatter_open)
mld_formatter* mld_formatter_open(const uint8_t* paths, size_t paths_len, const uint8_t* kinds,
                                  size_t kinds_len, uint8_t* error, size_t error_cap) MLD_NOEXCEPT;

/* Write rows of numbers as whole lines until all are done or the next might not fit. A text is its
 * offset in `arena` * 65536 + its length in bytes; NaN is null. `result` gets lines, bytes, and 1
 * where it stopped at text outside the arena. Returns the lines. */
MLD_API(mld_formatter_lines)
uint32_t mld_formatter_lines(mld_formatter* formatter, const double* numbers, size_t numbers_len,
                             const uint8_t* arena, size_t arena_len, uint8_t* out, size_t out_cap,
                             uint32_t* result, size_t result_cap) MLD_NOEXCEPT;

/* Bytes of a line at most, without its texts (each needs at most 6 for a byte). */
MLD_API(mld_formatter_fixed_bytes)
uint32_t mld_formatter_fixed_bytes(mld_formatter* formatter) MLD_NOEXCEPT;

/* Free the formatter. */
MLD_API(mld_formatter_close) void mld_formatter_close(mld_formatter* formatter) MLD_NOEXCEPT;

/* Rows of int8 from rows of floats, each scaled so that its largest element is 127 or -127. Returns
 * the rows done: it stops at the first that is not finite. */
MLD_API(mld_vectors_quantize)
uint32_t mld_vectors_quantize(uint32_t dimensions, const float* vectors, size_t vectors_len,
                              int8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Prepare to search vectors of `dimensions` (a multiple of 16, up to 1024), at most `max_rows` of
 * them. */
MLD_API(mld_vectors_open)
mld_vectors* mld_vectors_open(uint32_t dimensions, uint32_t max_rows, uint8_t* error,
                              size_t error_cap) MLD_NOEXCEPT;

/* Add rows, each with an id; all or none. Returns how many, 0 where they are not as many as the ids,
 * there is no room or no memory for them, or a byte is -128. */
MLD_API(mld_vectors_append)
uint32_t mld_vectors_append(mld_vectors* vectors, const uint32_t* ids, size_t ids_len,
                            const int8_t* rows, size_t rows_len) MLD_NOEXCEPT;

/* Mark rows, by number, as removed. Returns how many were not before. */
MLD_API(mld_vectors_remove)
uint32_t mld_vectors_remove(mld_vectors* vectors, const uint32_t* rows,
                            size_t rows_len) MLD_NOEXCEPT;

/* Copy rows from number `first` on, as many as fit: ids, bytes, and 1 for those not removed. Returns
 * how many. */
MLD_API(mld_vectors_read)
uint32_t mld_vectors_read(mld_vectors* vectors, uint32_t first, uint32_t* ids, size_t ids_cap,
                          int8_t* rows, size_t rows_cap, uint8_t* live,
                          size_t live_cap) MLD_NOEXCEPT;

/* Take the removed rows out; the others move up in their order. Returns the rows left. */
MLD_API(mld_vectors_compact) uint32_t mld_vectors_compact(mld_vectors* vectors) MLD_NOEXCEPT;

/* The `k` (up to 16384) best among the rows that are not removed, best first: ids and cosines. With
 * a filter only ids whose bit is set in it (bit id % 8 of byte id / 8). Returns how many. */
MLD_API(mld_vectors_scan)
uint32_t mld_vectors_scan(mld_vectors* vectors, const float* query, size_t query_len,
                          const uint8_t* filter, size_t filter_len, uint32_t k, uint32_t* ids,
                          size_t ids_cap, float* scores, size_t scores_cap) MLD_NOEXCEPT;

/* Name of the kernel in use. Returns the bytes needed; fills `out` when that is enough. */
MLD_API(mld_vectors_kernel)
uint32_t mld_vectors_kernel(mld_vectors* vectors, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

/* Use the kernel of that name. Returns 1, or 0 where this processor cannot. */
MLD_API(mld_vectors_use_kernel)
uint32_t mld_vectors_use_kernel(mld_vectors* vectors, const uint8_t* name,
                                size_t name_len) MLD_NOEXCEPT;

/* Free the vectors. */
MLD_API(mld_vectors_close) void mld_vectors_close(mld_vectors* vectors) MLD_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
