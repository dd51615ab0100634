#include "core/forest/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/math.hpp"
#include "core/forest/rng.hpp"

namespace mld::forest {
namespace {

constexpr std::uint8_t kMissingCode = 255;
constexpr std::size_t kCells = 256;
constexpr std::uint64_t kMaxRows = 1U << 24;
constexpr double kWeightUnit = 65536;  // of a row of mean weight
constexpr double kMaxWeight = 1e6;     // of one row, in mean weights

/// Sum of squared class shares times weight: larger is purer (Gini).
double purity(const Cell& cell) {
  const double n = static_cast<double>(cell.total);
  const double p = static_cast<double>(cell.positive);
  return (p * p + (n - p) * (n - p)) / n;
}

std::uint16_t node_value(const Cell& cell) {
  if (cell.total == 0) return kValueOne / 2;  // no row drawn has any weight: says nothing
  const double share = static_cast<double>(cell.positive) / static_cast<double>(cell.total);
  return static_cast<std::uint16_t>(share * kValueOne + 0.5);
}

TrainError check(const Rows& rows, std::uint32_t features, const TrainOptions& options) {
  if (options.depth < 1 || options.depth > 14 || options.bins < 2 || options.bins > 254 ||
      !(options.min_leaf_weight >= 0) || !(options.min_leaf_weight <= 1e9)) {
    return TrainError::bad_option;
  }
  if (features == 0 || features > kMaxFeatures) return TrainError::bad_features;
  if (options.mtry > features) return TrainError::bad_option;
  for (std::uint32_t f = 0; f < features; ++f) {
    if (rows.feature_index[f] >= rows.stride) return TrainError::bad_features;
  }
  if (rows.count < 2 || rows.count > kMaxRows) return TrainError::no_rows;
  if (Trainer::memory_bytes(rows.count, features) > options.max_bytes) {
    return TrainError::too_much_memory;
  }
  return TrainError::none;
}

/// Whole-number weights in units of 1/65536 of the mean; rows of weight 0 stay 0.
TrainError make_weights(std::size_t count, const std::uint8_t* labels, const float* weights,
                        std::vector<std::uint64_t>& out) {
  double sum = 0;
  std::size_t with_weight[2] = {0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    if (labels[i] > 1) return TrainError::bad_label;
    const float w = weights == nullptr ? 1.0F : weights[i];
    if (!is_finite(w) || w < 0) return TrainError::bad_weight;
    sum += static_cast<double>(w);
    if (w > 0) ++with_weight[labels[i]];
  }
  if (with_weight[0] == 0 || with_weight[1] == 0) return TrainError::one_class;
  const double mean = sum / static_cast<double>(with_weight[0] + with_weight[1]);
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double w = weights == nullptr ? 1.0 : static_cast<double>(weights[i]) / mean;
    if (w > kMaxWeight) return TrainError::bad_weight;
    out[i] = static_cast<std::uint64_t>(w * kWeightUnit + 0.5);
    if (w > 0 && out[i] == 0) out[i] = 1;
  }
  return TrainError::none;
}

}  // namespace

const char* describe(TrainError error) {
  switch (error) {
    case TrainError::none:
      return "no error";
    case TrainError::bad_option:
      return "an option is out of range";
    case TrainError::bad_features:
      return "the features do not fit the rows";
    case TrainError::no_rows:
      return "there are not 2 to 16777216 rows";
    case TrainError::bad_label:
      return "a label is neither 0 nor 1";
    case TrainError::bad_weight:
      return "a weight is negative, not finite, or far above the mean";
    case TrainError::one_class:
      return "all rows with weight have the same label";
    case TrainError::too_much_memory:
      return "it would need more memory than allowed";
    case TrainError::bad_range:
      return "the tree numbers are not within 0 to 1023";
    case TrainError::too_many_nodes:
      return "the trees have more than 4194304 nodes in all";
    case TrainError::count:
      break;
  }
  return "unknown error";
}

std::uint64_t Trainer::memory_bytes(std::uint64_t rows, std::uint32_t features) {
  // codes, label, two weights, two row lists; one column of floats while binning; histograms
  return rows * (std::uint64_t{features} + 1 + 16 + 8 + 4) +
         std::uint64_t{features} * kCells * sizeof(Cell);
}

