// Answered flows of the same initiator, responder, port and protocol over time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/flow/flow.hpp"
#include "core/flow/options.hpp"

namespace mld {

/// Sets of 8 entries; a full set forgets the one that was used longest ago.
class PairTable {
 public:
  static constexpr std::size_t kWays = 8;

  explicit PairTable(const EngineOptions& options);

  /// Counts a flow that was answered just now, and writes the pair's values into it.
  void answered(Flow& flow);

  std::uint64_t evicted() const { return evicted_; }
  std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    std::uint64_t hash = 0;  // 0: unused
    std::uint64_t used = 0;  // number of the last use
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
    std::uint64_t gap_sum = 0;
    Squares gap_squares;
    std::uint32_t flows = 0;
    std::uint32_t zero = 0;
  };
  Entry* place(std::uint64_t h);
  void grow();

  std::vector<Entry> entries_;
  std::size_t bound_;
  std::size_t held_ = 0;
  std::uint64_t seed_;
  std::uint64_t uses_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace mld
