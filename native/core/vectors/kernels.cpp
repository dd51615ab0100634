// The kernels for every processor and for wasm, and the choice among all.
#include "core/vectors/kernels.hpp"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

namespace mld::vectors {
namespace {

constexpr std::size_t kSelfTestRows = 7;  // a whole group of four and a part
constexpr std::size_t kSelfTestStride = 192;

#if defined(__wasm_simd128__)
v128_t products(v128_t query, const std::int8_t* row) {
  return wasm_i32x4_dot_i16x8(query, wasm_i16x8_load8x8(row));
}

/// The sums of four vectors, each over its lanes.
v128_t sums_of(v128_t a, v128_t b, v128_t c, v128_t d) {
  const v128_t ab_low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
  const v128_t ab_high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
  const v128_t cd_low = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
  const v128_t cd_high = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
  const v128_t ab = wasm_i32x4_add(ab_low, ab_high);
  const v128_t cd = wasm_i32x4_add(cd_low, cd_high);
  return wasm_i32x4_add(wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5),
                        wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7));
}

void run_simd128(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                 std::size_t count, std::int32_t* out) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const std::int8_t* a = rows + pick[i] * query.stride;
    const std::int8_t* b = rows + pick[i + 1] * query.stride;
    const std::int8_t* c = rows + pick[i + 2] * query.stride;
    const std::int8_t* d = rows + pick[i + 3] * query.stride;
    v128_t sum_a = wasm_i32x4_splat(0);
    v128_t sum_b = sum_a;
    v128_t sum_c = sum_a;
    v128_t sum_d = sum_a;
    for (std::size_t at = 0; at < query.stride; at += 8) {
      const v128_t q = wasm_v128_load(query.words + at);
      sum_a = wasm_i32x4_add(sum_a, products(q, a + at));
      sum_b = wasm_i32x4_add(sum_b, products(q, b + at));
      sum_c = wasm_i32x4_add(sum_c, products(q, c + at));
      sum_d = wasm_i32x4_add(sum_d, products(q, d + at));
    }
    wasm_v128_store(out + i, sums_of(sum_a, sum_b, sum_c, sum_d));
  }
  if (i < count) run_scalar(query, rows, pick + i, count - i, out + i);
}
#endif

}  // namespace

void prepare(Query& query, std::size_t dimensions) {
  query.sum = 0;
  query.stride = (dimensions + kStrideUnit - 1) / kStrideUnit * kStrideUnit;
  for (std::size_t i = 0; i < kMaxDimensions; ++i) {
    if (i >= dimensions) query.bytes[i] = 0;
    query.words[i] = query.bytes[i];
    query.sum += query.bytes[i];
  }
}

void run_scalar(const Query& query, const std::int8_t* rows, const std::uint8_t* pick,
                std::size_t count, std::int32_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int8_t* row = rows + pick[i] * query.stride;
    std::int32_t sum = 0;
    for (std::size_t at = 0; at < query.stride; ++at) sum += query.bytes[at] * row[at];
    out[i] = sum;
  }
}

const char* kernel_name(Kernel kernel) {
  switch (kernel) {
    case Kernel::scalar:
      return "scalar";
    case Kernel::simd128:
      return "simd128";
    case Kernel::avx2:
      return "avx2";
    case Kernel::avxvnni:
      return "avxvnni";
    case Kernel::vnni512:
      return "vnni512";
    case Kernel::count:
      break;
  }
  return "unknown";
}

KernelFunction find_kernel(Kernel kernel) {
  if (kernel == Kernel::scalar) return run_scalar;
#if defined(__wasm_simd128__)
  if (kernel == Kernel::simd128) return run_simd128;
#endif
#if defined(__x86_64__)
  if (kernel == Kernel::avx2 && __builtin_cpu_supports("avx2")) return run_avx2;
  if (kernel == Kernel::avxvnni && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("avxvnni")) {
    return run_avxvnni;
  }
  if (kernel == Kernel::vnni512 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni")) {
    return run_vnni512;
  }
#endif
  return nullptr;
}

bool self_test(KernelFunction run) {
  Query query = {};
  alignas(64) std::int8_t rows[kBlockRows * kSelfTestStride];
  std::uint32_t state = 0x5e1f7e57;
  const auto next = [&state] {
    state = state * 1664525 + 1013904223;
    const std::uint32_t kind = state >> 28;
    if (kind == 0) return static_cast<std::int8_t>(127);  // the ends of the range most of all
    if (kind == 1) return static_cast<std::int8_t>(-127);
    return static_cast<std::int8_t>(static_cast<std::int32_t>((state >> 16) % 255) - 127);
  };
  for (std::size_t i = 0; i < kSelfTestStride; ++i) query.bytes[i] = next();
  for (std::int8_t& byte : rows) byte = next();
  prepare(query, kSelfTestStride);
  const std::uint8_t pick[kSelfTestRows] = {0, 1, 2, 63, 7, 40, 62};
  std::int32_t want[kBlockRows] = {};
  std::int32_t have[kBlockRows] = {};
  run_scalar(query, rows, pick, kSelfTestRows, want);
  run(query, rows, pick, kSelfTestRows, have);
  for (std::size_t i = 0; i < kSelfTestRows; ++i) {
    if (want[i] != have[i]) return false;
  }
  return true;
}

}  // namespace mld::vectors
