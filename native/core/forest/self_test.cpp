// Tries a kernel on generated records when a forest is opened.
#include <cmath>
#include <limits>

#include "core/base/math.hpp"
#include "core/forest/kernels.hpp"
#include "core/forest/rng.hpp"

namespace mld::forest {
namespace {

constexpr int kTrials = 64;

/// A value that tries the kernels: near or on a threshold, or one of the special ones.
float trial_value(Rng& rng, const std::vector<float>& thresholds) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const std::uint32_t kind = rng.below(12);
  if (kind == 0) return kUnavailable;
  if (kind == 1) return kInf;
  if (kind == 2) return -kInf;
  if (kind == 3) return static_cast<float>(rng.below(2000)) - 1000.0F;
  if (thresholds.empty()) return 0;
  const float cut = thresholds[rng.below(static_cast<std::uint32_t>(thresholds.size()))];
  if (kind < 7) return cut;
  return std::nextafter(cut, kind < 9 ? -kInf : kInf);
}

}  // namespace

bool self_test(KernelFunction run, const Trees& trees, const Packed& packed) {
  const std::vector<std::vector<float>> thresholds = trees.thresholds_by_feature();
  Rng rng(0x5e1f7e57, 0);
  for (int trial = 0; trial < kTrials; ++trial) {
    float record[kMaxFeatures] = {};
    for (std::uint32_t f = 0; f < trees.feature_count; ++f) {
      record[f] = trial_value(rng, thresholds[f]);
      // kernels may treat records without missing features apart
      if (trial % 2 == 0 && is_nan(record[f])) record[f] = 0;
    }
    if (run(packed, record) != run_floats(packed, record)) return false;
  }
  return true;
}

}  // namespace mld::forest
