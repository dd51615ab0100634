// The trainer against an exhaustive search on small tables, and on tables with a known answer.
#include <algorithm>
#include <limits>

#include "test_cpp/forest_test_data.hpp"

namespace mld::forest::test {
namespace {

/// Exact greedy CART as an oracle: at every node of a trained tree, tries each value of each
/// feature with missing on either side, and asks that no split be purer than the tree's.
struct Oracle {
  const Table& table;
  const std::vector<double>& weights;
  const Trees& trees;
  std::uint32_t depth;
  std::uint32_t inner_seen = 0;

  float at(std::size_t row, std::uint32_t f) const { return table.data[row * table.features + f]; }

  /// Weighted Gini impurity of the two sides; infinite when a side has no present row.
  double impurity(const std::vector<std::size_t>& rows, std::uint32_t f, float threshold,
                  bool missing_right) const {
    double side[2][2] = {};
    int present[2] = {};
    for (const std::size_t row : rows) {
      const float x = at(row, f);
      const bool right = std::isnan(x) ? missing_right : x >= threshold;
      side[right ? 1 : 0][table.labels[row]] += weights[row];
      if (!std::isnan(x)) ++present[right ? 1 : 0];
    }
    if (present[0] == 0 || present[1] == 0) return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (const auto& s : side) sum += 2 * s[0] * s[1] / (s[0] + s[1]);
    return sum;
  }

  double best_impurity(const std::vector<std::size_t>& rows) const {
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t f = 0; f < table.features; ++f) {
      for (const std::size_t row : rows) {
        if (std::isnan(at(row, f))) continue;
        best = std::min(best, impurity(rows, f, at(row, f), false));
        best = std::min(best, impurity(rows, f, at(row, f), true));
      }
    }
    return best;
  }

  void visit(std::uint32_t node, const std::vector<std::size_t>& rows, std::uint32_t level) {
    double weight[2] = {};
    for (const std::size_t row : rows) weight[table.labels[row]] += weights[row];
    const double share = weight[1] / (weight[0] + weight[1]);
    const double stored = static_cast<double>(trees.value[node]) / 65535.0;
    check(std::fabs(share - stored) < 1.0 / 65535, "a node's value is its share of positives");
    const double own = 2 * weight[0] * weight[1] / (weight[0] + weight[1]);
    const double best = own == 0 ? own : best_impurity(rows);
    if (trees.is_leaf(node)) {
      const bool could_gain = best < own - 1e-6;
      check(!could_gain || level == depth, "a leaf could not be split with gain", own - best);
      return;
    }
    ++inner_seen;
    const std::uint32_t f = trees.feature(node);
    const float threshold = trees.threshold[node];
    const bool missing_right = trees.missing_right(node);
    const double got = impurity(rows, f, threshold, missing_right);
    check(got < best + 1e-6, "no split is purer than the tree's", got - best);
    std::vector<std::size_t> sides[2];
    for (const std::size_t row : rows) {
      const float x = at(row, f);
      sides[(std::isnan(x) ? missing_right : x >= threshold) ? 1 : 0].push_back(row);
    }
    visit(trees.left[node], sides[0], level + 1);
    visit(trees.left[node] + 1, sides[1], level + 1);
  }
};

void splits_are_those_of_an_exhaustive_search() {
  std::uint32_t inner = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed, 7);
    Table table = make_table(1 + rng.below(5));
    std::vector<float> weights;
    std::vector<double> as_double;
    const std::uint32_t rows = 12 + rng.below(60);
    for (std::uint32_t i = 0; i < rows; ++i) {
      for (std::uint32_t f = 0; f < table.features; ++f) {
        const float x = static_cast<float>(rng.below(20)) - 10 + unit(rng) * 0.001F;
        table.data.push_back(seed % 2 == 0 && rng.below(5) == 0 ? kUnavailable : x);
      }
      table.labels.push_back(static_cast<std::uint8_t>(i < 2 ? i : rng.below(2)));
      weights.push_back(static_cast<float>(seed % 3 == 0 ? 1 + rng.below(4) : 1));
      as_double.push_back(static_cast<double>(weights.back()));
    }
    TrainOptions options;
    options.bootstrap = false;
    options.mtry = table.features;
    options.depth = 1 + rng.below(6);
    options.min_leaf_weight = 0;
    auto trainer =
        Trainer::begin(table.rows(), table.features, table.labels.data(), weights.data(), options);
    Trees trees;
    if (trainer == nullptr || parse_blob(trainer->train_trees(0, 1), trees) != BlobError::none) {
      check(false, "trains");
      continue;
    }
    std::vector<std::size_t> all(rows);
    for (std::size_t i = 0; i < rows; ++i) all[i] = i;
    Oracle oracle{table, as_double, trees, options.depth};
    oracle.visit(0, all, 0);
    inner += oracle.inner_seen;
  }
  check(inner > 200, "the oracle saw enough splits", inner);
}

