// Random rows and forests for the forest tests.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include "core/base/math.hpp"
#include "core/forest/forest.hpp"
#include "core/forest/rng.hpp"
#include "core/forest/trainer.hpp"

namespace mld::forest::test {

inline int failures = 0;

inline void check(bool ok, const char* what, double detail = 0) {
  if (ok) return;
  ++failures;
  std::printf("FAIL %s (%g)\n", what, detail);
}

inline int finish() {
  if (failures == 0) std::printf("ok\n");
  return failures == 0 ? 0 : 1;
}

/// Labelled rows of the trainer, with room for what follows the features in a wide record.
struct Table {
  std::uint32_t features = 0;
  std::vector<float> data;  ///< (rows, features)
  std::vector<std::uint8_t> labels;
  std::vector<std::uint16_t> index;

  Rows rows() const { return {data.data(), features, labels.size(), index.data()}; }
};

inline Table make_table(std::uint32_t features) {
  Table table;
  table.features = features;
  for (std::uint32_t f = 0; f < features; ++f) table.index.push_back(static_cast<std::uint16_t>(f));
  return table;
}

inline float unit(Rng& rng) { return static_cast<float>(rng.next() >> 40) * 0x1p-24F; }

/// Rows whose label depends on several features with noise; `missing_share` of the values are NaN.
inline Table noisy_table(std::uint32_t rows, std::uint32_t features, double missing_share,
                         std::uint64_t seed) {
  Table table = make_table(features);
  Rng rng(seed, 0);
  for (std::uint32_t i = 0; i < rows; ++i) {
    float sum = 0;
    for (std::uint32_t f = 0; f < features; ++f) {
      const float x = unit(rng) * 10 - 5;
      if (f < 6) sum += (f % 2 == 0 ? x : -x) * static_cast<float>(f + 1) + (f == 2 ? x * x : 0);
      const bool missing = static_cast<double>(unit(rng)) < missing_share;
      table.data.push_back(missing ? kUnavailable : x);
    }
    table.labels.push_back(sum + (unit(rng) - 0.5F) * 20 > 4 ? 1 : 0);
  }
  return table;
}

inline std::vector<std::uint8_t> train(const Table& table, const TrainOptions& options,
                                       std::uint32_t trees) {
  auto trainer =
      Trainer::begin(table.rows(), table.features, table.labels.data(), nullptr, options);
  return trainer == nullptr ? std::vector<std::uint8_t>{} : trainer->train_trees(0, trees);
}

/// A random tree of up to `depth` levels, thresholds drawn from `thresholds` (any when empty).
inline void append_random_tree(Trees& out, std::uint32_t depth, Rng& rng,
                               const std::vector<float>& thresholds) {
  std::vector<std::uint32_t> levels = {0};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::uint32_t level = levels[i];
    if (level > out.depth) out.depth = level;
    const bool leaf = level >= depth || (level > 0 && rng.below(6) == 0) || levels.size() > 20000;
    out.value.push_back(static_cast<std::uint16_t>(rng.below(65536)));
    if (leaf) {
      out.threshold.push_back(0);
      out.split.push_back(kLeaf);
      continue;
    }
    const float drawn = unit(rng) * 10 - 5;
    const float cut = thresholds.empty()
                          ? drawn
                          : thresholds[rng.below(static_cast<std::uint32_t>(thresholds.size()))];
    out.threshold.push_back(cut);
    out.split.push_back(static_cast<std::uint8_t>(rng.below(out.feature_count) |
                                                  (rng.below(2) == 0 ? 0U : kMissingRight)));
    levels.push_back(level + 1);
    levels.push_back(level + 1);
  }
  out.first.push_back(static_cast<std::uint32_t>(out.split.size()));
}

inline std::vector<std::uint8_t> random_blob(std::uint32_t trees, std::uint32_t depth,
                                             std::uint32_t features,
                                             const std::vector<float>& thresholds,
                                             std::uint64_t seed) {
  Trees out;
  out.feature_count = features;
  out.first.push_back(0);
  Rng rng(seed, 1);
  for (std::uint32_t t = 0; t < trees; ++t) append_random_tree(out, depth, rng, thresholds);
  return write_blob(out);
}

/// 200 thresholds, so that a forest on them has codes.
inline std::vector<float> some_thresholds() {
  std::vector<float> out;
  for (int i = 0; i < 200; ++i) out.push_back(static_cast<float>(i) / 20 - 5);
  out.push_back(std::numeric_limits<float>::max());
  out.push_back(-std::numeric_limits<float>::max());
  out.push_back(std::numeric_limits<float>::denorm_min());
  return out;
}

/// A value as a record may hold it: ordinary, on a threshold, next to one, infinite, missing.
inline float any_value(Rng& rng, const std::vector<float>& thresholds) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  switch (rng.below(10)) {
    case 0:
      return kUnavailable;
    case 1:
      return rng.below(2) == 0 ? kInf : -kInf;
    case 2:
      return rng.below(2) == 0 ? 0.0F : -0.0F;
    case 3:
      return -std::bit_cast<float>(0x7fc00001U);  // another NaN
    case 4:
    case 5:
    case 6:
      if (!thresholds.empty()) {
        const float cut = thresholds[rng.below(static_cast<std::uint32_t>(thresholds.size()))];
        const std::uint32_t side = rng.below(3);
        return side == 0 ? cut : std::nextafter(cut, side == 1 ? kInf : -kInf);
      }
      return std::bit_cast<float>(static_cast<std::uint32_t>(rng.next()));
    default:
      return unit(rng) * 12 - 6;
  }
}

}  // namespace mld::forest::test
