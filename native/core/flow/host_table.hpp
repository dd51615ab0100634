// Every tracked host: established ones and, apart from them, those in probation.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/flow/distinct.hpp"
#include "core/flow/flow.hpp"
#include "core/flow/home_nets.hpp"
#include "core/flow/host.hpp"
#include "core/flow/options.hpp"
#include "core/flow/pool.hpp"

namespace mld {

/// What happened to hosts so far.
struct HostCounts {
  std::uint64_t tracked = 0;
  std::uint64_t evicted = 0;  ///< established hosts that were forgotten
  std::uint64_t probation_evicted = 0;
  std::uint64_t distinct_capped = 0;  ///< values beyond a bucket's bound
};

class HostTable {
 public:
  /// Values of one kind that a host may have in one bucket.
  static constexpr std::uint32_t kDistinctPerBucket = 1024;

  explicit HostTable(const EngineOptions& options);

  Host& operator[](std::uint32_t id) { return hosts_[id]; }
  const Host& operator[](std::uint32_t id) const { return hosts_[id]; }
  /// The host, or null when it was forgotten since.
  Host* resolve(HostRef ref) {
    if (ref.id == kNone || hosts_[ref.id].generation != ref.generation) return nullptr;
    return &hosts_[ref.id];
  }

  /// Finds a host, or tracks it in probation. May forget another one.
  HostRef track(const HostKey& key, std::int64_t bucket);
  /// Counts a packet of a flow of the host.
  void touch(std::uint32_t id, std::int64_t bucket) {
    Host& host = hosts_[id];
    if (host.bucket != bucket || host.packets == 0) {
      start_bucket(id, bucket);
    } else {
      host.used = true;
    }
    ++host.packets;
  }
  /// Takes a host out of probation. May forget another one.
  void establish(std::uint32_t id, std::int64_t bucket);

  /// What the host does as initiator resp. responder in a bucket, its newest.
  OutBucket& out(Host& host, std::int64_t bucket) {
    const auto number = static_cast<std::uint32_t>(bucket);
    if (host.out == kNone || outs_[host.out].bucket != number) add_out(host, number);
    return outs_[host.out];
  }
  InBucket& in(Host& host, std::int64_t bucket) {
    const auto number = static_cast<std::uint32_t>(bucket);
    if (host.in == kNone || ins_[host.in].bucket != number) add_in(host, number);
    return ins_[host.in];
  }
  /// A flow started, for the histograms.
  void start_out(OutBucket& bucket, unsigned port_bin, unsigned address_bin);
  InBins& in_bins(InBucket& bucket);
  /// Uses a value in the host's open bucket. True when it is new and was remembered.
  bool use(Host& host, Distinct kind, std::uint64_t value, std::int64_t bucket);

  /// Hosts with a packet in the open bucket (some may be forgotten since).
  std::vector<HostRef>& touched() { return touched_; }
  /// After a bucket was closed, before the next one opens: frees what no window can reach.
  void trim(std::int64_t closed, std::int64_t next);

  Pool<OutBucket, 6>& outs() { return outs_; }
  Pool<InBucket, 6>& ins() { return ins_; }
  const OutBins& out_bins(std::uint32_t id) const { return out_bins_[id]; }
  const InBins& in_bins(std::uint32_t id) const { return in_bins_[id]; }
  /// Frees the buckets behind a link to the first of them.
  void cut_out(std::uint32_t& link);
  void cut_in(std::uint32_t& link);

  const HostCounts& counts() const { return counts_; }
  const DistinctTable& values() const { return values_; }
  std::size_t established() const { return established_; }
  std::size_t probation() const { return hosts_.live() - established_; }
  std::size_t bytes() const;

 private:
  using Chain = List<Host, &Host::links>;
  Chain& list(HostList which) { return lists_[static_cast<std::size_t>(which)]; }
  void start_bucket(std::uint32_t id, std::int64_t bucket);
  void add_out(Host& host, std::uint32_t bucket);
  void add_in(Host& host, std::uint32_t bucket);
  void evict(HostList idle, HostList active, std::int64_t bucket);
  void forget(std::uint32_t id);
  void move(std::uint32_t id, HostList to);
  void retire(HostList active, HostList idle, std::int64_t next);

  HomeNets home_;
  Pool<Host> hosts_;
  Index index_;
  Chain lists_[static_cast<std::size_t>(HostList::count)];
  Pool<OutBucket, 6> outs_;
  Pool<InBucket, 6> ins_;
  Pool<OutBins, 5> out_bins_;
  Pool<InBins, 5> in_bins_;
  DistinctTable values_;
  std::vector<HostRef> touched_;
  std::vector<HostRef> with_in_bins_;  // hosts of the bucket before
  HostCounts counts_;
  std::size_t established_ = 0;
  std::uint64_t seed_;
  std::uint32_t max_established_;
  std::uint32_t max_probation_;
  std::uint32_t next_generation_ = 1;
};

}  // namespace mld
