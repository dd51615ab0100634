// The forest blob: the packed binary form of a forest, as it travels between the model file, the
// trainer and the core. Little-endian, no padding; every array follows the one before it.
//
//   offset  type  meaning
//        0  u32   magic 0x46444c4d, the bytes "MLDF"
//        4  u16   version, 1
//        6  u16   F, number of features, 1..32
//        8  u32   T, number of trees, 1..1024
//       12  u32   N, number of nodes of all trees, T..4194304
//       16  u32   depth: edges on the longest path of any tree, 0..32
//       20  u32   length of the whole blob in bytes: 32 + 4 T + 7 N
//       24  u32   CRC-32 (IEEE 802.3, reflected) of all other bytes: 0-23, then 28 to the end
//       28  u32   0
//       32  u32[T]  nodes of each tree, odd, 1..65535; their sum is N
//  32 + 4T  f32[N]  threshold of each node, finite, not -0; +0 at a leaf
//     + 4N  u16[N]  value of each node: share of positives in units of 1/65535
//     + 6N  u8[N]   split of each node: bits 0-4 feature, bit 6 "missing goes right", bit 7 leaf
//                   (a leaf is exactly 0x80); bit 5 is 0
//
// Nodes of a tree are in breadth-first order, so that children need no index: the k-th inner node
// of a tree (from 0) has its left child at 2k + 1 and its right child at 2k + 2 of that tree.
//
// A record goes right at a node when its value is >= the threshold, left when it is <, and where
// bit 6 says when it is NaN. The score is the sum of the leaf values over 65535 T: an integer sum,
// so that it is the same in any order and in any kernel.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mld {
using Bytes = std::span<const std::uint8_t>;
}

namespace mld::forest {

inline constexpr std::uint32_t kMagic = 0x46444c4d;
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 32;
inline constexpr std::uint32_t kMaxFeatures = 32;
inline constexpr std::uint32_t kMaxTrees = 1024;
inline constexpr std::uint32_t kMaxTreeNodes = 65535;
inline constexpr std::uint32_t kMaxNodes = 1U << 22;
inline constexpr std::uint32_t kMaxDepth = 32;
inline constexpr std::uint32_t kValueOne = 65535;  ///< the node value that means 1.0
inline constexpr std::uint8_t kLeaf = 0x80;
inline constexpr std::uint8_t kMissingRight = 0x40;
inline constexpr std::uint8_t kFeatureMask = 0x1f;

/// Why a blob was refused.
enum class BlobError : std::uint8_t {
  none,
  too_short,
  bad_magic,
  bad_version,
  bad_feature_count,
  bad_tree_count,
  bad_node_count,
  bad_length,
  bad_reserved,
  bad_checksum,
  bad_tree_size,
  bad_tree_shape,
  bad_depth,
  bad_split,
  bad_threshold,
  count
};

/// The reason in words, without a trailing period; never null.
const char* describe(BlobError error);

/// A forest in memory, one array per column over all nodes of all trees.
struct Trees {
  std::uint32_t feature_count = 0;
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> first;  ///< first node of each tree, and the end: tree_count() + 1
  std::vector<float> threshold;
  std::vector<std::uint16_t> value;
  std::vector<std::uint8_t> split;
  std::vector<std::uint32_t> left;  ///< node number of the left child; 0 at a leaf

  std::uint32_t tree_count() const {
    return first.empty() ? 0 : static_cast<std::uint32_t>(first.size() - 1);
  }
  bool is_leaf(std::uint32_t node) const { return split[node] == kLeaf; }
  std::uint32_t feature(std::uint32_t node) const { return split[node] & kFeatureMask; }
  bool missing_right(std::uint32_t node) const { return (split[node] & kMissingRight) != 0; }
  /// The different thresholds of each feature, ascending.
  std::vector<std::vector<float>> thresholds_by_feature() const;
};

/// Checks every byte of `blob` and unpacks it. On refusal `out` is unspecified.
BlobError parse_blob(Bytes blob, Trees& out);

/// Packs trees that hold the rules above (`left` is not read).
std::vector<std::uint8_t> write_blob(const Trees& trees);

/// Joins the trees of several blobs in order, such as the ranges that workers trained.
/// All must have the same number of features. Empty on refusal.
std::vector<std::uint8_t> merge_blobs(std::span<const Bytes> blobs, BlobError* error = nullptr);

/// CRC-32 as in zip and Ethernet; `before` is that of the bytes before `data`.
std::uint32_t crc32(Bytes data, std::uint32_t before = 0);

/// What the checksum field of a blob must hold. The blob has at least its header.
std::uint32_t blob_checksum(Bytes blob);

}  // namespace mld::forest