double share_right(const std::vector<std::uint8_t>& blob, const Table& table) {
  const auto forest = Forest::open(blob);
  if (forest == nullptr) return 0;
  std::vector<float> scores(table.labels.size());
  if (!forest->predict(table.rows(), scores.data())) return 0;
  double right = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    right += (scores[i] >= 0.5F) == (table.labels[i] != 0) ? 1 : 0;
  }
  return right / static_cast<double>(scores.size());
}

/// Two of ten features decide by exclusive or; 5 % of the labels are wrong.
Table xor_table(std::uint32_t rows, std::uint64_t seed) {
  Table table = make_table(10);
  Rng rng(seed, 8);
  for (std::uint32_t i = 0; i < rows; ++i) {
    for (std::uint32_t f = 0; f < 10; ++f) table.data.push_back(unit(rng) - 0.5F);
    const float* row = table.data.data() + std::size_t{i} * 10;
    const bool label = (row[3] > 0) != (row[7] > 0.1F);
    table.labels.push_back(label != (rng.below(20) == 0) ? 1 : 0);
  }
  return table;
}

void exclusive_or_is_learnt() {
  TrainOptions options;
  options.min_leaf_weight = 3;
  const double right = share_right(train(xor_table(4000, 1), options, 50), xor_table(4000, 2));
  std::printf("exclusive or with 5 %% wrong labels, new rows: %.3f right\n", right);
  check(right > 0.92, "exclusive or is learnt", right);
}

void shuffled_labels_are_at_chance() {
  Table table = noisy_table(4000, 10, 0.1, 3);
  Rng rng(4, 9);
  for (std::size_t i = table.labels.size() - 1; i > 0; --i) {
    std::swap(table.labels[i], table.labels[rng.below(static_cast<std::uint32_t>(i + 1))]);
  }
  Table fresh = noisy_table(4000, 10, 0.1, 5);
  double positives = 0;
  for (const std::uint8_t label : fresh.labels) positives += label;
  const double majority = std::max(positives, 4000 - positives) / 4000;
  const double right = share_right(train(table, {}, 30), fresh);
  check(right < majority + 0.03, "shuffled labels teach nothing", right);
}

void missing_values_go_where_training_says() {
  // present values decide at 0; a missing one means positive
  Table table = make_table(1);
  for (int i = 0; i < 300; ++i) {
    const int kind = i % 3;
    table.data.push_back(kind == 0 ? -1.0F - static_cast<float>(i)
                                   : (kind == 1 ? 1.0F + static_cast<float>(i) : kUnavailable));
    table.labels.push_back(kind == 0 ? 0 : 1);
  }
  TrainOptions options;
  options.bootstrap = false;
  options.depth = 1;
  Trees trees;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(trees.split.size() == 3 && trees.missing_right(0), "missing goes to the positives");
  for (std::uint8_t& label : table.labels) label = label != 0 ? 0 : 1;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(trees.missing_right(0) && trees.value[2] == 0, "and to the negatives");
  for (float& x : table.data) x = -x;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(!trees.missing_right(0) && trees.value[1] == 0, "and to the left");
}

void missing_follows_the_heavier_side_where_none_was_seen() {
  Table table = make_table(1);
  for (int i = 0; i < 90; ++i) {
    table.data.push_back(static_cast<float>(i));
    table.labels.push_back(i < 30 ? 0 : 1);
  }
  TrainOptions options;
  options.bootstrap = false;
  Trees trees;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(trees.threshold[0] == 29.5F && trees.missing_right(0), "the right side is heavier");
  for (float& x : table.data) x = -x;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(trees.threshold[0] == -29.5F && !trees.missing_right(0), "the left side is heavier");
}

void ties_go_to_the_first_feature_and_the_lowest_cut() {
  // three equal columns; two cuts that are equally good
  Table table = make_table(3);
  for (int i = 0; i < 30; ++i) {
    for (int f = 0; f < 3; ++f) table.data.push_back(static_cast<float>(i / 10));
    table.labels.push_back(i / 10 == 1 ? 1 : 0);
  }
  TrainOptions options;
  options.bootstrap = false;
  options.mtry = 3;
  Trees trees;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  check(trees.feature(0) == 0 && trees.threshold[0] == 0.5F, "the first of equals");
}

