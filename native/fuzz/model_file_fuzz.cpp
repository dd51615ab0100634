// Fuzz target: forest blobs. Whatever the bytes, opening is refused or everything after it holds:
// the kernels agree, the contributions add up, the flips flip, and writing gives the bytes back.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/base/math.hpp"
#include "core/forest/forest.hpp"
#include "core/forest/rng.hpp"

namespace {

using namespace mld::forest;

void require(bool ok) {
  if (!ok) std::abort();
}

/// Writes a magic, version, length and checksum that fit, so that mutations reach the trees.
void repair(std::vector<std::uint8_t>& blob) {
  if (blob.size() < kHeaderBytes) return;
  std::uint32_t trees = 0;
  std::memcpy(&trees, blob.data() + 8, 4);
  trees = 1 + trees % 8;
  const std::size_t body = blob.size() - kHeaderBytes;
  if (body < 11 * std::size_t{trees}) trees = 1;
  if (body < 11) return;
  const std::size_t node_count = (body - 4 * std::size_t{trees}) / 7;
  blob.resize(kHeaderBytes + 4 * std::size_t{trees} + 7 * node_count);
  const std::uint32_t length = static_cast<std::uint32_t>(blob.size());
  const std::uint32_t nodes = static_cast<std::uint32_t>(node_count);
  const std::uint32_t reserved = 0;
  std::memcpy(blob.data(), &kMagic, 4);
  std::memcpy(blob.data() + 4, &kVersion, 2);
  std::memcpy(blob.data() + 8, &trees, 4);
  std::memcpy(blob.data() + 12, &nodes, 4);
  std::memcpy(blob.data() + 20, &length, 4);
  std::memcpy(blob.data() + 28, &reserved, 4);
  const std::uint32_t checksum = blob_checksum(blob);
  std::memcpy(blob.data() + 24, &checksum, 4);
}

/// A well-formed forest whose shape and splits the bytes choose, so that deep trees are reached.
std::vector<std::uint8_t> build(mld::Bytes data) {
  std::size_t at = 0;
  const auto take = [&]() { return at < data.size() ? data[at++] : std::uint8_t{0}; };
  Trees trees;
  trees.feature_count = 1 + take() % kMaxFeatures;
  trees.first.push_back(0);
  const std::uint32_t count = 1 + take() % 40;
  for (std::uint32_t t = 0; t < count; ++t) {
    std::vector<std::uint32_t> levels = {0};
    for (std::size_t i = 0; i < levels.size(); ++i) {
      trees.depth = std::max(trees.depth, levels[i]);
      const std::uint8_t split = take();
      const std::uint8_t first = take();
      trees.value.push_back(static_cast<std::uint16_t>(first * 257));
      const bool leaf = split >= 0xc0 || at >= data.size() || levels[i] == kMaxDepth;
      const float threshold = static_cast<float>(first) - 100;
      trees.threshold.push_back(leaf ? 0.0F : threshold);
      const std::uint32_t feature = (split & kFeatureMask) % trees.feature_count;
      trees.split.push_back(leaf ? kLeaf
                                 : static_cast<std::uint8_t>(feature | (split & kMissingRight)));
      if (leaf) continue;
      levels.push_back(levels[i] + 1);
      levels.push_back(levels[i] + 1);
    }
    trees.first.push_back(static_cast<std::uint32_t>(trees.split.size()));
  }
  return write_blob(trees);
}

void exercise(mld::Bytes blob) {
  const auto forest = Forest::open(blob);
  if (forest == nullptr) return;
  Trees trees;
  require(parse_blob(blob, trees) == BlobError::none);
  const std::vector<std::uint8_t> again = write_blob(trees);
  require(again.size() == blob.size() && std::equal(again.begin(), again.end(), blob.begin()));

  const std::uint32_t features = forest->feature_count();
  std::vector<std::uint16_t> index(features);
  for (std::uint32_t f = 0; f < features; ++f) index[f] = static_cast<std::uint16_t>(f);
  constexpr std::size_t kRows = 8;
  Rng rng(blob_checksum(blob), 0);
  std::vector<float> data(kRows * features);
  for (float& x : data) {
    x = std::bit_cast<float>(static_cast<std::uint32_t>(rng.next()));
    if (rng.below(2) == 0) x = static_cast<float>(rng.below(300)) - 100;
    if (rng.below(6) == 0) x = mld::kUnavailable;
  }
  const Rows rows = {data.data(), features, kRows, index.data()};
  std::vector<float> want(kRows);
  require(forest->use_kernel(Kernel::floats) && forest->predict(rows, want.data()));
  for (const Kernel kernel : {Kernel::binned, Kernel::avx2, Kernel::avx512}) {
    std::vector<float> got(kRows);
    if (!forest->use_kernel(kernel)) continue;
    require(forest->predict(rows, got.data()) && got == want);
  }
  std::vector<double> parts(features);
  for (std::size_t i = 0; i < kRows; ++i) {
    const float* row = data.data() + i * features;
    double sum = 0;
    require(forest->contributions(row, index.data(), parts.data(), &sum) == want[i]);
    for (const double part : parts) sum += part;
    require(std::fabs(sum - static_cast<double>(want[i])) < 1e-6);
  }
  if (blob.size() > 4096) return;  // the flips cost one prediction for each threshold
  std::vector<Flip> flips(features);
  const std::size_t count = forest->nearest_flips(data.data(), index.data(), 0.5F, flips);
  for (std::size_t k = 0; k < count; ++k) {
    require((flips[k].score >= 0.5F) != (want[0] >= 0.5F));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mld::Bytes input(data, size);
  exercise(input);
  std::vector<std::uint8_t> blob(input.begin(), input.end());
  repair(blob);
  exercise(blob);
  exercise(build(input));
  const mld::Bytes twice[2] = {blob, blob};
  const std::vector<std::uint8_t> merged = merge_blobs(twice);
  require(merged.empty() || Forest::open(merged) != nullptr);
  return 0;
}
