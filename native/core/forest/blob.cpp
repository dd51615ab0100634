#include "core/forest/blob.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/base/math.hpp"

static_assert(std::endian::native == std::endian::little, "the blob is read in place");

namespace mld::forest {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb88320U : 0U);
    table[i] = c;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

template <typename T>
T load(Bytes blob, std::size_t offset) {
  T value;
  std::memcpy(&value, blob.data() + offset, sizeof(T));
  return value;
}

template <typename T>
void store(std::vector<std::uint8_t>& blob, std::size_t offset, T value) {
  std::memcpy(blob.data() + offset, &value, sizeof(T));
}

std::size_t blob_bytes(std::size_t trees, std::size_t nodes) {
  return kHeaderBytes + 4 * trees + 7 * nodes;
}

template <typename T>
void load_array(Bytes blob, std::size_t offset, std::size_t count, std::vector<T>& out) {
  out.resize(count);
  if (count > 0) std::memcpy(out.data(), blob.data() + offset, count * sizeof(T));
}

BlobError check_header(Bytes blob) {
  if (blob.size() < kHeaderBytes) return BlobError::too_short;
  if (load<std::uint32_t>(blob, 0) != kMagic) return BlobError::bad_magic;
  if (load<std::uint16_t>(blob, 4) != kVersion) return BlobError::bad_version;
  const std::uint32_t features = load<std::uint16_t>(blob, 6);
  if (features == 0 || features > kMaxFeatures) return BlobError::bad_feature_count;
  const std::uint32_t trees = load<std::uint32_t>(blob, 8);
  if (trees == 0 || trees > kMaxTrees) return BlobError::bad_tree_count;
  const std::uint32_t nodes = load<std::uint32_t>(blob, 12);
  if (nodes < trees || nodes > kMaxNodes) return BlobError::bad_node_count;
  if (load<std::uint32_t>(blob, 16) > kMaxDepth) return BlobError::bad_depth;
  if (load<std::uint32_t>(blob, 20) != blob.size()) return BlobError::bad_length;
  if (blob.size() != blob_bytes(trees, nodes)) return BlobError::bad_length;
  if (load<std::uint32_t>(blob, 28) != 0) return BlobError::bad_reserved;
  if (load<std::uint32_t>(blob, 24) != blob_checksum(blob)) {
    return BlobError::bad_checksum;
  }
  return BlobError::none;
}

/// Checks one tree's nodes, derives the children, raises `depth` to the tree's.
BlobError link_tree(Trees& trees, std::uint32_t first, std::uint32_t end, std::uint32_t& depth) {
  std::uint32_t next_child = first + 1;
  std::uint32_t level_end = next_child;  // first node of the next level
  std::uint32_t level = 0;
  for (std::uint32_t node = first; node < end; ++node) {
    if (node == level_end) {
      ++level;
      level_end = next_child;
    }
    if (node >= next_child) return BlobError::bad_tree_shape;  // nobody's child
    const std::uint8_t split = trees.split[node];
    const float threshold = trees.threshold[node];
    if ((split & kLeaf) != 0) {
      if (split != kLeaf) return BlobError::bad_split;
      if (std::bit_cast<std::uint32_t>(threshold) != 0) return BlobError::bad_threshold;
      continue;
    }
    if ((split & 0x20) != 0) return BlobError::bad_split;
    if (trees.feature(node) >= trees.feature_count) return BlobError::bad_split;
    const bool negative_zero = std::bit_cast<std::uint32_t>(threshold) == 0x80000000U;
    if (!is_finite(threshold) || negative_zero) return BlobError::bad_threshold;
    if (end - next_child < 2) return BlobError::bad_tree_shape;
    trees.left[node] = next_child;
    next_child += 2;
  }
  if (next_child != end) return BlobError::bad_tree_shape;
  if (level > depth) depth = level;
  return BlobError::none;
}

}  // namespace

std::vector<std::vector<float>> Trees::thresholds_by_feature() const {
  std::vector<std::vector<float>> out(feature_count);
  for (std::uint32_t node = 0; node < split.size(); ++node) {
    if (!is_leaf(node)) out[feature(node)].push_back(threshold[node]);
  }
  for (std::vector<float>& of_feature : out) {
    std::sort(of_feature.begin(), of_feature.end());
    of_feature.erase(std::unique(of_feature.begin(), of_feature.end()), of_feature.end());
  }
  return out;
}

std::uint32_t crc32(Bytes data, std::uint32_t before) {
  std::uint32_t c = ~before;
  for (const std::uint8_t byte : data) c = kCrcTable[(c ^ byte) & 0xff] ^ (c >> 8);
  return ~c;
}

std::uint32_t blob_checksum(Bytes blob) { return crc32(blob.subspan(28), crc32(blob.first(24))); }

