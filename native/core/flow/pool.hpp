// Containers of the tables: objects addressed by number, lists threaded through them, and an index
// from hashes to numbers. Nothing here allocates once a table has reached its size.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace mld {

/// No object.
inline constexpr std::uint32_t kNone = 0xffffffffu;

/// Objects in chunks that never move; freed ones are used again, the latest first.
template <class T, unsigned kShift = 8>
class Pool {
 public:
  T& operator[](std::uint32_t id) { return chunks_[id >> kShift][id & kMask]; }
  const T& operator[](std::uint32_t id) const { return chunks_[id >> kShift][id & kMask]; }

  /// A fresh object.
  std::uint32_t take() {
    std::uint32_t id = free_;
    if (id != kNone) {
      std::memcpy(&free_, &(*this)[id], sizeof(free_));
      --free_count_;
    } else {
      id = size_++;
      if ((id >> kShift) >= chunks_.size()) {
        chunks_.push_back(std::make_unique_for_overwrite<T[]>(kMask + 1));
      }
    }
    (*this)[id] = T{};
    return id;
  }
  /// Takes an object back. Its first four bytes are used for the next one that is free; the rest
  /// stays readable until it is taken again.
  void give(std::uint32_t id) {
    std::memcpy(static_cast<void*>(&(*this)[id]), &free_, sizeof(free_));
    free_ = id;
    ++free_count_;
  }
  /// Objects in use.
  std::size_t live() const { return size_ - free_count_; }
  /// Bytes held.
  std::size_t bytes() const { return (chunks_.size() << kShift) * sizeof(T); }

 private:
  static constexpr std::uint32_t kMask = (1u << kShift) - 1;
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) >= sizeof(std::uint32_t));
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::uint32_t free_ = kNone;  // the latest
  std::uint32_t free_count_ = 0;
  std::uint32_t size_ = 0;
};

/// Places of an object in a list.
struct Links {
  std::uint32_t prev = kNone;
  std::uint32_t next = kNone;
};

/// Doubly linked list through the member `L` of pooled objects.
template <class T, Links T::* L>
class List {
 public:
  std::uint32_t head() const { return head_; }
  std::uint32_t tail() const { return tail_; }
  bool empty() const { return head_ == kNone; }

  template <class P>
  void push_back(P& pool, std::uint32_t id) {
    Links& links = pool[id].*L;
    links = {tail_, kNone};
    if (tail_ == kNone) {
      head_ = id;
    } else {
      (pool[tail_].*L).next = id;
    }
    tail_ = id;
  }
  template <class P>
  void remove(P& pool, std::uint32_t id) {
    const Links links = pool[id].*L;
    if (links.prev == kNone) {
      head_ = links.next;
    } else {
      (pool[links.prev].*L).next = links.next;
    }
    if (links.next == kNone) {
      tail_ = links.prev;
    } else {
      (pool[links.next].*L).prev = links.prev;
    }
  }
  template <class P>
  void move_back(P& pool, std::uint32_t id) {
    if (tail_ == id) return;
    remove(pool, id);
    push_back(pool, id);
  }

 private:
  std::uint32_t head_ = kNone;
  std::uint32_t tail_ = kNone;
};

/// Open addressing with linear probing from a 32-bit hash to an object number. Several objects may
/// share a hash: `find` asks the caller which one is meant.
class Index {
 public:
  Index() : slots_(64) {}

  template <class Same>
  std::uint32_t find(std::uint32_t hash, Same same) const {
    for (std::size_t at = hash & mask(); slots_[at].id != kNone; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && same(slots_[at].id)) return slots_[at].id;
    }
    return kNone;
  }
  void insert(std::uint32_t hash, std::uint32_t id) {
    if ((used_ + 1) * 8 > slots_.size() * 5) grow();
    ++used_;
    place(hash, id);
  }
  /// Removes what `insert` stored; it must be there.
  void erase(std::uint32_t hash, std::uint32_t id) {
    std::size_t at = hash & mask();
    while (slots_[at].id != id) at = (at + 1) & mask();
    --used_;
    // Close the gap: what lies behind it moves up as long as its own place allows.
    for (std::size_t next = (at + 1) & mask(); slots_[next].id != kNone;
         next = (next + 1) & mask()) {
      const std::size_t home = slots_[next].hash & mask();
      if (((next - home) & mask()) >= ((next - at) & mask())) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at] = Slot{};
  }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask()]); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = kNone;
  };
  std::size_t mask() const { return slots_.size() - 1; }
  void place(std::uint32_t hash, std::uint32_t id) {
    std::size_t at = hash & mask();
    while (slots_[at].id != kNone) at = (at + 1) & mask();
    slots_[at] = {hash, id};
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id != kNone) place(slot.hash, slot.id);
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace mld
