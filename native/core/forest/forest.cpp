#include "core/forest/forest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/math.hpp"

namespace mld::forest {
namespace {

/// One record as the kernels read it.
struct Record {
  float value[kMaxFeatures] = {};
};

void gather(const float* row, const std::uint16_t* feature_index, std::uint32_t count,
            Record& record) {
  for (std::uint32_t f = 0; f < count; ++f) record.value[f] = row[feature_index[f]];
}

}  // namespace

std::unique_ptr<Forest> Forest::open(Bytes blob, BlobError* error) {
  std::unique_ptr<Forest> forest(new Forest());
  const BlobError reason = parse_blob(blob, forest->trees_);
  if (error != nullptr) *error = reason;
  if (reason != BlobError::none) return nullptr;
  forest->packed_ = pack(forest->trees_);
  forest->run_ = run_floats;
  for (const Kernel kernel : {Kernel::avx512, Kernel::avx2, Kernel::binned}) {
    const KernelFunction run = find_kernel(kernel, forest->packed_);
    if (run == nullptr || !self_test(run, forest->trees_, forest->packed_)) continue;
    forest->use_kernel(kernel);
    break;
  }
  return forest;
}

bool Forest::use_kernel(Kernel kernel) {
  const KernelFunction run = find_kernel(kernel, packed_);
  if (run == nullptr) return false;
  run_ = run;
  kernel_ = kernel;
  return true;
}

float Forest::score(std::uint32_t sum) const {
  return static_cast<float>(static_cast<double>(sum) /
                            (static_cast<double>(kValueOne) * trees_.tree_count()));
}

bool Forest::predict(const Rows& rows, float* out) const {
  for (std::uint32_t f = 0; f < trees_.feature_count; ++f) {
    if (rows.feature_index[f] >= rows.stride) return false;
  }
  Record record;
  for (std::size_t i = 0; i < rows.count; ++i) {
    gather(rows.data + i * rows.stride, rows.feature_index, trees_.feature_count, record);
    out[i] = score(run_(packed_, record.value));
  }
  return true;
}

float Forest::contributions(const float* row, const std::uint16_t* feature_index, double* out,
                            double* bias) const {
  std::int64_t credit[kMaxFeatures] = {};
  std::int64_t start = 0;
  std::uint32_t sum = 0;
  for (std::uint32_t tree = 0; tree < trees_.tree_count(); ++tree) {
    std::uint32_t node = trees_.first[tree];
    start += trees_.value[node];
    while (!trees_.is_leaf(node)) {
      const std::uint32_t f = trees_.feature(node);
      const float x = row[feature_index[f]];
      const bool right = is_nan(x) ? trees_.missing_right(node) : x >= trees_.threshold[node];
      const std::uint32_t child = trees_.left[node] + (right ? 1 : 0);
      credit[f] += std::int64_t{trees_.value[child]} - trees_.value[node];
      node = child;
    }
    sum += trees_.value[node];
  }
  const double scale = static_cast<double>(kValueOne) * trees_.tree_count();
  *bias = static_cast<double>(start) / scale;
  for (std::uint32_t f = 0; f < trees_.feature_count; ++f) {
    out[f] = static_cast<double>(credit[f]) / scale;
  }
  return score(sum);
}

std::size_t Forest::nearest_flips(const float* row, const std::uint16_t* feature_index, float limit,
                                  std::span<Flip> out) const {
  Record record;
  gather(row, feature_index, trees_.feature_count, record);
  const bool above = score(run_(packed_, record.value)) >= limit;
  const std::vector<std::vector<float>> cuts = trees_.thresholds_by_feature();
  std::vector<Flip> flips;
  for (std::uint32_t f = 0; f < trees_.feature_count; ++f) {
    const float present = record.value[f];
    if (cuts[f].empty() || !is_finite(present)) continue;
    const std::vector<float>& cut = cuts[f];
    const double span = static_cast<double>(cut.back()) - static_cast<double>(cut.front());
    const double unit = span > 0 ? span : std::max(1.0, std::fabs(static_cast<double>(cut[0])));
    const std::ptrdiff_t above_from =
        std::upper_bound(cut.begin(), cut.end(), present) - cut.begin();
    bool found = false;
    Flip best;
    const auto try_value = [&](float value) {
      if (!is_finite(value)) return false;
      record.value[f] = value;
      const float score_there = score(run_(packed_, record.value));
      if ((score_there >= limit) == above) return false;
      const double change = static_cast<double>(value) - static_cast<double>(present);
      if (!found || std::fabs(change) < std::fabs(best.change)) {
        best = {f, value, score_there, change, std::fabs(change) / unit};
      }
      found = true;
      return true;
    };
    // outwards on each side; the first that crosses is that side's nearest
    for (std::ptrdiff_t i = above_from; i < std::ssize(cut); ++i) {
      if (try_value(cut[static_cast<std::size_t>(i)])) break;
    }
    for (std::ptrdiff_t i = above_from - 1; i >= 0; --i) {
      const float below =
          std::nextafter(cut[static_cast<std::size_t>(i)], -std::numeric_limits<float>::infinity());
      if (try_value(below)) break;
    }
    record.value[f] = present;
    if (found) flips.push_back(best);
  }
  std::sort(flips.begin(), flips.end(), [](const Flip& a, const Flip& b) {
    return a.relative != b.relative ? a.relative < b.relative : a.feature < b.feature;
  });
  const std::size_t count = std::min(flips.size(), out.size());
  std::copy_n(flips.begin(), count, out.begin());
  return count;
}

}  // namespace mld::forest
