#include "core/flow/distinct.hpp"

#include <algorithm>

namespace mld {

DistinctTable::DistinctTable(std::uint32_t bound, std::uint64_t seed)
    : heads_(256, kNone), seed_(seed), bound_(bound) {}

std::uint64_t DistinctTable::hash(const Host& host, Distinct kind, std::uint64_t value) const {
  const std::uint64_t own = host.order * 32 + static_cast<std::uint64_t>(kind);
  return mix64(hash_word(hash_word(seed_, own), value));
}

std::uint32_t* DistinctTable::find(const Host& host, Distinct kind, std::uint64_t value) {
  const std::uint64_t h = hash(host, kind, value);
  std::uint32_t id = heads_[h & (heads_.size() - 1)];
  while (id != kNone) {
    Node& node = nodes_[id];
    if (node.hash == h) return &node.bucket;
    id = node.chain;
  }
  return nullptr;
}

bool DistinctTable::insert(Host& host, Distinct kind, std::uint64_t value, std::uint32_t bucket) {
  if (host.value_count >= host.purge_at) purge(host, bucket);
  if (nodes_.live() >= bound_ || (!host.established() && probation_ >= bound_ / 8)) {
    ++dropped_;
    return false;
  }
  if (nodes_.live() >= heads_.size()) grow();
  const std::uint64_t h = hash(host, kind, value);
  const std::uint32_t id = nodes_.take();
  std::uint32_t& head = heads_[h & (heads_.size() - 1)];
  nodes_[id] = {h, head, host.values, bucket, 0};
  head = id;
  host.values = id;
  ++host.value_count;
  if (!host.established()) ++probation_;
  return true;
}

void DistinctTable::unlink(std::uint32_t id) {
  std::uint32_t* link = &heads_[nodes_[id].hash & (heads_.size() - 1)];
  while (*link != id) link = &nodes_[*link].chain;
  *link = nodes_[id].chain;
  nodes_.give(id);
}

// Values that were last used before the history leave; the cost is shared by the insertions since.
void DistinctTable::purge(Host& host, std::uint32_t bucket) {
  std::uint32_t* link = &host.values;
  std::uint32_t kept = 0;
  while (*link != kNone) {
    const std::uint32_t id = *link;
    if (bucket - nodes_[id].bucket > kHistory) {
      *link = nodes_[id].sibling;
      unlink(id);
    } else {
      link = &nodes_[id].sibling;
      ++kept;
    }
  }
  if (!host.established()) probation_ -= host.value_count - kept;
  host.value_count = kept;
  host.purge_at = std::max(64u, kept * 2);
}

void DistinctTable::clear(Host& host) {
  for (std::uint32_t id = host.values; id != kNone;) {
    const std::uint32_t next = nodes_[id].sibling;
    unlink(id);
    id = next;
  }
  if (!host.established()) probation_ -= host.value_count;
  host.values = kNone;
  host.value_count = 0;
  host.purge_at = 64;
}

void DistinctTable::grow() {
  std::vector<std::uint32_t> heads(heads_.size() * 2, kNone);
  for (std::uint32_t id : heads_) {
    while (id != kNone) {
      const std::uint32_t next = nodes_[id].chain;
      std::uint32_t& head = heads[nodes_[id].hash & (heads.size() - 1)];
      nodes_[id].chain = head;
      head = id;
      id = next;
    }
  }
  heads_.swap(heads);
}

}  // namespace mld
