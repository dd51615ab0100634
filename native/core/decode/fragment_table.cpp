#include "core/decode/fragment_table.hpp"

#include <cstring>

#include "core/base/bytes.hpp"

namespace mld {
namespace {

constexpr std::size_t sets = FragmentTable::capacity / FragmentTable::ways;

bool same(const FragmentKey& a, const FragmentKey& b) {
  return a.id == b.id && a.protocol == b.protocol && a.ip_version == b.ip_version &&
         a.network == b.network && a.src == b.src && a.dst == b.dst;
}

std::size_t set_of(const FragmentKey& key) {
  std::uint64_t hash = 0x9e3779b97f4a7c15u ^ key.id;
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  };
  for (std::size_t i = 0; i < 16; i += 4) {
    mix((std::uint64_t{load_le32(key.src.data() + i)} << 32) | load_le32(key.dst.data() + i));
  }
  mix((std::uint64_t{key.network} << 32) | key.protocol);
  return static_cast<std::size_t>(hash % sets);
}

// Either side of "now": capture time may step back.
bool alive(std::int64_t stored_us, std::int64_t now_us) {
  return now_us - stored_us <= FragmentTable::lifetime_us &&
         stored_us - now_us <= FragmentTable::lifetime_us;
}

}  // namespace

FragmentTable::FragmentTable() : entries_(capacity) {}

bool FragmentTable::put(const FragmentKey& key, const FragmentFacts& facts, std::int64_t time_us) {
  const std::size_t set = set_of(key);
  Entry* const first = entries_.data() + set * ways;
  for (Entry* entry = first; entry != first + ways; entry++) {
    if (entry->used && same(entry->key, key)) {
      entry->facts = facts;
      entry->time_us = time_us;
      return false;
    }
  }
  Entry& victim = first[oldest_[set]];
  oldest_[set] = static_cast<std::uint8_t>((oldest_[set] + 1) % ways);
  const bool forgot = victim.used && alive(victim.time_us, time_us);
  victim.key = key;
  victim.facts = facts;
  victim.time_us = time_us;
  victim.used = true;
  return forgot;
}

const FragmentFacts* FragmentTable::find(const FragmentKey& key, std::int64_t time_us) const {
  const Entry* const first = entries_.data() + set_of(key) * ways;
  for (const Entry* entry = first; entry != first + ways; entry++) {
    if (entry->used && same(entry->key, key)) {
      return alive(entry->time_us, time_us) ? &entry->facts : nullptr;
    }
  }
  return nullptr;
}

void FragmentTable::clear() {
  for (Entry& entry : entries_) entry.used = false;
  oldest_.fill(0);
}

}  // namespace mld
