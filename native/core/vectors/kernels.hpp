// Dot products of one int8 query with many int8 rows: the inner loop of a scan. Sums of integers,
// so every kernel gives the same numbers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mld::vectors {

inline constexpr std::size_t kMaxDimensions = 1024;
inline constexpr std::size_t kStrideUnit = 64;  ///< a row takes a multiple of this many bytes
inline constexpr std::size_t kBlockRows = 64;   ///< rows that one word of a bitmap stands for

/// The implementations, from the plainest to the fastest.
enum class Kernel : std::uint8_t {
  scalar,   ///< every processor
  simd128,  ///< wasm: 16-bit products, four rows side by side
  avx2,     ///< products of bytes in pairs, four rows side by side
  avxvnni,  ///< four products a lane in one instruction, 32 bytes wide
  vnni512,  ///< the same, 64 bytes wide
  count
};

const char* kernel_name(Kernel kernel);

/// A query as the kernels read it; zero beyond its dimensions.
struct alignas(64) Query {
  std::int8_t bytes[kMaxDimensions];
  std::int16_t words[kMaxDimensions];
  std::int32_t sum;    ///< of its bytes
  std::size_t stride;  ///< bytes of a row, a multiple of kStrideUnit
};

/// Sets what follows from the first `dimensions` bytes.
void prepare(Query& query, std::size_t dimensions);

/// Dot products with the rows `pick[0..count)` of the block at `rows`, each < kBlockRows. Bytes of
/// rows are -127 to 127. `count` is at most kBlockRows, `out` has room for kBlockRows.
using KernelFunction = void (*)(const Query& query, const std::int8_t* rows,
                                const std::uint8_t* pick, std::size_t count, std::int32_t* out);

void run_scalar(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                std::size_t count, std::int32_t* out);

/// Null when this build or this processor does not have the kernel.
KernelFunction find_kernel(Kernel kernel);

/// Whether `run` gives what the scalar kernel gives on generated rows.
bool self_test(KernelFunction run);

#if defined(__x86_64__)
void run_avx2(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
              std::size_t count, std::int32_t* out);
void run_avxvnni(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                 std::size_t count, std::int32_t* out);
void run_vnni512(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                 std::size_t count, std::int32_t* out);
#endif

}  // namespace mld::vectors
