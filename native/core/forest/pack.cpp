// Lays a forest out for the kernels.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

#include "core/forest/kernels.hpp"

namespace mld::forest {
namespace {

constexpr std::uint32_t kMaxCuts = 255;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::uint32_t tree_depth(const Trees& trees, std::uint32_t tree) {
  const std::uint32_t first = trees.first[tree];
  const std::uint32_t end = trees.first[tree + 1];
  std::uint32_t level = 0;
  std::uint32_t level_end = first + 1;
  std::uint32_t last_child = first;
  for (std::uint32_t node = first; node < end; ++node) {
    if (node == level_end) {
      ++level;
      level_end = last_child + 1;
    }
    if (!trees.is_leaf(node)) last_child = trees.left[node] + 1;
  }
  return level;
}

Cuts make_cuts(const std::vector<float>& sorted) {
  Cuts cuts;
  for (std::size_t i = 0; i < 256; ++i) cuts.cut[i] = i < sorted.size() ? sorted[i] : kNan;
  for (std::size_t i = 0; i < 16; ++i) cuts.pivot[i] = cuts.cut[16 * i + 15];
  return cuts;
}

std::uint32_t word(std::uint32_t step, std::uint32_t limit, std::uint32_t slot) {
  return step | limit << 16 | slot << 24;
}

void append_filler(Packed& out) {
  out.root.push_back(static_cast<std::uint32_t>(out.nodes.size()));
  out.tree_depth.push_back(0);
  out.nodes.push_back({kNan, 0, 0, 0});
  out.value.push_back(0);
  if (out.binned) out.words.push_back(word(0, 255, 0));
}

/// The top three levels of `lanes` trees at a time; see Packed::top8.
std::vector<std::uint32_t> make_top(const Packed& forest, std::uint32_t lanes) {
  std::vector<std::uint32_t> top;
  top.reserve(forest.root.size() * 7);
  for (std::size_t group = 0; group < forest.root.size(); group += lanes) {
    for (std::uint32_t position = 0; position < 7; ++position) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        const std::uint32_t root = forest.root[group + lane];
        std::uint32_t node = root;
        const std::uint32_t path = position + 1;  // bits below the top one: 0 left, 1 right
        for (int bit = path >= 4 ? 1 : 0; path > 1 && bit >= 0; --bit) {
          const std::uint32_t step = forest.words[node] & 0xffff;
          if (step != 0) node += step + ((path >> bit) & 1);
        }
        const std::uint32_t here = forest.words[node];
        top.push_back((here & 0xffff0000U) | ((here & 0xffff) + (node - root)));
      }
    }
  }
  return top;
}

}  // namespace

Packed pack(const Trees& trees) {
  Packed out;
  out.depth = trees.depth;
  const std::vector<std::vector<float>> cuts = trees.thresholds_by_feature();
  out.binned = true;
  for (std::uint32_t f = 0; f < cuts.size(); ++f) {
    if (cuts[f].size() > kMaxCuts) out.binned = false;
    if (!cuts[f].empty()) out.used.push_back(static_cast<std::uint8_t>(f));
  }
  if (out.binned) {
    for (const std::uint8_t f : out.used) out.cuts.push_back(make_cuts(cuts[f]));
  }

  std::vector<std::uint32_t> depth(trees.tree_count());
  for (std::uint32_t t = 0; t < depth.size(); ++t) depth[t] = tree_depth(trees, t);
  std::vector<std::uint32_t> order(trees.tree_count());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&depth](std::uint32_t a, std::uint32_t b) {
    return depth[a] != depth[b] ? depth[a] > depth[b] : a < b;
  });

  for (const std::uint32_t tree : order) {
    out.root.push_back(static_cast<std::uint32_t>(out.nodes.size()));
    out.tree_depth.push_back(static_cast<std::uint8_t>(depth[tree]));
    for (std::uint32_t node = trees.first[tree]; node < trees.first[tree + 1]; ++node) {
      out.value.push_back(trees.value[node]);
      if (trees.is_leaf(node)) {
        out.nodes.push_back({kNan, 0, 0, 0});
        if (out.binned) out.words.push_back(word(0, 255, 0));
        continue;
      }
      const std::uint32_t f = trees.feature(node);
      const std::uint32_t step = trees.left[node] - node;
      const bool right = trees.missing_right(node);
      const float threshold = trees.threshold[node];
      out.nodes.push_back({threshold, static_cast<std::uint16_t>(step),
                           static_cast<std::uint8_t>(f), static_cast<std::uint8_t>(right)});
      if (!out.binned) continue;
      const auto at = std::lower_bound(cuts[f].begin(), cuts[f].end(), threshold);
      const std::uint32_t limit = static_cast<std::uint32_t>(at - cuts[f].begin());
      out.words.push_back(word(step, limit, right ? f + kMissingSlot : f));
    }
  }
  while (out.root.size() % kLanes != 0) append_filler(out);
  out.value.push_back(0);
  if (out.binned) {
    out.top8 = make_top(out, 8);
    out.top16 = make_top(out, 16);
  }
  return out;
}

}  // namespace mld::forest
