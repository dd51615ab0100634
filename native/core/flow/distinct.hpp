// Remembers for every host which values it used, and in which bucket last.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/flow/host.hpp"
#include "core/flow/pool.hpp"

namespace mld {

/// Values of hosts: 24 bytes each, found by a 64-bit hash of host, kind and value, and threaded
/// through their host so that they leave with it.
class DistinctTable {
 public:
  /// `bound`: values in all; an eighth of it for hosts in probation.
  DistinctTable(std::uint32_t bound, std::uint64_t seed);

  /// The bucket of a value's last use, or null. Valid until the next call that is not const.
  std::uint32_t* find(const Host& host, Distinct kind, std::uint64_t value);
  /// Remembers a value that `find` did not find. False when there is no room.
  bool insert(Host& host, Distinct kind, std::uint64_t value, std::uint32_t bucket);
  /// Forgets all values of a host.
  void clear(Host& host);
  /// A host leaves probation: its values count as the others.
  void promote(const Host& host) { probation_ -= host.value_count; }

  std::size_t live() const { return nodes_.live(); }
  std::uint64_t dropped() const { return dropped_; }
  std::size_t bytes() const { return nodes_.bytes() + heads_.capacity() * sizeof(std::uint32_t); }

 private:
  struct Node {
    std::uint64_t hash;
    std::uint32_t chain;    // next of the same head
    std::uint32_t sibling;  // next of the same host
    std::uint32_t bucket;
    std::uint32_t zero;
  };
  std::uint64_t hash(const Host& host, Distinct kind, std::uint64_t value) const;
  void unlink(std::uint32_t id);
  void purge(Host& host, std::uint32_t bucket);
  void grow();

  Pool<Node, 12> nodes_;
  std::vector<std::uint32_t> heads_;
  std::uint64_t seed_;
  std::uint64_t dropped_ = 0;
  std::uint32_t bound_;
  std::uint32_t probation_ = 0;  // values of hosts in probation
};

}  // namespace mld
