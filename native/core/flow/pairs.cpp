#include "core/flow/pairs.hpp"

#include <algorithm>
#include <bit>

namespace mld {

PairTable::PairTable(const EngineOptions& options)
    : bound_(std::bit_ceil(std::max<std::size_t>(options.max_pairs, kWays))),
      seed_(mix64(options.seed ^ 0x7061697273ULL)) {
  entries_.resize(std::min<std::size_t>(bound_, 1024));
}

void PairTable::answered(Flow& flow) {
  std::uint64_t h = hash_word(hash_word(seed_, flow.initiator().w[0]), flow.initiator().w[1]);
  h = hash_word(hash_word(h, flow.responder().w[0]), flow.responder().w[1]);
  h = hash_word(h, (std::uint64_t{flow.key.vlan} << 32) | flow.key.vni);
  h = hash_word(h, (std::uint64_t{flow.responder_port()} << 24) |
                       (std::uint64_t{flow.key.protocol} << 16) |
                       (std::uint64_t{flow.key.ip_version} << 8) | flow.key.kind);
  h = mix64(h) | 1;
  if (held_ * 2 >= entries_.size() && entries_.size() < bound_) grow();
  Entry* entry = place(h);
  // A full set of a table that may still grow is no reason to forget.
  while (entry->hash != h && entry->hash != 0 && entries_.size() < bound_) {
    grow();
    entry = place(h);
  }
  if (entry->hash != h) {
    if (entry->hash != 0) {
      ++evicted_;
    } else {
      ++held_;
    }
    *entry = Entry{};
    entry->hash = h;
    entry->first_us = flow.start_us;
  } else {
    const std::int64_t gap = std::max<std::int64_t>(0, flow.start_us - entry->last_us);
    entry->gap_sum += static_cast<std::uint64_t>(gap);
    entry->gap_squares.add_square(static_cast<std::uint64_t>(gap));
  }
  entry->used = ++uses_;
  entry->last_us = flow.start_us;
  const std::uint64_t gaps = entry->flows++;
  const double mean = ratio(static_cast<double>(entry->gap_sum), static_cast<double>(gaps)) / 1e6;
  const double spread = deviation(gaps, entry->gap_sum, entry->gap_squares) / 1e6;
  flow.pair_flows = entry->flows;
  flow.pair_gap_mean = to_feature(mean);
  flow.pair_gap_cv = to_feature(gaps < 2 ? kMissing : ratio(spread, mean));
  flow.pair_age = to_feature(
      static_cast<double>(std::max<std::int64_t>(0, flow.start_us - entry->first_us)) / 1e6);
}

// Where the pair is, or else where it goes: an unused entry, or the one used longest ago.
PairTable::Entry* PairTable::place(std::uint64_t h) {
  Entry* set = &entries_[((h >> 16) & (entries_.size() / kWays - 1)) * kWays];
  Entry* entry = set;
  for (Entry* at = set; at != set + kWays; ++at) {
    if (at->hash == h) return at;
    if (at->used < entry->used) entry = at;
  }
  return entry;
}

// Doubling splits each set in two, so nothing is forgotten by it.
void PairTable::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  for (const Entry& entry : old) {
    if (entry.hash == 0) continue;
    Entry* set = &entries_[((entry.hash >> 16) & (entries_.size() / kWays - 1)) * kWays];
    while (set->hash != 0) ++set;
    *set = entry;
  }
}

}  // namespace mld