void the_draw_of_rows_counts_repetitions() {
  // of 10000 rows a draw leaves out about 37 %; the share of positives stays about one half
  Table table = make_table(1);
  for (int i = 0; i < 10000; ++i) {
    table.data.push_back(static_cast<float>(i % 10 == 0));
    table.labels.push_back(static_cast<std::uint8_t>(i % 2));
  }
  Trees trees;
  TrainOptions options;
  options.depth = 1;
  check(parse_blob(train(table, options, 40), trees) == BlobError::none, "trains");
  // standard deviation of a root's share: 0.005 with repetitions, 0.0038 without
  double sum = 0;
  for (std::uint32_t t = 0; t < 40; ++t) {
    const double off = static_cast<double>(trees.value[trees.first[t]]) / 65535 - 0.5;
    sum += off * off;
  }
  check(std::sqrt(sum / 40) > 0.0042 && std::sqrt(sum / 40) < 0.0062, "spread of the roots",
        std::sqrt(sum / 40));
}

void being_missing_is_no_split_by_itself() {
  // the value is constant where present, so only its absence tells the label
  Table table = make_table(1);
  for (int i = 0; i < 100; ++i) {
    table.data.push_back(i % 2 == 0 ? 1.0F : kUnavailable);
    table.labels.push_back(static_cast<std::uint8_t>(i % 2));
  }
  Trees trees;
  check(parse_blob(train(table, {}, 3), trees) == BlobError::none, "trains");
  check(trees.split.size() == 3, "each tree is one leaf", static_cast<double>(trees.split.size()));
}

void the_same_seed_gives_the_same_bytes() {
  const Table table = noisy_table(3000, 12, 0.05, 6);
  TrainOptions options;
  options.depth = 8;
  options.seed = 42;
  const std::vector<std::uint8_t> whole = train(table, options, 9);
  check(!whole.empty() && whole == train(table, options, 9), "twice the same");
  auto first = Trainer::begin(table.rows(), 12, table.labels.data(), nullptr, options);
  auto second = Trainer::begin(table.rows(), 12, table.labels.data(), nullptr, options);
  if (first == nullptr || second == nullptr) return check(false, "begins");
  const std::vector<std::uint8_t> tail = second->train_trees(4, 5);
  const std::vector<std::uint8_t> head = first->train_trees(0, 4);
  const Bytes parts[2] = {head, tail};
  check(merge_blobs(parts) == whole, "two ranges joined equal one");
  options.seed = 43;
  check(train(table, options, 9) != whole, "another seed, another forest");
  // changes whenever the same rows and seed give another forest: then say so in the changelog
  check(blob_checksum(whole) == 0x7545ac2bU, "the forest of earlier builds", blob_checksum(whole));
}

void a_weight_is_as_many_rows() {
  Table once = make_table(2);
  Table repeated = make_table(2);
  std::vector<float> weights;
  Rng rng(8, 1);
  for (int i = 0; i < 60; ++i) {
    const float a = static_cast<float>(rng.below(100));
    const float b = static_cast<float>(rng.below(100));
    const std::uint8_t label = rng.below(2) == 0 ? 0 : 1;
    const std::uint32_t copies = 1 + rng.below(3);
    once.data.insert(once.data.end(), {a, b});
    once.labels.push_back(label);
    weights.push_back(static_cast<float>(copies));
    for (std::uint32_t k = 0; k < copies; ++k) {
      repeated.data.insert(repeated.data.end(), {a, b});
      repeated.labels.push_back(label);
    }
  }
  TrainOptions options;
  options.bootstrap = false;
  options.mtry = 2;
  options.depth = 4;
  options.min_leaf_weight = 0;
  auto trainer = Trainer::begin(once.rows(), 2, once.labels.data(), weights.data(), options);
  if (trainer == nullptr) return check(false, "begins");
  Trees a;
  Trees b;
  check(parse_blob(trainer->train_trees(0, 1), a) == BlobError::none, "trains");
  check(parse_blob(train(repeated, options, 1), b) == BlobError::none, "trains");
  check(a.threshold == b.threshold && a.split.size() == b.split.size(), "the same splits");
  for (std::size_t i = 0; i < std::min(a.value.size(), b.value.size()); ++i) {
    check(std::abs(int{a.value[i]} - int{b.value[i]}) <= 1, "the same values");
  }
}

void both_sides_of_a_split_are_as_heavy_as_asked() {
  const Table table = noisy_table(2000, 5, 0.3, 11);
  TrainOptions options;
  options.bootstrap = false;
  options.mtry = 5;
  options.min_leaf_weight = 50;
  Trees trees;
  check(parse_blob(train(table, options, 1), trees) == BlobError::none, "trains");
  std::vector<int> present(2 * trees.split.size());
  for (std::size_t i = 0; i < 2000; ++i) {
    std::uint32_t node = 0;
    while (!trees.is_leaf(node)) {
      const float x = table.data[i * 5 + trees.feature(node)];
      const bool right = std::isnan(x) ? trees.missing_right(node) : x >= trees.threshold[node];
      if (!std::isnan(x)) ++present[2 * node + (right ? 1 : 0)];
      node = trees.left[node] + (right ? 1 : 0);
    }
  }
  int least = 2000;
  for (std::uint32_t node = 0; node < trees.split.size(); ++node) {
    if (trees.is_leaf(node)) continue;
    least = std::min({least, present[2 * node], present[2 * node + 1]});
  }
  check(least >= 50, "a side is too light", least);
  check(least < 70 && trees.split.size() > 20, "splits go down to what is asked", least);
}

