// Packets in, state of flows and hosts; at the close of a bucket, records out.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/flow/app_facts.hpp"
#include "core/flow/batch.hpp"
#include "core/flow/flow_table.hpp"
#include "core/flow/host_table.hpp"
#include "core/flow/options.hpp"
#include "core/flow/pairs.hpp"

namespace mld {

/// Length of a bucket.
inline constexpr std::int64_t kBucketUs = 5'000'000;

/// The bucket that the clock is in.
struct OpenBucket {
  std::int64_t number = 0;
  std::int64_t start_us = 0;
  std::int64_t end_us() const { return start_us + kBucketUs; }
};

/// Features of a host at the close of a bucket, shared by the flows with their last packet in it.
template <std::size_t N>
struct Snapshot {
  std::array<float, N> values{};
  std::uint32_t flows = 0;
};

/// What happened so far.
struct TrackerCounts {
  std::uint64_t flow_records = 0;
  std::uint64_t host_records = 0;
  std::uint64_t flows_evicted = 0;
  std::uint64_t unanswered_evicted = 0;
  std::uint64_t flows_answered = 0;
  std::uint64_t packets_tracked = 0;
  std::size_t peak_flows = 0;
  bool two_way = false;  ///< a packet went from a responder to an initiator
};

class Tracker {
 public:
  explicit Tracker(const EngineOptions& options);

  /// Takes a packet. Nothing may wait to be written.
  void packet(const Packet& packet, const OpenBucket& open);
  /// Starts the close of the open bucket. What is due by `now_us`, the start of the next bucket
  /// with a packet, ends; with `finish` everything does. Then `write` until it gives true.
  void begin_close(const OpenBucket& open, const OpenBucket& next, bool finish);
  /// Writes what waits. False when the batch is full.
  bool write(Batch& batch);
  bool waiting() const { return phase_ != Phase::none || due_at_ < due_.size(); }

  const TrackerCounts& counts() const { return counts_; }
  const FlowTable& flows() const { return flows_; }
  const HostTable& hosts() const { return hosts_; }
  const PairTable& pairs() const { return pairs_; }
  const AppReader& apps() const { return apps_; }
  std::size_t live_snapshots() const { return out_snapshots_.live() + in_snapshots_.live(); }
  std::size_t bytes() const;

 private:
  enum class Phase : std::uint8_t { none, hosts, flows };
  struct Due {
    std::uint64_t created;
    std::uint32_t flow;
    EndReason reason;
  };
  // What a packet is to its flow while it is counted.
  struct Step {
    const Packet& packet;
    const OpenBucket& open;
    std::uint32_t id;
    Flow& flow;
    unsigned side;
    Host* src;  // null when it was forgotten just now
    Host* dst;
    const DnsMessage* dns;
  };

  // tracker.cpp
  std::uint32_t find(const FlowKey& key, std::uint32_t hash, const Packet& packet,
                     std::uint16_t& twin);
  std::uint32_t start(const FlowKey& key, std::uint32_t hash, bool src_is_low, const Packet& packet,
                      const DnsMessage* dns, const OpenBucket& open);
  void find_hosts(Flow& flow, std::int64_t bucket);
  std::int64_t timeout_us(const Flow& flow) const;
  void evict(std::uint32_t id, const OpenBucket& open);
  void forget_snapshots(Flow& flow);
  // count.cpp
  void count_start(Step& step);
  void count(Step& step);
  void count_flow(Step& step);
  void count_hosts(Step& step, bool unsolicited);
  void count_answer(Step& step);
  void count_tcp(Step& step);
  void count_dns(Step& step, const DnsMessage& message);
  void count_http(Step& step);
  void confirm(Step& step);
  // close.cpp
  bool write_hosts(Batch& batch);
  void write_host(Host& host, Batch& batch);
  void collect();
  void collect_touched(std::uint32_t id);
  void collect_due(FlowList which);
  bool is_due(const Flow& flow) const;
  void push_due(std::uint32_t id, EndReason reason);
  void end_close();
  // emit.cpp
  bool write_due(Batch& batch);
  void fill(Flow& flow, EndReason reason, FlowRecord& record);
  void fill_windows(Flow& flow, FlowRecord& record);

  FlowTable flows_;
  HostTable hosts_;
  PairTable pairs_;
  AppReader apps_;
  Pool<Snapshot<kOutFeatures>, 6> out_snapshots_;
  Pool<Snapshot<kInFeatures>, 6> in_snapshots_;
  std::vector<Due> due_;
  std::size_t due_at_ = 0;
  std::size_t host_at_ = 0;
  Phase phase_ = Phase::none;
  bool finish_ = false;
  OpenBucket open_;  // the bucket that closes
  OpenBucket next_;
  std::uint64_t order_ = 0;
  std::uint64_t id_seed_[2];
  std::int64_t active_us_;
  std::int64_t timeouts_us_[3];  // unanswered, other, TCP
  TrackerCounts counts_;
};

}  // namespace mld
