// Trains binary random forests from histograms. Deterministic: the same rows, options and seed
// give the same bytes in every build, and a tree does not depend on which call trained it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/forest/blob.hpp"
#include "core/forest/forest.hpp"

namespace mld::forest {

/// How to train.
struct TrainOptions {
  std::uint32_t depth = 10;    ///< longest path, 1..14
  std::uint32_t mtry = 0;      ///< features tried at each split; 0: the root of their number
  std::uint32_t bins = 254;    ///< value bins of a feature, 2..254; missing has its own besides
  double min_leaf_weight = 1;  ///< smallest weight of a leaf, in rows of mean weight
  bool bootstrap = true;       ///< each tree sees rows drawn with replacement
  std::uint64_t seed = 1;
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< refuse to use more memory than this
};

/// Why training was refused.
enum class TrainError : std::uint8_t {
  none,
  bad_option,       ///< an option is out of its range
  bad_features,     ///< not 1 to 32 features, or an index beyond the stride
  no_rows,          ///< fewer than 2 rows, or more than 16777216
  bad_label,        ///< a label that is neither 0 nor 1
  bad_weight,       ///< a weight that is negative or not finite, or 1e6 times the mean
  one_class,        ///< all rows with weight have the same label
  too_much_memory,  ///< more than max_bytes
  too_many_nodes,   ///< the trees asked for hold more than 4194304 nodes in all
  bad_range,        ///< tree numbers beyond 1024
  count
};

/// The reason in words, without a trailing period; never null.
const char* describe(TrainError error);

/// Weight of some rows, and of the positive ones among them, in whole units.
struct Cell {
  std::uint64_t total = 0;
  std::uint64_t positive = 0;
};

/// Rows turned into bins, ready to train trees. Keeps no reference to the caller's arrays.
class Trainer {
 public:
  /// `labels` has rows.count bytes, 0 or 1; `weights` rows.count weights >= 0, or is null for 1
  /// each (only their ratios count). NaN in a row means missing. Null when refused.
  static std::unique_ptr<Trainer> begin(const Rows& rows, std::uint32_t feature_count,
                                        const std::uint8_t* labels, const float* weights,
                                        const TrainOptions& options, TrainError* error = nullptr);

  /// Trains the trees first, first + 1, ... and returns them as a blob. `merge_blobs` joins the
  /// blobs of several ranges; the result does not depend on how the range was cut.
  /// Empty when refused. Takes time in proportion to rows * count * depth * mtry.
  std::vector<std::uint8_t> train_trees(std::uint32_t first, std::uint32_t count,
                                        TrainError* error = nullptr);

  /// Bytes that a trainer of this size needs, which `max_bytes` bounds.
  static std::uint64_t memory_bytes(std::uint64_t rows, std::uint32_t features);

 private:
  struct Part {  ///< a node that is still to be split: its rows are rows_[begin, end)
    std::uint32_t node = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t depth = 0;
    Cell sum;
  };
  struct Split {
    bool found = false;
    std::uint32_t feature = 0;
    std::uint32_t cut = 0;  ///< rows with a code <= cut go left
    bool missing_right = false;
    double purity = 0;
    Cell left;
  };
  struct GrownNode {
    std::uint32_t left = 0;  ///< 0: leaf
    std::uint32_t feature = 0;
    std::uint32_t cut = 0;
    bool missing_right = false;
    std::uint16_t value = 0;
  };

  Trainer() = default;
  void bin_rows(const Rows& rows);
  void grow(std::uint32_t tree);
  void fill_histograms(const Part& part, std::span<const std::uint32_t> features);
  void scan(const Part& part, std::uint32_t feature, const Cell* histogram, Split& best) const;
  Split find_split(const Part& part, std::span<const std::uint32_t> features);
  std::uint32_t divide(const Part& part, const Split& split);
  void append_tree(Trees& out) const;

  TrainOptions options_;
  std::uint32_t features_ = 0;
  std::uint64_t min_leaf_ = 1;            ///< in units of `weights_`
  std::vector<std::vector<float>> cuts_;  ///< thresholds of each feature, ascending
  std::vector<std::uint8_t> codes_;       ///< (rows, features): bin, or kMissingCode
  std::vector<std::uint8_t> labels_;
  std::vector<std::uint64_t> weights_;  ///< whole numbers, so that sums are exact

  // scratch of one tree
  std::vector<std::uint64_t> drawn_;  ///< weight times how often the row was drawn
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> right_rows_;
  std::vector<Cell> histograms_;  ///< 256 cells for each feature tried
  std::vector<GrownNode> grown_;
  std::vector<Part> pending_;
};

/// Thresholds that cut the values into at most `bins` bins of about equal row counts: between every
/// two different values when there are no more than `bins`. NaN is left out, the order does not
/// matter. A threshold is finite and never equal to the value on its left.
std::vector<float> make_thresholds(std::vector<float> values, std::uint32_t bins);

}  // namespace mld::forest