std::unique_ptr<Trainer> Trainer::begin(const Rows& rows, std::uint32_t feature_count,
                                        const std::uint8_t* labels, const float* weights,
                                        const TrainOptions& options, TrainError* error) {
  std::unique_ptr<Trainer> trainer(new Trainer());
  TrainError reason = check(rows, feature_count, options);
  if (reason == TrainError::none) {
    reason = make_weights(rows.count, labels, weights, trainer->weights_);
  }
  if (error != nullptr) *error = reason;
  if (reason != TrainError::none) return nullptr;
  trainer->options_ = options;
  trainer->features_ = feature_count;
  if (options.mtry == 0) {
    std::uint32_t root = 1;
    while ((root + 1) * (root + 1) <= feature_count) ++root;
    trainer->options_.mtry = root;
  }
  trainer->min_leaf_ =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(options.min_leaf_weight * kWeightUnit));
  trainer->labels_.assign(labels, labels + rows.count);
  trainer->bin_rows(rows);
  trainer->histograms_.resize(trainer->options_.mtry * kCells);
  return trainer;
}

void Trainer::bin_rows(const Rows& rows) {
  codes_.resize(rows.count * features_);
  cuts_.resize(features_);
  std::vector<float> column;
  for (std::uint32_t f = 0; f < features_; ++f) {
    column.clear();
    const float* from = rows.data + rows.feature_index[f];
    for (std::size_t i = 0; i < rows.count; ++i) {
      if (weights_[i] > 0) column.push_back(from[i * rows.stride]);
    }
    cuts_[f] = make_thresholds(std::move(column), options_.bins);
    const std::vector<float>& cut = cuts_[f];
    for (std::size_t i = 0; i < rows.count; ++i) {
      const float x = from[i * rows.stride];
      const std::ptrdiff_t code = std::upper_bound(cut.begin(), cut.end(), x) - cut.begin();
      codes_[i * features_ + f] = is_nan(x) ? kMissingCode : static_cast<std::uint8_t>(code);
    }
    column = {};
  }
}

std::vector<std::uint8_t> Trainer::train_trees(std::uint32_t first, std::uint32_t count,
                                               TrainError* error) {
  const bool in_range = count > 0 && first < kMaxTrees && count <= kMaxTrees - first;
  if (error != nullptr) *error = in_range ? TrainError::none : TrainError::bad_range;
  if (!in_range) return {};
  Trees out;
  out.feature_count = features_;
  out.first.push_back(0);
  for (std::uint32_t tree = first; tree < first + count; ++tree) {
    grow(tree);
    append_tree(out);
    if (out.split.size() > kMaxNodes) {
      if (error != nullptr) *error = TrainError::too_many_nodes;
      return {};
    }
  }
  return write_blob(out);
}

void Trainer::grow(std::uint32_t tree) {
  Rng rng(options_.seed, tree);
  const std::uint32_t count = static_cast<std::uint32_t>(weights_.size());
  drawn_.assign(count, 0);
  if (options_.bootstrap) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t row = rng.below(count);
      drawn_[row] += weights_[row];
    }
  } else {
    drawn_ = weights_;
  }
  Part root;
  rows_.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (drawn_[i] == 0) continue;
    rows_.push_back(i);
    root.sum.total += drawn_[i];
    root.sum.positive += labels_[i] != 0 ? drawn_[i] : 0;
  }
  right_rows_.resize(rows_.size());
  root.end = static_cast<std::uint32_t>(rows_.size());
  std::uint32_t features[kMaxFeatures];
  for (std::uint32_t f = 0; f < features_; ++f) features[f] = f;
  grown_.assign(1, {});
  pending_.assign(1, root);
  while (!pending_.empty()) {
    const Part part = pending_.back();
    pending_.pop_back();
    const Cell sum = part.sum;
    grown_[part.node].value = node_value(sum);
    if (part.depth >= options_.depth || sum.positive == 0 || sum.positive == sum.total ||
        grown_.size() + 2 > kMaxTreeNodes) {
      continue;
    }
    // mtry features at a time until one of them can split at all
    Split split;
    for (std::uint32_t done = 0; done < features_ && !split.found; done += options_.mtry) {
      const std::uint32_t end = std::min(done + options_.mtry, features_);
      for (std::uint32_t k = done; k < end; ++k) {
        std::swap(features[k], features[k + rng.below(features_ - k)]);
      }
      std::uint32_t tried[kMaxFeatures];
      std::copy(features + done, features + end, tried);
      std::sort(tried, tried + (end - done));  // so that ties go to the first feature
      split = find_split(part, {tried, end - done});
    }
    if (!split.found) continue;
    const std::uint32_t middle = divide(part, split);
    const std::uint32_t left = static_cast<std::uint32_t>(grown_.size());
    grown_.resize(left + 2);
    GrownNode& node = grown_[part.node];
    node.left = left;
    node.feature = split.feature;
    node.cut = split.cut;
    node.missing_right = split.missing_right;
    const Cell right = {sum.total - split.left.total, sum.positive - split.left.positive};
    pending_.push_back({left + 1, middle, part.end, part.depth + 1, right});
    pending_.push_back({left, part.begin, middle, part.depth + 1, split.left});
  }
}

