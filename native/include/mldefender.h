/* The C interface of the core. One prototype is one statement; _tools/gen_symbols.ts reads this file and writes
 * native/_symbols.ts: the FFI table and both bindings.
 *
 * Rules. The caller allocates every buffer and the core fills it; no pointer of the core's is ever read by the caller; no
 * callbacks. A buffer is a pointer followed by its size_t, named <pointer>_len (read only) or <pointer>_cap (written),
 * which counts elements of the pointer's type. Handles are opaque and freed by their *_close; NULL is allowed there. A
 * failed *_open returns NULL and writes a NUL-terminated reason to `error`. Numbers in records are little-endian.
 * MLD_SLOW marks calls that may take long: FFI makes them in a thread of its own, and no other call with the same handle
 * may be made meanwhile. */
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

/* Version of this interface: it changes with every change that a caller could notice. */
MLD_API(mld_abi_version) uint32_t mld_abi_version(void) MLD_NOEXCEPT;

/* SHA-256 of `data` into the 32 bytes of `out`. Returns 32, or 0 where `out` is too small. */
MLD_API(mld_sha256)
uint32_t mld_sha256(const uint8_t* data, size_t data_len, uint8_t* out, size_t out_cap) MLD_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