void thresholds_lie_between_values() {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kMax = std::numeric_limits<float>::max();
  check(make_thresholds({}, 10).empty() && make_thresholds({1, 1, kUnavailable}, 10).empty(),
        "one value has no threshold");
  check(make_thresholds({3, 1, 2, 1}, 10) == std::vector<float>({1.5F, 2.5F}), "midpoints");
  check(make_thresholds({-kInf, kInf}, 10) == std::vector<float>({0}), "the infinities");
  check(make_thresholds({kMax, kInf}, 10).empty(), "nothing finite above the largest float");
  check(make_thresholds({-kInf, -kMax}, 10) == std::vector<float>({-kMax}), "the lowest float");
  const float next = std::nextafter(1.0F, 2.0F);
  check(make_thresholds({1, next}, 10) == std::vector<float>({next}), "neighbours");
  Rng rng(12, 1);
  std::vector<float> values;
  for (int i = 0; i < 100000; ++i) values.push_back(unit(rng) * unit(rng));
  const std::vector<float> cuts = make_thresholds(values, 254);
  check(cuts.size() > 240 && cuts.size() <= 253, "as many as asked",
        static_cast<double>(cuts.size()));
  std::sort(values.begin(), values.end());
  std::ptrdiff_t before = 0;
  for (const float cut : cuts) {
    const std::ptrdiff_t at = std::lower_bound(values.begin(), values.end(), cut) - values.begin();
    check(at - before > 200 && at - before < 800, "bins hold about as many rows each",
          static_cast<double>(at - before));
    before = at;
  }
}

void bad_input_is_refused() {
  Table table = noisy_table(100, 3, 0, 13);
  std::vector<float> weights(100, 1.0F);
  const auto expect = [&](TrainError want, const Rows& rows, std::uint32_t features,
                          const TrainOptions& options) {
    TrainError got = TrainError::none;
    const auto trainer =
        Trainer::begin(rows, features, table.labels.data(), weights.data(), options, &got);
    check(got == want && (trainer == nullptr) == (want != TrainError::none), describe(want));
  };
  TrainOptions options;
  expect(TrainError::none, table.rows(), 3, options);
  options.depth = 15;
  expect(TrainError::bad_option, table.rows(), 3, options);
  options = {};
  options.mtry = 4;
  expect(TrainError::bad_option, table.rows(), 3, options);
  options = {};
  options.max_bytes = 100;
  expect(TrainError::too_much_memory, table.rows(), 3, options);
  options = {};
  expect(TrainError::bad_features, table.rows(), 0, options);
  Rows narrow = table.rows();
  narrow.stride = 2;
  expect(TrainError::bad_features, narrow, 3, options);
  Rows one = table.rows();
  one.count = 1;
  expect(TrainError::no_rows, one, 3, options);
  weights[5] = -1;
  expect(TrainError::bad_weight, table.rows(), 3, options);
  weights[5] = kUnavailable;
  expect(TrainError::bad_weight, table.rows(), 3, options);
  weights[5] = 1;
  table.labels[7] = 2;
  expect(TrainError::bad_label, table.rows(), 3, options);
  std::fill(table.labels.begin(), table.labels.end(), std::uint8_t{1});
  expect(TrainError::one_class, table.rows(), 3, options);
  const Table good = noisy_table(100, 3, 0, 13);
  auto trainer = Trainer::begin(good.rows(), 3, good.labels.data(), nullptr, {});
  TrainError error = TrainError::none;
  check(trainer != nullptr && trainer->train_trees(1000, 25, &error).empty() &&
            error == TrainError::bad_range,
        "too many trees");
}

}  // namespace
}  // namespace mld::forest::test

int main() {
  using namespace mld::forest::test;
  splits_are_those_of_an_exhaustive_search();
  exclusive_or_is_learnt();
  shuffled_labels_are_at_chance();
  missing_values_go_where_training_says();
  missing_follows_the_heavier_side_where_none_was_seen();
  ties_go_to_the_first_feature_and_the_lowest_cut();
  the_draw_of_rows_counts_repetitions();
  being_missing_is_no_split_by_itself();
  the_same_seed_gives_the_same_bytes();
  a_weight_is_as_many_rows();
  both_sides_of_a_split_are_as_heavy_as_asked();
  thresholds_lie_between_values();
  bad_input_is_refused();
  return finish();
}
