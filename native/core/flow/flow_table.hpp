// Every live flow, found by key, listed by what ends it, bounded in two classes.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/flow/flow.hpp"
#include "core/flow/options.hpp"
#include "core/flow/pool.hpp"

namespace mld {

class FlowTable {
 public:
  explicit FlowTable(const EngineOptions& options);

  Flow& operator[](std::uint32_t id) { return flows_[id]; }
  const Flow& operator[](std::uint32_t id) const { return flows_[id]; }
  FlowMore& more(Flow& flow) {
    if (flow.more == kNone) flow.more = mores_.take();
    return mores_[flow.more];
  }
  const FlowMore* more(const Flow& flow) const {
    return flow.more == kNone ? nullptr : &mores_[flow.more];
  }

  std::uint32_t hash(const FlowKey& key) const;
  void prefetch(std::uint32_t hash) const { index_.prefetch(hash); }
  std::uint32_t find(const FlowKey& key, std::uint32_t hash) const {
    return index_.find(hash, [&](std::uint32_t id) { return flows_[id].key == key; });
  }
  /// Makes a flow among the unanswered ones; there must be room.
  std::uint32_t create(const FlowKey& key, std::uint32_t hash);
  bool unconfirmed_full() const { return unconfirmed_ >= max_unconfirmed_; }
  bool confirmed_full() const { return confirmed_ >= max_confirmed_; }
  /// The one created first of the unconfirmed.
  std::uint32_t oldest_unconfirmed() const { return age_.head(); }
  /// The one idle longest of the confirmed; those that ended already come first.
  std::uint32_t idlest_confirmed() const;

  /// Takes a flow out of the unconfirmed ones; there must be room.
  void confirm(std::uint32_t id);
  /// Puts a flow where its state belongs, at the end of the list if it had no packet in the open
  /// bucket before or its list changes.
  void place(std::uint32_t id, bool first_in_bucket, std::int64_t bucket_start_us);
  /// Ends a flow's hold on its key.
  void replace(std::uint32_t id);
  /// Removes a flow from every list and from its key. Its number stays in use until `release`.
  void leave(std::uint32_t id);
  void release(std::uint32_t id);

  std::uint32_t head(FlowList which) const { return list(which).head(); }
  std::uint32_t tail(FlowList which) const { return list(which).tail(); }
  std::size_t live() const { return flows_.live(); }
  std::size_t live_mores() const { return mores_.live(); }
  std::size_t confirmed() const { return confirmed_; }
  std::uint64_t created() const { return created_; }
  std::size_t bytes() const { return flows_.bytes() + mores_.bytes() + index_.bytes(); }

 private:
  using Chain = List<Flow, &Flow::links>;
  Chain& list(FlowList which) { return lists_[static_cast<std::size_t>(which)]; }
  const Chain& list(FlowList which) const { return lists_[static_cast<std::size_t>(which)]; }
  void move(std::uint32_t id, FlowList to);

  Pool<Flow> flows_;
  Pool<FlowMore, 6> mores_;
  Index index_;
  Chain lists_[kFlowLists];
  List<Flow, &Flow::age> age_;
  std::uint64_t seed_;
  std::uint64_t created_ = 0;
  std::size_t confirmed_ = 0;
  std::size_t unconfirmed_ = 0;
  std::uint32_t max_confirmed_;
  std::uint32_t max_unconfirmed_;
};

}  // namespace mld
