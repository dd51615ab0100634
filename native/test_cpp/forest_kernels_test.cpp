// Every kernel against a walk of the tree by its definition, on random forests and records.
#include <algorithm>
#include <cstring>

#include "test_cpp/forest_test_data.hpp"

namespace mld::forest::test {
namespace {

/// The score by the words of blob.hpp, as plainly as can be.
float walk(const Trees& trees, const float* record) {
  std::uint64_t sum = 0;
  for (std::uint32_t t = 0; t < trees.tree_count(); ++t) {
    std::uint32_t local = 0;
    const std::uint32_t first = trees.first[t];
    while (!trees.is_leaf(first + local)) {
      const std::uint32_t node = first + local;
      std::uint32_t inner_before = 0;
      for (std::uint32_t i = first; i < node; ++i) inner_before += trees.is_leaf(i) ? 0 : 1;
      const float x = record[trees.feature(node)];
      const bool right = std::isnan(x) ? trees.missing_right(node) : !(x < trees.threshold[node]);
      local = 2 * inner_before + (right ? 2 : 1);
    }
    sum += trees.value[first + local];
  }
  return static_cast<float>(static_cast<double>(sum) / (65535.0 * trees.tree_count()));
}

void compare_kernels(const std::vector<std::uint8_t>& blob, const std::vector<float>& thresholds,
                     std::uint32_t count, std::uint32_t walked, std::uint64_t seed) {
  BlobError error = BlobError::none;
  const auto forest = Forest::open(blob, &error);
  if (forest == nullptr) {
    check(false, describe(error));
    return;
  }
  Trees trees;
  check(parse_blob(blob, trees) == BlobError::none, "the blob parses");
  // features lie anywhere in a wider record, in any order
  const std::uint32_t features = forest->feature_count();
  const std::size_t stride = features + 7;
  std::vector<std::uint16_t> index;
  for (std::uint32_t f = 0; f < features; ++f) {
    index.push_back(static_cast<std::uint16_t>(features + 3 - f));
  }
  Rng rng(seed, 2);
  std::vector<float> data(stride * count, 1e30F);
  for (std::size_t i = 0; i < count; ++i) {
    const bool whole = rng.below(3) == 0;  // a record with nothing missing takes its own path
    for (std::uint32_t f = 0; f < features; ++f) {
      float x = any_value(rng, thresholds);
      if (whole && is_nan(x)) x = 0;
      data[i * stride + index[f]] = x;
    }
  }
  const Rows rows = {data.data(), stride, count, index.data()};
  check(forest->use_kernel(Kernel::floats), "the float kernel is always there");
  std::vector<float> want(count);
  check(forest->predict(rows, want.data()), "the float kernel predicts");
  for (std::uint32_t i = 0; i < std::min(walked, count); ++i) {
    float record[kMaxFeatures] = {};
    for (std::uint32_t f = 0; f < features; ++f) record[f] = data[i * stride + index[f]];
    check(walk(trees, record) == want[i], "the float kernel equals the walk", want[i]);
  }
  for (const Kernel kernel : {Kernel::binned, Kernel::avx2, Kernel::avx512}) {
    if (!forest->use_kernel(kernel)) continue;
    std::vector<float> got(count);
    check(forest->predict(rows, got.data()), "a kernel predicts");
    std::uint32_t different = 0;
    for (std::size_t i = 0; i < count; ++i) different += got[i] == want[i] ? 0 : 1;
    check(different == 0, kernel_name(kernel), different);
  }
}

void random_forests_agree() {
  const std::vector<float> thresholds = some_thresholds();
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    Rng rng(seed, 3);
    const std::uint32_t trees = 1 + rng.below(140);
    const std::uint32_t depth = rng.below(11);
    const std::uint32_t features = 1 + rng.below(32);
    const std::vector<std::uint8_t> blob = random_blob(trees, depth, features, thresholds, seed);
    compare_kernels(blob, thresholds, 500, 10, seed);
  }
}

void a_full_forest_agrees_on_many_rows() {
  const std::vector<float> thresholds = some_thresholds();
  compare_kernels(random_blob(100, 10, 32, thresholds, 99), thresholds, 100000, 20, 5);
}

void a_forest_with_too_many_thresholds_uses_floats() {
  const std::vector<std::uint8_t> blob = random_blob(100, 8, 3, {}, 7);
  const auto forest = Forest::open(blob);
  check(forest != nullptr && forest->kernel() == Kernel::floats, "falls back to floats");
  check(forest != nullptr && !forest->use_kernel(Kernel::binned), "has no binned kernel");
  compare_kernels(blob, {}, 2000, 20, 6);
}

void the_best_kernel_is_chosen() {
  const auto forest = Forest::open(random_blob(100, 8, 20, some_thresholds(), 8));
  check(forest != nullptr, "opens");
  if (forest == nullptr) return;
  const Kernel chosen = forest->kernel();
  std::printf("kernel chosen here: %s\n", kernel_name(chosen));
  for (const Kernel better : {Kernel::binned, Kernel::avx2, Kernel::avx512}) {
    if (better > chosen) check(!forest->use_kernel(better), "no faster kernel was left unused");
  }
  check(chosen >= Kernel::binned, "codes are used");
}

/// Kernels with one fault each, of the kinds that a processor or a compiler could bring in.
std::uint32_t takes_missing_for_zero(const Packed& forest, const float* record) {
  float changed[kMaxFeatures];
  for (std::size_t f = 0; f < kMaxFeatures; ++f) changed[f] = is_nan(record[f]) ? 0 : record[f];
  return run_floats(forest, changed);
}
std::uint32_t goes_left_when_equal(const Packed& forest, const float* record) {
  float changed[kMaxFeatures];
  for (std::size_t f = 0; f < kMaxFeatures; ++f) {
    changed[f] = std::nextafter(record[f], -std::numeric_limits<float>::infinity());
  }
  return run_floats(forest, changed);
}
std::uint32_t takes_infinity_for_missing(const Packed& forest, const float* record) {
  float changed[kMaxFeatures];
  for (std::size_t f = 0; f < kMaxFeatures; ++f) {
    changed[f] = is_finite(record[f]) ? record[f] : kUnavailable;
  }
  return run_floats(forest, changed);
}
std::uint32_t forgets_a_unit(const Packed& forest, const float* record) {
  const std::uint32_t sum = run_floats(forest, record);
  return sum % 16 == 3 ? sum + 1 : sum;
}

void the_self_test_refuses_kernels_with_faults() {
  Trees trees;
  parse_blob(random_blob(100, 8, 12, some_thresholds(), 21), trees);
  const Packed packed = pack(trees);
  check(self_test(run_floats, trees, packed) && self_test(run_binned, trees, packed),
        "the self-test accepts kernels without faults");
  check(!self_test(takes_missing_for_zero, trees, packed), "missing taken for zero");
  check(!self_test(goes_left_when_equal, trees, packed), "left when equal");
  check(!self_test(takes_infinity_for_missing, trees, packed), "infinity taken for missing");
  check(!self_test(forgets_a_unit, trees, packed), "a unit forgotten");
}

void a_feature_outside_the_row_is_refused() {
  const auto forest = Forest::open(random_blob(3, 3, 2, some_thresholds(), 9));
  const std::uint16_t index[2] = {0, 2};
  const float row[2] = {};
  float out = -1;
  check(forest != nullptr && !forest->predict({row, 2, 1, index}, &out) && out == -1,
        "an index beyond the stride is refused");
}

void corrupt_blobs_are_refused() {
  const std::vector<std::uint8_t> good = random_blob(5, 4, 4, some_thresholds(), 10);
  BlobError error = BlobError::none;
  check(Forest::open(good, &error) != nullptr && error == BlobError::none, "the good one opens");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::vector<std::uint8_t> bad = good;
    bad[i] ^= 0x11;
    check(Forest::open(bad, &error) == nullptr && error != BlobError::none, "a changed byte",
          static_cast<double>(i));
    check(Forest::open(Bytes(good).first(i)) == nullptr, "a cut blob", static_cast<double>(i));
  }
  // the same with a checksum that fits
  for (std::size_t i = kHeaderBytes; i < kHeaderBytes + 20; ++i) {
    std::vector<std::uint8_t> bad = good;
    bad[i] ^= 0x01;
    const std::uint32_t crc = blob_checksum(bad);
    std::memcpy(bad.data() + 24, &crc, 4);
    check(Forest::open(bad) == nullptr, "a changed tree size", static_cast<double>(i));
  }
}