void Trainer::fill_histograms(const Part& part, std::span<const std::uint32_t> features) {
  std::fill(histograms_.begin(), histograms_.end(), Cell{});
  for (std::uint32_t i = part.begin; i < part.end; ++i) {
    const std::uint32_t row = rows_[i];
    const std::uint8_t* codes = codes_.data() + std::size_t{row} * features_;
    const std::uint64_t weight = drawn_[row];
    const std::uint64_t positive = labels_[row] != 0 ? weight : 0;
    Cell* histogram = histograms_.data();
    for (const std::uint32_t f : features) {
      Cell& cell = histogram[codes[f]];
      cell.total += weight;
      cell.positive += positive;
      histogram += kCells;
    }
  }
}

/// Tries every cut of one feature, with the missing rows on either side.
void Trainer::scan(const Part& part, std::uint32_t feature, const Cell* histogram,
                   Split& best) const {
  const Cell missing = histogram[kMissingCode];
  const std::uint64_t present = part.sum.total - missing.total;
  Cell left;
  for (std::uint32_t cut = 0; cut < cuts_[feature].size(); ++cut) {
    left.total += histogram[cut].total;
    left.positive += histogram[cut].positive;
    // Enough present rows on both sides: that a value is missing never makes a split by itself.
    if (left.total < min_leaf_) continue;
    if (present - left.total < min_leaf_) break;
    for (int side = 0; side < 2; ++side) {
      // without missing rows here, missing follows the heavier side
      const bool missing_right = missing.total == 0 ? left.total < present - left.total : side == 1;
      Cell all_left = left;
      if (!missing_right) {
        all_left.total += missing.total;
        all_left.positive += missing.positive;
      }
      const Cell all_right = {part.sum.total - all_left.total,
                              part.sum.positive - all_left.positive};
      const double value = purity(all_left) + purity(all_right);
      if (!best.found || value > best.purity) {
        best = {true, feature, cut, missing_right, value, all_left};
      }
      if (missing.total == 0) break;
    }
  }
}

Trainer::Split Trainer::find_split(const Part& part, std::span<const std::uint32_t> features) {
  fill_histograms(part, features);
  Split best;
  for (std::size_t k = 0; k < features.size(); ++k) {
    scan(part, features[k], histograms_.data() + k * kCells, best);
  }
  return best;
}

/// Moves the part's rows that go left to its front, keeping their order; returns where they end.
std::uint32_t Trainer::divide(const Part& part, const Split& split) {
  std::uint32_t left = part.begin;
  std::uint32_t right = 0;
  for (std::uint32_t i = part.begin; i < part.end; ++i) {
    const std::uint32_t row = rows_[i];
    const std::uint8_t code = codes_[std::size_t{row} * features_ + split.feature];
    const bool goes_left = code == kMissingCode ? !split.missing_right : code <= split.cut;
    if (goes_left) {
      rows_[left++] = row;
    } else {
      right_rows_[right++] = row;
    }
  }
  std::copy_n(right_rows_.data(), right, rows_.data() + left);
  return left;
}

/// Appends the grown tree in breadth-first order. Inner nodes whose leaves all have one value
/// become that leaf: the score is the same, the tree smaller.
void Trainer::append_tree(Trees& out) const {
  std::vector<std::uint8_t> uniform(grown_.size(), 1);
  for (std::size_t i = grown_.size(); i-- > 0;) {
    const std::uint32_t left = grown_[i].left;
    if (left == 0) continue;
    const bool equal =
        grown_[left].value == grown_[left + 1].value && grown_[i].value == grown_[left].value;
    uniform[i] = uniform[left] != 0 && uniform[left + 1] != 0 && equal ? 1 : 0;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order = {{0, 0}};  // node, depth
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [at, depth] = order[i];
    const GrownNode& node = grown_[at];
    const bool leaf = uniform[at] != 0;
    out.threshold.push_back(leaf ? 0.0F : cuts_[node.feature][node.cut]);
    out.value.push_back(node.value);
    const std::uint32_t missing = node.missing_right ? kMissingRight : 0U;
    out.split.push_back(leaf ? kLeaf : static_cast<std::uint8_t>(node.feature | missing));
    if (depth > out.depth) out.depth = depth;
    if (leaf) continue;
    order.emplace_back(node.left, depth + 1);
    order.emplace_back(node.left + 1, depth + 1);
  }
  out.first.push_back(static_cast<std::uint32_t>(out.split.size()));
}

}  // namespace mld::forest
