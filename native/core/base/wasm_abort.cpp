// The core does no I/O: the three WASI calls that libc's abort path drags in are answered here (error 8, bad file
// descriptor), so that the module imports nothing.
#if defined(__wasm__)
#include <cstdint>

extern "C" {
std::int32_t __imported_wasi_snapshot_preview1_fd_close(std::int32_t);
std::int32_t __imported_wasi_snapshot_preview1_fd_seek(std::int32_t, std::int64_t, std::int32_t,
                                                       std::int32_t);
std::int32_t __imported_wasi_snapshot_preview1_fd_write(std::int32_t, std::int32_t, std::int32_t,
                                                        std::int32_t);

std::int32_t __imported_wasi_snapshot_preview1_fd_close(std::int32_t) { return 8; }
std::int32_t __imported_wasi_snapshot_preview1_fd_seek(std::int32_t, std::int64_t, std::int32_t,
                                                       std::int32_t) {
  return 8;
}
std::int32_t __imported_wasi_snapshot_preview1_fd_write(std::int32_t, std::int32_t, std::int32_t,
                                                        std::int32_t) {
  return 8;
}
}
#endif
