// The inner loops of a forest. Every kernel gives the same sum for the same record, bit by bit.
//
// The binned kernels first turn each feature into a code: how many of the forest's thresholds for
// that feature are <= its value, found once per record. A node then compares bytes, not floats,
// and is 4 bytes long. A forest with more than 255 different thresholds on one feature has no
// codes; the float kernel runs everything.
#pragma once
#include <cstdint>
#include <vector>

#include "core/forest/blob.hpp"

namespace mld::forest {

/// The implementations, from the plainest to the fastest.
enum class Kernel : std::uint8_t {
  floats,  ///< 8-byte nodes, compares floats; every processor, every forest
  binned,  ///< 4-byte nodes, compares codes; every processor
  avx2,    ///< 8 trees in a vector, gathered nodes
  avx512,  ///< 16 trees in a vector, codes looked up in one register (VBMI)
  count
};

const char* kernel_name(Kernel kernel);

/// Sorted thresholds of one feature, the tail filled with NaN (which no value reaches).
struct alignas(64) Cuts {
  float pivot[16];  ///< every 16th of `cut`: cut[15], cut[31], ...
  float cut[256];
};

/// A node of the float kernel. At a leaf `step` is 0 and the threshold NaN, so the walk stays.
struct FloatNode {
  float threshold;
  std::uint16_t step;  ///< from this node to its left child
  std::uint8_t feature;
  std::uint8_t missing_right;
};
static_assert(sizeof(FloatNode) == 8);

/// A forest laid out for the kernels. Trees are sorted by depth (deepest first) and filled up to a
/// whole number of vectors with trees of one leaf of value 0.
struct Packed {
  std::uint32_t depth = 0;
  bool binned = false;              ///< the arrays of the binned kernels are there
  std::vector<std::uint32_t> root;  ///< first node of each tree
  std::vector<std::uint8_t> tree_depth;
  std::vector<FloatNode> nodes;
  std::vector<std::uint16_t> value;  ///< of each node, one more at the end
  std::vector<std::uint8_t> used;    ///< features that any node splits on, ascending
  std::vector<Cuts> cuts;            ///< of `used`, in the same order
  /// step to the left child | code limit << 16 | slot << 24; a record goes right when its code in
  /// the slot is above the limit. At a leaf the step is 0 and the limit 255.
  std::vector<std::uint32_t> words;
  /// The top three levels of 8 (16) trees side by side: 7 nodes in breadth-first order, as in
  /// `words` but with the left child counted from the root. A leaf above level 2 repeats itself.
  std::vector<std::uint32_t> top8;
  std::vector<std::uint32_t> top16;
};

inline constexpr std::uint32_t kLanes = 16;        ///< trees are filled up to a multiple of this
inline constexpr std::uint32_t kMissingSlot = 32;  ///< slot of feature f when missing goes right

/// Codes of one record: slot f for nodes where missing goes left (code 0), slot 32 + f for those
/// where it goes right (code 255).
struct alignas(64) Codes {
  std::uint8_t slot[64];
};

/// Sum of the leaf values for one record of kMaxFeatures floats (those past the end: anything).
using KernelFunction = std::uint32_t (*)(const Packed& forest, const float* record);

/// Lays the trees out.
Packed pack(const Trees& trees);

/// Whether `run` gives what the float kernel gives on generated records: near, on and between the
/// forest's thresholds, infinite, missing.
bool self_test(KernelFunction run, const Trees& trees, const Packed& packed);

std::uint32_t run_floats(const Packed& forest, const float* record);
std::uint32_t run_binned(const Packed& forest, const float* record);

/// Null when this build or this processor does not have the kernel, or the forest has no codes.
KernelFunction find_kernel(Kernel kernel, const Packed& forest);

#if defined(__x86_64__)
std::uint32_t run_avx2(const Packed& forest, const float* record);
std::uint32_t run_avx512(const Packed& forest, const float* record);
#endif

}  // namespace mld::forest
