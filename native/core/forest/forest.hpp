// A random forest: opened from a blob, scores records in place, explains scores.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/forest/blob.hpp"
#include "core/forest/kernels.hpp"

namespace mld::forest {

/// Rows that a forest reads in place: `count` rows of `stride` floats.
struct Rows {
  const float* data = nullptr;  ///< stride * count floats, row-major; the last row may be shorter
  std::size_t stride = 0;       ///< floats from one row to the next
  std::size_t count = 0;
  const std::uint16_t* feature_index = nullptr;  ///< feature_count() positions in a row, < stride
};

/// What one feature would have to become for the score to cross a limit.
struct Flip {
  std::uint32_t feature = 0;
  float value = 0;      ///< the nearest value of the feature that crosses
  float score = 0;      ///< the score with that value
  double change = 0;    ///< value minus the present value, in the feature's unit
  double relative = 0;  ///< |change| over the span of the forest's thresholds for the feature
};

class Forest {
 public:
  /// Checks and packs a blob; null when it is refused. The blob need not outlive the call.
  /// Each kernel that the processor has is tried on generated records against the float kernel;
  /// the fastest one that agrees on all is used.
  static std::unique_ptr<Forest> open(Bytes blob, BlobError* error = nullptr);

  std::uint32_t feature_count() const { return trees_.feature_count; }
  std::uint32_t tree_count() const { return trees_.tree_count(); }
  std::uint32_t depth() const { return trees_.depth; }

  Kernel kernel() const { return kernel_; }
  /// Uses another kernel (for tests and benches). False when it cannot run here.
  bool use_kernel(Kernel kernel);

  /// Scores in [0, 1] into out[0..rows.count). False, with nothing written, when a feature
  /// index does not fit the stride.
  bool predict(const Rows& rows, float* out) const;

  /// Splits one row's score into what each feature added along the paths: every step's change of
  /// the node value is credited to the feature that was split on. bias + sum of `out` = score.
  /// `row` is one row, `feature_index` as in `Rows`, `out` takes feature_count() values.
  /// Returns the score.
  float contributions(const float* row, const std::uint16_t* feature_index, double* out,
                      double* bias) const;

  /// For each feature that can alone carry the row's score across `limit` (from >= limit to below
  /// or back), the nearest value that does. Sorted by `relative`, then by feature. Features that
  /// are missing in the row are left out. `out` takes up to feature_count() flips; returns their
  /// number. Costs at most one prediction per threshold of the forest.
  std::size_t nearest_flips(const float* row, const std::uint16_t* feature_index, float limit,
                            std::span<Flip> out) const;

 private:
  Forest() = default;
  float score(std::uint32_t sum) const;

  Trees trees_;
  Packed packed_;
  Kernel kernel_ = Kernel::floats;
  KernelFunction run_ = nullptr;
};

}  // namespace mld::forest