void a_threshold_must_be_a_plain_number() {
  Trees trees;
  parse_blob(random_blob(1, 3, 2, some_thresholds(), 11), trees);
  for (const float bad : {kUnavailable, std::numeric_limits<float>::infinity(), -0.0F}) {
    Trees changed = trees;
    changed.threshold[0] = bad;
    BlobError error = BlobError::none;
    check(Forest::open(write_blob(changed), &error) == nullptr && error == BlobError::bad_threshold,
          "a threshold that is no plain number", static_cast<double>(bad));
  }
}

void nodes_that_are_no_tree_are_refused() {
  // the second node would be its own child
  Trees trees;
  trees.feature_count = 1;
  trees.depth = 1;
  trees.first = {0, 3};
  trees.threshold = {0, 1, 0};
  trees.value = {1, 2, 3};
  trees.split = {kLeaf, 0, kLeaf};
  BlobError error = BlobError::none;
  check(Forest::open(write_blob(trees), &error) == nullptr && error == BlobError::bad_tree_shape,
        "a node without a parent");
  trees.split = {0, kLeaf, kLeaf};
  trees.threshold = {1, 0, 0};
  check(Forest::open(write_blob(trees), &error) != nullptr, "the same as a tree");
  trees.split = {0, 0, kLeaf};
  trees.threshold = {1, 1, 0};
  check(Forest::open(write_blob(trees), &error) == nullptr && error == BlobError::bad_tree_shape,
        "a node without its children");
}