const char* describe(BlobError error) {
  switch (error) {
    case BlobError::none:
      return "no error";
    case BlobError::too_short:
      return "it is shorter than its header of 32 bytes";
    case BlobError::bad_magic:
      return "it does not start with MLDF";
    case BlobError::bad_version:
      return "its version is not 1";
    case BlobError::bad_feature_count:
      return "the number of features is not 1 to 32";
    case BlobError::bad_tree_count:
      return "the number of trees is not 1 to 1024";
    case BlobError::bad_node_count:
      return "the number of nodes is out of range";
    case BlobError::bad_length:
      return "its length does not match its counts";
    case BlobError::bad_reserved:
      return "a reserved field is not 0";
    case BlobError::bad_checksum:
      return "its checksum does not match its content";
    case BlobError::bad_tree_size:
      return "the trees' sizes do not add up";
    case BlobError::bad_tree_shape:
      return "a tree's nodes do not form one tree";
    case BlobError::bad_depth:
      return "its depth does not match its trees";
    case BlobError::bad_split:
      return "a node splits on a feature that it does not have";
    case BlobError::bad_threshold:
      return "a threshold is not finite or is -0, or a leaf has one";
    case BlobError::count:
      break;
  }
  return "unknown error";
}

BlobError parse_blob(Bytes blob, Trees& out) {
  const BlobError header = check_header(blob);
  if (header != BlobError::none) return header;
  out = Trees{};
  out.feature_count = load<std::uint16_t>(blob, 6);
  const std::uint32_t trees = load<std::uint32_t>(blob, 8);
  const std::uint32_t nodes = load<std::uint32_t>(blob, 12);
  const std::size_t body = kHeaderBytes + 4 * std::size_t{trees};
  load_array(blob, body, nodes, out.threshold);
  load_array(blob, body + 4 * std::size_t{nodes}, nodes, out.value);
  load_array(blob, body + 6 * std::size_t{nodes}, nodes, out.split);
  out.left.assign(nodes, 0);
  out.first.reserve(trees + 1);
  out.first.push_back(0);
  std::uint32_t depth = 0;
  for (std::uint32_t tree = 0; tree < trees; ++tree) {
    const std::uint32_t size = load<std::uint32_t>(blob, kHeaderBytes + 4 * std::size_t{tree});
    const std::uint32_t first = out.first.back();
    if (size % 2 == 0 || size > kMaxTreeNodes || size > nodes - first) {
      return BlobError::bad_tree_size;
    }
    out.first.push_back(first + size);
    const BlobError shape = link_tree(out, first, first + size, depth);
    if (shape != BlobError::none) return shape;
  }
  if (out.first.back() != nodes) return BlobError::bad_tree_size;
  if (depth != load<std::uint32_t>(blob, 16)) return BlobError::bad_depth;
  out.depth = depth;
  return BlobError::none;
}

std::vector<std::uint8_t> write_blob(const Trees& trees) {
  const std::uint32_t count = trees.tree_count();
  const std::size_t nodes = trees.split.size();
  std::vector<std::uint8_t> blob(blob_bytes(count, nodes), 0);
  store(blob, 0, kMagic);
  store(blob, 4, kVersion);
  store(blob, 6, static_cast<std::uint16_t>(trees.feature_count));
  store(blob, 8, count);
  store(blob, 12, static_cast<std::uint32_t>(nodes));
  store(blob, 16, trees.depth);
  store(blob, 20, static_cast<std::uint32_t>(blob.size()));
  for (std::size_t t = 0; t < count; ++t) {
    store(blob, kHeaderBytes + 4 * t, trees.first[t + 1] - trees.first[t]);
  }
  const std::size_t body = kHeaderBytes + 4 * std::size_t{count};
  if (nodes > 0) {
    std::memcpy(blob.data() + body, trees.threshold.data(), 4 * nodes);
    std::memcpy(blob.data() + body + 4 * nodes, trees.value.data(), 2 * nodes);
    std::memcpy(blob.data() + body + 6 * nodes, trees.split.data(), nodes);
  }
  store(blob, 24, blob_checksum(blob));
  return blob;
}

std::vector<std::uint8_t> merge_blobs(std::span<const Bytes> blobs, BlobError* error) {
  const auto refuse = [error](BlobError reason) {
    if (error != nullptr) *error = reason;
    return std::vector<std::uint8_t>{};
  };
  Trees all;
  all.first.push_back(0);
  for (const Bytes blob : blobs) {
    Trees part;
    const BlobError reason = parse_blob(blob, part);
    if (reason != BlobError::none) return refuse(reason);
    if (all.feature_count != 0 && all.feature_count != part.feature_count) {
      return refuse(BlobError::bad_feature_count);
    }
    if (all.tree_count() + part.tree_count() > kMaxTrees) return refuse(BlobError::bad_tree_count);
    const std::uint32_t offset = all.first.back();
    if (offset + part.split.size() > kMaxNodes) return refuse(BlobError::bad_node_count);
    all.feature_count = part.feature_count;
    if (part.depth > all.depth) all.depth = part.depth;
    for (std::size_t t = 1; t < part.first.size(); ++t) all.first.push_back(offset + part.first[t]);
    all.threshold.insert(all.threshold.end(), part.threshold.begin(), part.threshold.end());
    all.value.insert(all.value.end(), part.value.begin(), part.value.end());
    all.split.insert(all.split.end(), part.split.begin(), part.split.end());
  }
  if (all.tree_count() == 0) return refuse(BlobError::bad_tree_count);
  if (error != nullptr) *error = BlobError::none;
  return write_blob(all);
}

}  // namespace mld::forest
