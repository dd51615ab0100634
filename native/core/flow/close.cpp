// The close of a bucket: host records, then the flows that end or are reported.
#include <algorithm>

#include "core/flow/tracker.hpp"
#include "core/flow/windows.hpp"

namespace mld {
namespace {

constexpr std::int64_t kClosedUs = 5'000'000;   // a closed flow waits so long for its last packets
constexpr std::uint32_t kProbationPackets = 8;  // of a host in a bucket, to be worth a record

}  // namespace

void Tracker::begin_close(const OpenBucket& open, const OpenBucket& next, bool finish) {
  open_ = open;
  next_ = next;
  finish_ = finish;
  phase_ = Phase::hosts;
  host_at_ = 0;
  std::vector<HostRef>& touched = hosts_.touched();
  std::erase_if(touched, [&](HostRef ref) { return hosts_.resolve(ref) == nullptr; });
  std::sort(touched.begin(), touched.end(),
            [&](HostRef a, HostRef b) { return hosts_[a.id].order < hosts_[b.id].order; });
}

bool Tracker::write(Batch& batch) {
  if (phase_ == Phase::hosts) {
    if (!write_hosts(batch)) return false;
    collect();
    phase_ = Phase::flows;
  }
  if (due_at_ < due_.size() && !write_due(batch)) return false;
  due_.clear();
  due_at_ = 0;
  if (phase_ == Phase::flows) end_close();
  phase_ = Phase::none;
  return true;
}

bool Tracker::write_hosts(Batch& batch) {
  const std::vector<HostRef>& touched = hosts_.touched();
  for (; host_at_ < touched.size(); ++host_at_) {
    if (!batch.host_fits()) return false;
    write_host(hosts_[touched[host_at_].id], batch);
  }
  return true;
}

// Computes the windows once, for the host's record and for the flows that refer to them.
void Tracker::write_host(Host& host, Batch& batch) {
  const auto number = static_cast<std::uint32_t>(open_.number);
  const bool record = host.established() || host.packets >= kProbationPackets;
  const bool as_initiator = host.out != kNone && hosts_.outs()[host.out].bucket == number;
  const bool as_responder = host.in != kNone && hosts_.ins()[host.in].bucket == number;
  HostRecord out{};
  const std::span<float, kHostFeatures> features(out.features);
  if (record || as_initiator) {
    out_features(hosts_, host, open_.number, features.first<kOutFeatures>());
  }
  if (record || as_responder) {
    in_features(hosts_, host, open_.number, features.last<kInFeatures>());
  }
  if (as_initiator) {
    host.out_snapshot = out_snapshots_.take();
    out_snapshots_[host.out_snapshot].flows = 1;  // the host's own reference, until end_close
    std::copy_n(out.features, kOutFeatures, out_snapshots_[host.out_snapshot].values.data());
  }
  if (as_responder) {
    host.in_snapshot = in_snapshots_.take();
    in_snapshots_[host.in_snapshot].flows = 1;
    std::copy_n(out.features + kOutFeatures, kInFeatures,
                in_snapshots_[host.in_snapshot].values.data());
  }
  if (!record) return;
  out.start_us = static_cast<double>(open_.start_us);
  out.time_us = static_cast<double>(open_.end_us());
  out.order = order_++;
  std::memcpy(out.addr, host.key.address.w, sizeof(out.addr));
  std::uint64_t id[2];
  for (unsigned i = 0; i < 2; ++i) {
    std::uint64_t h = hash_word(id_seed_[i], host.key.address.w[0]);
    h = hash_word(hash_word(h, host.key.address.w[1]), host.key.ip_version);
    h = hash_word(h, (std::uint64_t{host.key.vlan} << 32) | host.key.vni);
    id[i] = mix64(hash_word(h, static_cast<std::uint64_t>(open_.start_us)));
  }
  std::memcpy(out.id, id, sizeof(out.id));
  out.vlan = host.key.vlan;
  out.vni = host.key.vni;
  out.packets = host.packets;
  out.ip_version = static_cast<std::uint8_t>(host.key.ip_version);
  out.internal = host.internal ? 1 : 0;
  out.established = host.established() ? 1 : 0;
  batch.host(out);
  ++counts_.host_records;
}

bool Tracker::is_due(const Flow& flow) const {
  if (finish_ || flow.is(flow_state::detached)) return true;
  const std::int64_t idle = next_.start_us - flow.last_us;
  if (flow.is(flow_state::closed)) return idle >= kClosedUs;
  return idle > timeout_us(flow);
}

// Takes the windows for the flows of this bucket, then finds what ends and what is reported.
void Tracker::collect() {
  for (std::size_t i = 0; i < kFlowLists; ++i) {
    const auto which = static_cast<FlowList>(i);
    for (std::uint32_t id = flows_.tail(which); id != kNone; id = flows_[id].links.prev) {
      const bool here = flows_[id].bucket == open_.number;
      if (here) collect_touched(id);
      // Other lists are in the order of the last bucket.
      if (!here && which != FlowList::replaced && which != FlowList::half_replaced) break;
    }
  }
  for (std::size_t i = 0; i < kFlowLists; ++i) collect_due(static_cast<FlowList>(i));
  std::sort(due_.begin(), due_.end(),
            [](const Due& a, const Due& b) { return a.created < b.created; });
}

void Tracker::collect_touched(std::uint32_t id) {
  Flow& flow = flows_[id];
  if (const Host* host = hosts_.resolve(flow.hosts[kForward])) {
    flow.snapshots[kForward] = host->out_snapshot;
    if (host->out_snapshot != kNone) ++out_snapshots_[host->out_snapshot].flows;
  }
  if (const Host* host = hosts_.resolve(flow.hosts[kBackward])) {
    flow.snapshots[kBackward] = host->in_snapshot;
    if (host->in_snapshot != kNone) ++in_snapshots_[host->in_snapshot].flows;
  }
  if (open_.end_us() - flow.reported_us < active_us_ || is_due(flow)) return;
  due_.push_back({flow.created, id, EndReason::active});
  flow.reported_us = open_.end_us();
}

void Tracker::collect_due(FlowList which) {
  const bool whole = finish_ || which == FlowList::late || which == FlowList::half_late ||
                     which == FlowList::replaced || which == FlowList::half_replaced;
  for (std::uint32_t id = flows_.head(which); id != kNone;) {
    const Flow& flow = flows_[id];
    const std::uint32_t next = flow.links.next;
    if (is_due(flow)) {
      EndReason reason = EndReason::idle;
      if (flow.is(flow_state::closed)) {
        reason = flow.close_reason();
      } else if (finish_ && !flow.is(flow_state::detached)) {
        reason = EndReason::capture_end;
      }
      push_due(id, reason);
    } else if (!whole) {
      // Its bucket may hold others that are due; a later bucket does not.
      const std::int64_t start_us = open_.start_us - (open_.number - flow.bucket) * kBucketUs;
      const std::int64_t idle = next_.start_us - start_us;
      if (flow.is(flow_state::closed) ? idle < kClosedUs : idle <= timeout_us(flow)) break;
    }
    id = next;
  }
}

void Tracker::push_due(std::uint32_t id, EndReason reason) {
  flows_.leave(id);
  due_.push_back({flows_[id].created, id, reason});
}

void Tracker::end_close() {
  for (const HostRef ref : hosts_.touched()) {
    Host& host = hosts_[ref.id];
    if (host.out_snapshot != kNone && --out_snapshots_[host.out_snapshot].flows == 0) {
      out_snapshots_.give(host.out_snapshot);
    }
    if (host.in_snapshot != kNone && --in_snapshots_[host.in_snapshot].flows == 0) {
      in_snapshots_.give(host.in_snapshot);
    }
    host.out_snapshot = kNone;
    host.in_snapshot = kNone;
  }
  hosts_.trim(open_.number, next_.number);
}

}  // namespace mld
