// The kernels for every processor, and the choice among all.
#include "core/forest/kernels.hpp"

#include <algorithm>
#include <cstddef>

#include "core/base/math.hpp"

namespace mld::forest {
namespace {

constexpr std::size_t kTogether = 8;  // trees walked side by side, to hide the loads' latency
static_assert(kLanes % kTogether == 0);

/// Codes by a binary search without branches: 8 halvings of 256 thresholds.
void encode(const Packed& forest, const float* record, Codes& codes) {
  for (std::size_t i = 0; i < forest.used.size(); ++i) {
    const std::uint8_t f = forest.used[i];
    const float x = record[f];
    const float* cut = forest.cuts[i].cut;
    std::uint32_t code = 0;
    for (std::uint32_t half = 128; half > 0; half /= 2) {
      code += cut[code + half - 1] <= x ? half : 0;
    }
    codes.slot[f] = static_cast<std::uint8_t>(code);
    codes.slot[f + kMissingSlot] = static_cast<std::uint8_t>(is_nan(x) ? 255 : code);
  }
}

}  // namespace

std::uint32_t run_floats(const Packed& forest, const float* record) {
  std::uint32_t sum = 0;
  for (std::size_t tree = 0; tree < forest.root.size(); tree += kTogether) {
    std::uint32_t node[kTogether];
    for (std::size_t lane = 0; lane < kTogether; ++lane) node[lane] = forest.root[tree + lane];
    for (std::uint32_t level = forest.tree_depth[tree]; level > 0; --level) {
      for (std::uint32_t& at : node) {
        const FloatNode here = forest.nodes[at];
        const float x = record[here.feature];
        const std::uint32_t missing = is_nan(x) ? here.missing_right : 0U;
        at += here.step + (static_cast<std::uint32_t>(x >= here.threshold) | missing);
      }
    }
    for (const std::uint32_t at : node) sum += forest.value[at];
  }
  return sum;
}

std::uint32_t run_binned(const Packed& forest, const float* record) {
  Codes codes = {};
  encode(forest, record, codes);
  std::uint32_t sum = 0;
  for (std::size_t tree = 0; tree < forest.root.size(); tree += kTogether) {
    std::uint32_t node[kTogether];
    for (std::size_t lane = 0; lane < kTogether; ++lane) node[lane] = forest.root[tree + lane];
    for (std::uint32_t level = forest.tree_depth[tree]; level > 0; --level) {
      for (std::uint32_t& at : node) {
        const std::uint32_t here = forest.words[at];
        const std::uint32_t limit = (here >> 16) & 0xff;
        at += (here & 0xffff) + static_cast<std::uint32_t>(codes.slot[here >> 24] > limit);
      }
    }
    for (const std::uint32_t at : node) sum += forest.value[at];
  }
  return sum;
}

const char* kernel_name(Kernel kernel) {
  switch (kernel) {
    case Kernel::floats:
      return "floats";
    case Kernel::binned:
      return "binned";
    case Kernel::avx2:
      return "avx2";
    case Kernel::avx512:
      return "avx512";
    case Kernel::count:
      break;
  }
  return "unknown";
}

KernelFunction find_kernel(Kernel kernel, const Packed& forest) {
  if (kernel == Kernel::floats) return run_floats;
  if (!forest.binned) return nullptr;
  if (kernel == Kernel::binned) return run_binned;
#if defined(__x86_64__)
  if (kernel == Kernel::avx2 && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("popcnt")) {
    return run_avx2;
  }
  if (kernel == Kernel::avx512 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("popcnt")) {
    return run_avx512;
  }
#endif
  return nullptr;
}

}  // namespace mld::forest