/// The smallest change among all values beside a threshold, by trying every one.
double closest_flip(const Forest& forest, const std::vector<float>& thresholds, const float* row,
                    const std::uint16_t* index, std::size_t feature, float limit) {
  float start = 0;
  forest.predict({row, 12, 1, index}, &start);
  double closest = std::numeric_limits<double>::infinity();
  for (const float cut : thresholds) {
    for (const float value : {cut, std::nextafter(cut, -INFINITY)}) {
      if (!is_finite(value)) continue;
      float moved[12];
      std::copy_n(row, 12, moved);
      moved[feature] = value;
      float there = 0;
      forest.predict({moved, 12, 1, index}, &there);
      if ((there >= limit) == (start >= limit)) continue;
      closest = std::min(closest,
                         std::fabs(static_cast<double>(value) - static_cast<double>(row[feature])));
    }
  }
  return closest;
}

void explanations_add_up() {
  const std::vector<float> thresholds = some_thresholds();
  for (std::uint64_t seed = 30; seed < 36; ++seed) {
    const auto forest = Forest::open(random_blob(60, 9, 12, thresholds, seed));
    if (forest == nullptr) {
      check(false, "opens");
      continue;
    }
    std::uint16_t index[12];
    for (std::uint16_t f = 0; f < 12; ++f) index[f] = f;
    Rng rng(seed, 4);
    for (int i = 0; i < 200; ++i) {
      float row[12];
      for (float& x : row) x = any_value(rng, thresholds);
      float score = 0;
      check(forest->predict({row, 12, 1, index}, &score), "predicts");
      double parts[12];
      double bias = 0;
      check(forest->contributions(row, index, parts, &bias) == score, "the same score");
      double sum = bias;
      for (const double part : parts) sum += part;
      check(std::fabs(sum - static_cast<double>(score)) < 1e-6, "parts add up to the score", sum);
      if (i % 20 != 0) continue;
      Flip flips[12];
      const float limit = 0.5F;
      const std::size_t count = forest->nearest_flips(row, index, limit, flips);
      for (std::size_t k = 0; k < count; ++k) {
        if (k > 0) check(flips[k - 1].relative <= flips[k].relative, "flips are sorted");
        const double closest =
            closest_flip(*forest, thresholds, row, index, flips[k].feature, limit);
        check(std::fabs(flips[k].change) == closest, "no flip is closer", closest);
        float moved[12];
        std::copy_n(row, 12, moved);
        moved[flips[k].feature] = flips[k].value;
        float there = 0;
        check(forest->predict({moved, 12, 1, index}, &there), "predicts");
        check(there == flips[k].score && (there >= limit) != (score >= limit), "the flip flips");
        moved[flips[k].feature] =
            static_cast<float>(static_cast<double>(row[flips[k].feature]) + flips[k].change * 0.5);
        if (moved[flips[k].feature] == flips[k].value) continue;  // one step of a float away
        check(forest->predict({moved, 12, 1, index}, &there), "predicts");
        check((there >= limit) == (score >= limit), "half way there it does not");
      }
    }
  }
}

void merged_ranges_equal_the_whole() {
  const std::vector<float> thresholds = some_thresholds();
  const std::vector<std::uint8_t> a = random_blob(3, 4, 4, thresholds, 40);
  const std::vector<std::uint8_t> b = random_blob(2, 6, 4, thresholds, 41);
  const std::vector<std::uint8_t> other = random_blob(2, 6, 5, thresholds, 41);
  const Bytes parts[2] = {a, b};
  const Bytes wrong[2] = {a, other};
  const auto forest = Forest::open(merge_blobs(parts));
  check(forest != nullptr && forest->tree_count() == 5 && forest->depth() == 6, "merges");
  BlobError error = BlobError::none;
  check(merge_blobs(wrong, &error).empty() && error == BlobError::bad_feature_count,
        "other features are refused");
}

}  // namespace
}  // namespace mld::forest::test

int main() {
  using namespace mld::forest::test;
  random_forests_agree();
  a_full_forest_agrees_on_many_rows();
  a_forest_with_too_many_thresholds_uses_floats();
  the_best_kernel_is_chosen();
  the_self_test_refuses_kernels_with_faults();
  a_feature_outside_the_row_is_refused();
  nodes_that_are_no_tree_are_refused();
  corrupt_blobs_are_refused();
  a_threshold_must_be_a_plain_number();
  explanations_add_up();
  merged_ranges_equal_the_whole();
  return finish();
}
